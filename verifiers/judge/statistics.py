"""Estimates with intervals, from items that fall into few cells."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from verifiers.intervals import quantile, wilson

Cells: TypeAlias = Counter[Any]
"""How many items are in each cell; a cell is a tuple of what matters about an item."""
Statistic: TypeAlias = Callable[[Cells], float | None]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval; None where the data do not determine it.

    Args:
        n: how many items it rests on.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int

    def __str__(self) -> str:
        if self.value is None or self.low is None or self.high is None:
            return "-"
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def bootstrap(
    items: Sequence[Hashable],
    statistics: Mapping[str, tuple[Statistic, int]],
    *,
    resamples: int = 2000,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Each statistic of the items with its percentile bootstrap interval (Efron, 1979).

    Args:
        items: the cell of each item; statistics see how many items are in each cell.
        statistics: by name, the function and the number of items that it rests on.
    """
    counts = Counter(items)
    cells, weights = list(counts), list(counts.values())
    drawn: dict[str, list[float]] = {name: [] for name in statistics}
    rng = random.Random(seed)
    for _ in range(resamples if items else 0):
        sample = Counter(rng.choices(cells, weights, k=len(items)))
        for name, (statistic, _n) in statistics.items():
            if (value := statistic(sample)) is not None:
                drawn[name].append(value)
    return {name: _estimate(statistic(counts), sorted(drawn[name]), n) for name, (statistic, n) in statistics.items()}


def estimated_share(hits: int, n: int) -> Estimate:
    """A share with Wilson's interval, which is sensible at 0 and at 1 too."""
    return Estimate(hits / n, *wilson(hits, n), n) if n else Estimate(None, None, None, 0)


def cohens_kappa(pairs: Mapping[tuple[Hashable, Hashable], int]) -> float | None:
    """Cohen's kappa (1960) of pairs of labels: agreement beyond what the two margins give by chance.

    None where one label is all there is on both sides, so that chance alone agrees fully.
    """
    n = sum(pairs.values())
    if not n:
        return None
    first: Counter[Hashable] = Counter()
    second: Counter[Hashable] = Counter()
    for (a, b), count in pairs.items():
        first[a] += count
        second[b] += count
    observed = sum(count for (a, b), count in pairs.items() if a == b) / n
    chance = sum(first[label] * second[label] for label in first) / n**2
    return None if chance == 1 else (observed - chance) / (1 - chance)


def share(hits: int, n: int) -> float | None:
    return hits / n if n else None


def mean(values: Iterable[float | None]) -> float | None:
    """Mean of what is there."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _estimate(value: float | None, drawn: Sequence[float], n: int) -> Estimate:
    if value is None or not drawn:
        return Estimate(None, None, None, n)
    return Estimate(value, quantile(drawn, 0.025), quantile(drawn, 0.975), n)
