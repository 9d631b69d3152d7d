"""One judge, asked politely: cache, concurrency cap, rate limits, budget, retries, one deadline over all attempts."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from verifiers.judge.cache import Cache
from verifiers.judge.exchange import Failure, Reply, Request, Transport
from verifiers.judge.limits import Budget, RateLimit, Retry

DOWN_AFTER = 16
"""After so many requests in a row without a reply the judge counts as down: one attempt each, until one succeeds."""


class Client:
    """Asks a judge and always returns a Reply; one without an answer says why in `error`.

    Args:
        transport: to which judge.
        cache: file of replies already received; None asks every time.
        deadline_s: for a request with all its attempts and the waits between them. Waiting for a free slot or for the
            rate limit before the first attempt does not count.
        attempt_s: limit of one attempt, so that a stuck server leaves time for another; None gives it all that is left.
        concurrency: requests in flight; by default what the transport can use.
        requests_per_minute, tokens_per_minute: rate limits; retries count, and tokens are prompt plus `max_tokens`.
        budget: cap and account; shared by all clients that are given the same one.
        retry: when to try again.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        cache: str | Path | Cache | None = None,
        deadline_s: float = 120.0,
        attempt_s: float | None = None,
        concurrency: int | None = None,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        budget: Budget | None = None,
        retry: Retry | None = None,
    ):
        if not deadline_s > 0:
            raise ValueError(f"deadline_s={deadline_s}: give a positive number of seconds.")
        self.transport = transport
        self.cache = cache if isinstance(cache, Cache | None) else Cache(cache)
        self.deadline_s, self.attempt_s = deadline_s, attempt_s
        self.concurrency = concurrency or transport.concurrency
        self.budget, self.retry = budget or Budget(), retry or Retry()
        self._limits = (requests_per_minute, tokens_per_minute)
        self._state: _State | None = None

    async def ask(self, request: Request, index: int = 0) -> Reply:
        """The reply to a request, from the cache where it is known. Equal requests in flight are asked once.

        Args:
            index: which of the independent replies to this request.
        """
        state = self._here()
        key = request.key(self.transport.judge, index)
        task = state.in_flight.get(key)
        if task is None:
            task = state.in_flight[key] = asyncio.ensure_future(self._fetch(request, key, index))
            task.add_done_callback(lambda done: state.in_flight.get(key) is done and state.in_flight.pop(key))
        state.waiting[key] = state.waiting.get(key, 0) + 1
        try:
            return await asyncio.shield(task)
        finally:
            state.waiting[key] -= 1
            if not state.waiting[key]:
                del state.waiting[key]
                if not task.done():  # nobody wants it any more
                    state.in_flight.pop(key, None)
                    task.cancel()

    async def _fetch(self, request: Request, key: str, index: int) -> Reply:
        state = self._here()
        if self.cache is not None and (known := await self._on_disk(self.cache.get, key)):
            return replace(known, attempts=0, cost=0.0)
        async with state.slots:
            await self._wait_for_rate(request)
            reply = await self._attempts(request, index)
        if self.cache is not None and not reply.error:
            stored = await self._on_disk(self.cache.put, key, replace(reply, attempts=0, cost=0.0))
            reply = replace(stored, attempts=reply.attempts, cost=reply.cost)
        return reply

    async def _attempts(self, request: Request, index: int) -> Reply:
        state, clock = self._here(), asyncio.get_running_loop().time
        deadline, cost, last = clock() + self.deadline_s, 0.0, Failure("deadline", retry=False)
        made = 0
        while True:
            reserved = self.budget.reserve(request)
            if reserved is None:
                return Reply(error="budget" if not made else last.reason, raw=last.raw, attempts=made, cost=cost)
            made += 1
            try:
                reply = await self._attempt(request, index, deadline)
                cost += self.budget.settle(request, reserved, reply)
                state.failed_in_a_row = 0
                return replace(reply, attempts=made, cost=cost)
            except Failure as failure:
                cost += self.budget.settle(request, reserved, None, failure.billed)
                last = failure
            except BaseException:
                self.budget.settle(request, reserved, None)
                raise
            remaining = deadline - clock()
            wait = self.retry.wait_s(made, remaining, last.retry_after) if last.retry else None
            if wait is None or state.failed_in_a_row >= DOWN_AFTER:
                break
            try:
                async with asyncio.timeout_at(deadline):
                    await asyncio.sleep(wait)
                    await self._wait_for_rate(request)
            except TimeoutError:
                break
        state.failed_in_a_row += 1
        return Reply(error=last.reason, raw=last.raw, attempts=made, cost=cost)

    async def _attempt(self, request: Request, index: int, deadline: float) -> Reply:
        now = asyncio.get_running_loop().time()
        until = deadline if self.attempt_s is None else min(deadline, now + self.attempt_s)
        try:
            async with asyncio.timeout_at(until):
                return await self.transport.send(request, index)
        except TimeoutError:
            raise Failure("deadline" if until == deadline else "timeout", retry=True, billed=True) from None

    async def _wait_for_rate(self, request: Request) -> None:
        state, now = self._here(), asyncio.get_running_loop().time()
        waits = [limit.take(amount, now) for limit, amount in state.limits(request)]
        if waits and max(waits) > 0:
            await asyncio.sleep(max(waits))

    async def _on_disk(self, do: Any, *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._here().disk, do, *args)

    def _here(self) -> _State:
        """What belongs to the running loop; made anew in a forked child, or where an actor runs its own loop."""
        loop = asyncio.get_running_loop()
        if self._state is None or self._state.loop is not loop:
            requests, tokens = (RateLimit(limit) if limit else None for limit in self._limits)
            self._state = _State(loop, asyncio.Semaphore(self.concurrency), requests, tokens)
        return self._state

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_state": None}

    def __repr__(self) -> str:
        return f"Client({self.transport.judge!r})"


@dataclass(slots=True)
class _State:
    loop: asyncio.AbstractEventLoop
    slots: asyncio.Semaphore
    requests: RateLimit | None
    tokens: RateLimit | None
    disk: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "judge-cache"))
    in_flight: dict[str, asyncio.Task[Reply]] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    failed_in_a_row: int = 0

    def limits(self, request: Request) -> list[tuple[RateLimit, float]]:
        amounts = ((self.requests, 1.0), (self.tokens, float(request.num_tokens + request.max_tokens)))
        return [(limit, amount) for limit, amount in amounts if limit is not None]
