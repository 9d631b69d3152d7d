"""Right answers earn more when short, wrong ones lose less when long."""

from __future__ import annotations

import math

from verifiers.base import Verifier, Wrapper
from verifiers.example import ends_in_gold
from verifiers.text.length import Unit, check_unit, length_of, no_token_count
from verifiers.types import Sample, Score


class CosineLength(Wrapper):
    """A verifier's yes or no, scaled by length along a cosine (Demystifying Long CoT, arXiv:2502.03373, section 4.2).

        value(n) = end + (start - end) * (1 + cos(pi * n / max_length)) / 2

    With its defaults it is open-r1's `cosine_scaled_reward`, except that there the cosine rises again beyond
    `max_length`; here it stays at its end.

    Args:
        inner: full marks are a right answer, all else a wrong one; unscored stays unscored.
        max_length: where the end is reached.
        right, wrong: (start, end), the values at length 0 and at `max_length`.
        exceeded: value of anything longer than `max_length`, right or wrong; None leaves it at the end of its cosine.
        unit: "tokens", "characters" or "words".
    """

    name = "cosine_length"

    def __init__(
        self,
        inner: Verifier,
        max_length: int,
        *,
        right: tuple[float, float] = (1.0, 0.5),
        wrong: tuple[float, float] = (-1.0, -0.5),
        exceeded: float | None = None,
        unit: Unit = "tokens",
    ):
        if max_length < 1:
            raise ValueError(f"CosineLength(max_length={max_length}): give at least 1.")
        super().__init__(inner)
        self.max_length, self.right, self.wrong = max_length, tuple(right), tuple(wrong)
        self.exceeded, self.unit = exceeded, check_unit(unit)
        values = [*self.right, *self.wrong, *([] if exceeded is None else [exceeded])]
        self.range = (min(values), max(values))

    def transform(self, sample: Sample, score: Score) -> Score:
        n = length_of(sample, self.unit)
        if n is None:
            return no_token_count()
        if score.value is None:
            return self.valued(None, score)
        start, end = self.right if score.value >= self.inner.range[1] else self.wrong
        if n > self.max_length and self.exceeded is not None:
            return Score(self.exceeded, "too_long", score.extracted, self.name, (score,), {"length": n})
        cosine = math.cos(math.pi * min(n / self.max_length, 1.0))
        value = min(max(end + 0.5 * (start - end) * (1.0 + cosine), self.range[0]), self.range[1])
        return Score(value, score.reason, score.extracted, self.name, (score,), {"length": n})


EXAMPLES = {
    CosineLength(ends_in_gold, 10, unit="characters"): [
        ("4", "4" * 10, 0.5),
        ("4", "xxxx4", 0.75),
        ("4", "x" * 99 + "4", 0.5),
        ("5", "xxxx4", -0.75),
        ("5", "", -1.0),
        (None, "4", None),
    ],
    CosineLength(ends_in_gold, 4, exceeded=-10.0, unit="characters"): [("4", "xxxx4", -10.0), ("4", "xxx4", 0.5)],
}
