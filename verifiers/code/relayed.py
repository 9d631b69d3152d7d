"""Tests judged by a second jailed process that holds them: this process passes messages on and counts what was passed.

The tester runs the test code; the solution's process runs the submission; neither sees the other's memory, and only the
tester's word about its own tests is heard.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from sandbox import Limits, Sandbox, Session, SessionEnded
from verifiers.code.guest import SOLUTION, TESTER
from verifiers.code.outcome import (
    ACCEPTED,
    MEMORY_LIMIT,
    RUNTIME_ERROR,
    WRONG,
    Outcome,
    TestResult,
    answer,
    ended_as,
    filled,
    overrun,
)

_TESTER_EXTRA_S = 5.0
"""Added to the tester's wall clock: it starts before the solution and mostly waits for it."""

_STATUS = {"passed": ACCEPTED, "failed": WRONG, "raised": RUNTIME_ERROR, "error": RUNTIME_ERROR}


def judge(box: Sandbox, program: str, plan: Mapping[str, Any], total: int, limits: Limits) -> Outcome:
    """Run the program and the tests of the plan beside it.

    Args:
        plan: {"tests": [...]} or {"test_code", "entry_point"}, and "owned": see `guest.tester.serve`.
        total: the number of tests that must be reported.
    """
    nonce = secrets.token_hex(16)
    tester_limits = Limits().but(wall_s=limits.wall_s + _TESTER_EXTRA_S, cpu_s=limits.cpu_s + 1, output_kb=1 << 14)
    # The tester first: the solution's clock starts with the solution, which must not wait for a place beside it.
    with (
        box.open(json.dumps({**plan, "nonce": nonce}), entry=TESTER, limits=tester_limits) as tester,
        box.open(program, entry=SOLUTION, limits=limits, beside=tester) as solution,
    ):
        return _Conversation(tester, solution, total, nonce).outcome()


class _Conversation:
    def __init__(self, tester: Session, solution: Session, total: int, nonce: str):
        self.tester, self.solution, self.total, self.nonce = tester, solution, total, nonce
        self.results: list[TestResult] = []

    def outcome(self) -> Outcome:
        try:
            _, problem = answer(self.solution.recv())
        except SessionEnded:
            return self._ended()
        if problem:
            run = self.solution.close()
            return Outcome(filled([], self.total, overrun(run) or problem.status, problem.why), run)
        while True:
            try:
                frame = self.tester.recv()
            except SessionEnded:
                return self._tester_ended()
            if frame[:1] == b"V":
                if (verdict := json.loads(frame[1:])).get("nonce") == self.nonce:
                    return self._finished()
                self.results.append(_result(verdict))
                continue
            try:
                self.solution.send(frame[1:])
                reply = self.solution.recv()
            except SessionEnded:
                return self._ended()
            try:
                self.tester.send(reply)
            except SessionEnded:
                return self._tester_ended()

    def _finished(self) -> Outcome:
        run = self.solution.close()
        if broken := overrun(run):
            return Outcome(filled([], self.total, broken, run.detail), run)
        if len(self.results) != self.total:
            return Outcome(filled(self.results, self.total, RUNTIME_ERROR, "not every test was reported"), run)
        return Outcome(self.results, run)

    def _ended(self) -> Outcome:
        """The solution's process ended while an answer was due."""
        run = self.solution.close()
        return Outcome(filled(self.results, self.total, ended_as(run), run.detail), run)

    def _tester_ended(self) -> Outcome:
        """The tester ended: it ran out of its limits over the solution's values, which is charged to the solution."""
        run = self.tester.close()
        return Outcome(filled(self.results, self.total, ended_as(run), f"in the tests: {run.detail}"), run)


def _result(verdict: Mapping[str, Any]) -> TestResult:
    status, why = _STATUS[verdict["outcome"]], verdict["why"]
    if status == RUNTIME_ERROR and why.startswith("MemoryError"):
        status = MEMORY_LIMIT
    return TestResult(status, why)
