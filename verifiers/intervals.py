"""The 95 % interval of a share, and quantiles: what every error bar of the project is made with."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

Z95 = 1.959963984540054
"""The normal deviate that 2.5 % exceed."""


def wilson(hits: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval (1927) of `hits` in n independent trials; sensible at 0 and 1, and (0, 1) without trials.

    >>> [round(bound, 4) for bound in wilson(5, 10)]
    [0.2366, 0.7634]
    """
    if not n:
        return 0.0, 1.0
    p, shrink = hits / n, 1 + z * z / n
    middle = (p + z * z / (2 * n)) / shrink
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / shrink
    return (0.0 if hits == 0 else middle - half), (1.0 if hits == n else middle + half)


def quantile(ordered: Sequence[float], q: float) -> float:
    """Of values in ascending order, linear between neighbours (numpy's default)."""
    position = q * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])
