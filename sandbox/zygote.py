"""The process that jobs are forked from: one per core, built once, one job at a time.

It enters the jail's namespaces and root before any job, imports what jobs need, and then answers requests for ever.
"""

from __future__ import annotations

import importlib
import os
import socket
import sys
from types import ModuleType
from typing import Any

from sandbox import frames, job, landlock, linux, memory, procfs, rootfs, seccomp
from sandbox.jail import Jail
from sandbox.monitor import Monitor, Tree, nonblocking_pipe
from sandbox.scratch import Scratch

_PIPE_HOLDS = 1 << 16


class Zygote:
    """Args:
    conn: connection to the caller.
    config: what the supervisor was told: see `sandbox.supervisor`.
    """

    def __init__(self, conn: socket.socket, config: dict[str, Any], sources: list[bytes]):
        self._conn = conn
        self._namespaced = config["level"] >= 2
        self.flags: set[str] = set()
        uid = _job_id(self._namespaced)
        if self._namespaced:
            self.flags |= rootfs.build(config["shared"], uid or 0)
            place = rootfs.SCRATCH
        else:
            place = config["scratch"]
        self._scratch = Scratch(place, mounted=self._namespaced, owner=uid)
        self._memory = memory.Polled()
        sys.path.extend(config["sys_path"])
        for name in config["preload"]:
            importlib.import_module(name)
        for name, source in zip(config["modules"], sources):
            _load(name, source)
        self._jail = self._prepare_jail(config, uid)
        linux.prctl(linux.PR_SET_DUMPABLE, 0)  # our own /proc entry is closed to jobs of the same user

    def _prepare_jail(self, config: dict[str, Any], uid: int | None) -> Jail:
        rules = filter = None
        if config["level"] >= 1:
            code = seccomp.program(deny_fork=not self._namespaced, deny_owner_calls=not self._namespaced)
            filter = seccomp.Filter(code)
            if landlock.abi():
                if self._namespaced:
                    rules = landlock.ruleset(rootfs.READABLE, rootfs.WRITABLE)
                else:
                    rules = landlock.ruleset(config["shared"], [self._scratch.path, *rootfs.WRITABLE[1:]])
        return Jail(uid, rules, filter, procfs.data_bytes())

    def serve(self) -> None:
        """Answer requests until the caller hangs up."""
        while True:
            try:
                request, blobs, fds = frames.recv(self._conn)
                if request["op"] != "end":  # an end that crossed with the job's own
                    self._answer(request, blobs, fds)
            except (frames.Hangup, ConnectionError):
                return

    def _answer(self, request: dict[str, Any], blobs: list[bytes], fds: list[int]) -> None:
        limits = request["limits"]
        self._scratch.set_quota(limits["disk_mb"], limits["inodes"])
        code, stdin, *contents = blobs
        self._scratch.put(dict(zip(request["files"], contents)), request["executable"])
        outcome = self._run(request, code, stdin, fds)
        header, found = outcome.header(), {}
        for name in request["collect"]:
            data = self._scratch.collect(name, limits["disk_mb"] << 20)
            if data is not None:
                found[name] = data
        self._scratch.clean()
        header["files"] = list(found)
        frames.send(self._conn, header, [outcome.out, outcome.err, *found.values()])

    def _run(self, request: dict[str, Any], code: bytes, stdin: bytes, fds: list[int]) -> Any:
        source = _stdin(stdin)
        out, out_end = nonblocking_pipe()
        err, err_end = nonblocking_pipe()
        theirs = (source, out_end, err_end, *fds)
        self._memory.reset(request["limits"]["memory_mb"])
        pid = os.fork()
        if pid == 0:
            self._become_job(request, code, theirs)
        for fd in theirs:
            os.close(fd)
        tree = Tree(pid, self._namespaced)
        return Monitor(tree, out, err, self._conn.fileno(), request["limits"], self._memory).run()

    def _become_job(self, request: dict[str, Any], code: bytes, fds: tuple[int, ...]) -> None:
        try:
            self._jail.close_on(fds, self._scratch.work, request["limits"])
            path = os.path.join(self._scratch.work, "solution.py")
            if request["argv"]:
                job.run_program(request["argv"])
            if request["entry"]:
                module, _, function = request["entry"].partition(":")
                channel = frames.Channel(socket.socket(fileno=3))
                job.run_entry(getattr(sys.modules[module], function), channel, code, path)
            job.run_script(code, request["args"], path)
        except BaseException as error:
            os.write(2, f"sandbox: {error!r}\n".encode())
        finally:
            os._exit(125)


def _job_id(namespaced: bool) -> int | None:
    from sandbox.namespaces import JOB_ID

    return JOB_ID if namespaced else None


def _load(name: str, source: bytes) -> None:
    """Execute a trusted module's source and enter it into the table, where jobs find it."""
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(source, f"<{name}>", "exec"), module.__dict__)


def _stdin(data: bytes) -> int:
    """A descriptor to read `data` from: a pipe where it fits, or memory that can be read like a file."""
    if len(data) < _PIPE_HOLDS:
        reader, writer = os.pipe()
        os.write(writer, data)
        os.close(writer)
        return reader
    fd = os.memfd_create("stdin")
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
