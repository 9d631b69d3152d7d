"""Messages on sockets: requests and replies of the sandbox's own processes, and the frames of a session's channel.

A message is a JSON header, byte strings, and open descriptors. JSON, since replies come from a process that is one bug away
from untrusted code: nothing in them may do anything but be read.
"""

from __future__ import annotations

import array
import json
import socket
import struct
from collections.abc import Sequence
from typing import Any

_PREFIX = struct.Struct("<I")
_MAX_FDS = 8
MAX_MESSAGE = 256 << 20


class Hangup(Exception):
    """The other end is gone, or sent what no message of ours looks like."""


def send(sock: socket.socket, header: dict[str, Any], blobs: Sequence[bytes] = (), fds: Sequence[int] = ()) -> None:
    """Send one message; OSError when the other end is gone."""
    text = json.dumps({**header, "blobs": [len(blob) for blob in blobs]}).encode()
    data = b"".join((_PREFIX.pack(len(text)), text, *blobs))
    if fds:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
        data = data[sock.sendmsg([data], rights) :]
    sock.sendall(data)


def recv(sock: socket.socket) -> tuple[dict[str, Any], list[bytes], list[int]]:
    """The next message: header, byte strings, descriptors. TimeoutError after the socket's own timeout."""
    first, ancillary, _, _ = sock.recvmsg(_PREFIX.size, socket.CMSG_SPACE(_MAX_FDS * 4))
    fds = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    (length,) = _PREFIX.unpack(first + _exactly(sock, _PREFIX.size - len(first)) if first else b"" or _hangup())
    header = json.loads(_exactly(sock, length))
    return header, [_exactly(sock, size) for size in header.pop("blobs")], list(fds)


def _hangup() -> bytes:
    raise Hangup("the other end closed the connection")


def _exactly(sock: socket.socket, size: int) -> bytes:
    if not 0 <= size <= MAX_MESSAGE:
        raise Hangup(f"a message of {size} bytes: more than {MAX_MESSAGE}")
    data = bytearray(size)
    view, done = memoryview(data), 0
    while done < size:
        got = sock.recv_into(view[done:])
        if not got:
            _hangup()
        done += got
    return bytes(data)


class Channel:
    """One end of a session's private channel: frames of a 4-byte little-endian length and the payload."""

    def __init__(self, sock: socket.socket):
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
