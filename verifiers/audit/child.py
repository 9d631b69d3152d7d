"""A grader in a process of its own, which is replaced when it hangs, dies or grows.

The child is forked, so that any object can be audited: a lambda, a class in a notebook. It scores on its main thread unless a
call asks for another, writes its output to a file that is measured, and compares global state around each case. All that it
can do to the auditor is to answer, or not.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import random
import select
import signal
import socket
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from verifiers.audit.case import Call, Complaint, Outcome
from verifiers.audit.elsewhere import START_S, Elsewhere
from verifiers.audit.state import PATCHED, changes, snapshot
from verifiers.base import Verifier, gate, scores_of
from verifiers.types import Problem, Sample, Score

LENGTH = struct.Struct(">I")
OUTPUT_BYTES = 20_000
"""Printing more than this for one case is a flood."""
POLL_S = 0.03
PAGE = os.sysconf("SC_PAGE_SIZE")


class _Closed(Verifier):
    name = "closed"

    def score(self, sample: Sample) -> Score:
        return Score.of(False, "closed")


VARIANTS: dict[str, Callable[[Verifier], Verifier]] = {
    "": lambda v: v,
    "0.5 * v": lambda v: 0.5 * v,
    "gate(0) * v": lambda v: gate(_Closed()) * v,
    "v & v": lambda v: v & v,
    "v | v": lambda v: v | v,
    "hash seed 1": lambda v: Elsewhere(v, 1),
    "hash seed 2": lambda v: Elsewhere(v, 2),
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back for a case.

    Args:
        outcomes: of all items of all calls, in order; empty where `trouble` says why there are none.
        seconds: of the slowest call.
        side: what happened besides: a flood of output, a change of state.
        trouble: the process hung, ended or grew.
    """

    outcomes: tuple[Outcome, ...] = ()
    seconds: float = 0.0
    side: tuple[Complaint, ...] = ()
    trouble: Complaint | None = None


class Grader:
    """The auditor's end. Use as a context manager; not for several threads at once.

    Args:
        time_limit_s, memory_mb: what one call may take.
        warm_up: calls that each new process begins with, so that what the grader imports late is not charged to a case.
        warm_up_s: what they may take.
    """

    def __init__(
        self,
        verifier: Verifier,
        *,
        time_limit_s: float,
        memory_mb: int,
        warm_up: Sequence[Call] = (),
        warm_up_s: float = 60.0,
    ):
        self.verifier, self.time_limit_s, self.memory_mb = verifier, time_limit_s, memory_mb
        self.warm_up, self.warm_up_s = warm_up, warm_up_s
        self.pid = 0
        self.side_of_start: tuple[Complaint, ...] = ()

    def ask(self, calls: Sequence[Call]) -> Answered:
        """Score the calls, in a process that is started where there is none."""
        if not self.pid:
            started = self._start()
            if started.trouble:
                return started
        return self._exchange(calls, sum(START_S if call.elsewhere else self.time_limit_s for call in calls))

    def _start(self) -> Answered:
        self.socket, theirs = socket.socketpair()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        self.pid = os.fork()
        if not self.pid:
            try:
                self.socket.close()
                os.setpgid(0, 0)
                _serve(self.verifier, theirs)
            finally:
                os._exit(0)
        theirs.close()
        if not self.warm_up:
            return Answered()
        answered = self._exchange(self.warm_up, self.warm_up_s)
        if answered.trouble:
            self.warm_up = ()  # It would only take as long again.
        self.side_of_start = answered.side
        self._resident = _resident(self.pid) if self.pid else 0
        return answered

    _resident = 0

    def _exchange(self, calls: Sequence[Call], limit_s: float) -> Answered:
        body = pickle.dumps(list(calls))
        deadline = time.monotonic() + limit_s + 0.2
        try:
            self.socket.settimeout(limit_s + 0.2)
            self.socket.sendall(LENGTH.pack(len(body)) + body)
            while not select.select([self.socket], [], [], POLL_S)[0]:
                if self._resident and _resident(self.pid) - self._resident > self.memory_mb << 20:
                    return self._end(Complaint("memory", f"one case took more than {self.memory_mb} MB"))
                if time.monotonic() > deadline:
                    return self._end(Complaint("hang", f"no verdict within {limit_s:g} s"))
            return self._answered(json.loads(_read(self.socket)))
        except TimeoutError:
            return self._end(Complaint("hang", f"no verdict within {limit_s:g} s"))
        except (OSError, EOFError, ValueError, TypeError, KeyError):
            return self._end(None)  # Without a reply, or with one that is none: Python itself may have been patched.

    def _answered(self, reply: dict[str, Any]) -> Answered:
        side = [Complaint("state", f"scoring changed {what}") for what in reply["changed"]]
        if reply["printed"] > OUTPUT_BYTES:
            side.append(Complaint("output", f"scoring printed more than {OUTPUT_BYTES:,} bytes for one case"))
        outcomes = tuple(Outcome(*pair) for pair in reply["outcomes"])
        if PATCHED in reply["changed"]:
            self.close()  # Or every later verdict would be about that.
        if self._resident and reply["grown"] > self.memory_mb << 20:
            return self._end(Complaint("memory", f"one case took more than {self.memory_mb} MB"))
        if reply["seconds"] > self.time_limit_s and self._resident:
            return Answered(
                outcomes, reply["seconds"], tuple(side), Complaint("hang", f"no verdict within {self.time_limit_s:g} s")
            )
        return Answered(outcomes, reply["seconds"], tuple(side))

    def _end(self, trouble: Complaint | None) -> Answered:
        """Kill the process; without a trouble given, it ended by itself, and its status says how."""
        status = self.close(wait_first=trouble is None)
        if trouble is None:
            how = f"by signal {-status}" if status < 0 else f"with exit code {status}"
            trouble = Complaint("exit", f"the grader ended its process {how}")
        return Answered(trouble=trouble, seconds=self.time_limit_s if trouble.fault == "hang" else 0.0)

    def close(self, wait_first: bool = False) -> int:
        """End the process and its group; the exit status, negative for a signal."""
        if not self.pid:
            return 0
        self.socket.close()
        status = None
        for _ in range(20 if wait_first else 0):
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            status = None
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        if status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read(sock: socket.socket) -> bytes:
    (length,) = LENGTH.unpack(_read_exactly(sock, LENGTH.size))
    return _read_exactly(sock, length)


