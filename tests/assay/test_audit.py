import json
import sys

import pytest

from assay.audit import AuditConfig, load_grader, reasons_to_fail
from assay.cli import main
from assay.errors import AssayError
from verifiers.audit import Capabilities, audit

GOOD = """
import re
from verifiers.audit import Capabilities

def boxed(gold, completion):
    boxes = re.findall(r"\\\\boxed\\{([^{}]*)\\}", completion)
    return len(boxes) == 1 and boxes[0] == gold

def contains(completions, solution, **kwargs):
    return [float(gold in c[0]["content"]) for c, gold in zip(completions, solution)]

boxed.capabilities = Capabilities(answer_types=("integer",), notations="gold", uses_think=False)
contains.capabilities = boxed.capabilities
"""


@pytest.fixture
def rewards(tmp_path, monkeypatch):
    """A module of two rewards in the working directory, under a name of its own for each test."""
    name = f"rewards_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def command(*args, capsys):
    with pytest.raises(SystemExit) as end:
        main(["audit", *map(str, args)])
    captured = capsys.readouterr()
    return end.value.code or 0, captured.out, captured.err


def test_a_reward_that_can_be_fooled_fails_with_examples_and_leaves_three_reports(rewards, tmp_path, capsys):
    code, out, _ = command(f"{rewards}:contains", "--examples", 20, capsys=capsys)
    assert code == 1
    assert "a wrong completion got 1" in out
    assert "not accepted: false positives" in out
    folder = tmp_path / "runs" / "audit"
    assert out.splitlines()[-1] == str(folder.relative_to(tmp_path) / "audit.html")
    data = json.loads((folder / "audit.json").read_text())
    assert not data["passed"]
    assert data["false_positive_rate"]["rate"] > 0.2
    assert (folder / "audit.md").read_text().startswith(f"# Audit of {rewards}:contains")
    assert "<table>" in (folder / "audit.html").read_text()


STRANGE = """
import functools

number = 7

def three(a, b, c): ...
def anything(*args): ...

class NeedsArgument:
    def __init__(self, scale): ...
    def __call__(self, gold, completion): ...

class Scored:
    def __call__(self, gold, completion):
        return gold in completion

async def later(completions, solution, **kwargs):
    return [float("boxed{%s}" % gold in c[0]["content"]) for c, gold in zip(completions, solution)]
"""


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("strange", "write module:object, e.g. my_rewards:reward"),
        ("no_such_module:f", "there is no module 'no_such_module' here or installed"),
        ("strange:missing", "the module has no 'missing'; it has functools, number, three"),
        ("strange:number", "is of type int; name a Verifier or a reward function"),
        ("strange:three", r"three(a, b, c) is no reward function of a known shape; wrap it as f(gold, completion)"),
        ("strange:anything", "anything(args) is no reward function of a known shape"),
        ("strange:NeedsArgument", "is a class that needs arguments"),
        ("unfinished:f", "its module cannot be imported (SyntaxError"),
        ("no_library:f", "its module cannot be imported (ModuleNotFoundError: No module named 'no_such_library'"),
    ],
)
def test_what_cannot_be_audited_is_said_in_a_sentence(target, sentence, tmp_path, monkeypatch, capsys):
    (tmp_path / "strange.py").write_text(STRANGE)
    (tmp_path / "unfinished.py").write_text("def f(:")
    (tmp_path / "no_library.py").write_text("import no_such_library")
    monkeypatch.chdir(tmp_path)
    for name in ("strange", "unfinished", "no_library"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    code, _, err = command(target, capsys=capsys)
    assert code == 2
    assert sentence in err
    assert err.count("\n") == 1
    assert "bug in Assay" not in err


def test_an_audit_without_time_accepts_nothing(rewards, capsys):
    code, out, _ = command(f"{rewards}:boxed", "--budget", 0.001, capsys=capsys)
    assert code == 1
    assert "no time was left for" in " ".join(out.split())  # how many relations were quicker than that varies
    code, _, err = command(f"{rewards}:boxed", "--budget", 0, capsys=capsys)
    assert code == 2
    assert "in more than 0 seconds" in err


def test_classes_and_coroutines_are_audited_too(tmp_path, monkeypatch, capsys):
    (tmp_path / "strange_too.py").write_text(STRANGE)
    monkeypatch.chdir(tmp_path)
    for target in ("strange_too:Scored", "strange_too:later"):
        code, out, _ = command(target, "--answers", "integer", "--examples", 5, capsys=capsys)
        assert code == 1
        assert "a wrong completion got 1" in out
        assert "raised" not in out


def test_a_reward_that_always_raises_is_shown_a_few_times_only(tmp_path, monkeypatch, capsys):
    (tmp_path / "raises_always.py").write_text("def f(gold, completion):\n    raise KeyError('solution')")
    monkeypatch.chdir(tmp_path)
    code, out, _ = command("raises_always:f", "--answers", "integer", "--examples", 5, capsys=capsys)
    assert code == 1
    assert "more kinds of case: a wrong completion went unscored (error:KeyError 'solution')" in out


def test_limits_decide_the_exit_code(rewards, capsys):
    args = (f"{rewards}:contains", "--examples", 20, "--fail-fpr", 1.0, "--fail-fnr", 1.0)
    assert command(*args, "--forgive", "contract/*", "--forgive", "text/*", capsys=capsys)[0] == 0


def test_comparing_names_the_cases_on_which_two_differ(rewards, capsys):
    code, out, _ = command("--compare", f"{rewards}:boxed", f"{rewards}:contains", "--examples", 20, capsys=capsys)
    assert code == 0
    assert "inequivalence: integer: digit appended" in out


def test_a_target_that_is_none_is_refused_with_advice(rewards, capsys):
    assert "write module:object" in command("rewards", capsys=capsys)[2]
    assert "the module has no 'boxd'; it has re, Capabilities, boxed" in command(f"{rewards}:boxd", capsys=capsys)[2]
    assert "there is no module 'nowhere'" in command("nowhere:boxed", capsys=capsys)[2]
    code, _, err = command(capsys=capsys)
    assert code == 2
    assert "Which grader?" in err
    with pytest.raises(AssayError, match="is of type str; name a Verifier"):
        load_grader("json:__name__")


def test_other_faults_than_errors_of_verdict_are_never_within_the_limits():
    def raises(gold, completion):
        raise RuntimeError("broken")

    scope = Capabilities(answer_types=("integer",), notations="gold")
    report = audit(raises, capabilities=scope, relations=["gold"], examples=10)
    assert reasons_to_fail(report, AuditConfig(fail_fpr=1.0, fail_fnr=1.0)) == ["raised: 1 kinds of case"]
