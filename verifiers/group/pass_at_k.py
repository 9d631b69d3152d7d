"""Credit for what a group of k achieves together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import comb

from verifiers.base import Verifier, Wrapper, scores_of
from verifiers.example import ends_in_gold
from verifiers.groups import groups_of
from verifiers.types import Problem, Sample, Score


class PassAtK(Wrapper):
    """Each sample's share in pass@k: how often k samples pass that include it (PKPO, arXiv:2505.15201, theorem 1).

    With c of n right, a right sample earns 1.0, for any k that include it pass; a wrong one earns
    1 - C(n-1-c, k-1) / C(n-1, k-1), the chance that one of its k-1 companions is right. The mean over the group is the
    unbiased pass@k (Chen et al., 2021). k = 1 is the inner reward itself; the larger k, the less a group gains from
    getting right more often what it already gets right, and the more from a first right answer.

    PKPO's own values are these times k/n, which is one factor for the whole group.

    Args:
        inner: full marks are right, all else is wrong; unscored samples are left out of n.
        k: at most the number of scored samples of a group; a smaller group is unscored (`group_too_small`).
    """

    name = "pass_at_k"

    def __init__(self, inner: Verifier, k: int):
        super().__init__(inner)
        if k < 1:
            raise ValueError(f"PassAtK(k={k}): k is at least 1.")
        self.k, self.groupwise, self.range = k, True, (0.0, 1.0)

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        raw = scores_of(self.inner, samples)
        out = list(raw)
        for group in groups_of(samples):
            scored = [i for i in group if raw[i].value is not None]
            right = {i for i in scored if raw[i].value >= self.inner.range[1]}  # type: ignore[operator]
            n, c = len(scored), len(right)
            for i in group:
                if raw[i].value is None:
                    out[i] = self.valued(None, raw[i])
                elif n < self.k:
                    out[i] = replace(self.valued(None, raw[i]), reason="group_too_small")
                else:
                    alone = comb(n - 1 - c, self.k - 1) / comb(n - 1, self.k - 1) if i not in right else 0.0
                    out[i] = self.valued(1.0 - alone, raw[i])
        return out


def _group(*completions: str) -> list[Sample]:
    problem = Problem("", "4", id="p")
    return [Sample(problem, completion) for completion in completions]


EXAMPLES = {
    PassAtK(ends_in_gold, 2): [
        (_group("4", "5", "6"), [1.0, 0.5, 0.5]),
        (_group("4", "4", "6"), [1.0, 1.0, 1.0]),
        (_group("5", "6"), [0.0, 0.0]),
        (_group("4"), [None]),
    ],
    PassAtK(ends_in_gold, 1): [(_group("4", "5"), [1.0, 0.0]), ([Sample(Problem("", id="q"), "4")], [None])],
}