def _read_exactly(sock: socket.socket, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = sock.recv(length - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _resident(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * PAGE
    except OSError:
        return 0


# What follows runs in the child.


def _serve(verifier: Verifier, auditor: socket.socket) -> None:
    """Answer until the auditor hangs up. What the grader prints goes to a file that is emptied after each case."""
    with tempfile.TemporaryFile() as output:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for fd in (1, 2):
            os.dup2(output.fileno(), fd)
        # The caller may have replaced them by objects that do not write to 1 and 2, as pytest does.
        sys.stdout, sys.stderr = (os.fdopen(os.dup(fd), "w", errors="replace") for fd in (1, 2))
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        number = 0
        while True:
            try:
                calls = pickle.loads(_read(auditor))
            except EOFError:
                return
            number += 1
            body = json.dumps(_scored(verifier, calls, number, output)).encode()
            auditor.sendall(LENGTH.pack(len(body)) + body)


def _scored(verifier: Verifier, calls: list[Call], number: int, output: BinaryIO) -> dict[str, Any]:
    # A generator that is seeded alike by every call would otherwise look untouched.
    random.seed(number)
    before, held, slowest = snapshot(), _peak(), 0.0
    outcomes: list[Any] = []
    for call in calls:
        start = time.monotonic()
        scores = _call(verifier, call)
        if not call.elsewhere:
            slowest = max(slowest, time.monotonic() - start)
        outcomes += [(score.value, _reason(score)) for score in scores]
    changed = changes(before, snapshot())
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    printed = os.fstat(output.fileno()).st_size
    os.ftruncate(output.fileno(), 0)
    os.lseek(output.fileno(), 0, os.SEEK_SET)
    return {
        "outcomes": outcomes,
        "seconds": slowest,
        "changed": changed,
        "printed": printed,
        "grown": max(0, _peak() - held),
    }


def _reason(score: Score) -> str:
    message = score.detail.get("message", "") if score.reason.startswith("error:") else ""
    return f"{score.reason} {message}".strip()[:100]


def _call(verifier: Verifier, call: Call) -> list[Score]:
    samples = [Sample(Problem(call.prompt, gold), text, num_tokens=len(text) // 4 + 1) for gold, text in call.items]
    composed = VARIANTS[call.variant](verifier)
    if not call.thread:
        return scores_of(composed, samples)
    found: list[list[Score]] = []
    thread = threading.Thread(target=lambda: found.append(scores_of(composed, samples)))
    thread.start()
    thread.join()
    return found[0] if found else [Score.unscored("error:thread")] * len(samples)


def _peak() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
