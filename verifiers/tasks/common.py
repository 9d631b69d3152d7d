"""What the kinds of task share: seeded sources, unique problems, the answer of a completion."""

from __future__ import annotations

import random
from collections.abc import Callable

from verifiers.extract import extract
from verifiers.types import Problem, Sample, Score

MAX_CHARS = 50_000
"""A longer answer is none."""


def unique_problems(
    n: int, kind: str, level: int, seed: int, make_one: Callable[[random.Random], Problem]
) -> list[Problem]:
    """n different problems, made one after the other from one seeded source.

    Raises:
        ValueError: the level is below 1, or has not that many different problems.
    """
    if level < 1:
        raise ValueError(f"level={level}: levels start at 1.")
    rng, found, misses = random.Random(f"{kind}/{level}/{seed}"), {}, 0  # type: ignore[var-annotated]
    while len(found) < n:
        problem = make_one(rng)
        misses = misses + 1 if problem.prompt in found else 0
        if misses > 1000:
            raise ValueError(
                f"n={n}: {kind} of level {level} has about {len(found)} different problems; raise the level."
            )
        found[problem.prompt] = problem
    return [
        Problem(p.prompt, p.gold, f"{kind}-{level}-{seed}-{i}", {"task": kind, "level": level})
        for i, p in enumerate(found.values())
    ]


def answers_of(sample: Sample) -> tuple[str, ...] | Score:
    """The readings of the completion's one answer, or the score of a completion that has none or several."""
    found = extract(sample.completion)
    if not found.readings:
        return Score.of(False, found.how)
    if len(found.readings[0]) > MAX_CHARS:
        return Score.of(False, "over_budget", found.readings[0][:1000])
    if any(rival != found.readings[0] for rival in found.rivals):
        return Score.of(False, "ambiguous", found.answer)
    return found.readings
