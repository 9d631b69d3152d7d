"""A verifier's values held between two bounds."""

from __future__ import annotations

from verifiers.base import Verifier, Wrapper, name_of
from verifiers.example import Number
from verifiers.types import Sample, Score


class Clip(Wrapper):
    """Made by `clip`."""

    def __init__(self, inner: Verifier, low: float, high: float):
        super().__init__(inner)
        if not low <= high:
            raise ValueError(f"clip({name_of(inner)}, {low}, {high}): the lower bound is the larger one.")
        self.low, self.high = float(low), float(high)
        self.name = f"clip({name_of(inner)}, {low:g}, {high:g})"
        self.range = (self._held(inner.range[0]), self._held(inner.range[1]))

    def transform(self, sample: Sample, score: Score) -> Score:
        return self.valued(None if score.value is None else self._held(score.value), score)

    def _held(self, value: float) -> float:
        return min(max(value, self.low), self.high)

    def __repr__(self) -> str:
        return f"clip({self.inner!r}, {self.low!r}, {self.high!r})"


def clip(inner: Verifier, low: float, high: float) -> Clip:
    """`low` where `inner` gives less, `high` where it gives more; the part keeps the raw value.

    >>> from verifiers.example import Number
    >>> clip(Number(), 0, 1)
    clip(Number(), 0.0, 1.0)
    """
    return Clip(inner, low, high)


EXAMPLES = {clip(Number(), -0.5, 0.5): [(None, "0.25", 0.25), (None, "9", 0.5), (None, "-9", -0.5), (None, "x", None)]}
