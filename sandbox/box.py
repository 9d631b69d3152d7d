"""`Sandbox`: run untrusted programs, from any thread or event loop."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sandbox.client import Pool, Supervisor, Worker, WorkerLost
from sandbox.session import Session
from sandbox.types import Job, Level, Limits, RunResult, SandboxBroken, Status


class Sandbox:
    """Isolated execution of untrusted programs; see the package's docstring for examples.

    Args:
        workers: jobs that run at once; None is one for each core we may use.
        limits: what a job may use when it brings no limits of its own.
        level: the isolation that is required; None takes the best there is. `self.level` says which.
        preload: modules that jobs will want, imported once: ("numpy",).
        modules: trusted bootstrap modules for sessions, name to source text.
    Raises:
        LevelUnavailable: this machine cannot isolate as asked; the message names what is missing.
    """

    def __init__(
        self,
        workers: int | None = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        level: Level | str | None = None,
        preload: Sequence[str] = (),
        modules: Mapping[str, str] | None = None,
    ):
        self.limits = limits
        self.workers = workers or len(os.sched_getaffinity(0))
        self.internal_errors = 0
        self._sources = [text.encode() for text in (modules or {}).values()]
        self._config = _config(Level.parse(level), preload, list(modules or {}))
        self._lock = threading.Lock()
        self._closed = False
        self._restart()
        self.level = Level(self._supervisor.level)

    def _restart(self) -> None:
        self._owner = os.getpid()
        self._supervisor = Supervisor(self._config, self._sources)
        self._pool, self._companions = Pool(self.workers), Pool(self.workers)

    # Runs

    def run(
        self,
        code: str | bytes,
        *,
        language: str = "python",
        stdin: bytes = b"",
        args: Sequence[str] = (),
        files: Mapping[str, bytes] | None = None,
        collect: Sequence[str] = (),
        limits: Limits | None = None,
    ) -> RunResult:
        """Run one program to its end. Waits for a free worker; that time is not the program's."""
        return self.run_job(Job(code, language, stdin, tuple(args), files or {}, tuple(collect), limits))

    def run_job(self, job: Job) -> RunResult:
        """Run one `Job`; `run` with its arguments in a value."""
        trouble = ""
        for _ in range(2):
            try:
                worker, pool, supervisor = self._take(companion=False)
            except WorkerLost as error:
                trouble = self._lost(str(error))
                continue
            try:
                worker.send(*self._request(job))
                result = self._result(worker, (job.limits or self.limits).wall_s)
            except WorkerLost as error:
                trouble = self._lost(str(error))
                self._discard(worker, pool, supervisor)
                continue
            pool.give(worker)
            return result
        return RunResult(Status.INTERNAL_ERROR, detail=trouble, level=self.level)

    def run_batch(self, jobs: Iterable[Job | str]) -> list[RunResult]:
        """Run many programs, `workers` at a time; results in the order of the jobs."""
        prepared = [Job(job) if isinstance(job, str) else job for job in jobs]
        with ThreadPoolExecutor(self.workers, "sandbox") as threads:
            return list(threads.map(self.run_job, prepared))

    async def arun(self, code: str | bytes, **options: Any) -> RunResult:
        """`run` for an event loop, which stays free meanwhile."""
        return await asyncio.to_thread(self.run, code, **options)

    # Sessions

    def open(
        self,
        code: str | bytes,
        *,
        entry: str,
        files: Mapping[str, bytes] | None = None,
        limits: Limits | None = None,
        beside: Session | None = None,
    ) -> Session:
        """Start a long-lived job and return our end of its channel; see the package's docstring.

        Raises:
            SandboxBroken: it could not be started, twice.
        """
        job = Job(code, files=files or {}, limits=limits, entry=entry)
        trouble = ""
        for _ in range(2):
            try:
                worker, pool, supervisor = self._take(companion=beside is not None)
            except WorkerLost as error:
                trouble = self._lost(str(error))
                continue
            ours, theirs = socket.socketpair()
            try:
                with theirs:
                    worker.send(*self._request(job), fds=[theirs.fileno()])
            except WorkerLost as error:
                ours.close()
                trouble = self._lost(str(error))
                self._discard(worker, pool, supervisor)
                continue

            def finish(result: RunResult | None, worker: Worker = worker, pool: Pool = pool) -> RunResult:
                if result is not None:
                    pool.give(worker)
                    return result
                self._discard(worker, pool, supervisor)
                return RunResult(Status.INTERNAL_ERROR, detail=self._lost("worker lost"), level=self.level)

            return Session(ours, worker, self._result, finish, limits or self.limits)
        raise SandboxBroken(f"no session could be started: {trouble}")

    # Life

    def close(self) -> None:
        """End every process of this sandbox; returns when they are gone. Jobs still running end as internal errors."""
        with self._lock:
            if self._closed or self._owner != os.getpid():
                return
            self._closed = True
        self._supervisor.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_supervisor"):
            self.close()

    # Inside

    def _take(self, *, companion: bool) -> tuple[Worker, Pool, Supervisor]:
        with self._lock:
            if self._closed:
                raise SandboxBroken("this sandbox is closed")
            if self._owner != os.getpid() or not self._supervisor.alive():
                self._restart()
            supervisor, pool = self._supervisor, self._companions if companion else self._pool
        return pool.take(supervisor), pool, supervisor

    def _discard(self, worker: Worker, pool: Pool, supervisor: Supervisor) -> None:
        try:
            supervisor.kill(worker)
        except WorkerLost:
            pass
        pool.drop()

    def _lost(self, trouble: str) -> str:
        with self._lock:
            self.internal_errors += 1
        return trouble

    def _request(self, job: Job) -> tuple[dict[str, Any], list[bytes]]:
        limits = job.limits or self.limits
        header = {
            "op": "run",
            "argv": [],
            "args": list(job.args),
            "entry": job.entry,
            "files": list(job.files),
            "executable": False,
            "collect": list(job.collect),
            "limits": {name: getattr(limits, name) for name in limits.__slots__},
        }
        code = job.code.encode("utf-8", "surrogatepass") if isinstance(job.code, str) else job.code
        return header, [code, job.stdin, *job.files.values()]

    def _result(self, worker: Worker, wall_s: float) -> RunResult:
        header, blobs = worker.recv(wall_s)
        return RunResult(
            status=Status(header["status"]),
            stdout=blobs[0],
            stderr=blobs[1],
            exit_code=header["exit_code"],
            signal=header["signal"],
            cpu_s=header["cpu_s"],
            wall_s=header["wall_s"],
            peak_memory_mb=header["peak_kb"] / 1024,
            level=self.level,
            flags=worker.flags,
            detail=header["detail"],
            files=dict(zip(header["files"], blobs[2:])),
        )


def _config(level: Level | None, preload: Sequence[str], modules: list[str]) -> dict[str, Any]:
    packages = [path for path in sys.path if path.endswith(("site-packages", "dist-packages")) and os.path.isdir(path)]
    return {
        "level": None if level is None else int(level),
        "shared": list(dict.fromkeys([sys.base_prefix, sys.prefix, *packages])),
        "sys_path": packages,
        "preload": list(preload),
        "modules": modules,
    }
