"""Is the completion as long as it was asked to be?"""

from __future__ import annotations

import math
import re
from typing import Literal, TypeAlias

from verifiers.base import Verifier
from verifiers.types import Sample, Score

Unit: TypeAlias = Literal["tokens", "characters", "words"]
UNITS = ("tokens", "characters", "words")
_WORD = re.compile(r"\S+")


class Length(Verifier):
    """1.0 within the limits, falling in a straight line to 0.0 over `slack` units outside them.

    With a target it is LCPO-Exact (L1, arXiv:2503.04697, eq. 1) held to [0, 1]: 1 - |n - target| / slack.

    Args:
        min, max: smallest and largest length that earns 1.0.
        target: the same as `min` and `max` together.
        slack: how far outside the reward reaches 0.0; by default at once for limits, and `target` units for a target.
        unit: "tokens" (of the model, as counted by the engine), "characters", or "words" (runs between white space).

    A sample whose tokens nobody counted is unscored (`no_token_count`).

    Raises:
        ValueError: no limit is given, or they contradict each other.
    """

    name = "length"

    def __init__(
        self,
        *,
        min: int | None = None,
        max: int | None = None,
        target: int | None = None,
        slack: float | None = None,
        unit: Unit = "tokens",
    ):
        self.min, self.max, self.target, self.slack, self.unit = min, max, target, slack, check_unit(unit)
        if min is None and max is None and target is None:
            raise ValueError("Length() has no limit: give min, max or target, e.g. Length(max=512).")
        if target is not None and (min is not None or max is not None):
            raise ValueError(f"Length(target={target}) also has min or max: give either a target or limits.")
        if target is not None and target < 1:
            raise ValueError(f"Length(target={target}): a target is at least 1.")
        if slack is not None and not slack >= 0:
            raise ValueError(f"Length(slack={slack}): give a number of {unit}, 0 or more.")
        self._low, self._high = (min or 0, math.inf if max is None else max) if target is None else (target, target)
        if self._low > self._high:
            raise ValueError(f"Length(min={min}, max={max}): min is larger than max.")
        self._slack = (target or 0) if slack is None else slack

    def score(self, sample: Sample) -> Score:
        n = length_of(sample, self.unit)
        if n is None:
            return no_token_count()
        outside = max(self._low - n, n - self._high, 0)
        if not outside:
            return Score.of(True, "in_range", length=n)
        value = max(0.0, 1 - outside / self._slack) if self._slack else 0.0
        return Score.of(value, "too_short" if n < self._low else "too_long", length=n)


def length_of(sample: Sample, unit: Unit) -> int | None:
    """Length of the completion; None where it is asked in tokens and nobody counted them."""
    if unit == "tokens":
        return sample.num_tokens
    if unit == "characters":
        return len(sample.completion)
    return sum(1 for _ in _WORD.finditer(sample.completion))


def no_token_count() -> Score:
    """What a verifier that needs `num_tokens` gives where it is None."""
    return Score.unscored("no_token_count", message="Sample.num_tokens is None: set it, or use unit='characters'.")


def check_unit(unit: str) -> Unit:
    if unit not in UNITS:
        raise ValueError(f"unit={unit!r} is not one of {', '.join(UNITS)}.")
    return unit  # type: ignore[return-value]


EXAMPLES = {
    Length(max=4, unit="characters"): [(None, "four", 1.0), (None, "fiver", 0.0), (None, "", 1.0)],
    Length(min=2, max=3, slack=4, unit="words"): [
        (None, "one", 0.75),
        (None, "one two", 1.0),
        (None, "one two three four five", 0.5),
    ],
    Length(target=10, unit="characters"): [
        (None, "x" * 10, 1.0),
        (None, "x" * 5, 0.5),
        (None, "x" * 15, 0.5),
        (None, "x" * 25, 0.0),
        (None, "", 0.0),
    ],
    Length(max=10): [(None, "nobody counted the tokens", None)],
}
