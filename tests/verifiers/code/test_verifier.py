"""`CodeVerifier` and `check`: what is scored, what is not, and what a score tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox import Sandbox, SandboxBroken
from verifiers.code import CodeVerifier, check
from verifiers.code import verifier as module
from verifiers.run import check_gold
from verifiers.types import Problem, Sample, Score

GOLD = {"mode": "asserts", "tests": ["assert f(2) == 4", "assert f(3) == 9", "assert f(-5) == 25"]}
RIGHT = "Squares:\n```python\ndef f(x):\n    return x * x\n```\n"
WRONG = "```python\ndef f(x):\n    return 2 * x\n```"


def sample(completion: str, gold: Any = GOLD) -> Sample:
    return Sample(Problem("Square x.", gold=gold), completion)


def test_the_last_block_is_judged(box: Sandbox) -> None:
    verifier = CodeVerifier(box)
    scores = verifier.score_all(
        [sample(text) for text in (RIGHT, WRONG, WRONG + "\n" + RIGHT, RIGHT + "\n" + WRONG, "no")]
    )
    assert [score.value for score in scores] == [1.0, 0.0, 1.0, 0.0, 0.0]
    assert [score.reason for score in scores] == ["accepted", "wrong_answer", "accepted", "wrong_answer", "no_answer"]
    assert scores[0].extracted == "def f(x):\n    return x * x\n"


def test_reasoning_is_not_judged(box: Sandbox) -> None:
    verifier = CodeVerifier(box)
    assert verifier.score(sample(f"<think>{RIGHT}</think>{WRONG}")).value == 0.0
    assert verifier.score(sample(f"<think>{WRONG}</think>{RIGHT}")).value == 1.0
    assert verifier.score(sample(f"<think>{RIGHT}")).reason == "no_answer"


def test_all_or_nothing_unless_fractional(box: Sandbox) -> None:
    assert CodeVerifier(box).score(sample(WRONG)).value == 0.0
    score = CodeVerifier(box, fractional=True).score(sample(WRONG))
    assert score.value == pytest.approx(1 / 3)
    assert score.reason == "wrong_answer"
    assert [test["status"] for test in score.detail["tests"]] == ["accepted", "wrong_answer", "wrong_answer"]


@pytest.mark.parametrize(
    ("mode", "gold"),
    [
        ("stdio", {"tests": [{"stdin": f"{n}\n", "stdout": f"{out}\n"} for n, out in ((1, 1), (2, 5), (3, 9))]}),
        (
            "call",
            {"entry_point": "f", "tests": [{"args": [n], "expected": out} for n, out in ((1, 1), (2, 5), (3, 9))]},
        ),
        ("asserts", {"tests": ["assert f(1) == 1", "assert f(2) == 5", "x = f(3)\nassert x == 9"]}),
    ],
)
def test_share_of_tests_passed(mode: str, gold: dict[str, Any], box: Sandbox) -> None:
    program = "def f(x): return x * x\nif __name__ == '__main__': print(f(int(input())))"
    score = CodeVerifier(box, fractional=True).check({"mode": mode, **gold}, program)
    assert score.value == pytest.approx(2 / 3)
    assert [test["status"] for test in score.detail["tests"]] == ["accepted", "wrong_answer", "accepted"]


def test_tests_after_a_crash_were_not_run(box: Sandbox) -> None:
    program = "import os\ndef f(x):\n    if x == 3: os._exit(0)\n    return x * x"
    score = CodeVerifier(box, fractional=True).check(GOLD, program)
    assert score.value == pytest.approx(1 / 3)
    assert [test["status"] for test in score.detail["tests"]] == ["accepted", "runtime_error", "not_run"]


def test_score_tells_the_level_and_the_cost_and_is_json(box: Sandbox) -> None:
    score = CodeVerifier(box).score(sample(RIGHT))
    assert score.detail["level"] == str(box.level)
    assert score.detail["passed"] == score.detail["total"] == 3
    assert 0 < score.detail["cpu_s"] < 10
    assert Score.from_json(score.to_json()) == score


def test_check_judges_a_program_as_it_is() -> None:
    assert check(GOLD, "def f(x): return x * x").value == 1.0
    assert check(GOLD, RIGHT).value == 0.0  # a completion is no program


def test_many_at_once_keep_their_order(box: Sandbox) -> None:
    samples = [sample(RIGHT if i % 3 else WRONG) for i in range(30)]
    values = [score.value for score in CodeVerifier(box).score_all(samples)]
    assert values == [1.0 if i % 3 else 0.0 for i in range(30)]


def test_many_pairs_of_tester_and_solution_do_not_wait_for_each_other(box: Sandbox) -> None:
    gold = {"mode": "asserts", "tests": ["y = f(2)\nassert y == 4"]}
    verifier = CodeVerifier(box)
    verifier.concurrency = 4 * box.workers
    assert [score.value for score in verifier.score_all([sample(RIGHT, gold)] * 16)] == [1.0] * 16


class Broken:
    workers = 1

    def open(self, *args: object, **kwargs: object) -> None:
        raise SandboxBroken("no worker could be started")

    run = open


@pytest.mark.parametrize("gold", [GOLD, {"mode": "stdio", "tests": [{"stdin": "", "stdout": ""}]}])
def test_a_sandbox_that_fails_scores_nothing(gold: dict[str, Any]) -> None:
    score = CodeVerifier(Broken()).score(sample(RIGHT, gold))
    assert (score.value, score.reason) == (None, "internal_error")


def test_a_missing_compiler_scores_nothing(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.languages._tool", lambda name: None)
    score = CodeVerifier(box).check({"mode": "stdio", "tests": [{"stdout": ""}], "lang": "rust"}, "fn main() {}")
    assert (score.value, score.reason) == (None, "unavailable")


def test_bad_golds_are_listed() -> None:
    problems = [Problem("a", GOLD, "good"), Problem("b", {"mode": "asserts", "tests": []}, "bad")]
    assert list(check_gold(CodeVerifier(), problems)) == ["bad"]


def test_answers_are_never_sent_to_the_solution(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the mode, the bytes for the process that runs the submission do not contain the expected value."""
    needle, sent = 918_273_645, []
    original = Sandbox.open

    def watched(self: Sandbox, code: str, **options: Any) -> Any:
        session = original(self, code, **options)
        if options["entry"].endswith("solution"):
            sent.append(repr(code))
            session.send = lambda frame, send=session.send: (sent.append(repr(frame)), send(frame))[1]
        return session

    monkeypatch.setattr(Sandbox, "open", watched)
    golds: list[dict[str, Any]] = [
        {"mode": "asserts", "tests": [f"assert f(2) == {needle}"]},
        {
            "mode": "asserts",
            "tests": [f"x = f(2)\nassert x == {needle} and [x] == [{needle}] and abs(x - {needle}) < 1"],
        },
        {"mode": "check", "entry_point": "f", "test_code": f"def check(c):\n    assert c(2) == {needle}"},
        {"mode": "check", "entry_point": "f", "test_code": f"def check(c):\n    x = c(2)\n    assert x == {needle}"},
        {"mode": "call", "entry_point": "f", "tests": [{"args": [2], "expected": needle}]},
    ]
    objects = (
        "class Z:\n    def __eq__(s, o): return True\n    def __sub__(s, o): return s\n    def __abs__(s): return 0\n"
    )
    for gold in golds:
        for program in (
            "def f(x): return x",
            objects + "def f(x): return Z()",
            objects + "def f(x): return [Z(), 1.5j]",
        ):
            assert CodeVerifier(box).check(gold, program).value == 0.0
    assert len(sent) > 2 * len(golds)
    assert not any(str(needle) in text or needle.to_bytes(4, "little").decode("latin-1") in text for text in sent)


def test_direct_way_is_left_for_results_that_are_not_plain(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    ways: list[str] = []
    for name in ("direct", "relayed"):
        judge: Callable[..., Any] = getattr(module, name).judge
        monkeypatch.setattr(
            getattr(module, name), "judge", lambda *a, n=name, j=judge: (ways.append(n), j(*a))[1], raising=True
        )
    verifier = CodeVerifier(box)
    assert verifier.check(GOLD, "def f(x): return x * x").value == 1.0
    assert ways == ["direct"]
    ways.clear()
    program = "from fractions import Fraction\ndef f(x): return Fraction(x * x)"
    assert verifier.check(GOLD, program).value == 1.0
    assert ways == ["direct", "relayed"]
