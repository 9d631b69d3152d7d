"""The process that looks after one job at a time: it answers the caller, and does all that needs no fork.

One for each worker, beside its zygote (`sandbox.zygote`): it builds the root and the writable place before any job,
and for each job makes ready what it gets, has it forked, limits it, watches it and clears up behind it. Where there are
namespaces it is the first process of the jobs' pid namespace, so that its death is theirs.
"""

from __future__ import annotations

import os
import select

from sandbox import cgroups, frames, landlock, levels, linux, namespaces, procfs, rootfs
from sandbox.line import Line, memory_file
from sandbox.monitor import Monitor, Tree, nonblocking_pipe
from sandbox.rlimits import Rlimits
from sandbox.scratch import Scratch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PIPE_HOLDS = 1 << 16
_SCRIPT = "solution.py"
_TO_RUN_AS_ANOTHER = 0b11101011  # chown, dac_override, fowner, kill, setgid, setuid


class Place:
    """Where one worker's jobs run and as whom: built by the warden, entered by the zygote.

    Args:
        config: level, shared, scratch, number, ... as `sandbox.box` wrote it and the supervisor completed it.
    Raises:
        OSError: the kernel refuses a mount; the message names it.
    """

    def __init__(self, config: dict[str, Any]):
        level = config["level"]
        self.namespaced = level >= levels.NAMESPACED
        self.flags = _flags(level)
        self.environment = dict(os.environ)
        if self.namespaced:
            self.user: int | None = namespaces.JOB_ID
            self.flags |= rootfs.build(config["shared"], namespaces.JOB_ID)
            path = rootfs.SCRATCH
            if not os.path.islink("/tmp"):
                self.environment["TMPDIR"] = path + "/tmp"
        else:
            self.user = _user_without_namespaces(config["shared"], config["number"])
            path = config["scratch"]
            self.environment.update(HOME=path + "/work", TMPDIR=path + "/tmp")
        if self.user is not None and os.geteuid() == 0:
            self.flags.add("own_user")
        self.scratch = Scratch(path, mounted=self.namespaced, owner=self.user)
        self.plan = plan(config, self.user, path)
        if self.plan["landlock"]:
            self.flags.add("landlock")


def plan(config: dict[str, Any], user: int | None, scratch: str) -> dict[str, Any]:
    """The jail that `config` asks for; see `sandbox.jail.Jail`."""
    level = config["level"]
    namespaced = level >= levels.NAMESPACED
    return {
        "user": user,
        "readable": list(rootfs.READABLE if namespaced else [*rootfs.SYSTEM, *rootfs.ETC, *config["shared"]]),
        "writable": list(rootfs.WRITABLE if namespaced else [scratch, *rootfs.WRITABLE[1:]]),
        "landlock": level >= levels.FILTERED and landlock.abi() > 0,
        "filters": level >= levels.FILTERED,
        "shares_host": not namespaced,
    }


