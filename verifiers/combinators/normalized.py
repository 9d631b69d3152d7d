"""Each reward on its own scale, before they are added up."""

from __future__ import annotations

import math
from collections.abc import Sequence

from verifiers.base import Verifier, Wrapper, name_of, scores_of
from verifiers.example import Number
from verifiers.groups import groups_of
from verifiers.types import Problem, Sample, Score


class Normalized(Wrapper):
    """Made by `normalized`."""

    def __init__(self, inner: Verifier, eps: float = 1e-4):
        super().__init__(inner)
        self.groupwise, self.range = True, (-math.inf, math.inf)
        self.eps, self.name = eps, f"normalized({name_of(inner)})"

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        raw = scores_of(self.inner, samples)
        out = list(raw)
        for group in groups_of(samples):
            values = [value for i in group if (value := raw[i].value) is not None]
            mean, scale = _mean_and_scale(values, self.eps)
            for i in group:
                value = raw[i].value
                out[i] = self.valued(None if value is None else (value - mean) / scale, raw[i])
        return out

    def __repr__(self) -> str:
        return f"normalized({self.inner!r}{'' if self.eps == 1e-4 else f', eps={self.eps!r}'})"


def normalized(inner: Verifier, *, eps: float = 1e-4) -> Normalized:
    """(value - mean) / (std + eps) within the samples of one problem; 0 where they all agree, None left out.

    `normalized(math) + 0.5 * normalized(fmt)` keeps apart what a sum of raw rewards runs together: without it, all
    combinations with one total get one advantage (GDPO, arXiv:2601.05242). std is that of the sample (n - 1), as in the
    trainer's advantages.
    """
    return Normalized(inner, eps)


def _mean_and_scale(values: Sequence[float], eps: float) -> tuple[float, float]:
    if len(set(values)) < 2:
        return (values[0] if values else 0.0), 1.0
    # fsum is exact before it rounds, so that the result does not depend on the order of the group.
    mean = math.fsum(values) / len(values)
    return mean, math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1)) + eps


def _batch(*completions: str) -> list[Sample]:
    problem = Problem("", id="p")
    return [Sample(problem, completion) for completion in completions]


EXAMPLES = {
    normalized(Number(), eps=0.0): [
        (_batch("1", "3"), [-math.sqrt(0.5), math.sqrt(0.5)]),
        (_batch("1", "2", "3", "x"), [-1.0, 0.0, 1.0, None]),
        (_batch("7", "7"), [0.0, 0.0]),
        (_batch("7"), [0.0]),
    ]
}
