"""`assay doctor` and `assay run`: what this machine can isolate, in plain words, and one program tried out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from sandbox import languages
from sandbox.box import Sandbox
from sandbox.levels import FLAGS
from sandbox.types import Level, LevelUnavailable, Limits, RunResult

_MEANS = {
    Level.FILTERED: "one process a job, no files of yours, no network (seccomp and Landlock)",
    Level.NAMESPACED: "a root, network and process table of its own for each worker",
    Level.CGROUPED: "the kernel itself limits memory and tasks of everything a job starts",
}
_SUFFIXES = {
    ".py": "python",
    ".c": "c",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".rs": "rust",
    ".go": "go",
    ".js": "javascript",
    ".sh": "bash",
}


def doctor(say: Callable[[str], object] = print) -> bool:
    """Say which levels this machine gives and why not the others, what is enforced, and which languages run.

    Returns:
        Whether untrusted programs can be run at all.
    """
    say(f"Python {sys.version.split()[0]} on Linux {os.uname().release}, as {_who()}, {os.cpu_count()} cores")
    best = None
    for level, meaning in _MEANS.items():
        try:
            with Sandbox(workers=1, level=level) as box:
                best, flags = level, box.flags
            say(f"  yes  {level}: {meaning}")
        except LevelUnavailable as error:
            say(f"  no   {level}: {error}")
    if best is None:
        say("Untrusted programs cannot be run here; level 'rlimits' is for programs that you trust.")
        return False
    say(f"Jobs run at level {best}, where")
    for flag in sorted(flags):
        say(f"  {FLAGS[flag]}")
    for name, path in {"python": sys.executable, **languages.available()}.items():
        say(f"  {name}: {path or 'no compiler or interpreter found'}")
    return True


def _who() -> str:
    return "root" if os.geteuid() == 0 else f"user {os.geteuid()}"


def run_file(
    path: str,
    *,
    language: str | None = None,
    level: str | None = None,
    stdin: bytes = b"",
    args: tuple[str, ...] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> RunResult:
    """Run one file in a sandbox of its own; the language follows from its suffix unless given.

    Raises:
        ValueError: the suffix is none that we know, and no language was given.
        LanguageUnavailable, LevelUnavailable: this machine lacks it.
    """
    name = language or _SUFFIXES.get(Path(path).suffix)
    if name is None:
        raise ValueError(f"{path}: cannot tell the language of {Path(path).suffix!r}; give it with language=")
    with Sandbox(workers=1, level=level) as box:
        return box.run(Path(path).read_bytes(), language=name, stdin=stdin, args=args, limits=limits)


def explain(result: RunResult) -> str:
    """One line about how a program ended, for people."""
    end = f"exit code {result.exit_code}" if result.exit_code is not None else f"signal {result.signal}"
    return (
        f"{result.status}: {result.detail or end}; {result.cpu_s:.3f} s CPU, {result.wall_s:.3f} s wall, "
        f"{result.peak_memory_mb:.0f} MB, level {result.level}"
    )
