"""Hypothesis as a source of cases: so many of a kind from a seed, and a smaller one that fails in the same way."""

from __future__ import annotations

import contextlib
import functools
import time
import zlib
from collections.abc import Callable, Hashable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy

from verifiers.audit.case import Case

SHRINK_CALLS = 40
SHRINK_S = 3.0


@functools.lru_cache(maxsize=4096)
def generate(strategy: SearchStrategy[Case], count: int, seed: int, name: str) -> list[Case]:
    """At most `count` different cases, the same ones for the same seed and name, the simplest first.

    They are kept, so that many graders can be asked what was drawn once.
    """
    found: dict[Hashable, Case] = {}

    def collect(case: Case) -> None:
        if len(found) < count:
            found.setdefault(case.calls if _hashable(case.calls) else repr(case.calls), case)

    _run(strategy, collect, count + 5, seed, name, [Phase.generate])
    return list(found.values())


def shrink(
    strategy: SearchStrategy[Case], failing: Case, fails: Callable[[Case], bool], seed: int, name: str, count: int
) -> Case:
    """The smallest failing case that a bounded search from the same seed comes upon; at worst the one given.

    Args:
        fails: asks the grader; called at most `SHRINK_CALLS` times, and not after `SHRINK_S` seconds.
    """
    best, known, until = failing, {repr(failing.calls): True}, time.monotonic() + SHRINK_S

    def test(case: Case) -> None:
        nonlocal best
        key = repr(case.calls)
        if key not in known:
            if len(known) > SHRINK_CALLS or time.monotonic() > until:
                return
            known[key] = fails(case)
        if known[key]:
            best = min(best, case, key=lambda c: c.size)
            raise _Fails

    with contextlib.suppress(_Fails, HypothesisException):
        _run(strategy, test, count + 5, seed, name, [Phase.generate, Phase.shrink])
    return best


class _Fails(Exception):
    """The case fails; what Hypothesis shrinks."""


def _run(
    strategy: SearchStrategy[Case], test: Callable[[Case], None], count: int, seed: int, name: str, phases: list[Phase]
) -> None:
    profile = settings(
        max_examples=count,
        phases=phases,
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )

    def drawn(case: Any) -> None:
        test(case)

    with contextlib.suppress(HypothesisException):
        # A seed of its own for each kind, or all kinds would draw the same numbers.
        seeded(zlib.crc32(f"{seed}/{name}".encode()))(profile(given(strategy)(drawn)))()


def _hashable(thing: Any) -> bool:
    try:
        hash(thing)
    except TypeError:
        return False
    return True
