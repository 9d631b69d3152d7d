"""What became of a program: a status for each test, and how its processes ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox import RunResult, Status
from verifiers.code.guest.values import CodecError, loads

ACCEPTED, WRONG, RUNTIME_ERROR, NOT_RUN = "accepted", "wrong_answer", "runtime_error", "not_run"
MEMORY_LIMIT, TIME_LIMIT, INTERNAL = str(Status.MEMORY_LIMIT), str(Status.TIME_LIMIT), str(Status.INTERNAL_ERROR)


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test: its status, and for people a few words on why."""

    status: str
    why: str = ""

    __test__ = False  # no test class, whatever its name makes pytest think


@dataclass(frozen=True, slots=True)
class Outcome:
    """One program: its tests in order, including those that were not reached, and the (last) job that ran it."""

    tests: Sequence[TestResult]
    run: RunResult | None = None

    @property
    def status(self) -> str:
        """That of the first test that was not passed; ours before the program's."""
        statuses = [test.status for test in self.tests]
        if INTERNAL in statuses:
            return INTERNAL
        return next((status for status in statuses if status != ACCEPTED), ACCEPTED)

    @property
    def passed(self) -> int:
        return sum(test.status == ACCEPTED for test in self.tests)

    def detail(self) -> dict[str, Any]:
        """For `Score.detail`: JSON values."""
        detail: dict[str, Any] = {"passed": self.passed, "total": len(self.tests)}
        detail["tests"] = [{"status": t.status, **({"why": t.why} if t.why else {})} for t in self.tests]
        if self.run is not None:
            detail |= {"level": str(self.run.level), "flags": sorted(self.run.flags)}
            detail |= {"cpu_s": self.run.cpu_s, "wall_s": self.run.wall_s, "peak_memory_mb": self.run.peak_memory_mb}
        return detail


def filled(results: Sequence[TestResult], total: int, status: str, why: str = "") -> list[TestResult]:
    """Results so far, then one with the status that ended the run, then the tests that were not reached."""
    reached = [*results, TestResult(status, why)][:total]
    return reached + [TestResult(NOT_RUN)] * (total - len(reached))


def ended_as(run: RunResult) -> str:
    """The status of a program whose process ended while an answer was due: an exit code of 0 is no answer."""
    return RUNTIME_ERROR if run.status is Status.OK else str(run.status)


def overrun(run: RunResult) -> str | None:
    """The limit that a job broke although it had answered all; None where it kept to them."""
    return str(run.status) if run.status in _OVERRUN else None


_OVERRUN = frozenset((Status.MEMORY_LIMIT, Status.OUTPUT_LIMIT, Status.VIOLATION, Status.INTERNAL_ERROR))


def answer(frame: bytes) -> tuple[Any, TestResult | None]:
    """What the solution's process says, in `guest.start`'s form: (tokens, None) or (None, what went wrong).

    (None, None) stands for a value that is not plain.
    """
    try:
        message = loads(frame)
    except CodecError as error:
        return None, TestResult(RUNTIME_ERROR, str(error))
    if message == ["~"]:
        return None, None
    if type(message) is list and len(message) == 2 and message[0] == "=":
        return message[1], None
    if type(message) is list and len(message) == 3 and message[0] == "!":
        name, text = str(message[1])[:100], str(message[2])[:400]
        return None, TestResult(MEMORY_LIMIT if name == "MemoryError" else RUNTIME_ERROR, f"{name}: {text}")
    return None, TestResult(RUNTIME_ERROR, "its process sent a malformed answer")
