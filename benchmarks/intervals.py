"""Error bars for a mean over questions. Two kinds, which answer different questions:

    run to run          the same questions, sampled again: how far would the figure move?
    question sampling   other questions of the same kind: how much does the figure say about the model?

On 30 questions the second is three to six times the first; a difference within it is no evidence for either model.
All figures are shares in 0..1.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import sqrt
from statistics import fmean

from verifiers.intervals import quantile, wilson

Interval = tuple[float, float]
RESAMPLES = 2000


def question_interval(rates: Sequence[float], *, seed: int = 0) -> Interval:
    """95 % interval of the mean of per-question rates, over the choice of questions.

    A cluster bootstrap: questions are drawn again with all their samples. Where every rate is 0 or 1 (one sample a
    question, or a clean sweep) it is Wilson's interval: close to the bootstrap, but not of width zero at 0 and 1.

    Raises:
        ValueError: there are no questions.
    """
    if not rates:
        raise ValueError("No questions were scored, so there is no interval; see the reasons of the scores.")
    if all(rate in (0.0, 1.0) for rate in rates):
        return wilson(sum(rate == 1.0 for rate in rates), len(rates))
    return bootstrap(rates, seed=seed)


def bootstrap(values: Sequence[float], *, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """95 % percentile bootstrap of the mean; the same seed gives the same interval."""
    rng = random.Random(seed)
    means = sorted(fmean(rng.choices(values, k=len(values))) for _ in range(resamples))
    return quantile(means, 0.025), quantile(means, 0.975)


def paired_difference(before: Sequence[float], after: Sequence[float], *, seed: int = 0) -> tuple[float, Interval]:
    """Mean of `after - before` on the same questions, and its 95 % interval over the choice of questions.

    Pairing takes out how hard the questions are, which two separate intervals count twice.

    Raises:
        ValueError: the two are not over the same number of questions.
    """
    if len(before) != len(after) or not before:
        raise ValueError(
            f"{len(before)} and {len(after)} questions: a paired difference needs the same ones, in order."
        )
    differences = [b - a for a, b in zip(before, after)]
    return sum(differences) / len(differences), bootstrap(differences, seed=seed)


def run_to_run(counts: Sequence[tuple[int, int]]) -> float | None:
    """Standard deviation of the mean pass@1 between repeated runs on the same questions.

    `sqrt(sum_q p_q (1 - p_q) / k_q) / Q`, with p(1-p) estimated without bias from k samples as `k/(k-1) p(1-p)`. One
    sample a question says nothing about it: None (it is at most `1 / (2 sqrt(Q k))`).
    """
    if not counts or any(n < 2 for n, _ in counts):
        return None
    variance = sum((c / n) * (1 - c / n) / (n - 1) for n, c in counts)
    return sqrt(variance) / len(counts)
