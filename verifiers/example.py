"""Two small verifiers that the examples of combinators and groups are made with."""

from __future__ import annotations

from verifiers.base import Verifier, verifier
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


@verifier
def ends_in_gold(sample: Sample) -> bool | None:
    """1.0 when the completion ends in the gold, letter for letter; unscored without a gold."""
    return None if sample.gold is None else sample.completion.endswith(str(sample.gold))


EXAMPLES = {
    Number(): [(None, "2.5", 2.5), (None, "-9", -9.0), (None, "four", None), (None, "1e999", None)],
    ends_in_gold: [("4", "It is 4", 1.0), ("4", "It is 4.", 0.0), (None, "It is 4", None)],
}
