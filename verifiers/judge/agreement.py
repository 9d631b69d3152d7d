"""What labels and verdicts say about each other: statistics of items counted by cell.

A cell of a sample is (label, verdict, is it longer than the median of its label). A cell of a pair is (label, verdict, sign of
the length difference, single verdicts for the completion shown first minus those for the other, number of single verdicts, do
the two orders contradict each other); labels and verdicts are 1.0 for the first completion, 0.0 for the second, 0.5 for a tie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from verifiers.intervals import quantile
from verifiers.judge.statistics import Cells, cohens_kappa, mean, share


def accuracy(cells: Cells) -> float | None:
    """Share of items whose verdict is their label."""
    return share(sum(n for (label, verdict, *_), n in cells.items() if label == verdict), cells.total())


def kappa(cells: Cells) -> float | None:
    """Cohen's kappa of labels and verdicts."""
    pairs: Counter[tuple[Any, Any]] = Counter()
    for (label, verdict, *_), n in cells.items():
        pairs[label, verdict] += n
    return cohens_kappa(pairs)


def rate(cells: Cells, *, label: bool, verdict: bool, long: bool | None = None) -> float | None:
    """Share of the items of a label that have a verdict, among longer or shorter ones where that is given."""
    of = {cell: n for cell, n in cells.items() if cell[0] == label and (long is None or cell[2] == long)}
    return share(sum(n for cell, n in of.items() if cell[1] == verdict), sum(of.values()))


def length_bias(cells: Cells) -> float | None:
    """P(judged right | longer half) - P(judged right | shorter half), within each label, averaged over the labels.

    Within a label, since right completions may well be longer than wrong ones, and that is no bias of the judge.
    """
    differences = []
    for label in (True, False):
        longer = rate(cells, label=label, verdict=True, long=True)
        shorter = rate(cells, label=label, verdict=True, long=False)
        differences.append(None if longer is None or shorter is None else longer - shorter)
    return mean(differences)


def position_bias(cells: Cells) -> float | None:
    """Share of single verdicts that prefer the completion shown first, minus 1/2."""
    asked = sum(n * cell[4] for cell, n in cells.items())
    return None if not asked else sum(n * cell[3] for cell, n in cells.items()) / asked / 2


def pair_length_bias(cells: Cells) -> float | None:
    """How much more often the judge prefers the longer completion than people do."""
    unequal = sum(n for cell, n in cells.items() if cell[2])
    preferred = sum(n * cell[2] * (cell[1] - cell[0]) for cell, n in cells.items())
    return preferred / unequal if unequal else None


def longer_half(items: Sequence[tuple[bool, int]]) -> list[bool]:
    """Is each item longer than the median of its label?"""
    medians = {}
    for label in (True, False):
        lengths = sorted(length for own, length in items if own == label)
        medians[label] = quantile(lengths, 0.5) if lengths else 0.0
    return [length > medians[label] for label, length in items]
