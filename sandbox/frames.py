"""Messages on sockets: requests and replies of the sandbox's own processes, and the frames of a session's channel.

A message is a header, byte strings, and open descriptors. Requests carry a marshalled dict, for they come from the
caller and are cheap to read; replies carry JSON, for they come from a process that is one bug away from untrusted
code: nothing in them may do anything but be read. No import here may be heavy: each page of a zygote costs at every
    fork.
"""

from __future__ import annotations

import _socket
import marshal
import struct

_PREFIX = struct.Struct("<I")
_PREFIX_2 = struct.Struct("<II")
_FD = struct.Struct("=i")
_MAX_FDS = 8
MAX_MESSAGE = 256 << 20

Socket = _socket.socket
"""The plain socket type: `socket.socket` extends it, and takes a megabyte to import."""


class Hangup(Exception):
    """The other end is gone, or sent what no message of ours looks like."""


def send(sock: Socket, header: bytes, blobs: list[bytes] | tuple[bytes, ...] = (), fds: tuple[int, ...] = ()) -> None:
    """Send one message; OSError when the other end is gone."""
    sizes = [_PREFIX.pack(len(blob)) for blob in blobs]
    data = b"".join((_PREFIX_2.pack(len(header), len(blobs)), *sizes, header, *blobs))
    if fds:
        rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, b"".join(map(_FD.pack, fds)))]
        data = data[sock.sendmsg([data], rights) :]
    sock.sendall(data)


def recv(sock: Socket) -> tuple[bytes, list[bytes], list[int]]:
    """The next message: header, byte strings, descriptors. TimeoutError after the socket's own timeout."""
    first, ancillary, _, _ = sock.recvmsg(_PREFIX_2.size, _socket.CMSG_SPACE(_MAX_FDS * 4))
    if not first:
        raise Hangup("the other end closed the connection")
    fds = []
    for level, kind, data in ancillary:
        if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS:
            fds += [fd for (fd,) in _FD.iter_unpack(data[: len(data) & ~3])]
    length, count = _PREFIX_2.unpack(first + _exactly(sock, _PREFIX_2.size - len(first)))
    rest = _exactly(sock, count * _PREFIX.size + length)
    blobs = [_exactly(sock, size) for (size,) in _PREFIX.iter_unpack(rest[: count * _PREFIX.size])]
    return rest[count * _PREFIX.size :], blobs, fds


def _exactly(sock: Socket, size: int) -> bytes:
    if size > MAX_MESSAGE:
        raise Hangup(f"a message of {size} bytes: more than {MAX_MESSAGE}")
    if not size:
        return b""
    data = sock.recv(size)
    if len(data) == size:
        return data
    parts, missing = [data], size - len(data)
    while missing and parts[-1]:
        parts.append(sock.recv(missing))
        missing -= len(parts[-1])
    if missing:
        raise Hangup("the other end closed the connection")
    return b"".join(parts)


def request(fields: dict[str, object]) -> bytes:
    """Header of a request."""
    return marshal.dumps(fields)


def read_request(header: bytes) -> dict[str, object]:
    return marshal.loads(header)


def reply(value: object) -> bytes:
    """Header of a reply: JSON of numbers, text, lists and dicts, without the json module's weight."""
    return _json(value).encode("utf-8", "surrogatepass")


_ESCAPES = {number: f"\\u{number:04x}" for number in range(32)} | {34: '\\"', 92: "\\\\"}


def _json(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return f'"{value.translate(_ESCAPES)}"'
    if isinstance(value, dict):
        return "{" + ", ".join([f"{_json(key)}: {_json(item)}" for key, item in value.items()]) + "}"
    if isinstance(value, list):
        return "[" + ", ".join([_json(item) for item in value]) + "]"
    return repr(value)


class Channel:
    """One end of a session's private channel: frames of a 4-byte little-endian length and the payload."""

    def __init__(self, sock: Socket):
        self._socket = sock

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, payload: bytes) -> None:
        """Send one frame; blocks while the other end does not read."""
        self._socket.sendall(_PREFIX.pack(len(payload)) + payload)

    def recv(self) -> bytes | None:
        """The next frame's payload; None when the other end has hung up."""
        try:
            (length,) = _PREFIX.unpack(_exactly(self._socket, _PREFIX.size))
            return _exactly(self._socket, length)
        except (Hangup, ConnectionError):
            return None

    def close(self) -> None:
        self._socket.close()
