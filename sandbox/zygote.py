"""The process that jobs are forked from: one per core, built once, one job at a time.

It enters the jail's namespaces and root before any job, imports what jobs need, and then answers requests for ever.
"""

from __future__ import annotations

import _socket
import gc
import mmap
import os
import sys

from sandbox import cgroups, frames, hugepages, job, landlock, levels, linux, namespaces, procfs, rootfs, seccomp
from sandbox.jail import Jail, reserve_descriptors
from sandbox.monitor import Monitor, Tree, nonblocking_pipe
from sandbox.scratch import Scratch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_PIPE_HOLDS = 1 << 16
_SCRIPT = "solution.py"
_SLICE_MS = 20  # a few times what a short job takes; the scheduler's own is about 3
_TO_RUN_AS_ANOTHER = 0b11101011  # chown, dac_override, fowner, kill, setgid, setuid
_WARM_UP = 30  # the compiler's first calls set up tables; later ones specialise the interpreter's own code
_SAMPLE = "import sys\ndef f(x): return [y * y for y in x]\nassert f([2]) == [4], 'no'\nclass C: pass\n"


class Zygote:
    """One worker.

    Args:
        conn: connection to the caller.
        config: level, preload, sys_path, shared, ... as `sandbox.box` wrote it and the supervisor completed it.
        sources: text of the bootstrap modules that `config` names.
        group: the control group that we are in, if any.
    """

    def __init__(
        self, conn: frames.Connection, config: dict[str, Any], sources: list[bytes], group: cgroups.Group | None
    ):
        level = config["level"]
        reserve_descriptors()
        self._conn = conn
        self._namespaced = level >= levels.NAMESPACED
        self._group = group
        self.flags = _flags(level)
        if self._namespaced:
            user: int | None = namespaces.JOB_ID
            self.flags |= rootfs.build(config["shared"], namespaces.JOB_ID)
            place = rootfs.SCRATCH
            if not os.path.islink("/tmp"):
                os.environ["TMPDIR"] = place + "/tmp"
        else:
            user = _user_without_namespaces(config["shared"], config["number"])
            place = config["scratch"]
            os.environ.update(HOME=place + "/work", TMPDIR=place + "/tmp")
        if user is not None and os.geteuid() == 0:
            self.flags.add("own_user")
        self._scratch = Scratch(place, mounted=self._namespaced, owner=user)
        sys.path.extend(config["sys_path"])
        _furnish_builtins()
        for name in config["preload"]:
            __import__(name)
        for name, source in zip(config["modules"], sources):
            _load(name, source)
        self._jail = self._build_jail(config["level"], config["shared"], user)
        self._locked_in = mmap.mmap(-1, mmap.PAGESIZE)  # shared: a job says here that its jail is closed
        _ask_for_long_slices()
        self._main = job.prepare_main(os.path.join(self._scratch.work, _SCRIPT))
        _settle()
        if config["preload"]:
            hugepages.collapse()
        self._jail.prepare(procfs.data_bytes())
        linux.prctl(linux.PR_SET_DUMPABLE, 0)  # our own /proc entry is closed to jobs of the same user

    def _build_jail(self, level: int, shared: list[str], user: int | None) -> Jail:
        rules = ours = theirs = None
        version = landlock.abi() if level >= levels.FILTERED else 0
        if version and self._namespaced:
            rules = landlock.ruleset(rootfs.READABLE, rootfs.WRITABLE)
        elif version:
            readable = [*rootfs.SYSTEM, *rootfs.ETC, *shared]
            rules = landlock.ruleset(readable, [self._scratch.path, *rootfs.WRITABLE[1:]])
        if version:
            self.flags.add("landlock")
        if level >= levels.FILTERED:
            ours = seccomp.Filter(seccomp.zygotes_program())
            theirs = self._jobs_filter(version, user)
        return Jail(
            user=user,
            rules=rules,
            ours=ours,
            theirs=theirs,
            counts_tasks=user is not None,
            first_to_go="memory" in self.flags and "proc" in self.flags,
            orphaned=not self._namespaced,
        )

    def _jobs_filter(self, landlock_version: int, user: int | None) -> Callable[[bool], seccomp.Filter]:
        """From whether a job may have more than one process to its filter."""
        if self._namespaced:
            both = seccomp.Filter(seccomp.jobs_program())
            return lambda forks: both
        filters = {
            forks: seccomp.Filter(seccomp.jobs_program(deny_fork=not forks, deny_owner_calls=user is None))
            for forks in (False, True)
        }
        # Processes of the host are in sight here. Landlock keeps signals inside from version 6 on; before, the filter
        # names
        # the job's own pid, and so is made in the job.
        if landlock_version >= 6 or user is not None:
            return filters.__getitem__
        return lambda forks: seccomp.Filter(
            seccomp.jobs_program(deny_fork=not forks, deny_owner_calls=True, signal_only=os.getpid())
        )

    def serve(self) -> None:
        """Answer requests until the caller hangs up."""
        while True:
            try:
                header, blobs, fds = self._conn.recv()
                request = frames.read_request(header)
                if request["op"] != "end":  # an end that crossed with the job's own
                    self._answer(request, blobs, fds)
            except (frames.Hangup, ConnectionError):
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
        found = {}
        for name in request["collect"]:
            data = self._scratch.collect(name, limits["disk_mb"] << 20)
            if data is not None:
                found[name] = data
        try:
            self._scratch.clean()
            clean = True
        except OSError:
            clean = False
        header["files"] = list(found)
        self._conn.send(frames.reply(header), [monitor.stdout, monitor.stderr, *found.values()])
        if not clean:  # the result stands; nobody else may work here
            raise frames.Hangup("the writable directory cannot be cleaned")

    def _run(
        self, request: dict[str, Any], code: bytes, stdin: bytes, fds: list[int]
    ) -> tuple[Monitor, dict[str, object]]:
        limits = request["limits"]
        out, out_end = nonblocking_pipe()
        err, err_end = nonblocking_pipe()
        theirs = (_stdin(stdin), out_end, err_end, *fds)
        if "own_user" in self.flags:
            for fd in theirs[:3]:
                os.fchmod(fd, 0o666)  # or another user could not open /dev/stdin and its like
        if self._group:
            self._group.set_limits(limits["memory_mb"], limits["tasks"])
        self._jail.set_limits(limits, bool(request["argv"]))
        # Before the fork, since every page touched while the job shares it has to be copied.
        tree = Tree(self._namespaced)
        monitor = Monitor(tree, out, err, self._conn.fileno(), limits, self._group, self._scratch)
        self._locked_in[0] = 0
        pid = os.fork()
        if pid == 0:
            self._become_job(request, code, theirs)
        for fd in theirs:
            os.close(fd)
        header = monitor.run(pid)
        if not self._locked_in[0] and not monitor.hung_up:
            header["status"] = "internal_error"
            header["detail"] = "the jail could not be closed: " + monitor.stderr.decode("latin-1")
        return monitor, header

    def _become_job(self, request: dict[str, Any], code: bytes, fds: tuple[int, ...]) -> None:
        try:
            self._jail.close(fds, self._scratch.work, request["tool"])
            gc.enable()
            self._locked_in[0] = 1
            self._locked_in.close()  # before a line of untrusted code
            if request["argv"]:
                job.run_program(request["argv"])
            if request["entry"]:
                module, _, function = request["entry"].partition(":")
                channel = frames.Channel(_socket.socket(fileno=3))
                job.run_entry(getattr(sys.modules[module], function), channel, code, self._main)
            job.run_script(code, request["args"], self._main)
        except BaseException as error:
            os.write(2, f"sandbox: {error!r}\n".encode())
        finally:
            os._exit(125)


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


