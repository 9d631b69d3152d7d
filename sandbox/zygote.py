"""The process that jobs are forked from: one per core, built once, one job at a time.

It enters the jail's namespaces and root before any job, imports what jobs need, and then answers requests for ever.
"""

from __future__ import annotations

import gc
import importlib
import mmap
import os
import socket
import sys
from types import ModuleType
from typing import Any

from sandbox import cgroups, frames, job, landlock, levels, linux, namespaces, procfs, rootfs, seccomp
from sandbox.jail import Jail
from sandbox.monitor import Monitor, Tree, nonblocking_pipe
from sandbox.scratch import Scratch

_PIPE_HOLDS = 1 << 16


class Zygote:
    """One worker.

    Args:
        conn: connection to the caller.
        config: level, preload, sys_path, shared, ... as `sandbox.box` wrote it and the supervisor completed it.
        sources: text of the bootstrap modules that `config` names.
        group: the control group that we are in, if any.
    """

    def __init__(self, conn: socket.socket, config: dict[str, Any], sources: list[bytes], group: cgroups.Group | None):
        level = config["level"]
        self._conn = conn
        self._namespaced = level >= levels.NAMESPACED
        self._group = group
        self.flags = _flags(level, os.geteuid() == 0)
        if self._namespaced:
            user: int | None = namespaces.JOB_ID
            self.flags |= rootfs.build(config["shared"], namespaces.JOB_ID)
            place = rootfs.SCRATCH
        else:
            user = _user_without_namespaces(config["shared"], config["number"])
            place = config["scratch"]
            os.environ.update(HOME=place + "/work", TMPDIR=place + "/tmp")
        self._scratch = Scratch(place, mounted=self._namespaced, owner=user)
        sys.path.extend(config["sys_path"])
        for name in config["preload"]:
            importlib.import_module(name)
        for name, source in zip(config["modules"], sources):
            _load(name, source)
        self._jail = self._prepare_jail(config, user)
        self._locked_in = mmap.mmap(-1, mmap.PAGESIZE)  # shared: a job says here that its jail is closed
        _settle()
        linux.prctl(linux.PR_SET_DUMPABLE, 0)  # our own /proc entry is closed to jobs of the same user

    def _prepare_jail(self, config: dict[str, Any], user: int | None) -> Jail:
        rules = filter = None
        if config["level"] >= levels.FILTERED:
            filter = seccomp.Filter(seccomp.program(deny_fork=not self._namespaced, deny_owner_calls=user is None))
            if landlock.abi():
                self.flags.add("landlock")
                if self._namespaced:
                    rules = landlock.ruleset(rootfs.READABLE, rootfs.WRITABLE)
                else:
                    readable = [*rootfs.SYSTEM, *rootfs.ETC, *config["shared"]]
                    rules = landlock.ruleset(readable, [self._scratch.path, *rootfs.WRITABLE[1:]])
        return Jail(
            user=user,
            rules=rules,
            filter=filter,
            data_bytes=procfs.data_bytes(),
            counts_tasks=user is not None,
            first_to_go="memory" in self.flags and "proc" in self.flags,
        )

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
        if self._group:
            self._group.set_limits(request["limits"]["memory_mb"], request["limits"]["tasks"])
        self._locked_in[0] = 0
        pid = os.fork()
        if pid == 0:
            self._become_job(request, code, theirs)
        for fd in theirs:
            os.close(fd)
        tree = Tree(pid, self._namespaced)
        monitor = Monitor(tree, out, err, self._conn.fileno(), request["limits"], self._group, self._scratch)
        outcome = monitor.run()
        if not self._locked_in[0]:
            outcome.status, outcome.detail = "internal_error", f"the jail could not be closed: {outcome.err.decode()}"
        return outcome

    def _become_job(self, request: dict[str, Any], code: bytes, fds: tuple[int, ...]) -> None:
        try:
            self._jail.close_on(fds, self._scratch.work, request["limits"])
            gc.enable()
            self._locked_in[0] = 1
            self._locked_in.close()  # before a line of untrusted code
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


def _flags(level: int, root: bool) -> set[str]:
    """What that level enforces; see `levels.FLAGS`."""
    flags = {"memory" if level >= levels.CGROUPED else "memory_polled"}
    if level >= levels.FILTERED:
        flags |= {"syscalls", "fs", "net", "signals", "pids"}
    if level >= levels.NAMESPACED:
        flags |= {"disk"}
    else:
        flags |= {"disk_polled"} | ({"one_process"} if level >= levels.FILTERED else set())
    return flags | ({"own_user"} if root else set())


def _user_without_namespaces(shared: list[str], number: int) -> int | None:
    """Root's jobs become a user that owns nothing, unless Python lies where only root can go."""
    if os.geteuid() != 0 or not all(_open_to_others(path) for path in shared):
        return None
    return namespaces.HOST_ID + number


def _open_to_others(path: str) -> bool:
    path = os.path.realpath(path)
    while path != "/":
        if not os.stat(path).st_mode & 0o001:
            return False
        path = os.path.dirname(path)
    return True


def _settle() -> None:
    """Make forking cheap: what exists now never changes again, so that a job's collector leaves its pages shared.

    Our own modules leave the table, where jobs have no business; everything that we need is imported by now.
    """
    for name in [name for name in sys.modules if name == "sandbox" or name.startswith("sandbox.")]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()
    gc.disable()


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
