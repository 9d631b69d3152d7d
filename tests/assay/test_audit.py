import json

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
    with pytest.raises(AssayError, match="is a str; name a Verifier"):
        load_grader("json:__name__")


def test_other_faults_than_errors_of_verdict_are_never_within_the_limits():
    def raises(gold, completion):
        raise RuntimeError("broken")

    scope = Capabilities(answer_types=("integer",), notations="gold")
    report = audit(raises, capabilities=scope, relations=["gold"], examples=10)
    assert reasons_to_fail(report, AuditConfig(fail_fpr=1.0, fail_fnr=1.0)) == ["raised: 1 kinds of case"]
