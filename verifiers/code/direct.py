"""Tests judged here: the solution's process is asked for results, and the results are compared in this process.

Small values of exact builtin types only: whatever is larger, or has a class of its own, takes the way through the
tester (`relayed`), where comparing it is on the solution's own time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox import Limits, Sandbox, Session, SessionEnded
from verifiers.code.guest import SOLUTION
from verifiers.code.guest.start import MAX_PLAIN
from verifiers.code.guest.values import PLAIN_READERS, CodecError, NotPlain, decode
from verifiers.code.outcome import (
    ACCEPTED,
    RUNTIME_ERROR,
    WRONG,
    Outcome,
    TestResult,
    answer,
    ended_as,
    filled,
    overrun,
)
from verifiers.code.splitting import Split

_MAX_FRAME = 64 << 10
_PIPELINE = 32 << 10  # bytes that fit into a socket's buffer whatever the other side does


class NeedsTester(Exception):
    """A result is too large, or not plain enough, to be compared in this process."""


def judge(
    box: Sandbox, program: str, tests: Sequence[Split], limits: Limits, files: Mapping[str, bytes] | None = None
) -> Outcome:
    """Run the program once and put all tests to it.

    Raises:
        NeedsTester: see there; nothing is known about the program then.
    """
    results: list[TestResult] = []
    with box.open(program, entry=SOLUTION, files=files, limits=limits) as session:
        answers = _answers(session, [call for test in tests for call in test.calls])
        try:
            _, problem = next(answers)
            if problem:
                run = session.close()
                return Outcome(filled([], len(tests), overrun(run) or problem.status, problem.why), run)
            for test in tests:
                results.append(_judge_one(test, answers))
        except SessionEnded:
            run = session.close()
            return Outcome(filled(results, len(tests), ended_as(run), run.detail), run)
        run = session.close()
        if broken := overrun(run):
            return Outcome(filled([], len(tests), broken, run.detail), run)
        return Outcome(results, run)


def _judge_one(test: Split, answers: Iterator[tuple[Any, TestResult | None]]) -> TestResult:
    values, problem = [], None
    for _ in test.calls:  # all of them, so that the next test finds its own answers
        value, trouble = next(answers)
        values.append(value)
        problem = problem or trouble
    if problem:
        return problem
    try:
        return TestResult(ACCEPTED if test.holds(values) else WRONG)
    except (
        Exception
    ) as error:  # what the assert statement would have raised: len() of an int, a comparison of a str and an int
        return TestResult(RUNTIME_ERROR, f"{type(error).__name__} in the test: {error}"[:500])


def _answers(session: Session, calls: Sequence[bytes]) -> Iterator[tuple[Any, TestResult | None]]:
    """The report on loading the program, then the answer to each call: (value, None), or (None, what went wrong)."""
    at_once = sum(map(len, calls)) <= _PIPELINE
    if at_once:
        session.send(*calls)  # in one piece: a job that dies of the second call has still answered the first
    yield _answer(session.recv())
    for call in calls:
        if not at_once:
            session.send(call)
        yield _answer(session.recv())


def _answer(frame: bytes) -> tuple[Any, TestResult | None]:
    if len(frame) > _MAX_FRAME:
        raise NeedsTester("a large result")
    tokens, problem = answer(frame)
    if problem:
        return None, problem
    try:
        if tokens is None:
            raise NotPlain("a value that is not plain")
        return decode(tokens, readers=PLAIN_READERS, max_nodes=MAX_PLAIN), None
    except NotPlain as other:
        raise NeedsTester(str(other)) from None
    except CodecError as error:
        return None, TestResult(RUNTIME_ERROR, str(error))
