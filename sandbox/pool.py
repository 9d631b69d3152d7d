"""A pool of killable processes for a trusted function whose argument is hostile.

    pool = Pool("verifiers.math.symbolic:equal", memory_mb=500, deadline_s=1.0)
    pool.run(gold, answer)          # the function's value, or an exception that says whose fault it is

`sympify` on the wrong string needs hours, or all memory, and no thread can be stopped in Python. So the call happens in
another process, which is killed at its deadline:

    caller ──socket── keeper (exec'd, imports the function once, never busy) ──socket── child (forked, does the work)

- No signals, timers or threads in the caller: it behaves alike in the main thread, worker threads, event loops and after a
  fork (the fork makes its own workers).
- The keeper does the killing, so a kill costs a fork of a lean interpreter and not a new import; time in the queue is not
  charged to the item.
- The keeper ends when its socket does, and takes its child along (PR_SET_PDEATHSIG): nothing outlives the caller.
- Arguments and values cross as JSON, never as pickles.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

HEADER = struct.Struct(">cdI")  # kind of message, deadline in seconds (requests only), length of the body
MAX_REPLY_BYTES = 16 << 20
PR_SET_PDEATHSIG = 1


class PoolError(Exception):
    """The function gave no value; the subclass says why."""


class OverBudget(PoolError):
    """The item's own fault: it used up its time or memory, or crashed its process. `limit` says which."""

    def __init__(self, limit: str):
        super().__init__(f"killed for its {limit}")
        self.limit = limit


class FunctionRaised(PoolError):
    """The function raised in the worker; `kind` is the exception's type."""

    def __init__(self, kind: str, message: str):
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class WorkerUnavailable(PoolError):
    """Nobody's answer: a worker did not start, or was lost for a reason that does not lie in the item."""


class WorkerLost(WorkerUnavailable):
    """A worker that had started is gone; `Pool.run` tries once more before it raises this."""


