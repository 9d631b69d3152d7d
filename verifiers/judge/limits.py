"""How often, how long and for how much a judge may be asked: rate limits, retries, the budget."""

from __future__ import annotations

import email.utils
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from verifiers.judge.exchange import Reply, Request


class RateLimit:
    """At most `limit` units in any `period_s` seconds, first come first served.

    A sliding window: a bucket that starts full lets nearly twice its limit through in the first minute.
    """

    def __init__(self, limit: float, period_s: float = 60.0):
        if not limit > 0:
            raise ValueError(
                f"A rate limit of {limit!r} lets nothing through; give a positive number, or None for none."
            )
        self.limit, self.period_s = float(limit), period_s
        self._taken: deque[tuple[float, float]] = deque()  # (when, how much), not older than a period before the last
        self._total = 0.0

    def take(self, amount: float, now: float) -> float:
        """Reserve the amount for the earliest moment that the limit allows; how many seconds from `now` that is.

        A single amount above the limit counts as the limit: it goes through, alone.
        """
        amount = min(amount, self.limit)
        start = max(now, self._taken[-1][0]) if self._taken else now
        self._forget(start)
        while self._taken and self._total + amount > self.limit:
            start = self._taken[0][0] + self.period_s
            self._drop()
            self._forget(start)
        self._taken.append((start, amount))
        self._total += amount
        return start - now

    def _forget(self, now: float) -> None:
        while self._taken and self._taken[0][0] <= now - self.period_s:
            self._drop()

    def _drop(self) -> None:
        self._total -= self._taken.popleft()[1]
        if not self._taken:
            self._total = 0.0  # and not what rounding has left of it


@dataclass(frozen=True, slots=True)
class Retry:
    """When to try again: exponential backoff with full jitter, never earlier than the server asks for.

    Args:
        attempts: at most so many in all.
        base_s, cap_s: the k-th wait is drawn from [0, min(cap_s, base_s * 2**k)].
    """

    attempts: int = 8
    base_s: float = 0.5
    cap_s: float = 20.0

    def wait_s(
        self, made: int, remaining_s: float, retry_after: float | None, draw: random.Random | None = None
    ) -> float | None:
        """Seconds to wait after `made` attempts; None to give up, at once when the wait would end past the deadline."""
        uniform = (draw or random).uniform
        if made >= self.attempts:
            return None
        wait = uniform(0.0, min(self.cap_s, self.base_s * 2 ** (made - 1)))
        if retry_after is not None:
            # All who were refused together would come back together, so spread them over a tenth more.
            wait = max(wait, retry_after * uniform(1.0, 1.1))
        return wait if wait < remaining_s else None


def retry_after_s(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that a server asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as an HTTP date (RFC 9110).

    Args:
        headers: with lower-case names.
        now: Unix time, used for a date where the server does not give its own in `Date`.
    """
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        return seconds if 0 <= seconds < 1e9 else None
    until, server_now = _date(headers.get("retry-after")), _date(headers.get("date"))
    if until is None:
        return None
    return max(0.0, until - (now if server_now is None else server_now))


def _date(text: str | None) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, OverflowError):
        return None


class Budget:
    """A cap on what may be spent, and the account of what was. One budget may serve several judges.

    Args:
        cost: most that may be spent, in the currency of the prices; None for no cap.
        calls: most attempts; None for no cap.
        prompt_price, completion_price: for a million tokens.

    The largest cost that an attempt can have is reserved before it is made, so attempts in flight cannot pass the cap
    together. An attempt whose outcome is unknown (a timeout, a cut stream) keeps its reservation.
    """

    def __init__(
        self,
        *,
        cost: float | None = None,
        calls: int | None = None,
        prompt_price: float = 0.0,
        completion_price: float = 0.0,
    ):
        if cost is not None and not prompt_price and not completion_price:
            raise ValueError(f"Budget(cost={cost}) without prices never fills: give prompt_price and completion_price.")
        self.cost, self.calls = cost, calls
        self.prompt_price, self.completion_price = prompt_price, completion_price
        self.spent = Spent()
        self._reserved = 0.0

    def price(self, prompt_tokens: int, completion_tokens: int) -> float:
        return (prompt_tokens * self.prompt_price + completion_tokens * self.completion_price) / 1e6

    def reserve(self, request: Request) -> float | None:
        """Put the attempt's largest cost aside; None where the cap does not allow it."""
        most = self.price(request.num_tokens, request.max_tokens)
        if self.calls is not None and self.spent.attempts >= self.calls:
            return None
        # A rounding error must not refuse the last call that a cap was computed for.
        if self.cost is not None and self.spent.cost + self._reserved + most > self.cost * (1 + 1e-9):
            return None
        self._reserved += most
        self.spent.attempts += 1
        return most

    def settle(self, request: Request, reserved: float, reply: Reply | None, billed: bool = True) -> float:
        """Replace the reservation by what the attempt cost; its cost."""
        self._reserved -= reserved
        if reply is None:
            self.spent.cost += reserved if billed else 0.0
            self.spent.guessed += billed
            return reserved if billed else 0.0
        known = reply.prompt_tokens is not None and reply.completion_tokens is not None
        prompt = reply.prompt_tokens if reply.prompt_tokens is not None else request.num_tokens
        completion = reply.completion_tokens if reply.completion_tokens is not None else request.max_tokens
        self.spent.prompt_tokens += prompt
        self.spent.completion_tokens += completion
        self.spent.guessed += not known
        cost = self.price(prompt, completion)
        self.spent.cost += cost
        return cost


@dataclass(slots=True)
class Spent:
    """What a budget has paid for: attempts (retries too), tokens, cost; `guessed` of them no server has counted."""

    attempts: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    guessed: int = 0
