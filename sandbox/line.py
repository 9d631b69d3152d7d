"""The warden's end of the socket to its zygote: start it, fork a job, give orders, hear how it ended."""

from __future__ import annotations

import _socket
import marshal
import os
import select
import struct
import sys
from collections.abc import Mapping, Sequence
from types import CodeType
from typing import Any, NamedTuple, NoReturn

from sandbox import zygote
from sandbox.frames import Hangup, Socket

# What the zygote executes: its code comes over the socket, for a jail shows it no file of ours.
_BOOT = """
import sys
at_start = set(sys.modules)
import _socket, marshal
line = _socket.socket(fileno=int(sys.argv[1]))
_, ((_, _, fd),), _, _ = line.recvmsg(1, 64)
with open(int.from_bytes(fd, sys.byteorder), "rb") as file:
    modules, config = marshal.load(file)
package = sys.modules["sandbox"] = type(sys)("sandbox")
for name, code in modules:
    module = sys.modules["sandbox." + name] = type(sys)("sandbox." + name)
    setattr(package, name, module)
    module.__file__ = code.co_filename
    exec(code, module.__dict__)
module.main(line, {**config, "at_start": at_start})
"""
_PATIENCE_S = 30
_PYTHON = os.path.realpath(sys.executable)


class ZygoteGone(OSError):
    """The other end is closed: it was killed, and whatever it had to say is lost."""


class Ended(NamedTuple):
    """How a job's first process ended."""

    status: int  # as of wait4
    cpu_s: float
    peak_kb: int
    failure: str  # why the jail could not be closed; nothing untrusted has run then


class Line:
    """One socket, held by the warden.

    Attributes:
        zygote: pid of the process at the other end, where we can see it; else 0.
    """

    def __init__(self, sock: Socket):
        self._socket = sock
        self.zygote = 0
        self._failure = ""  # of the present job; it may be told before its pid is
        interval = struct.pack("ll", _PATIENCE_S, 0)
        sock.setsockopt(_socket.SOL_SOCKET, _socket.SO_SNDTIMEO, interval)

    def fileno(self) -> int:
        return self._socket.fileno()

    def send_environment(self, environment: Mapping[str, str]) -> None:
        """Tell a zygote that waits for it that its place is built, and what its environment is."""
        self._socket.send(marshal.dumps(dict(environment)))

    def build(self, config: Mapping[str, Any]) -> int:
        """Send a zygote what it is made of, wait until it is ready; how much memory a job inherits, in bytes.

        Raises:
            OSError: it could not be built; the message is its own. Or it died.
        """
        names = _modules(locks_in=bool(config["plan"]))
        self._send_file(marshal.dumps(([(name, CODE[name]) for name in names], dict(config))), [])
        kind, payload = self._recv()
        if kind != zygote.READY:
            raise OSError(payload.decode("utf-8", "replace"))
        return int.from_bytes(payload, "little")

    def order(self, orders: tuple[Any, ...], fds: Sequence[int]) -> None:
        """Have a job forked that does as `orders` say; see `zygote.main`."""
        data = marshal.dumps(orders)
        if len(data) < zygote.MAX_MESSAGE:
            self._send(data, fds)
        else:
            self._send_file(data, fds)

    def _send_file(self, data: bytes, fds: Sequence[int]) -> None:
        long = memory_file("orders", data)
        try:
            self._send(b"\0", [*fds, long])
        finally:
            os.close(long)

    def _send(self, data: bytes, fds: Sequence[int]) -> None:
        rights = b"".join([fd.to_bytes(4, sys.byteorder) for fd in fds])
        self._socket.sendmsg([data], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, rights)])

    def answers(self) -> bool:
        """Whether an idle zygote is still there, and all that it had to do for its last job is done."""
        try:
            self._socket.send(b"\0")
            return self.has_news(_PATIENCE_S) and self._recv()[0] == zygote.READY
        except OSError:
            return False

    def has_news(self, patience_s: float) -> bool:
        """Wait for a message, or the zygote's end, but not for ever."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(patience_s * 1000))

    def hear(self) -> Ended | int:
        """The next news of a job: its pid, where we see the same pids as its zygote, or at last how it ended.

        Raises:
            ZygoteGone: and its job is nobody's.
        """
        while True:
            try:
                kind, payload = self._recv()
            except ZygoteGone as error:
                raise ZygoteGone(self._failure or str(error)) from error
            if kind == zygote.FORKED:
                return int.from_bytes(payload, "little")
            if kind == zygote.ENDED:
                _, status, *times, peak_kb = zygote.REPORT.unpack(kind + payload)
                failure, self._failure = self._failure, ""
                return Ended(status, times[0] + times[2] + (times[1] + times[3]) / 1e6, peak_kb, failure)
            self._failure = payload.decode("utf-8", "replace")

    def _recv(self) -> tuple[bytes, bytes]:
        data = self._socket.recv(zygote.MAX_MESSAGE)
        if not data:
            raise ZygoteGone("the zygote is gone")
        return data[:1], data[1:]


def pair() -> tuple[Socket, Socket]:
    """The warden's end and the zygote's."""
    return _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)


def wait_for_environment(sock: Socket) -> dict[str, str]:
    """At the zygote's end: what `send_environment` sent.

    Raises:
        Hangup: the warden is gone.
    """
    data = sock.recv(zygote.MAX_MESSAGE)
    if not data:
        raise Hangup("the warden is gone")
    return marshal.loads(data)


def refuse(sock: Socket, error: BaseException) -> None:
    """At the zygote's end: say why there will be none."""
    sock.send(zygote.FAILED + f"{type(error).__name__}: {error}".encode())


def become_zygote(sock: Socket, environment: Mapping[str, str]) -> NoReturn:
    """Turn this process into a zygote at the other end of `sock`; whatever confines it, it keeps."""
    os.dup2(sock.fileno(), zygote.LINE_FD)
    # Its own program, in the same confinement: nothing of this process's memory goes along. By its real path: links
    # to it may lie where the jail shows nothing.
    command = [_PYTHON, "-I", "-S", "-X", "utf8", "-c", _BOOT, str(zygote.LINE_FD)]
    os.execve(command[0], command, environment)


def memory_file(name: str, data: bytes) -> int:
    """A descriptor of a nameless file that holds `data`, to be read from its beginning."""
    fd = os.memfd_create(name)
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _modules(*, locks_in: bool) -> list[str]:
    """What a zygote is made of, each after what it imports: no more than it needs, since every job has it too."""
    return ["linux", *(["landlock", "seccomp", "jail"] if locks_in else []), "memory", "channel", "job", "zygote"]


def _code(name: str) -> CodeType:
    path = os.path.join(os.path.dirname(__file__), f"{name}.py")
    with open(path, encoding="utf-8") as file:
        return compile(file.read(), f"<sandbox.{name}>", "exec", dont_inherit=True)


# Read while there is a file system that has them.
CODE = {name: _code(name) for name in _modules(locks_in=True)}