class Pool:
    """Workers that call one function, each call under a deadline and a memory limit. Safe to share among threads.

    Args:
        function: "package.module:name". It must be importable, take JSON values, and return one. A function `warm_up` in
            its module, where there is one, is called once in each new worker before the first call.
        workers: most calls at once, by default one a core; they start when first needed.
        memory_mb: address space that one call may have, imports included.
        deadline_s: wall-clock seconds a call may take, from when its worker starts on it.
        start_s: seconds a worker may take to start and import.
    """

    def __init__(
        self,
        function: str,
        *,
        workers: int | None = None,
        memory_mb: int = 500,
        deadline_s: float = 1.0,
        start_s: float = 60.0,
    ):
        self.function, self.memory_mb, self.deadline_s, self.start_s = function, memory_mb, deadline_s, start_s
        self.workers = workers or len(os.sched_getaffinity(0))
        self._reset()
        _pools.add(self)

    def _reset(self) -> None:
        self._change = threading.Condition()
        self._idle: list[_Keeper] = []
        self._keepers: set[_Keeper] = set()
        self._busy = 0
        self._closed = False

    def run(self, *args: Any, deadline_s: float | None = None) -> Any:
        """The function's value for these arguments.

        Raises:
            OverBudget: the call ran out of time or memory, or crashed.
            FunctionRaised: the function raised.
            WorkerUnavailable: no worker could be had; the item is not to blame.
            TypeError: an argument has no JSON form.
        """
        body = json.dumps(args).encode()
        deadline_s = self.deadline_s if deadline_s is None else deadline_s
        try:
            return _value(*self._ask(body, deadline_s))
        except WorkerLost:  # Somebody else killed it, perhaps long ago; no item can.
            return _value(*self._ask(body, deadline_s))

    def _ask(self, body: bytes, deadline_s: float) -> tuple[bytes, bytes]:
        keeper = self._take()
        try:
            reply = keeper.ask(body, deadline_s, self.start_s)
        except BaseException:
            # Whatever it was (also Ctrl-C), the conversation is cut in the middle, so this worker is of no more use.
            self._give_back(keeper, usable=False)
            raise
        self._give_back(keeper, usable=True)
        return reply

    def start(self) -> None:
        """Starts a worker, if there is none yet, without waiting for it, so that the first call need not wait so long."""
        with self._change:
            if self._closed or self._keepers or self._busy:
                return
            self._busy += 1
        try:
            keeper = self._started()
        except WorkerUnavailable:
            return  # The call that needs it will say so.
        self._give_back(keeper, usable=True)

    def run_all(self, calls: Iterable[tuple[Any, ...]]) -> list[Any]:
        """`run` over many argument tuples, in order; a call that fails leaves its PoolError in place of a value."""

        def one(args: tuple[Any, ...]) -> Any:
            try:
                return self.run(*args)
            except PoolError as error:
                return error

        calls = list(calls)
        threads = min(self.workers, len(calls))
        if threads <= 1:
            return [one(args) for args in calls]
        with ThreadPoolExecutor(threads) as executor:
            return list(executor.map(one, calls))

    def close(self) -> None:
        """Ends all workers and waits for them. The pool cannot be used afterwards."""
        with self._change:
            self._closed = True
            keepers, self._keepers, self._idle = self._keepers, set(), []
            self._change.notify_all()
        for keeper in keepers:
            keeper.stop()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self) -> _Keeper:
        with self._change:
            while not self._closed and not self._idle and self._busy >= self.workers:
                self._change.wait()
            if self._closed:
                raise WorkerUnavailable("the pool is closed")
            self._busy += 1
            if self._idle:
                return self._idle.pop()
        return self._started()

    def _started(self) -> _Keeper:
        """A new worker, for a place that is counted as busy already; the place is free again if there is none to be had."""
        try:
            keeper = _Keeper(self.function, self.memory_mb)
        except BaseException as error:
            with self._change:
                self._busy -= 1
                self._change.notify()
            if isinstance(error, OSError):
                raise WorkerUnavailable(f"cannot start a worker: {error}") from error
            raise
        with self._change:
            self._keepers.add(keeper)
        return keeper

    def _give_back(self, keeper: _Keeper, usable: bool) -> None:
        with self._change:
            self._busy -= 1
            if usable and not self._closed:
                self._idle.append(keeper)
            else:
                self._keepers.discard(keeper)
            self._change.notify()
            closed = self._closed
        if closed or not usable:
            keeper.stop()

    def _forget(self) -> None:
        """In a forked process: the workers are the parent's, only the copies of their sockets are ours."""
        for keeper in self._keepers:
            keeper.forget()
        closed = self._closed
        self._reset()
        self._closed = closed


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


def _forget_all() -> None:
    for pool in list(_pools):
        pool._forget()


def _close_all() -> None:
    for pool in list(_pools):
        pool.close()


os.register_at_fork(after_in_child=_forget_all)
atexit.register(_close_all)


def _value(kind: bytes, body: bytes) -> Any:
    """The value that a reply carries, or the exception that it stands for."""
    if kind == b"=":
        return json.loads(body)
    if kind == b"!":
        raise FunctionRaised(*json.loads(body))
    raise OverBudget({b"d": "deadline", b"m": "memory"}.get(kind, "crash"))


