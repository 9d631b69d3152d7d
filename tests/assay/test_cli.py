import subprocess
import sys

import pytest

from tests.assay.helpers import run, write_jsonl

COMMANDS = ["demo", "train", "eval", "rescore", "check", "run", "doctor", "judge", "judge calibrate"]


@pytest.mark.parametrize("command", [[], *(name.split() for name in COMMANDS)])
def test_every_command_has_a_help_that_says_what_it_is_for(command, capsys):
    out, err = run(*command, "--help", capsys=capsys)
    assert "Usage: assay" in out
    assert err == ""


def test_the_version_is_one_line(capsys):
    out, _ = run("--version", capsys=capsys)
    assert out.startswith("assay")
    assert out.count("\n") == 1


def test_help_loads_no_heavy_library():
    program = (
        "import sys\nfrom assay.cli import main\n"
        "try: main(['eval', '--help'])\nexcept SystemExit: pass\n"
        "print(*[m for m in ('torch', 'transformers', 'sympy', 'datasets', 'matplotlib') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.strip() == ""


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["eval", "math-500", "--reference"], "Unknown benchmark 'math-500': did you mean 'math500'?"),
        (["eval", "math500"], "Give one of --model, --completions and --reference; this has none of them."),
        (["eval", "math500", "--reference", "--model", "m"], "this has --model and --reference."),
        (["eval"], "Which benchmark? Write e.g. `assay eval math500 --reference`"),
        (["eval", "{tmp}/none.jsonl", "--reference"], "none.jsonl does not exist"),
        (["eval", "{tmp}/empty.jsonl", "--reference"], "empty.jsonl is empty; it should hold one JSON object a line."),
        (
            ["eval", "{tmp}/columns.jsonl", "--reference"],
            "has no column 'prompt' or 'problem' or 'question' or 'messages'",
        ),
        (["eval", "{tmp}/broken.jsonl", "--reference"], "broken.jsonl line 2 is not JSON"),
        (["eval", "math500", "--reference", "--data-dir", "{tmp}"], "math500 is not at {tmp}/math500/test.jsonl"),
        (["eval", "{tmp}/good.jsonl", "--completions", "{tmp}/none.jsonl"], "none.jsonl does not exist"),
        (["eval", "{tmp}/good.jsonl", "--model", "{tmp}/none"], "The model folder {tmp}/none does not exist."),
        (["eval", "{tmp}/good.jsonl", "--model", "{tmp}"], "is a folder without a config.json"),
        (["eval", "{tmp}/good.jsonl", "--reference", "-k", "0"], "--samples 0: draw at least 1"),
        (["eval", "{tmp}/good.jsonl", "--reference", "--limit", "0"], "--limit 0: evaluate at least 1"),
        (["eval", "--resume", "{tmp}"], "holds no evaluation (no run.json)"),
        (["rescore", "{tmp}"], "holds no evaluation (no run.json)"),
        (["train", "{tmp}/none.toml"], "none.toml is not there"),
        (["check", "\\boxed{1}", "--gold", " "], "--gold is blank"),
    ],
)
def test_a_mistake_is_one_sentence_with_exit_code_2_and_no_traceback(command, message, tmp_path, capsys):
    write_jsonl(tmp_path / "good.jsonl", {"problem": "1+1?", "answer": "2"})
    write_jsonl(tmp_path / "columns.jsonl", {"text": "1+1?", "answer": "2"})
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "broken.jsonl").write_text('{"problem": "1+1?", "answer": "2"}\n{"problem": \n')
    filled = [part.replace("{tmp}", str(tmp_path)) for part in command]
    out, err = run(*filled, capsys=capsys, code=2)
    assert message.replace("{tmp}", str(tmp_path)) in err
    assert err.startswith("assay: ")
    assert err.count("\n") == 1
    assert "Traceback" not in out + err


@pytest.mark.parametrize("command", [["evil"], ["eval", "--no-such-option"], ["check", "x"]])
def test_a_mistyped_command_is_refused_by_the_parser(command, capsys):
    _, err = run(*command, capsys=capsys, code=2)
    assert "assay" in err


def test_a_bug_is_one_line_and_debug_shows_the_traceback(monkeypatch, capsys):
    import assay.check

    def broken(*args):
        raise KeyError("inner")

    monkeypatch.setattr(assay.check, "check", broken)
    _, err = run("check", "x", "--gold", "1", capsys=capsys, code=1)
    assert err.startswith("assay: This is a bug in Assay: KeyError: 'inner'.")
    assert "Traceback" not in err
    _, err = run("--debug", "check", "x", "--gold", "1", capsys=capsys, code=1)
    assert "Traceback" in err
