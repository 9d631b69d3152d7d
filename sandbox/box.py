"""`Sandbox`: run untrusted programs, from any thread or event loop."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
import socket
import sys
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from sandbox import languages
from sandbox.client import Supervisor, Worker, WorkerLost
from sandbox.files import complaint
from sandbox.session import Session
from sandbox.types import (
    COMPILE_LIMITS,
    CompileError,
    Job,
    Level,
    Limits,
    Program,
    RunResult,
    SandboxBroken,
    Status,
)

_log = logging.getLogger(__name__)
_KEPT_BYTES = 64 << 20
"""Compiled programs that are kept, together: a submission may have made itself large on purpose."""

_USUAL = ("collections", "functools", "itertools", "math", "operator", "re", "typing")
"""Modules that are always preloaded: together they make a job 5 % longer, and importing `typing` takes one 10 ms."""


class Sandbox:
    """Isolated execution of untrusted programs; see the package's docstring for examples.

    Args:
        workers: jobs that run at once; None is one for each core we may use.
        limits: what a job may use when it brings no limits of its own.
        level: the isolation that is required; None takes the best there is. `self.level` says which.
        preload: modules that jobs will want, imported once: ("numpy",). `typing`, `re`, `math` and what else
            most programs begin with always are.
        modules: trusted bootstrap modules for sessions, name to source text.
    Raises:
        LevelUnavailable: this machine cannot isolate as asked; the message names what is missing.
        SandboxBroken: a worker could not be started; a module to preload is missing, for example.
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
        try:
            self._supervisor = self._start()
        except WorkerLost as error:
            raise SandboxBroken(f"the supervisor could not be started: {error}") from error
        self._threads: ThreadPoolExecutor | None = None
        self._programs: dict[tuple[str, bytes, Limits], Program] = {}
        self.level = Level(self._supervisor.level)
        try:
            with self._worker() as worker:  # so that what is wrong with `preload` or `modules` shows here
                self.flags = worker.flags
        except WorkerLost as error:
            self.close()
            raise SandboxBroken(str(error)) from error
        _boxes.add(self)

    def _start(self) -> Supervisor:
        return Supervisor(self._config, self._sources, self.workers)

    # Runs

    def run(
        self,
        code: str | bytes | Program,
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
        if isinstance(job.code, Program) or job.language == "python":
            return self._run(job)
        if languages.find(job.language)[0].compile:
            try:
                job = dataclasses.replace(job, code=self.compile(job.code, job.language))
            except CompileError as error:
                return error.result
        return self._run(job)

    def compile(self, code: str | bytes, language: str, limits: Limits = COMPILE_LIMITS) -> Program:
        """Compile a program in the jail, to be run many times. The latest programs are kept.

        Raises:
            CompileError: the compiler refused it, or ran into the limits.
            LanguageUnavailable: that compiler is not on this machine.
        """
        source = _encode(code)
        key = language, source, limits
        with self._lock:
            if key in self._programs:
                return self._programs[key]
        spec, path = languages.find(language)
        job = Job("", language, files={spec.source: source}, collect=(languages.PROGRAM,), limits=limits)
        result = self._run(job, argv=[path, *spec.compile])
        if not result.ok or languages.PROGRAM not in result.files:
            refused = result.status is Status.RUNTIME_ERROR or result.ok
            raise CompileError(dataclasses.replace(result, status=Status.COMPILE_ERROR) if refused else result)
        program = Program(language, result.files[languages.PROGRAM])
        with self._lock:
            self._programs[key] = program
            while sum(len(kept.binary) for kept in self._programs.values()) > _KEPT_BYTES:
                del self._programs[next(iter(self._programs))]
        return program

    def _run(self, job: Job, argv: list[str] | None = None) -> RunResult:
        wall_s = (job.limits or self.limits).wall_s
        trouble = ""
        for _ in range(2):
            try:
                with self._worker() as worker:
                    worker.send(*self._request(job, argv))
                    return self._result(worker, wall_s)
            except WorkerLost as error:
                trouble = self._count(error)
        return RunResult(Status.INTERNAL_ERROR, detail=trouble, level=self.level)

    def run_batch(self, jobs: Iterable[Job | str]) -> list[RunResult]:
        """Run many programs, `workers` at a time; results in the order of the jobs."""
        prepared = [Job(job) if isinstance(job, str) else job for job in jobs]
        return list(self._executor().map(self.run_job, prepared))

    async def arun(self, code: str | bytes | Program, **options: Any) -> RunResult:
        """`run` for an event loop, which stays free meanwhile."""
        return await asyncio.wrap_future(self._executor().submit(self.run, code, **options))

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
            ValueError: `entry` names no module of this sandbox.
            SandboxBroken: it could not be started, twice.
        """
        if entry.partition(":")[0] not in self._config["modules"] or not entry.partition(":")[2]:
            known = ", ".join(self._config["modules"]) or "none"
            raise ValueError(f"entry={entry!r}: write 'module:function' with one of the sandbox's modules ({known})")
        job = Job(code, files=files or {}, limits=limits, entry=entry)
        trouble = ""
        for _ in range(2):
            ours, theirs = socket.socketpair()
            try:
                with theirs, self._worker(keep=True, companion=beside is not None) as worker:
                    worker.send(*self._request(job), fds=(theirs.fileno(),))
                return Session(ours, partial(self._end, worker), limits or self.limits)
            except WorkerLost as error:
                ours.close()
                trouble = self._count(error)
        raise SandboxBroken(f"no session could be started: {trouble}")

    def _end(self, worker: Worker, limits: Limits) -> RunResult:
        """End a session's job, and free its worker."""
        supervisor = worker.supervisor
        try:
            worker.send({"op": "end"})
            result = self._result(worker, limits.wall_s)
        except WorkerLost as error:
            supervisor.discard(worker)
            return RunResult(Status.INTERNAL_ERROR, detail=self._count(error), level=self.level)
        supervisor.give(worker)
        return result

    # Life

    def close(self) -> None:
        """End every process of this sandbox; returns when they are gone. Jobs still running end as internal errors."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._supervisor.close()
        if self._threads:
            self._threads.shutdown()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "level"):
            self.close()

    def after_fork(self) -> None:
        """In a forked copy of the caller: this sandbox is the parent's, so begin with processes of our own."""
        self._lock = threading.Lock()
        self._threads = None
        self._supervisor.abandon()

    # Inside

    @contextmanager
    def _worker(self, *, keep: bool = False, companion: bool = False) -> Iterator[Worker]:
        """A worker for one job. It is taken out of service if anything goes wrong, for then nobody knows its state."""
        with self._lock:
            if self._closed:
                raise SandboxBroken("this sandbox is closed")
            if not self._supervisor.alive():
                self._supervisor.close()
                self._supervisor = self._start()
            supervisor = self._supervisor
        worker = supervisor.take(companion=companion)
        try:
            yield worker
        except BaseException:
            supervisor.discard(worker)
            raise
        if not keep:
            supervisor.give(worker)

    def _executor(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(self.workers, "sandbox")
            return self._threads

    def _count(self, error: WorkerLost) -> str:
        with self._lock:
            self.internal_errors += 1
        _log.warning("internal error of the sandbox: %s", error)
        return str(error)

    def _request(self, job: Job, argv: list[str] | None = None) -> tuple[dict[str, Any], list[bytes]]:
        limits = job.limits or self.limits
        if (job.files or job.collect) and (why := complaint(job.files, job.collect, limits)):
            raise ValueError(why)
        code, files, tool = b"", job.files, argv is not None
        if isinstance(job.code, Program):
            argv, files = [f"./{languages.PROGRAM}", *job.args], {**files, languages.PROGRAM: job.code.binary}
        elif job.language == "python":
            code = _encode(job.code)
        elif argv is None:
            spec, path = languages.find(job.language)
            argv, files = [path, *spec.run, *job.args], {**files, spec.source: _encode(job.code)}
        # The quota is for what a job writes, and what it is given lies there too: a small source can make a huge program.
        given = sum(map(len, (code, *files.values())))
        given_mb = (given + (1 << 20) - 1 if files else given) >> 20
        of_job = {name: getattr(limits, name) for name in limits.__slots__}
        header = {
            "op": "run",
            "argv": argv or [],
            "args": list(job.args),
            "entry": job.entry,
            "tool": tool,
            "files": list(files),
            "executable": isinstance(job.code, Program),
            "collect": list(job.collect),
            "limits": {**of_job, "disk_mb": limits.disk_mb + given_mb},
        }
        return header, [code, job.stdin, *files.values()]

    def _result(self, worker: Worker, wall_s: float) -> RunResult:
        header, blobs = worker.recv(wall_s)
        if header["status"] == Status.INTERNAL_ERROR:
            raise WorkerLost(header["detail"])
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


def _encode(code: str | bytes) -> bytes:
    """Source text as bytes, whatever it holds: a lone surrogate is the program's error, not ours."""
    return code.encode("utf-8", "surrogatepass") if isinstance(code, str) else code


def _config(level: Level | None, preload: Sequence[str], modules: list[str]) -> dict[str, Any]:
    packages = [path for path in sys.path if path.endswith(("site-packages", "dist-packages")) and os.path.isdir(path)]
    libraries = [path for path in os.environ.get("LD_LIBRARY_PATH", "").split(":") if os.path.isdir(path)]
    shared = [sys.base_prefix, sys.prefix, *packages, *libraries, *languages.shared_directories()]
    return {
        "level": None if level is None else int(level),
        "shared": list(dict.fromkeys([*shared, *map(os.path.realpath, shared)])),
        "sys_path": packages,
        "preload": list(dict.fromkeys([*_USUAL, *preload])),
        "modules": modules,
    }


_boxes: weakref.WeakSet[Sandbox] = weakref.WeakSet()
"""Every sandbox of this process, for the case that somebody forks it."""


def _after_fork() -> None:
    for box in list(_boxes):
        box.after_fork()


os.register_at_fork(after_in_child=_after_fork)
