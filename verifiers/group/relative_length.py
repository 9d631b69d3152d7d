"""Shorter than one's siblings, and right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from verifiers.base import Verifier, Wrapper, scores_of
from verifiers.example import ends_in_gold
from verifiers.groups import groups_of
from verifiers.text.length import Unit, check_unit, length_of
from verifiers.types import Problem, Sample, Score


class RelativeLength(Wrapper):
    """The length reward of Kimi k1.5 (arXiv:2501.12599, section 2.3.3): within a group, from 0.5 for the shortest sample to
    -0.5 for the longest.

        lambda = 0.5 - (length - shortest) / (longest - shortest)
        right: lambda        wrong: min(0, lambda)        all of one length: 0

    It is meant to be added to the reward for being right: `math + 0.1 * RelativeLength(math)`. open-r1 has it as
    `len_reward`.

    Args:
        inner: full marks are right, all else is wrong; unscored stays unscored.
        among: whose lengths make the scale: "all" samples of the group, as in the paper, or the "right" ones, so that a
            short wrong answer makes no right one look long; the wrong ones then score 0.
        unit: "tokens", "characters" or "words".
    """

    name = "relative_length"

    def __init__(self, inner: Verifier, *, among: Literal["all", "right"] = "all", unit: Unit = "tokens"):
        super().__init__(inner)
        if among not in ("all", "right"):
            raise ValueError(f"RelativeLength(among={among!r}): use 'all' or 'right'.")
        self.among, self.unit, self.groupwise, self.range = among, check_unit(unit), True, (-0.5, 0.5)

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        raw = scores_of(self.inner, samples)
        lengths = [length_of(sample, self.unit) for sample in samples]
        right = [score.value is not None and score.value >= self.inner.range[1] for score in raw]
        out = list(raw)
        for group in groups_of(samples):
            known = [n for i in group if (n := lengths[i]) is not None and (self.among == "all" or right[i])]
            for i in group:
                n = lengths[i]
                if raw[i].value is None:
                    out[i] = self.valued(None, raw[i])
                elif n is None:
                    out[i] = replace(self.valued(None, raw[i]), reason="no_token_count")
                else:
                    out[i] = self.valued(self._value(n, known, right[i]), raw[i])
        return out

    def _value(self, n: int, known: Sequence[int], right: bool) -> float:
        if not right and self.among == "right":
            return 0.0
        shortest, longest = min(known), max(known)
        if shortest == longest:
            return 0.0
        value = 0.5 - (n - shortest) / (longest - shortest)
        return value if right else min(0.0, value)


def _group(*completions: str) -> list[Sample]:
    problem = Problem("", "4", id="p")
    return [Sample(problem, completion) for completion in completions]


EXAMPLES = {
    RelativeLength(ends_in_gold, unit="characters"): [
        (_group("4", "xx4", "xxxx4", "5", "xxxx5"), [0.5, 0.0, -0.5, 0.0, -0.5]),
        (_group("4", "4"), [0.0, 0.0]),
    ],
    RelativeLength(ends_in_gold, among="right", unit="characters"): [
        (_group("xx4", "xxx4", "5"), [0.5, -0.5, 0.0]),
    ],
    RelativeLength(ends_in_gold): [(_group("4", "4"), [None, None])],
}
