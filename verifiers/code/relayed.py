"""Tests judged by a second jailed process that holds them: this process passes messages on and counts what was passed.

The tester runs the test code; the solution's process runs the submission; neither sees the other's memory, and only the
tester's word about its own tests is heard.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from sandbox import Limits, Sandbox, Session, SessionEnded
from verifiers.code.guest import SOLUTION, TESTER
from verifiers.code.outcome import (
    ACCEPTED,
    MEMORY_LIMIT,
    RUNTIME_ERROR,
    TIME_LIMIT,
    WRONG,
    Outcome,
    TestResult,
    answer,
    ended_as,
    filled,
    overrun,
)

_TESTER_S = 4.0
"""Wall-clock seconds that the tester may take for itself; while it works, the solution's time does not run."""

_STATUS = {"passed": ACCEPTED, "failed": WRONG, "raised": RUNTIME_ERROR, "error": RUNTIME_ERROR}


def judge(
    box: Sandbox,
    program: str,
    plan: Mapping[str, Any],
    total: int,
    limits: Limits,
    files: Mapping[str, bytes] | None = None,
) -> Outcome:
    """Run the program and the tests of the plan beside it.

    Args:
        plan: {"tests": [...]} or {"test_code", "entry_point"}, and "owned": see `guest.tester.serve`.
        total: the number of tests that must be reported.
        files: what the program finds in its working directory.
    """
    nonce = secrets.token_hex(16)
    wall_s = limits.wall_s + _TESTER_S
    tester_limits = Limits().but(wall_s=wall_s, cpu_s=limits.cpu_s + 1, output_kb=1 << 14)
    # The tester first: the solution's clock starts with the solution, which must not wait for a place beside it.
    with box.open("", entry=TESTER, limits=tester_limits) as tester:
        # By the channel, past the worker: what a worker has held, a later job can find in the memory it is forked with.
        tester.send(json.dumps({**plan, "nonce": nonce}).encode())
        limits_there = limits.but(wall_s=wall_s)
        with box.open(program, entry=SOLUTION, files=files, limits=limits_there, beside=tester) as solution:
            return _Conversation(tester, solution, total, nonce, limits.wall_s).outcome()


class _Conversation:
    def __init__(self, tester: Session, solution: Session, total: int, nonce: str, wall_s: float):
        self.tester, self.solution, self.total, self.nonce = tester, solution, total, nonce
        self.wall_s = self.left_s = wall_s
        self.results: list[TestResult] = []
        self.finished = False

    def outcome(self) -> Outcome:
        try:
            _, problem = answer(self._from_solution())
            if problem:
                run = self.solution.close()
                return Outcome(filled([], self.total, overrun(run) or problem.status, problem.why), run)
            while (message := self._to_be_passed_on()) is not None:
                self.solution.send(message)
                reply = self._from_solution()
                try:
                    self.tester.send(reply)
                except SessionEnded:
                    return self._tester_ended()
        except TimeoutError:
            run, why = self.solution.close(), f"ran for {self.wall_s:g} s of wall-clock time"
            return Outcome(filled(self.results, self.total, TIME_LIMIT, why), run)
        except SessionEnded:  # the solution's process has ended while an answer was due
            run = self.solution.close()
            return Outcome(filled(self.results, self.total, ended_as(run), run.detail), run)
        return self._finished() if self.finished else self._tester_ended()

    def _from_solution(self) -> bytes:
        """The solution's next message. Only here does its wall clock run."""
        start = time.monotonic()
        try:
            return self.solution.recv(timeout_s=self.left_s)
        finally:
            self.left_s = max(self.left_s - (time.monotonic() - start), 0.0)

    def _to_be_passed_on(self) -> bytes | None:
        """The tester's next message for the solution, after counting its verdicts; None at its end."""
        while True:
            try:
                frame = self.tester.recv()
            except SessionEnded:
                return None
            if frame[:1] != b"V":
                return frame[1:]
            verdict = json.loads(frame[1:])
            if verdict.get("nonce") == self.nonce:
                self.finished = True
                return None
            self.results.append(_result(verdict))

    def _finished(self) -> Outcome:
        run = self.solution.close()
        if broken := overrun(run):
            return Outcome(filled([], self.total, broken, run.detail), run)
        if len(self.results) != self.total:
            return Outcome(filled(self.results, self.total, RUNTIME_ERROR, "not every test was reported"), run)
        return Outcome(self.results, run)

    def _tester_ended(self) -> Outcome:
        """The tester ended: it ran out of its limits over the solution's values, which is charged to the solution."""
        run = self.tester.close()
        reported = self.results[: self.total - 1]  # without the nonce the last one does not count
        return Outcome(filled(reported, self.total, ended_as(run), f"in the tests: {run.detail}"), run)


def _result(verdict: Mapping[str, Any]) -> TestResult:
    status, why = _STATUS[verdict["outcome"]], verdict["why"]
    if status == RUNTIME_ERROR and why.startswith("MemoryError"):
        status = MEMORY_LIMIT
    return TestResult(status, why)
