"""Arithmetic: what does an expression come to?"""

from __future__ import annotations

import random
from fractions import Fraction

from verifiers.numeric import NumberMatch
from verifiers.tasks.common import unique_problems
from verifiers.tasks.expressions import evaluate
from verifiers.types import Problem

verifier = NumberMatch()
"""The exact verifier of these problems: a number, compared as a fraction."""


def make(n: int, *, level: int = 1, seed: int = 0) -> list[Problem]:
    """n expressions of level + 1 numbers of up to level digits with + - * and brackets; the gold is a whole number."""
    return unique_problems(n, "arithmetic", level, seed, lambda rng: _one(rng, level))


def _one(rng: random.Random, level: int) -> Problem:
    parts = [str(rng.randint(0, 10**level)) for _ in range(level + 1)]
    while len(parts) > 1:
        i = rng.randrange(len(parts) - 1)
        joined = f"{parts[i]} {rng.choice('+-*')} {parts[i + 1]}"
        parts[i : i + 2] = [f"({joined})" if len(parts) > 2 and rng.random() < 0.5 else joined]
    # Brackets were drawn before it was known what stands beside them, so the value is that of the text.
    value: Fraction = evaluate(parts[0])[0]
    prompt = f"What is {parts[0]}? Put the answer within \\boxed{{}}."
    return Problem(prompt, str(value))
