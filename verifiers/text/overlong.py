"""The soft punishment of overlong completions of DAPO."""

from __future__ import annotations

from verifiers.base import Verifier
from verifiers.text.length import Unit, check_unit, length_of, no_token_count
from verifiers.types import Sample, Score


class SoftOverlong(Verifier):
    """0 up to `max_length - cache`, from there in a straight line down to -1 at `max_length`.

    DAPO (arXiv:2503.14476), eq. 13. Add it to a reward: `math + SoftOverlong(max_length=16_384, cache=4_096)`.

    Args:
        max_length: where the punishment is whole; the longest completion that the engine writes.
        cache: length of the slope; 0 punishes only what is longer than `max_length`.
        unit: "tokens", "characters" or "words", as in `Length`.
    """

    name = "soft_overlong"
    range = (-1.0, 0.0)

    def __init__(self, max_length: int, cache: int, *, unit: Unit = "tokens"):
        if not 0 <= cache <= max_length:
            raise ValueError(
                f"SoftOverlong({max_length}, {cache}): the slope of {cache} does not fit below {max_length}."
            )
        self.max_length, self.cache, self.unit = max_length, cache, check_unit(unit)

    def score(self, sample: Sample) -> Score:
        n = length_of(sample, self.unit)
        if n is None:
            return no_token_count()
        start = self.max_length - self.cache
        if n <= start:
            return Score.of(0.0, "in_range", length=n)
        value = (start - n) / self.cache if n <= self.max_length else -1.0
        return Score.of(value, "too_long", length=n)


EXAMPLES = {
    SoftOverlong(100, 20, unit="characters"): [
        (None, "x" * 80, 0.0),
        (None, "x" * 90, -0.5),
        (None, "x" * 100, -1.0),
        (None, "x" * 500, -1.0),
    ],
    SoftOverlong(10, 0, unit="characters"): [(None, "x" * 10, 0.0), (None, "x" * 11, -1.0)],
    SoftOverlong(100, 20): [(None, "nobody counted the tokens", None)],
}
