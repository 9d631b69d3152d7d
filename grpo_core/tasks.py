"""Procedural arithmetic: as many verifiable problems as training wants, and held-out ones that it never saw.

    problem.prompt       [{"role": "user", "content": "58+67="}]
    problem.gold         "125"
    solution(problem)    "<think>8+7=15,5+6+1=12</think>\\boxed{125}"
    short_form(problem)  "\\boxed{125}"

The worked solution goes digit by digit from the right, with the carry, as at school: each step is easy, so a tiny model
learns the method, and one wrong step makes the answer wrong.
"""

from __future__ import annotations

import random
import zlib
from typing import Literal

from verifiers.types import Problem

Split = Literal["train", "held_out"]
HELD_OUT_SHARE = 5
"""One sum in five is held out, by a checksum of its text: the splits never meet, whatever the seed and the size."""


def arithmetic(n: int, *, seed: int = 0, split: Split = "train", digits: int = 2) -> list[Problem]:
    """`n` different sums of two numbers of up to `digits` digits, in an order that the seed decides.

    Raises:
        ValueError: there are not that many different sums in the split.
    """
    if split not in ("train", "held_out"):
        raise ValueError(f"split={split!r}: write 'train' or 'held_out'.")
    available = _count(digits, split) if digits <= 2 else 10 ** (2 * digits) // (2 * HELD_OUT_SHARE)
    if n > available:
        raise ValueError(f"n={n}: there are {available} {split} sums of {digits} digits; ask for fewer or more digits.")
    rng = random.Random(f"{seed}/{split}/{digits}")
    problems: dict[str, Problem] = {}
    while len(problems) < n:
        a, b = rng.randrange(10**digits), rng.randrange(10**digits)
        text = f"{a}+{b}"
        if text not in problems and _split_of(text) == split:
            problems[text] = Problem([{"role": "user", "content": f"{text}="}], str(a + b), text, {"a": a, "b": b})
    return list(problems.values())


def short_form(problem: Problem) -> str:
    """The answer alone, `\\boxed{125}`: right, but more than a tiny model can do in its head."""
    return f"\\boxed{{{problem.gold}}}"


def solution(problem: Problem) -> str:
    """The worked solution: reasoning in `<think>`, the answer in `\\boxed{}`."""
    a, b = problem.meta["a"], problem.meta["b"]
    steps, carry = [], 0
    for place in range(max(len(str(a)), len(str(b)))):
        x, y = a // 10**place % 10, b // 10**place % 10
        total = x + y + carry
        steps.append(f"{x}+{y}" + (f"+{carry}" if carry else "") + f"={total}")
        carry = total // 10
    return f"<think>{','.join(steps)}</think>{short_form(problem)}"


def _split_of(text: str) -> Split:
    return "held_out" if zlib.crc32(text.encode()) % HELD_OUT_SHARE == 0 else "train"


def _count(digits: int, split: Split) -> int:
    return sum(_split_of(f"{a}+{b}") == split for a in range(10**digits) for b in range(10**digits))
