"""Honest programs: right ones are accepted and wrong ones are refused, whatever style they are written in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox import Level, Sandbox
from tests.verifiers.code.cases import Case, check_gold, read_cases
from verifiers.types import Score


def _params(name: str) -> list:
    return [pytest.param(case, id=case.name) for case in read_cases(name)]


@pytest.mark.parametrize("case", _params("accepted"))
def test_right_program_is_accepted(case: Case, judge: Callable[..., Score], box: Sandbox) -> None:
    if "process" in case.name and box.level < Level.NAMESPACED:
        pytest.skip(f"level {box.level} allows one process a job")
    score = judge(case.program, **case.gold)
    assert (score.value, score.reason) == (1.0, "accepted"), score.detail


@pytest.mark.parametrize("case", _params("numpy"))
def test_numpy_value_compares_as_in_python(case: Case, judge: Callable[..., Score]) -> None:
    pytest.importorskip("numpy")
    score = judge(case.program, **case.gold)
    assert (score.value, score.reason) == (1.0, "accepted"), score.detail


@pytest.mark.parametrize("case", _params("refused"))
def test_wrong_program_is_refused_for_what_it_did(case: Case, judge: Callable[..., Score]) -> None:
    score = judge(case.program, limits={"time_s": 2}, **case.gold)
    assert (score.value, score.reason) == (0.0, case.reason), score.detail


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_ends_of_lines_may_be_those_of_any_system(end: str, judge: Callable[..., Score]) -> None:
    program = f"def f(x):{end}    return x{end}"
    assert judge(program, "asserts", tests=["assert f(1) == 1"]).value == 1.0


def test_tester_and_direct_way_agree(judge: Callable[..., Score]) -> None:
    """A test that is split and the same test behind an assignment, which goes to the tester, have the same verdict."""
    for case in read_cases("accepted") + read_cases("refused"):
        for test in case.tests:
            if test.startswith("assert ") and "\n" not in test and case.reason != "time_limit_exceeded":
                direct = judge(case.program, "asserts", tests=[test])
                relayed = judge(case.program, "asserts", tests=["_unused = 0\n" + test])
                assert (direct.value, direct.reason) == (relayed.value, relayed.reason), (case.name, test)


def test_check_that_is_only_asserts_agrees_with_one_that_is_not(judge: Callable[..., Score]) -> None:
    for program, reward in (("def f(x): return x * x", 1.0), ("def f(x): return x + x", 0.0)):
        for body in ("assert candidate(3) == 9", "y = candidate(3)\nassert y == 9"):
            assert judge(program, **check_gold(body)).value == reward


@pytest.mark.parametrize("test", ["assert f() == 'x'", "y = f()\nassert y == 'x'"], ids=["direct", "relayed"])
def test_files_of_the_problem_lie_beside_the_program(test: str, judge: Callable[..., Score]) -> None:
    program = "def f(): return open('data/a.txt').read()"
    assert judge(program, "asserts", limits={"files": {"data/a.txt": "x"}}, tests=[test]).value == 1.0
