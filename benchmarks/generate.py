"""Attempts from a model: the training loop's own engine, so that what is trained is what is measured."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from benchmarks.evaluate import Key
from benchmarks.results import Attempt
from verifiers import Problem

ROWS = 64
"""Completions asked for at once: they are scored and written down together, so this is what an interruption costs."""


def generate(
    engine: Any, problems: Sequence[Problem], k: int, *, run: str, seed: int = 0, done: Collection[Key] = ()
) -> Iterator[list[Attempt]]:
    """`k` completions of each problem, a chunk of problems at a time; chunks that are done are left out.

    Random numbers belong to the chunk, and chunks are cut from the full list: an interrupted run that goes on gives the
    samples that an uninterrupted one would have given.

    Args:
        engine: a `grpo_core.rollout.Engine`.
        done: keys of attempts that need no repeating.
    """
    size = max(1, ROWS // k)
    for start in range(0, len(problems), size):
        chunk = problems[start : start + size]
        if all((run, problem.id, index) in done for problem in chunk for index in range(k)):
            continue
        rollouts = engine.generate(chunk, k, seed=seed + start)
        yield [Attempt(rollout.sample, i % k, run) for i, rollout in enumerate(rollouts)]
