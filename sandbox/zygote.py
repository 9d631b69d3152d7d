"""The process that jobs are forked from: one for each worker, lean, one job at a time.

It is executed afresh, inside the jail wherever the jail can be closed once for all jobs. Whatever else a job takes is
done by its warden (`sandbox.warden`), since a page that is written here or in the job after the fork has to be copied,
and that is half of what a job costs; so what can be done before the fork is, and in few steps. The two talk over one
socket, a message at a time, each but the first beginning with its kind:

    warden -> zygote  its makings, as a file        see `sandbox.line`
    zygote -> warden  READY + memory, or FAILED + text
    warden -> zygote  a job's orders, and its descriptors; or, without descriptors, a question that READY answers
    zygote -> warden  FORKED + pid                  only where the warden sees our pids
    job -> warden     FAILED + text                 the jail could not be closed: it ends
    zygote -> warden  ENDED + status and rusage     `REPORT`: as of wait4(2)

No line of untrusted code runs in this process, nor in a job before it has let go of the socket.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import marshal
import os
import resource
import struct
import sys
from _socket import socket as Socket

from sandbox import job, linux, memory
from sandbox.channel import Channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

READY, FAILED, FORKED, ENDED = b"r", b"x", b"f", b"e"
MAX_MESSAGE = 1 << 15
"""Longer ones come as a file: a buffer of this size costs no mapping of its own."""

REPORT = struct.Struct("=c3xi5q104x")
"""ENDED, the status, and of struct rusage: user and system time, each seconds and microseconds, and peak kilobytes."""

LINE_FD = 100
"""Where the socket is: above all that a job is given, so that its descriptors never land on it."""

_OF_SITE = {"os", "stat", "_stat", "posixpath", "genericpath", "_collections_abc", "site", "_sitebuiltins"}
_USUAL_DATA_KB = 64 << 10
_WARM_UP = 30  # the compiler's first calls set up tables; later ones specialise the interpreter's own code
_SAMPLE = b"import sys\ndef f(x): return [y * y for y in x]\nassert f([2]) == [4], 'no'\nclass C: pass\n"


def main(line: Socket, config: dict[str, Any]) -> NoReturn:
    """Build, report, fork jobs until the warden hangs up.

    `config` is what `sandbox.worker` says: the working directory, the path of the program's script, sys_path, preload,
    the bootstrap modules, Python's names for its own place, and the plan of the jail where each job has to close it for
    itself. And at_start, the modules that the interpreter itself began with.
    """
    try:
        jail = _build(config)
        memory.fill_pools()
        line.send(READY + _number(_data_bytes(), 8))
    except BaseException as error:
        line.send(FAILED + f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    work, cpus, main_module = config["work"], config["cpus"], sys.modules["__main__"]
    kept = config["at_start"] | _OF_SITE | {name for name, _ in config["modules"]}
    message, report = bytearray(MAX_MESSAGE), ctypes.create_string_buffer(ENDED, REPORT.size)
    status, usage = (ctypes.c_void_p(ctypes.addressof(report) + place) for place in (4, 8))
    while True:
        size, ancillary, _, _ = line.recvmsg_into([message], 256)
        if not size:
            os._exit(0)
        if not ancillary:
            line.send(READY)
            continue
        fds = memoryview(ancillary[0][2]).cast("i").tolist()
        try:
            pid = os.fork()
        except OSError as error:
            line.send(FAILED + f"no job could be forked: {error}".encode())
            os._exit(1)
        if pid == 0:
            try:
                # Read here alone: whatever the zygote has read of one job, later jobs would find in their memory.
                orders = marshal.loads(message[:size] if size > 1 else _contents(fds.pop()))
                _lock_in(work, fds, orders[5], cpus)
                os.setpgid(0, 0)
                if jail is not None:
                    jail.close(orders[4])
            except BaseException as error:
                line.send(FAILED + repr(error).encode())
                os._exit(125)
            os.closerange(len(fds), 1 << 20)  # with the line: from here on nobody is spoken to
            _run(orders, main_module, kept)
        if jail is not None:
            line.send(FORKED + _number(pid, 4))
        linux.wait4(pid, status, usage)
        line.send(report)
        # Only now: what is touched here after its death is no longer copied; and the end of its pipes, were they closed
        # before that message, would be news of its own to the warden.
        for fd in fds:
            os.close(fd)
        message[:size] = bytes(size)
        ctypes.memset(status, 0, REPORT.size - 4)


def _contents(fd: int) -> bytes:
    """Of a file; what is too long for a message comes as one."""
    with open(fd, "rb") as file:
        return file.read()


def _lock_in(work: str, fds: list[int], limits: list[tuple[int, tuple[int, int]]], cpus: list[int]) -> None:
    """In the job: take its place, its descriptors and its limits, and all the processors."""
    for target, fd in enumerate(fds):
        os.dup2(fd, target)
    os.chdir(work)
    os.sched_setaffinity(0, cpus)
    for name, values in limits:
        resource.setrlimit(name, values)


def _make_way(importable: list[str], kept: set[str]) -> None:
    """In the job: forget what was loaded ahead of it under the names of its files, unless an interpreter would have it."""
    ours = set(importable) - kept
    for name in list(sys.modules) if ours else ():
        if name.partition(".")[0] in ours:
            del sys.modules[name]


def _run(orders: tuple[Any, ...], main_module: Any, kept: set[str]) -> NoReturn:
    code, argv, args, entry, _, _, importable = orders
    try:
        _make_way(importable, kept)
        if argv:
            job.run_program(argv)
        if entry:
            module, _, function = entry.partition(":")
            job.run_entry(getattr(sys.modules[module], function), Channel(Socket(fileno=3)), code, main_module)
        job.run_script(code, args, main_module)
    finally:
        os._exit(125)


def _build(config: dict[str, Any]) -> Any:
    sys.path.extend(config["sys_path"])
    sys.__dict__.update(config["python"])
    _furnish_builtins()
    for name in config["preload"]:
        __import__(name)
    for name, source in config["modules"]:
        _load(name, source)
    jail = None
    if config["plan"]:
        from sandbox.jail import Jail

        jail = Jail(config["plan"])
        jail.prepare()
    job.prepare_main(config["script"])
    _warm_up()
    places = memory.in_use()
    memory.compact_libraries()
    _settle()
    memory.collapse(places)
    return jail


def _warm_up() -> None:
    """Go through what a job goes through, so that its caches are filled here and its code specialised."""
    limits = [(name, resource.getrlimit(name)) for name in (resource.RLIMIT_CPU, resource.RLIMIT_NOFILE)]
    here = sorted(os.sched_getaffinity(0))
    for _ in range(_WARM_UP):
        _lock_in("/", [0, 1, 2], limits, here)
        trial = type(sys)("__main__")
        job.execute(_SAMPLE, trial)
        # What a preloaded module wants called at the end, and joining of threads, are for each job to do, and once.
        if not atexit._ncallbacks() and "threading" not in sys.modules:
            job.wind_up(0, trial)


def _data_bytes() -> int:
    """Our writable memory as RLIMIT_DATA counts it, from a child: /proc may show our children and not us."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            with open("/proc/self/status", encoding="latin-1") as file:
                (kb,) = [line.split()[1] for line in file if line.startswith("VmData:")]
            os.write(writer, kb.encode())
        finally:
            os._exit(0)
    os.close(writer)
    text = os.read(reader, 64)
    os.close(reader)
    os.wait4(pid, 0)
    return int(text or _USUAL_DATA_KB) << 10


def _furnish_builtins() -> None:
    """The names that `site` would have put there: we start without it, programs may use them."""
    import _sitebuiltins
    import builtins

    for name in ("quit", "exit"):
        setattr(builtins, name, _sitebuiltins.Quitter(name, "Ctrl-D (i.e. EOF)"))
    builtins.help = _sitebuiltins._Helper()


def _load(name: str, source: bytes) -> None:
    """Execute a trusted module's source and enter it into the table, where jobs find it."""
    module = type(sys)(name)
    sys.modules[name] = module
    try:
        exec(compile(source, f"<{name}>", "exec"), module.__dict__)
    except Exception as error:
        raise ImportError(f"the bootstrap module {name!r} does not load: {error!r}") from error


def _settle() -> None:
    """Make forking cheap: what exists now never changes again, so that a job's collector leaves its pages shared.

    Our own modules leave the table, where jobs have no business; everything that we need is imported by now. The
    collector stays on, for the jobs; between two of them there is nothing for it to do.
    """
    for name in [name for name in sys.modules if name == "sandbox" or name.startswith("sandbox.")]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()


def _number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")
