"""`assay run` and `assay doctor`: try a program in the sandbox, and see what this machine can isolate."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from assay.console import console
from assay.errors import AssayError
from sandbox import Limits, SandboxError
from sandbox.doctor import doctor, explain, run_file

REFUSED = 1
"""Exit code of `assay run` where the program did not end with exit code 0 within its limits."""


def run_program(
    file: Path,
    args: Sequence[str] = (),
    *,
    language: str | None = None,
    level: str | None = None,
    wall_s: float = 10.0,
    memory_mb: int = 512,
) -> None:
    """Run the file; its output goes to ours, and how it ended to standard error. Exit code 0 means that it ended well."""
    if not file.is_file():
        raise AssayError(f"{file} is not a file; give a program to run.")
    stdin = b"" if sys.stdin.isatty() else sys.stdin.buffer.read()
    limits = Limits(cpu_s=wall_s, wall_s=wall_s, memory_mb=memory_mb)
    try:
        result = run_file(str(file), language=language, level=level, stdin=stdin, args=tuple(args), limits=limits)
    except SandboxError as error:
        raise AssayError(str(error)) from error
    for stream, written in ((sys.stdout, result.stdout), (sys.stderr, result.stderr)):
        stream.flush()
        stream.buffer.write(written)
        stream.flush()
    console(stderr=True).print(explain(result), style="good" if result.ok else "bad", markup=False, soft_wrap=True)
    raise SystemExit(0 if result.ok else REFUSED)


def examine() -> None:
    """Print what this machine gives. Exit code 0 where untrusted programs can be run at all."""
    raise SystemExit(0 if doctor() else REFUSED)
