"""pass@k and majority voting: what a set of samples says about a model, without its error bars (see `intervals`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import TypeVar

Label = TypeVar("Label", bound=Hashable)


def pass_at_k(n: int, c: int, k: int) -> float:
    """Chance that at least one of k samples is right, estimated without bias from n samples of which c are right.

    `1 - C(n-c, k) / C(n, k)` (Chen et al. 2021, arXiv:2107.03374, equation 1), as a product so that nothing overflows.

    >>> pass_at_k(n=4, c=1, k=2)
    0.5

    Raises:
        ValueError: k is not in 1..n, or c not in 0..n.
    """
    if not 0 <= c <= n:
        raise ValueError(f"c={c} right of n={n} samples: c counts some of the n, so it lies in 0..{n}.")
    if not 1 <= k <= n:
        raise ValueError(f"k={k} with n={n} samples: pass@k is estimated from at least k samples, so use 1..{n}.")
    miss = 1.0
    for i in range(n - c + 1, n + 1):
        miss *= 1 - k / i if i > k else 0.0
    return 1.0 - miss


def mean_pass_at_k(counts: Sequence[tuple[int, int]], k: int) -> float | None:
    """Mean of pass@k over questions given as (n, c); None unless every question has k samples.

    Leaving out the short ones would change which questions the mean is over.
    """
    if not counts or any(n < k for n, _ in counts):
        return None
    return sum(pass_at_k(n, c, k) for n, c in counts) / len(counts)


def majority(votes: Sequence[Label | None]) -> Label | None:
    """The most frequent vote; among equals the one seen first. None abstains, and is the result where nobody votes.

    No tie rule was ever published for cons@k; this one needs no gold and no random numbers.
    """
    cast = [vote for vote in votes if vote is not None]
    # Counter keeps the order of first sight, and max returns the first of equals.
    return max(Counter(cast).items(), key=lambda item: item[1])[0] if cast else None
