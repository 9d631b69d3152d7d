"""Messages on sockets: requests and replies between the caller, the supervisor and the wardens.

A message is a header, byte strings, and open descriptors. Requests carry a marshalled dict, for they come from the
caller and are cheap to read; replies carry JSON, for they come from a process that is one bug away from untrusted
code: nothing in them may do anything but be read.
"""

from __future__ import annotations

import _socket
import marshal
import struct

_PREFIX = struct.Struct("<I")
_HEAD = struct.Struct("<III")  # size of the header, number of byte strings, number of descriptors
_FD = struct.Struct("=i")
_MAX_FDS = 8
_CHUNK = 1 << 16
MAX_MESSAGE = 1 << 30  # several times the largest program that a compiler may leave

Socket = _socket.socket
"""The plain socket type: `socket.socket` extends it, and takes a megabyte to import."""


class Hangup(Exception):
    """The other end is gone, or sent what no message of ours looks like."""


class Connection:
    """One end of a connection between the sandbox's processes: whole messages in and out. For one thread at a time."""

    def __init__(self, sock: Socket):
        self._socket = sock
        self._buffer = bytearray()
        self._fds: list[int] = []
        self._timeout_s = 0.0

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def buffered(self) -> bool:
        """Whether part of the next message has been read already."""
        return bool(self._buffer)

    def set_timeout(self, seconds: float) -> None:
        """How long `send` and `recv` may wait for the other end, by the kernel's own timer."""
        if seconds != self._timeout_s:
            self._timeout_s = seconds
            interval = struct.pack("ll", int(seconds), int(seconds % 1 * 1e6))
            for option in (_socket.SO_RCVTIMEO, _socket.SO_SNDTIMEO):
                self._socket.setsockopt(_socket.SOL_SOCKET, option, interval)

    def send(self, header: bytes, blobs: list[bytes] | tuple[bytes, ...] = (), fds: tuple[int, ...] = ()) -> None:
        """Send one message; OSError when the other end is gone."""
        sizes = [_PREFIX.pack(len(blob)) for blob in blobs]
        data = b"".join((_HEAD.pack(len(header), len(blobs), len(fds)), *sizes, header, *blobs))
        if fds:
            rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, b"".join(map(_FD.pack, fds)))]
            data = data[self._socket.sendmsg([data], rights) :]
        self._socket.sendall(data)

    def recv(self) -> tuple[bytes, list[bytes], list[int]]:
        """The next message: header, byte strings, descriptors.

        Raises:
            Hangup: the other end is gone, or sends no message of ours.
            OSError: nothing came in time.
        """
        self._fill(_HEAD.size)
        length, count, num_fds = _HEAD.unpack_from(self._buffer)
        start = _HEAD.size + count * _PREFIX.size
        self._fill(start + length)
        sizes = [size for (size,) in _PREFIX.iter_unpack(self._buffer[_HEAD.size : start])]
        self._fill(start + length + sum(sizes))
        parts = []
        for size in (length, *sizes):
            parts.append(bytes(self._buffer[start : start + size]))
            start += size
        del self._buffer[:start]
        # By number: one read may bring two messages, and the descriptors that come with it are those of the second.
        fds, self._fds = self._fds[:num_fds], self._fds[num_fds:]
        return parts[0], parts[1:], fds

    def _fill(self, size: int) -> None:
        if size > MAX_MESSAGE:
            raise Hangup(f"a message of {size} bytes: more than {MAX_MESSAGE}")
        while len(self._buffer) < size:
            room = max(_CHUNK, size - len(self._buffer))
            data, ancillary, _, _ = self._socket.recvmsg(room, _socket.CMSG_SPACE(_MAX_FDS * _FD.size))
            if not data:
                raise Hangup("the other end closed the connection")
            self._buffer += data
            for level, kind, rights in ancillary:
                if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS:
                    self._fds += [fd for (fd,) in _FD.iter_unpack(rights[: len(rights) & ~3])]

    def close(self) -> None:
        self._socket.close()


def request(fields: dict[str, object]) -> bytes:
    """Header of a request."""
    return marshal.dumps(fields)


def read_request(header: bytes) -> dict[str, object]:
    return marshal.loads(header)


def reply(value: object) -> bytes:
    """Header of a reply: JSON, without the json module's weight."""
    return _json(value).encode("utf-8", "surrogatepass")


_ESCAPES = {number: f"\\u{number:04x}" for number in range(32)} | {34: '\\"', 92: "\\\\"}


def _json(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f'"{value.translate(_ESCAPES)}"'
    if isinstance(value, dict):
        return "{" + ", ".join([f"{_json(key)}: {_json(item)}" for key, item in value.items()]) + "}"
    if isinstance(value, list):
        return "[" + ", ".join([_json(item) for item in value]) + "]"
    return repr(value)
