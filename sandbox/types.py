"""What goes into a sandbox and what comes out: limits, levels, statuses, results, errors. Plain values."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How a job is isolated, weakest first; each level has all of the one before. `assay doctor` says what there is.

    RLIMITS     resource limits only. Never chosen unless asked for by name: an untrusted program can read your files.
    FILTERED    + seccomp, Landlock, no_new_privs, one process a job. Works in a plain container without privileges.
    NAMESPACED  + user, pid, mount, network, ipc and uts namespaces, an empty root with a read-only /usr and Python.
    CGROUPED    + the kernel counts memory and tasks of the whole process tree.
    VM          a kernel of its own (gVisor or a remote machine); by configuration only.
    """

    RLIMITS = 0
    FILTERED = 1
    NAMESPACED = 2
    CGROUPED = 3
    VM = 4

    @classmethod
    def parse(cls, level: Level | str | None) -> Level | None:
        """`"namespaced"` or `Level.NAMESPACED` to the level; None (the best there is) stays None."""
        if level is None or isinstance(level, Level):
            return level
        if level.upper() not in cls.__members__:
            names = ", ".join(repr(name.lower()) for name in cls.__members__)
            raise ValueError(
                f"level={level!r} is no isolation level; write one of {names}, or None for the best there is"
            )
        return cls[level.upper()]

    def __str__(self) -> str:
        return self.name.lower()


class Status(StrEnum):
    """How a job ended. OK means exit code 0 within all limits; it never means that the answer is right.

    `accepted` and `wrong_answer` are a verifier's words and do not occur here. INTERNAL_ERROR is our fault, not the
    program's: the job was tried twice and the sandbox could not run it.
    """

    OK = "ok"
    RUNTIME_ERROR = "runtime_error"
    COMPILE_ERROR = "compile_error"
    TIME_LIMIT = "time_limit_exceeded"
    MEMORY_LIMIT = "memory_limit_exceeded"
    OUTPUT_LIMIT = "output_limit_exceeded"
    VIOLATION = "sandbox_violation"
    INTERNAL_ERROR = "internal_error"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use, all its processes together. `Limits().but(wall_s=2)` changes a field.

    Time waiting in the queue is not counted. The defaults suit a function of a few lines and its tests.
    """

    cpu_s: float = 5.0
    wall_s: float = 10.0
    memory_mb: int = 512
    output_kb: int = 1024  # stdout and stderr together; what is beyond is never read
    tasks: int = 32  # processes and threads
    disk_mb: int = 32
    inodes: int = 4096
    open_files: int = 256
    message_kb: int = 16 * 1024  # one message on a session's channel

    def __post_init__(self) -> None:
        for name, (least, most) in _ALLOWED.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise TypeError(f"{name}={value!r}: a limit is a number")
            if not least <= value <= most:
                raise ValueError(f"{name}={value!r}: write a number from {least:g} to {most}{_WHY.get(name, '')}")
            if not name.endswith("_s"):
                object.__setattr__(self, name, math.ceil(value))  # the kernel counts in whole ones

    def but(self, **changes: float) -> Limits:
        """These limits with some fields changed."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]


_ALLOWED: Mapping[str, tuple[float, int]] = {
    "cpu_s": (0.01, 10**6),
    "wall_s": (0.01, 10**6),
    "memory_mb": (32, 1 << 24),
    "output_kb": (0.001, 128 << 10),
    "tasks": (1, 1 << 20),
    "disk_mb": (0.001, 1 << 24),
    "inodes": (16, 1 << 30),
    "open_files": (16, 1 << 20),
    "message_kb": (0.001, 1 << 20),
}
"""Smallest and largest value of each limit: with less nothing could start, more does not exist."""

_WHY = {
    "memory_mb": "; an interpreter alone takes about 20",
    "inodes": "; the working directory itself takes some",
    "open_files": "; an interpreter alone takes some",
    "output_kb": "; all of it is kept in memory",
}

COMPILE_LIMITS = Limits(cpu_s=30, wall_s=40, memory_mb=2048, output_kb=256, tasks=64, disk_mb=256)


@dataclass(frozen=True, slots=True)
class RunResult:
    """How one job ended and what it left. Everything in it was measured outside the job, except the bytes it wrote."""

    status: Status
    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int | None = None  # None when a signal ended it
    signal: int | None = None
    cpu_s: float = 0.0  # of the whole tree
    wall_s: float = 0.0  # without the queue
    peak_memory_mb: float = 0.0
    level: Level = Level.RLIMITS
    flags: frozenset[str] = frozenset()  # what was really enforced: see `sandbox.levels.FLAGS`
    detail: str = ""  # a sentence for people: which limit, which fault
    files: Mapping[str, bytes] = field(default_factory=dict)  # the files asked for by `collect=`

    @property
    def ok(self) -> bool:
        """Exit code 0 within all limits. Says nothing about the answer: `os._exit(0)` is ok too."""
        return self.status is Status.OK


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled program, to be run many times: what `Sandbox.compile` returns. Bytes that only a jail should run."""

    language: str
    binary: bytes


@dataclass(frozen=True, slots=True)
class Job:
    """One program to run. `Sandbox.run(code, ...)` takes the same fields; a Job is for `run_batch` and for keeping.

    Args:
        code: source text; with `language="python"` it runs as `__main__`. Or a Program, compiled before.
        stdin: bytes on descriptor 0, which is a real pipe or file.
        args: sys.argv[1:].
        files: relative path to content, put into the working directory before the start.
        collect: relative paths to return in `RunResult.files` where the job left them as plain files.
        limits: None takes the sandbox's own.
        entry: for sessions, "module:function" among the sandbox's `modules`; see `Sandbox.open`.
    """

    code: str | bytes | Program
    language: str = "python"
    stdin: bytes = b""
    args: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    collect: tuple[str, ...] = ()
    limits: Limits | None = None
    entry: str = ""


class SandboxError(Exception):
    """Any fault of a sandbox that a caller can act on.

    SandboxError
    ├── LevelUnavailable     this machine cannot isolate as asked; the message names what is missing
    ├── LanguageUnavailable  no compiler or interpreter for that language here: nothing was run, no verdict
    ├── CompileError         from `compile` only: the compiler refused the program
    ├── SessionEnded         the job closed its end of the channel, or was ended; `close()` has the RunResult
    └── SandboxBroken        the sandbox could not run the job, twice; ours, not the program's
    """


class LevelUnavailable(SandboxError):
    """The level asked for needs something that this machine does not give. The message names it."""


class LanguageUnavailable(SandboxError):
    """There is no compiler or interpreter for that language on this machine, so nothing was run."""


class SessionEnded(SandboxError):
    """The job's end of the channel is closed: it exited, crashed, or was killed for a limit. `close()` tells which."""


class CompileError(SandboxError):
    """The compiler refused the program. `result` has its words; the status is `compile_error` or the limit it hit."""

    def __init__(self, result: RunResult):
        super().__init__(result.stderr.decode(errors="replace")[:2000] or result.detail)
        self.result = result


class SandboxBroken(SandboxError):
    """The sandbox failed to run a job, and failed again when it retried. The program is not to blame."""
