"""The caller's end of a long-lived job: messages in, messages out, and the result at the end."""

from __future__ import annotations

import dataclasses
import socket
import struct
import threading
import time
from collections.abc import Callable

from sandbox.types import Limits, RunResult, SessionEnded, Status

_PREFIX = struct.Struct("<I")


class Session:
    """A job that answers messages. Made by `Sandbox.open`; use it as a context manager, from one thread at a time."""

    def __init__(self, channel: socket.socket, end: Callable[[Limits], RunResult], limits: Limits):
        self._channel = channel
        self._end = end
        self._limits = limits
        self._buffer = bytearray()
        self._lock = threading.Lock()
        self._result: RunResult | None = None

    def send(self, *messages: bytes, timeout_s: float | None = None) -> None:
        """Send messages, all at once. Blocks while the job does not read, at most until the job's limits end it.

        Raises:
            SessionEnded: the job is gone.
        """
        try:
            self._channel.settimeout(timeout_s)
            self._channel.sendall(b"".join([_PREFIX.pack(len(each)) + each for each in messages]))
        except TimeoutError:
            raise
        except OSError as error:
            raise SessionEnded(f"the job does not listen any more ({error.strerror}); close() tells why") from error

    def recv(self, timeout_s: float | None = None) -> bytes:
        """The next message of the job. Without a timeout the job's own wall-clock limit ends the wait.

        Raises:
            TimeoutError: nothing came in time; the job still runs, and a message begun is not lost.
            SessionEnded: the job is gone, or sent a message larger than `limits.message_kb`.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self._fill(_PREFIX.size, deadline)
        (length,) = _PREFIX.unpack_from(self._buffer)
        if length > int(self._limits.message_kb) << 10:
            detail = f"a message of {length} bytes, limit {self._limits.message_kb} KB"
            self._result = dataclasses.replace(self.close(), status=Status.OUTPUT_LIMIT, detail=detail)
            raise SessionEnded(f"the job announced {detail}")
        self._fill(_PREFIX.size + length, deadline)
        message = bytes(self._buffer[_PREFIX.size : _PREFIX.size + length])
        del self._buffer[: _PREFIX.size + length]
        return message

    def _fill(self, size: int, deadline: float | None) -> None:
        while len(self._buffer) < size:
            if deadline is None:
                self._channel.settimeout(None)
            else:
                self._channel.settimeout(max(deadline - time.monotonic(), 1e-6))
            try:
                data = self._channel.recv(1 << 16)
            except TimeoutError:
                raise TimeoutError("the job sent no message in time") from None
            except OSError:
                data = b""
            if not data:
                raise SessionEnded("the job's end of the channel is closed; close() tells why")
            self._buffer += data

    def close(self) -> RunResult:
        """End the job, wait until nothing of it is left, and say how it ended. A second call gives the same result."""
        with self._lock:
            if self._result is None:
                self._channel.close()
                self._result = self._end(self._limits)
            return self._result

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
