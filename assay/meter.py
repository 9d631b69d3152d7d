"""What each part of a reward did: mean, spread, share unscored, time. For the tables of the demo and of training."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, pstdev
from typing import Any

from verifiers import Sample, Score, Verifier, score_all
from verifiers.base import Composed, Gate, Scaled, name_of


@dataclass(frozen=True, slots=True)
class PartStats:
    """One part of the reward over some samples.

    Attributes:
        mean, std: of the raw values, before the weight; None where nothing was scored.
        weight: the factor it enters the reward with; None where it is not a weighted term, as a gate.
        seen: samples it was asked about; fewer than there are where an earlier part settled the result.
        unscored: share of those that it could not score.
        ms: milliseconds a sample.
    """

    name: str
    mean: float | None
    std: float | None
    weight: float | None
    seen: int
    unscored: float
    ms: float

    @classmethod
    def of(cls, name: str, weight: float | None, values: Sequence[float | None], seconds: float) -> PartStats:
        known = [value for value in values if value is not None]
        return cls(
            name=name,
            mean=fmean(known) if known else None,
            std=pstdev(known) if known else None,
            weight=weight,
            seen=len(values),
            unscored=1 - len(known) / len(values) if values else 0.0,
            ms=1000 * seconds / len(values) if values else 0.0,
        )


class Metered(Verifier):
    """A verifier that keeps account of itself and is otherwise the one inside."""

    def __init__(self, inner: Verifier, weight: float | None):
        self.inner, self.weight = inner, weight
        self.name, self.range, self.groupwise = name_of(inner), inner.range, inner.groupwise
        self.values: list[float | None] = []
        self.seconds = 0.0

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        start = time.perf_counter()
        scores = score_all(self.inner, samples)
        self.seconds += time.perf_counter() - start
        self.values += [score.value for score in scores]
        return scores

    def check_gold(self, gold: Any) -> str | None:
        return self.inner.check_gold(gold)

    def take(self) -> PartStats:
        """The account since the last call."""
        stats = PartStats.of(self.name, self.weight, self.values, self.seconds)
        self.values, self.seconds = [], 0.0
        return stats

    def __repr__(self) -> str:
        return repr(self.inner)


def metered(verifier: Verifier) -> tuple[Verifier, list[Metered]]:
    """The same reward with every leaf of its formula under account, and the accounts in the formula's order."""
    meters: list[Metered] = []

    def copy_of(node: Verifier, weight: float | None) -> Verifier:
        if type(node) is Scaled:
            return Scaled(node.weight, copy_of(node.inner, None if weight is None else weight * node.weight))
        if type(node) is Gate:
            made = copy.copy(node)
            made.inner = copy_of(node.inner, None)
            return made
        if isinstance(node, Composed):
            inherited = weight if node.symbol == "+" else None
            made_ = copy.copy(node)
            made_.operands = tuple(copy_of(operand, inherited) for operand in node.operands)
            return made_
        meters.append(Metered(node, weight))
        return meters[-1]

    return copy_of(verifier, 1.0), meters


def pooled(stats: Sequence[PartStats]) -> PartStats:
    """Several accounts of one part as one, weighted by the samples they saw; the spread is the mean spread."""
    seen = sum(s.seen for s in stats) or 1
    known = [s for s in stats if s.mean is not None and s.std is not None]
    scored = sum(s.seen * (1 - s.unscored) for s in known) or 1
    return replace(
        stats[-1],
        mean=sum((s.mean or 0) * s.seen * (1 - s.unscored) for s in known) / scored if known else None,
        std=sum((s.std or 0) * s.seen * (1 - s.unscored) for s in known) / scored if known else None,
        seen=sum(s.seen for s in stats),
        unscored=sum(s.unscored * s.seen for s in stats) / seen,
        ms=sum(s.ms * s.seen for s in stats) / seen,
    )
