"""What an attack is, and how one is judged."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

from sandbox import Limits, RunResult, Sandbox, Status

QUICK = Limits(cpu_s=2, wall_s=3, memory_mb=256)

FAILED = frozenset(
    {
        Status.RUNTIME_ERROR,
        Status.TIME_LIMIT,
        Status.MEMORY_LIMIT,
        Status.OUTPUT_LIMIT,
        Status.VIOLATION,
    }
)
"""Any end but a good one."""

MARK = "assay_attack_leftover"
"""Part of the name of every file and process that an attack tries to leave behind."""

_PRELUDE = f"""
import ctypes, os, sys, time
MARK = {MARK!r}
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *args):
    ctypes.set_errno(0)
    done = libc.syscall(number, *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    return done, ctypes.get_errno()
def refused(number, *args):
    done, error = call(number, *args)
    return done < 0 and error in (1, 13, 38)
"""

_VERDICT = """
print("got in" if got_in() else "kept out")
"""


@dataclass(frozen=True)
class Attack:
    """One hostile program.

    Args:
        id: names the test.
        says: what must hold, as a sentence.
        code: the program.
        allowed: statuses that may come of it.
        stdout: what it must have printed, exactly; None when that does not matter.
        stdin: what it reads.
        limits: what it may use.
        needs: flags without which it is not expected to fail.
        max_wall_s: how long the caller may have to wait.
    """

    id: str
    says: str
    code: str
    allowed: frozenset[Status] = FAILED
    stdout: bytes | None = None
    stdin: bytes = b""
    limits: Limits = QUICK
    needs: frozenset[str] = frozenset()
    max_wall_s: float = 20.0
    language: str = "python"
    files: dict[str, bytes] = field(default_factory=dict)


def probe(id: str, says: str, code: str, **more) -> Attack:
    """An attack that knows whether it succeeded: it defines `got_in()`, which must not say True or be let run on."""
    return Attack(id, says, _PRELUDE + code + _VERDICT, frozenset({Status.OK}), b"kept out\n", **more)


def ending(id: str, says: str, code: str, *allowed: Status, **more) -> Attack:
    """An attack that must come to one of these ends; any failure when none is named."""
    return Attack(id, says, _PRELUDE + code, frozenset(allowed) or FAILED, **more)


def complaint(box: Sandbox, attack: Attack) -> str:
    """Run an attack; what is wrong with its outcome, or "" when all is well."""
    before = host_state()
    start = time.monotonic()
    result = box.run(
        attack.code, language=attack.language, stdin=attack.stdin, limits=attack.limits, files=attack.files
    )
    took = time.monotonic() - start
    if result.status not in attack.allowed:
        return f"{attack.says}: ended with {_describe(result)}"
    if attack.stdout is not None and result.stdout != attack.stdout:
        return f"{attack.says}: printed {result.stdout[:200]!r}, {_describe(result)}"
    if took > attack.max_wall_s:
        return f"{attack.says}: took {took:.1f} s"
    if (after := host_state()) != before:
        return f"{attack.says}: left {after ^ before}"
    if box.run("print(6 * 7)").stdout != b"42\n":
        return f"{attack.says}: the next job did not run"
    return ""


def _describe(result: RunResult) -> str:
    return f"{result.status} ({result.detail}) {result.stderr[-300:]!r}"


def host_state() -> frozenset[str]:
    """Traces that attacks would leave on the host: processes and files that bear the mark, and System V memory."""
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/comm") as file:
                name = file.read()
            with open(f"/proc/{pid}/cmdline") as file:
                line = file.read()
        except OSError:
            continue
        if name.startswith(MARK[:15]) or f"{MARK}_process" in line:
            found.add(f"process {pid} {name.strip()}")
    for place in ("/tmp", "/var/tmp", "/dev/shm", os.path.expanduser("~"), os.getcwd()):
        found.update(f"file {place}/{name}" for name in os.listdir(place) if MARK in name)
    for kind in ("shm", "sem", "msg"):
        try:
            with open(f"/proc/sysvipc/{kind}") as file:
                found.update(f"{kind} {line.split()[0]}" for line in file.readlines()[1:])
        except OSError:
            continue
    return frozenset(found)