def _furnish_builtins() -> None:
    """The names that `site` would have put there: we start without it, programs may use them."""
    import _sitebuiltins
    import builtins

    for name in ("quit", "exit"):
        setattr(builtins, name, _sitebuiltins.Quitter(name, "Ctrl-D (i.e. EOF)"))
    builtins.help = _sitebuiltins._Helper()


def _ask_for_long_slices() -> None:
    """Let a short job end before the scheduler turns to others: on a busy machine it runs three times as fast."""
    try:
        linux.set_time_slice(_SLICE_MS)
    except OSError:  # a policy that knows no slices
        return


def _settle() -> None:
    """Make forking cheap: what exists now never changes again, so that a job's collector leaves its pages shared.

    Our own modules leave the table, where jobs have no business; everything that we need is imported by now.
    """
    for name in [name for name in sys.modules if name == "sandbox" or name.startswith("sandbox.")]:
        del sys.modules[name]
    for _ in range(_WARM_UP):
        exec(compile(_SAMPLE, "sample.py", "exec"), {})
    gc.collect()
    gc.freeze()
    gc.disable()


def _load(name: str, source: bytes) -> None:
    """Execute a trusted module's source and enter it into the table, where jobs find it."""
    module = type(sys)(name)
    sys.modules[name] = module
    try:
        exec(compile(source, f"<{name}>", "exec"), module.__dict__)
    except Exception as error:
        raise ImportError(f"the bootstrap module {name!r} does not load: {error!r}") from error


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
