"""The process that jobs are forked from: one for each worker, lean, one job at a time.

It is executed afresh, inside the jail wherever the jail can be closed once for all jobs, and it does nothing but fork
and
wait: whatever else a job takes is done by its warden (`sandbox.warden`), since a page that is written here or in the
job after
the fork has to be copied, and that is half of what a job costs. The two talk over one socket, in messages of a kind, a
4-byte length and a payload:

    zygote -> warden  READY, or FAILED + text      built, or why not
    warden -> zygote  FORK (that one byte)
    job -> warden     HERE + pid                   forked, and waiting for its orders
    warden -> job     orders and descriptors       see `sandbox.line`
    job -> warden     FAILED + text                the jail could not be closed: it ends
    zygote -> warden  ENDED + status, CPU, peak    4 + 8 + 8 bytes: as of wait4, microseconds, kilobytes

No line of untrusted code runs in this process, nor in a job before it has let go of the socket.
"""

from __future__ import annotations

import gc
import marshal
import os
import sys
from _socket import socket as Socket

from sandbox import job
from sandbox.channel import Channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

READY, FAILED, HERE, ENDED, FORK = b"r", b"x", b"p", b"e", b"f"
LINE_FD = 100
"""Where the socket is: above all that a job is given, so that its descriptors never land on it."""

_WARM_UP = 30  # the compiler's first calls set up tables; later ones specialise the interpreter's own code
_SAMPLE = "import sys\ndef f(x): return [y * y for y in x]\nassert f([2]) == [4], 'no'\nclass C: pass\n"


def main(line: Socket, config: dict[str, Any]) -> NoReturn:
    """Build, report, fork jobs until the warden hangs up.

    `config` is what `sandbox.warden` says: the working directory, the path of the program's script, sys_path, preload,
    the bootstrap modules, and the plan of the jail where each job has to close it for itself.
    """
    try:
        jail = _build(config)
    except BaseException as error:
        _say(line, FAILED, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    _say(line, READY)
    main_module = sys.modules["__main__"]
    while line.recv(1) == FORK:
        try:
            pid = os.fork()
        except OSError as error:
            _say(line, FAILED, f"no job could be forked: {error}".encode())
            continue
        if pid == 0:
            _become_job(line, config["work"], jail, main_module)
        _, status, usage = os.wait4(pid, 0)
        cpu_us = int((usage.ru_utime + usage.ru_stime) * 1e6)
        _say(line, ENDED, b"".join((_number(status, 4), _number(cpu_us, 8), _number(usage.ru_maxrss, 8))))
    os._exit(0)


def _build(config: dict[str, Any]) -> Any:
    sys.path.extend(config["sys_path"])
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
    if not config["preload"]:
        _settle()
        return jail
    from sandbox import hugepages

    places = hugepages.in_use()
    _settle()
    hugepages.collapse(places)
    return jail


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

    Our own modules leave the table, where jobs have no business; everything that we need is imported by now.
    """
    for _ in range(_WARM_UP):
        exec(compile(_SAMPLE, "sample.py", "exec"), {})
    for name in [name for name in sys.modules if name == "sandbox" or name.startswith("sandbox.")]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()
    gc.disable()


def _say(line: Socket, kind: bytes, payload: bytes = b"") -> None:
    line.sendall(kind + _number(len(payload), 4) + payload)


def _number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")


def _become_job(line: Socket, work: str, jail: Any, main_module: Any) -> NoReturn:
    """In the fork: take the orders, lock ourselves in, run."""
    try:
        _say(line, HERE, _number(os.getpid(), 4))
        (code, argv, args, entry, tool), fds = _orders(line)
        os.setsid()
        for target, fd in enumerate(fds):
            os.dup2(fd, target)
        os.chdir(work)
        if jail is not None:
            jail.close(tool)
    except BaseException as error:
        _say(line, FAILED, repr(error).encode())
        os._exit(125)
    os.closerange(len(fds), 1 << 20)  # with the line: from here on nobody is spoken to
    try:
        gc.enable()
        if argv:
            job.run_program(argv)
        if entry:
            module, _, function = entry.partition(":")
            job.run_entry(getattr(sys.modules[module], function), Channel(Socket(fileno=3)), code, main_module)
        job.run_script(code, args, main_module)
    finally:
        os._exit(125)


def _orders(line: Socket) -> tuple[Any, list[int]]:
    """What to run, and the descriptors that become 0, 1, 2 (and 3, a session's channel).

    Long orders come as one more descriptor, to be read as a file.
    """
    data, ancillary, _, _ = line.recvmsg(1 << 17, 256)
    (_, _, rights), *_ = ancillary
    fds = [int.from_bytes(rights[at : at + 4], sys.byteorder) for at in range(0, len(rights), 4)]
    if not data[1:]:
        data, long = b"", fds.pop()
        while part := os.read(long, 1 << 24):
            data += part
        return marshal.loads(data), fds
    return marshal.loads(data), fds