class _Keeper:
    """The caller's end of one worker."""

    def __init__(self, function: str, memory_mb: int):
        self.socket, theirs = socket.socketpair()
        path = [os.path.abspath(entry) for entry in sys.path]
        config = {"path": path, "function": function, "memory_mb": memory_mb, "fd": theirs.fileno()}
        try:
            self.process = subprocess.Popen(
                # -I: neither the caller's environment variables nor its working directory change what is imported.
                [sys.executable, "-I", "-c", _BOOTSTRAP, json.dumps(config)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C at the terminal is the caller's to handle.
            )
        except BaseException:
            self.socket.close()
            raise
        finally:
            theirs.close()
        self.ready = False

    def ask(self, body: bytes, deadline_s: float, start_s: float) -> tuple[bytes, bytes]:
        if not self.ready:
            self._await_start(start_s)
        try:
            # The keeper keeps the deadline. Ours is for the case that the keeper itself was stopped or lost.
            self.socket.settimeout(deadline_s + start_s)
            _send(self.socket, b"?", body, deadline_s)
            kind, reply = _receive(self.socket)
        except (OSError, EOFError) as error:
            raise WorkerLost(f"a worker was lost: {type(error).__name__} {error}") from error
        return kind, reply

    def _await_start(self, start_s: float) -> None:
        try:
            self.socket.settimeout(start_s)
            kind, reply = _receive(self.socket)
        except (OSError, EOFError) as error:
            raise WorkerUnavailable(f"a worker could not start: {type(error).__name__} {error}") from error
        if kind != b"r":
            raise WorkerUnavailable(f"a worker could not start: {reply.decode()}")
        self.ready = True

    def stop(self) -> None:
        self.socket.close()
        try:
            self.process.wait(0.2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def forget(self) -> None:
        self.socket.close()
        self.process.returncode = 0  # Not our child: keeps Popen from warning, and from waiting for it.


def _send(sock: socket.socket, kind: bytes, body: bytes, deadline_s: float = 0.0) -> None:
    sock.sendall(HEADER.pack(kind, deadline_s, len(body)) + body)


def _receive(sock: socket.socket) -> tuple[bytes, bytes]:
    kind, _, body = _receive_request(sock)
    return kind, body


def _receive_request(sock: socket.socket) -> tuple[bytes, float, bytes]:
    kind, deadline_s, length = HEADER.unpack(_receive_exactly(sock, HEADER.size))
    return kind, deadline_s, _receive_exactly(sock, length)


def _receive_exactly(sock: socket.socket, length: int) -> bytes:
    parts = []
    while length:
        part = sock.recv(min(length, 1 << 20))
        if not part:
            raise EOFError("end of stream")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


# What follows runs in the worker.

_BOOTSTRAP = """
import json, sys
config = json.loads(sys.argv[1])
sys.path[:] = config["path"]
from sandbox.pool import keep
keep(config)
"""


def keep(config: dict[str, Any]) -> None:
    """The keeper's main loop: imports the function, then passes requests to a child until the caller hangs up."""
    caller = socket.socket(fileno=config["fd"])
    try:
        module, _, name = config["function"].partition(":")
        imported = importlib.import_module(module)
        function = getattr(imported, name)
        getattr(imported, "warm_up", _nothing)()
    except BaseException as error:
        _send(caller, b"u", f"{type(error).__name__}: {error}"[:2000].encode("ascii", "replace"))
        return
    gc.collect()
    gc.freeze()  # Collections in the child then leave the pages that it shares with us alone.
    _send(caller, b"r", b"")
    child: _Child | None = None
    with contextlib.suppress(EOFError, OSError):
        while True:
            child = child or _Child(function, config["memory_mb"] << 20, caller)
            _, deadline_s, body = _receive_request(caller)
            kind, reply = child.ask(body, deadline_s)
            if kind not in b"=!":
                child.kill()
                child = None
            _send(caller, kind, reply)
    if child:
        child.kill()


def _nothing() -> None:
    """What a module without `warm_up` does to prepare."""


class _Child:
    """The keeper's end of the process that does the work."""

    def __init__(self, function: Callable[..., Any], memory: int, caller: socket.socket):
        self.socket, theirs = socket.socketpair()
        keeper_pid = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            with contextlib.suppress(BaseException):
                self.socket.close()
                caller.close()
                _confine(memory, keeper_pid)
                _work(function, theirs)
            os._exit(1)
        theirs.close()

    def ask(self, body: bytes, deadline_s: float) -> tuple[bytes, bytes]:
        try:
            self.socket.settimeout(deadline_s)
            _send(self.socket, b"?", body)
            return _receive(self.socket)
        except TimeoutError:
            return b"d", b""
        except (EOFError, OSError):
            return b"c", b""

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.socket.close()


def _confine(memory: int, keeper_pid: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != keeper_pid:  # It died between our fork and the line above.
        os._exit(1)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _work(function: Callable[..., Any], keeper: socket.socket) -> None:
    """The child's main loop. It ends with its socket, or after running out of memory."""
    while True:
        _, body = _receive(keeper)
        try:
            kind, reply = b"=", json.dumps(function(*json.loads(body))).encode()
            if len(reply) > MAX_REPLY_BYTES:
                kind, reply = b"m", b""
        except MemoryError:
            kind, reply = b"m", b""
        except Exception as error:
            kind, reply = b"!", json.dumps([type(error).__name__, str(error)[:2000]]).encode()
        _send(keeper, kind, reply)
