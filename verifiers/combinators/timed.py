"""How long does a verifier take?"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from verifiers.base import Verifier, Wrapper, name_of, scores_of
from verifiers.example import Number
from verifiers.types import Sample, Score


class Timed(Wrapper):
    """Made by `timed`."""

    def __init__(self, inner: Verifier):
        super().__init__(inner)
        self.name = name_of(inner)

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        start = time.perf_counter()
        scores = scores_of(self.inner, samples)
        # Verifiers batch and overlap, so what a single sample took is not to be had; the batch divided by its size is.
        ms = round(1000 * (time.perf_counter() - start) / max(1, len(samples)), 3)
        return [replace(score, detail={**score.detail, "ms": ms}) for score in scores]

    def __repr__(self) -> str:
        return f"timed({self.inner!r})"


def timed(inner: Verifier) -> Timed:
    """The same scores, with `detail["ms"]`: milliseconds a sample, over the batch that it was scored in."""
    return Timed(inner)


EXAMPLES = {timed(Number()): [(None, "2.5", 2.5), (None, "x", None)]}