class Warden:
    """One worker.

    Args:
        conn: connection to the caller.
        line: to the zygote, which is ready.
        place: where its jobs run.
        inherited: bytes of writable memory that its forks begin with.
        group: the control group that we are in, if any.
    """

    def __init__(self, conn: frames.Connection, line: Line, place: Place, inherited: int, group: cgroups.Group | None):
        self._conn = conn
        self._line = line
        self._namespaced = place.namespaced
        self._flags = place.flags
        self._scratch = place.scratch
        self._group = group
        if group:
            group.settle()
        # The zygote; and where all of us are one ordinary user, we.
        self._rlimits = Rlimits(inherited, None if place.user is None else 1 if "own_user" in self._flags else 2)
        self._first_to_go = "memory" in self._flags and "proc" in self._flags
        linux.prctl(linux.PR_SET_DUMPABLE, 0)  # our own /proc entry is closed to jobs of the same user

    def serve(self) -> None:
        """Answer requests until the caller or the zygote hangs up."""
        idle = select.poll()
        for end in (self._conn, self._line):
            idle.register(end, select.POLLIN)
        while True:
            try:
                if not self._conn.buffered and [self._conn.fileno()] != [fd for fd, _ in idle.poll()]:
                    return  # an idle zygote has nothing to say: it is gone, and may not send us the signal of its death
                header, blobs, fds = self._conn.recv()
                request = frames.read_request(header)
                if request["op"] != "end":  # an end that crossed with the job's own
                    self._answer(request, blobs, fds)
            except frames.Hangup:
                return
            except OSError as error:
                self._say_why(error)
                return

    def _say_why(self, error: OSError) -> None:
        """Our last word, if there is anybody to hear it."""
        try:
            self._conn.send(frames.reply({"status": "internal_error", "detail": f"{type(error).__name__}: {error}"}))
        except OSError:
            return

    def _answer(self, request: dict[str, Any], blobs: list[bytes], fds: list[int]) -> None:
        limits = request["limits"]
        self._scratch.set_quota(limits["disk_mb"], limits["inodes"])
        code, stdin, *contents = blobs
        files = dict(zip(request["files"], contents))
        if b"__file__" in code or b"inspect" in code:  # the script itself is wanted as a file
            files[_SCRIPT] = code
        self._scratch.put(files, request["executable"])
        monitor, header = self._run(request, code, stdin, fds)
        # Its memory may not all be back when its zygote next needs a page, which can be the end of that one too.
        if monitor.ran_out() and not self._line.answers():
            monitor.spent = True
        # Where something of the job may still run, its files are nothing for us to touch.
        found = {} if monitor.spent else self._collect(request["collect"], limits["disk_mb"] << 20)
        header["files"] = list(found)
        header["last"] = monitor.spent or not self._clean()  # the result stands; nobody else may work here
        self._conn.send(frames.reply(header), [monitor.stdout, monitor.stderr, *found.values()])
        if header["last"]:
            raise frames.Hangup("no further job can be run here")

    def _collect(self, names: list[str], room: int) -> dict[str, bytes]:
        """Those of the files that there are, as far as there is room for them all."""
        found = {}
        for name in names:
            data = self._scratch.collect(name, room)
            if data is not None:
                found[name] = data
                room -= len(data)
        return found

    def _clean(self) -> bool:
        try:
            self._scratch.clean()
        except OSError:
            return False
        return True

    def _run(
        self, request: dict[str, Any], code: bytes, stdin: bytes, fds: list[int]
    ) -> tuple[Monitor, dict[str, object]]:
        limits = request["limits"]
        if self._group:
            self._group.set_limits(limits["memory_mb"], limits["tasks"])
        out, out_end = nonblocking_pipe()
        err, err_end = nonblocking_pipe()
        theirs = (_stdin(stdin), out_end, err_end, *fds)
        if "own_user" in self._flags:
            for fd in theirs[:3]:
                os.fchmod(fd, 0o666)  # or another user could not open /dev/stdin and its like
        forks = request["tool"] or "one_process" not in self._flags
        tree = Tree(self._line, self._namespaced, forks, self._first_to_go)
        monitor = Monitor(tree, out, err, self._conn.fileno(), limits, self._group, self._scratch)
        argv = request["argv"]
        of_kernel = self._rlimits.of(limits, bool(argv))
        own = _importable(request["files"])
        orders = (code, argv, request["args"], request["entry"], request["tool"], of_kernel, own)
        self._line.order(orders, theirs)
        for fd in theirs:
            os.close(fd)
        return monitor, monitor.run()


def _importable(files: list[str]) -> list[str]:
    """Names of the modules and packages among a job's files, which its imports should find before any other."""
    packages = {name.removesuffix("/__init__.py") for name in files if name.count("/") == 1}
    return sorted({name.removesuffix(".py") for name in (*files, *packages) if name.removesuffix(".py").isidentifier()})


def script(scratch: Scratch) -> str:
    """Where a program's text would lie; it is put there only for programs that look."""
    return os.path.join(scratch.work, _SCRIPT)


def _flags(level: int) -> set[str]:
    """What that level enforces; see `levels.FLAGS`."""
    flags = {"memory" if level >= levels.CGROUPED else "memory_polled"}
    if level >= levels.FILTERED:
        flags |= {"syscalls", "fs", "net", "signals", "pids"}
    if level >= levels.NAMESPACED:
        flags |= {"disk"}
    else:
        flags |= {"disk_polled"} | ({"one_process"} if level >= levels.FILTERED else set())
    return flags


def _user_without_namespaces(shared: list[str], number: int) -> int | None:
    """Root's jobs become a user that owns nothing, unless only root can reach Python, or root is not quite root."""
    may = procfs.capabilities() & _TO_RUN_AS_ANOTHER == _TO_RUN_AS_ANOTHER
    if os.geteuid() != 0 or not may or not all(_open_to_others(path) for path in shared):
        return None
    return namespaces.HOST_ID + number


def _open_to_others(path: str) -> bool:
    path = os.path.realpath(path)
    while path != "/":
        if not os.stat(path).st_mode & 0o001:
            return False
        path = os.path.dirname(path)
    return True


def _stdin(data: bytes) -> int:
    """A descriptor to read `data` from: a pipe where it fits, or memory that can be read like a file."""
    if len(data) >= _PIPE_HOLDS:
        return memory_file("stdin", data)
    reader, writer = os.pipe()
    os.write(writer, data)
    os.close(writer)
    return reader
