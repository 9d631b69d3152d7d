"""The caller's side of the sandbox's processes: one supervisor, and the workers that it starts."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from typing import Any

from sandbox import cgroups, frames, scratch
from sandbox.types import LevelUnavailable

# Not `-m sandbox.supervisor`: the package's own __init__ would load the caller's half into the process that is to
# stay lean.
_BOOT = """
import sys, types
package = types.ModuleType("sandbox")
package.__path__ = [sys.argv[2]]
sys.modules["sandbox"] = package
from sandbox.supervisor import main
main()
"""
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/box/scratch/work",
    "USER": "sandbox",
    "LOGNAME": "sandbox",
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENSSL_CONF": "/dev/null",  # node ends at once when it may not read the system's
    "MKL_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "LD_BIND_NOW": "1",  # or every job resolves the symbols that it is the first to use
}
_PATIENCE_S = 60.0


def _environment() -> dict[str, str]:
    """What jobs see too; nothing of the caller's but where the interpreter's own libraries are."""
    libraries = os.environ.get("LD_LIBRARY_PATH")
    return {**_ENVIRONMENT, **({"LD_LIBRARY_PATH": libraries} if libraries else {})}


class WorkerLost(Exception):
    """A worker or the supervisor died or does not answer: the sandbox's fault. The job may be tried again."""


class Worker:
    """One worker (a warden and its zygote), as the caller holds it."""

    def __init__(self, conn: frames.Connection, pid: int, flags: frozenset[str], supervisor: Supervisor, pool: Pool):
        self._conn = conn
        self.pid = pid
        self.flags = flags
        self.supervisor = supervisor
        self.pool = pool
        self.spent = False

    def send(
        self, header: dict[str, Any], blobs: list[bytes] | tuple[bytes, ...] = (), fds: tuple[int, ...] = ()
    ) -> None:
        try:
            self._conn.send(frames.request(header), blobs, fds)
        except OSError as error:
            raise WorkerLost(f"worker {self.pid}: {error}") from error

    def recv(self, timeout_s: float) -> tuple[dict[str, Any], list[bytes]]:
        try:
            self._conn.set_timeout(timeout_s + _PATIENCE_S)
            header, blobs, _ = self._conn.recv()
            answer = json.loads(header)
            self.spent = answer.get("last", False)
            return answer, blobs
        except (OSError, frames.Hangup, ValueError) as error:
            raise WorkerLost(f"worker {self.pid}: {error}") from error

    def close(self) -> None:
        self._conn.close()


class Pool:
    """Places for at most `size` workers, each handed to one thread at a time."""

    def __init__(self, size: int):
        self.places = threading.Semaphore(size)
        self.free: list[Worker] = []


class Supervisor:
    """The supervisor process and its workers, as the caller holds them. Thread-safe.

    Args:
        config, sources: see `sandbox.worker`.
        size: how many workers there may be, and how many companions of theirs.
    Raises:
        LevelUnavailable: the machine cannot isolate as `config` asks.
    """

    def __init__(self, config: dict[str, Any], sources: list[bytes], size: int):
        self._lock = threading.Lock()
        self._closed = False
        self._workers, self._companions = Pool(size), Pool(size)
        ours, theirs = socket.socketpair()
        self._control = frames.Connection(ours)
        self._control.set_timeout(_PATIENCE_S)
        # Descriptors 0 to 2 become a pipe without a partner: Python's own streams, made once, must not look seekable.
        reader, writer = os.pipe()
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    "-S",
                    "-X",
                    "utf8",
                    "-c",
                    _BOOT,
                    str(theirs.fileno()),
                    os.path.dirname(__file__),
                ],
                stdin=reader,
                stdout=writer,
                stderr=None if os.environ.get("ASSAY_SANDBOX_DEBUG") else writer,
                pass_fds=[theirs.fileno()],
                env=_environment(),
                cwd="/",
                start_new_session=True,
            )
        os.close(reader)
        os.close(writer)
        answer, _ = self._request({"op": "start", "config": config}, sources)
        if "error" in answer:
            self.close()
            raise LevelUnavailable(answer["error"])
        self.level: int = answer["level"]

    def _request(
        self, header: dict[str, Any], blobs: list[bytes] | tuple[bytes, ...] = ()
    ) -> tuple[dict[str, Any], list[int]]:
        try:
            with self._lock:
                self._control.send(frames.request(header), blobs)
                answer, _, fds = self._control.recv()
                return json.loads(answer), fds
        except (OSError, frames.Hangup, ValueError) as error:
            self._closed = True  # an answer that still comes would be taken for the next one's
            raise WorkerLost(f"supervisor {self._process.pid}: {error}") from error

    def take(self, *, companion: bool = False) -> Worker:
        """A worker of our own, once there is a free place. `give` it back, or `discard` it when it is no good."""
        pool = self._companions if companion else self._workers
        pool.places.acquire()
        try:
            return pool.free.pop()
        except IndexError:
            pass
        try:
            return self._spawn(pool)
        except BaseException:
            pool.places.release()
            raise

    def _spawn(self, pool: Pool) -> Worker:
        answer, fds = self._request({"op": "spawn"})
        if "error" in answer:
            raise WorkerLost(f"could not start a worker: {answer['error']}")
        return Worker(
            frames.Connection(socket.socket(fileno=fds[0])), answer["pid"], frozenset(answer["flags"]), self, pool
        )

    def give(self, worker: Worker) -> None:
        """Put a worker back that is ready for the next job, or end it when it said that it was its last."""
        if worker.spent:
            self.discard(worker)
            return
        if self._closed:
            worker.close()
        worker.pool.free.append(worker)
        worker.pool.places.release()

    def discard(self, worker: Worker) -> None:
        """End a worker and all that runs in it; returns when it is gone."""
        worker.close()
        try:
            self._request({"op": "kill", "pid": worker.pid})
        except WorkerLost:
            self._closed = True  # with the supervisor all its workers are gone
        worker.pool.places.release()

    def alive(self) -> bool:
        return not self._closed and self._process.poll() is None

    def close(self) -> None:
        """End everything; returns when it is gone."""
        self.abandon()
        try:
            ended = self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            ended = self._process.wait()
        if ended != 0:  # it was killed, so it left its control groups and directories
            cgroups.sweep()
            scratch.sweep()

    def abandon(self) -> None:
        """Let go of the descriptors only: for a forked copy of the caller, whose parent goes on using them."""
        self._closed = True
        self._control.close()
        for worker in (*self._workers.free, *self._companions.free):
            worker.close()
