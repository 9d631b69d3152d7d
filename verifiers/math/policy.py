"""The choices that a comparison makes, each with its default. docs/math.md says what each changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Policy:
    """How strict a comparison is.

    Args:
        decimals: "round" lets an exact value, or one with more digits, answer a decimal gold that it rounds to (gold 3.14,
            answer 22/7); "exact" takes every decimal for the rational that it writes.
        min_round_digits: significant digits that a decimal gold needs before rounding applies; 0.5 is one half.
        exact_digits: significant digits from which a decimal is taken for an exact gold that it rounds (1/12 and
            0.0833333333333333); None never.
        tolerance: relative error that is allowed where the gold is a decimal; 0 for none.
        percent: 50% answers 50 and 1/2, where only one side has the sign.
        units: "forgive" a unit that one side lacks, or "require" that both have it.
        echo: an answer that leaves a calculation undone (2+40 for 42, \\binom{10}{3} for 120) is right.
        choices: a letter gold is an option: (C), "C. text" and the letter in a sentence answer it.
    """

    decimals: Literal["round", "exact"] = "round"
    min_round_digits: int = 3
    exact_digits: int | None = 12
    tolerance: float = 0.0
    percent: bool = True
    units: Literal["forgive", "require"] = "forgive"
    echo: bool = False
    choices: bool = True
