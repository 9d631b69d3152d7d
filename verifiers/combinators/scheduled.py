"""A weight that changes in the course of training."""

from __future__ import annotations

import math
from collections.abc import Mapping

from verifiers.base import Verifier, Wrapper, name_of
from verifiers.example import Number
from verifiers.types import Sample, Score


class Scheduled(Wrapper):
    """Made by `scheduled`; `step` is where training stands, set by `set_step`."""

    def __init__(self, inner: Verifier, points: Mapping[int, float]):
        super().__init__(inner)
        if not points or not all(math.isfinite(weight) for weight in points.values()):
            raise ValueError(
                f"scheduled({name_of(inner)}, {points!r}): give {{step: weight, ...}}, e.g. {{0: 1, 500: 0}}."
            )
        self.points = {int(step): float(weight) for step, weight in sorted(points.items())}
        self.step = 0
        self.name = f"scheduled({name_of(inner)})"
        # All that it can give at any step: a formula around it settles on this range once and for all.
        corners = [w * bound if w else 0.0 for w in self.points.values() for bound in inner.range]
        self.range = (min(corners), max(corners))

    def weight(self) -> float:
        """The weight at the step where training stands: in a straight line from point to point, constant outside."""
        steps = list(self.points)
        before = [s for s in steps if s <= self.step]
        after = [s for s in steps if s > self.step]
        if not before or not after:
            return self.points[before[-1] if before else after[0]]
        a, b = before[-1], after[0]
        share = (self.step - a) / (b - a)
        return (1 - share) * self.points[a] + share * self.points[b]

    def transform(self, sample: Sample, score: Score) -> Score:
        return self.valued(None if score.value is None else self.weight() * score.value, score)

    def __repr__(self) -> str:
        return f"scheduled({self.inner!r}, {self.points!r})"


def scheduled(inner: Verifier, points: Mapping[int, float]) -> Scheduled:
    """`inner` times a weight that depends on the training step: `scheduled(fmt, {0: 1.0, 500: 0.0})` fades it out.

    Args:
        points: {step: weight}; straight lines between them, constant before the first and after the last.

    The step is 0 until `set_step(reward, step)` says otherwise, which reaches every schedule within a formula. A trainer
    calls it once a step, before it scores.
    """
    return Scheduled(inner, points)


def set_step(verifier: Verifier, step: int) -> None:
    """Tell every schedule within this verifier where training stands."""
    if isinstance(verifier, Scheduled):
        verifier.step = step
    for inner in (getattr(verifier, "inner", None), *getattr(verifier, "operands", ())):
        if isinstance(inner, Verifier):
            set_step(inner, step)


EXAMPLES = {
    scheduled(Number(), {0: 0.5, 100: 0.0}): [(None, "3", 1.5), (None, "x", None)],
    scheduled(Number(), {-10: 0.0, 10: 1.0}): [(None, "3", 1.5), (None, "0", 0.0)],
}
