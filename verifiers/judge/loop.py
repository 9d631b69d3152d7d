"""Sync and async from one definition: a verifier writes one coroutine, and gets both kinds of callers.

All judges of a process work on one event loop in a daemon thread. Whoever calls, from a thread, another event loop
or an actor, hands over a coroutine and waits in its own way, so concurrency caps and rate limits hold over all callers.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from verifiers.base import failure
from verifiers.types import Sample, Score

T = TypeVar("T")
_AT_ONCE = 8


class Asynchronous:
    """Mixin of verifiers that wait. Write `judge`; `score`, `score_all` and `ascore_all` follow from it."""

    concurrency = 16

    async def judge(self, sample: Sample, index: int = 0) -> Score:
        """The score of one sample; `index` asks for the 0th, 1st, ... independent verdict on it."""
        raise NotImplementedError

    async def judge_all(self, samples: Sequence[Sample]) -> list[Score]:
        """The scores of a batch, in order. A bug in `judge` leaves its sample unscored."""
        return [score_of(result) for result in await together(self.judge(sample) for sample in samples)]

    def score(self, sample: Sample) -> Score:
        return self.score_all([sample])[0]

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        return run(self.judge_all(samples))

    async def ascore_all(self, samples: Sequence[Sample]) -> list[Score]:
        """`score_all` for callers with an event loop of their own."""
        return await asyncio.wrap_future(start(self.judge_all(samples)))


def run(work: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result, worked out on the judges' loop while this thread waits.

    Raises:
        RuntimeError: called on that loop itself, where waiting would never end.
    """
    future = start(work)
    try:
        return future.result()
    except BaseException:
        future.cancel()  # Ctrl-C ends the waiting; it must end the calls too
        raise


def start(work: Coroutine[Any, Any, T]) -> Future[T]:
    """Begin the coroutine on the judges' loop."""
    if threading.current_thread() is _thread:
        work.close()
        raise RuntimeError("A judge's score_all was called inside a judge's coroutine; await judge_all there.")
    return asyncio.run_coroutine_threadsafe(work, _running_loop())


async def together(work: Iterable[Coroutine[Any, Any, T]]) -> list[T | BaseException]:
    """The results of all coroutines, or what they raised, in order.

    They begin a few at a time: a thousand prompts built in one go would keep the loop from the calls already in flight, whose
    deadlines are running.
    """
    tasks = []
    try:
        for coroutine in work:
            tasks.append(asyncio.ensure_future(coroutine))
            if len(tasks) % _AT_ONCE == 0:
                await asyncio.sleep(0)
        return await asyncio.gather(*tasks, return_exceptions=True)
    except BaseException:
        for task in tasks:
            task.cancel()
        raise


def score_of(result: Score | BaseException) -> Score:
    """What `gather` returned, as a score: an exception is a bug, which leaves its sample unscored."""
    if isinstance(result, Exception):
        return failure(result)
    if isinstance(result, BaseException):
        raise result
    return result


_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_thread: threading.Thread | None = None
_pid = 0


def _running_loop() -> asyncio.AbstractEventLoop:
    """The process's loop; a forked child, which has the loop but not its thread, starts its own."""
    global _loop, _thread, _pid
    with _lock:
        if _loop is None or _pid != os.getpid():
            _loop, _pid = asyncio.new_event_loop(), os.getpid()
            _thread = threading.Thread(target=_loop.run_forever, name="judges", daemon=True)
            _thread.start()
        return _loop


def _renew_lock() -> None:
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)  # the parent may have held it at the fork
