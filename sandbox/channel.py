"""A session's private channel, as the job holds it: frames of a 4-byte little-endian length and the payload.

It lives in every zygote and so in every job: no import, and nothing that only the caller's side needs.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket as Socket


class Channel:
    """One end of a session's channel."""

    def __init__(self, sock: Socket):
        self._socket = sock

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, payload: bytes) -> None:
        """Send one frame; blocks while the other end does not read."""
        self._socket.sendall(len(payload).to_bytes(4, "little") + payload)

    def recv(self) -> bytes | None:
        """The next frame's payload; None when the other end has hung up."""
        head = self._exactly(4)
        return None if head is None else self._exactly(int.from_bytes(head, "little"))

    def _exactly(self, size: int) -> bytes | None:
        parts, missing = [], size
        while missing:
            try:
                data = self._socket.recv(missing)
            except ConnectionError:
                return None
            if not data:
                return None
            parts.append(data)
            missing -= len(data)
        return b"".join(parts)

    def close(self) -> None:
        self._socket.close()
