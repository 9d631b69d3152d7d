"""The caller between tester and solution: what it counts, whose word it takes, whose time runs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox import Limits, RunResult, SessionEnded, Status
from verifiers.code import relayed

LOADED = b'["=",[null]]'
PASSED = b'V{"outcome":"passed","why":""}'
FAILED = b'V{"outcome":"failed","why":"AssertionError"}'


class Clock:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


class FakeSession:
    """Plays a list of messages: bytes, (seconds, bytes), or a Status with which its job has ended."""

    def __init__(self, script: list[Any], clock: Clock):
        self.script, self.clock, self.sent, self.status = list(script), clock, [], Status.OK

    def send(self, message: bytes) -> None:
        self.sent.append(message)

    def recv(self, timeout_s: float | None = None) -> bytes:
        step = self.script.pop(0)
        seconds, message = step if isinstance(step, tuple) else (0.0, step)
        self.clock.now += seconds if timeout_s is None else min(seconds, timeout_s)
        if timeout_s is not None and seconds >= timeout_s:
            raise TimeoutError
        if isinstance(message, Status):
            self.status = message
            raise SessionEnded("gone")
        return message

    def close(self) -> RunResult:
        return RunResult(self.status, detail="as scripted")

    def __enter__(self) -> FakeSession:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class FakeBox:
    """Opens the two scripted sessions; the tester's `DONE` becomes the nonce that it was given."""

    def __init__(self, tester: list[Any], solution: list[Any], clock: Clock):
        self.tester, self.solution = FakeSession(tester, clock), FakeSession(solution, clock)
        self.opened: list[str] = []

    def open(self, code: str, *, entry: str, limits: Limits, beside: Any = None, files: Any = None) -> FakeSession:
        self.opened.append(entry)
        if entry != relayed.TESTER:
            assert beside is self.tester
            nonce = json.loads(self.tester.sent.pop(0))["nonce"]
            done = b"V" + json.dumps({"nonce": nonce}).encode()
            self.tester.script = [done if step == "DONE" else step for step in self.tester.script]
            return self.solution
        assert not code  # the tests go by the channel
        return self.tester


def judge(
    monkeypatch: pytest.MonkeyPatch, tester: list[Any], solution: list[Any], total: int = 1
) -> tuple[list[str], FakeBox]:
    clock = Clock()
    monkeypatch.setattr(relayed, "time", clock)
    box = FakeBox(tester, solution, clock)
    outcome = relayed.judge(box, "program", {"tests": []}, total, Limits(cpu_s=3, wall_s=3))
    return [test.status for test in outcome.tests], box


def test_messages_are_passed_on_and_verdicts_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    statuses, box = judge(monkeypatch, [b"Rask", PASSED, FAILED, "DONE"], [LOADED, b"reply"], total=2)
    assert statuses == ["accepted", "wrong_answer"]
    assert (box.solution.sent, box.tester.sent) == ([b"ask"], [b"reply"])
    assert box.opened == [relayed.TESTER, relayed.SOLUTION]


def test_a_verdict_from_the_solution_is_only_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    statuses, box = judge(monkeypatch, [b"Rask", FAILED, "DONE"], [LOADED, PASSED])
    assert statuses == ["wrong_answer"]
    assert box.tester.sent == [PASSED]


@pytest.mark.parametrize(
    ("tester", "statuses"),
    [
        ([PASSED, Status.OK], ["accepted", "runtime_error"]),
        ([PASSED, "DONE"], ["accepted", "runtime_error"]),
        ([PASSED, PASSED, Status.OK], ["accepted", "runtime_error"]),
        ([PASSED, b'V{"nonce":"guessed","outcome":"passed","why":""}', Status.OK], ["accepted", "runtime_error"]),
        ([Status.TIME_LIMIT], ["time_limit_exceeded", "not_run"]),
        ([PASSED, Status.MEMORY_LIMIT], ["accepted", "memory_limit_exceeded"]),
        ([Status.INTERNAL_ERROR], ["internal_error", "not_run"]),
    ],
)
def test_success_needs_every_test_and_the_nonce(
    tester: list[Any], statuses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = judge(monkeypatch, tester, [LOADED], total=2)
    assert found == statuses


@pytest.mark.parametrize("status", [Status.OK, Status.RUNTIME_ERROR, Status.MEMORY_LIMIT, Status.VIOLATION])
def test_a_solution_that_ends_fails_the_test_it_was_asked_for(status: Status, monkeypatch: pytest.MonkeyPatch) -> None:
    statuses, _ = judge(monkeypatch, [PASSED, b"Rask"], [LOADED, status], total=3)
    assert statuses == ["accepted", "runtime_error" if status is Status.OK else str(status), "not_run"]


def test_the_solution_pays_for_its_own_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    statuses, _ = judge(monkeypatch, [b"R1", (2.0, b"R2"), (2.5, PASSED), "DONE"], [LOADED, (1.0, b"a"), (1.0, b"b")])
    assert statuses == ["accepted"]
    statuses, _ = judge(monkeypatch, [b"R1", b"R2", PASSED, "DONE"], [(1.0, LOADED), (1.0, b"a"), (1.5, b"b")])
    assert statuses == ["time_limit_exceeded"]
