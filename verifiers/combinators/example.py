"""A verifier to try the combinators on."""

from __future__ import annotations

from verifiers.base import Verifier
from verifiers.types import Sample, Score


class Number(Verifier):
    """The number that the completion is, from -10 to 10; unscored where it is none."""

    name = "number"
    range = (-10.0, 10.0)

    def score(self, sample: Sample) -> Score:
        try:
            value = float(sample.completion[:40])
        except ValueError:
            return Score.unscored("no_number")
        return Score.of(value, "number") if -10 <= value <= 10 else Score.unscored("no_number")


EXAMPLES = [(None, "2.5", 2.5), (None, "-9", -9.0), (None, "four", None), (None, "1e999", None)]
