"""Two values, on either side of a mark."""

from __future__ import annotations

from verifiers.base import Verifier, Wrapper, name_of
from verifiers.example import Number
from verifiers.types import Sample, Score


class Threshold(Wrapper):
    """Made by `threshold`."""

    def __init__(self, inner: Verifier, at: float, below: float = 0.0, above: float = 1.0):
        super().__init__(inner)
        self.at, self.below, self.above = float(at), float(below), float(above)
        self.name = f"threshold({name_of(inner)}, {at:g})"
        self.range = (min(self.below, self.above), max(self.below, self.above))

    def transform(self, sample: Sample, score: Score) -> Score:
        value = None if score.value is None else self.above if score.value >= self.at else self.below
        return self.valued(value, score)

    def __repr__(self) -> str:
        ends = "" if (self.below, self.above) == (0.0, 1.0) else f", below={self.below!r}, above={self.above!r}"
        return f"threshold({self.inner!r}, {self.at!r}{ends})"


def threshold(inner: Verifier, at: float, *, below: float = 0.0, above: float = 1.0) -> Threshold:
    """`above` where `inner` gives at least `at`, `below` where it gives less.

    `threshold(tests, 0.5, below=-1)` makes a share of tests passed a yes or no, and wrong costly. To let one reward
    through only where another is earned, use `gate`.
    """
    return Threshold(inner, at, below, above)


EXAMPLES = {
    threshold(Number(), 0.5): [(None, "0.5", 1.0), (None, "0.4", 0.0), (None, "x", None)],
    threshold(Number(), 0, below=-1, above=0.5): [(None, "7", 0.5), (None, "-7", -1.0)],
}
