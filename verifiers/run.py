"""From samples to scores to numbers: the boundary between verifiers and whatever trains or evaluates with them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from verifiers.base import Verifier, scores_of
from verifiers.types import Problem, RewardFn, Sample, Score


def score_all(verifier: Verifier, samples: Iterable[Sample], *, deadline_s: float | None = None) -> list[Score]:
    """One named score for each sample, in order. Never raises on account of a completion or of a bug in the verifier.

    Args:
        deadline_s: wall-clock seconds for the whole batch. A verifier that has not answered by then leaves all of it
            unscored (`unavailable:deadline`); it runs on in a daemon thread, since Python has no way to end a thread.
    """
    samples = list(samples)
    if deadline_s is None:
        return scores_of(verifier, samples)
    done: list[list[Score]] = []
    thread = threading.Thread(target=lambda: done.append(scores_of(verifier, samples)), daemon=True)
    thread.start()
    thread.join(deadline_s)
    if not done:
        late = Score.unscored("unavailable:deadline", message=f"{verifier!r} gave no scores within {deadline_s:g} s")
        return [late] * len(samples)
    return done[0]


def as_reward(
    verifier: Verifier,
    *,
    deadline_s: float | None = None,
    on_scores: Callable[[Sequence[Sample], list[Score]], Any] | None = None,
) -> RewardFn:
    """The verifier as a trainer sees it: samples in, a number or None for each out.

    Args:
        deadline_s: see `score_all`.
        on_scores: called with every batch and its scores, for logs; the numbers returned are the scores' values.

    The function keeps the verifier as its attribute `verifier`, so that a trainer can reach the schedules in it:
    `verifiers.combinators.set_step(reward.verifier, step)`.
    """

    def reward(samples: Sequence[Sample]) -> list[float | None]:
        scores = score_all(verifier, samples, deadline_s=deadline_s)
        if on_scores is not None:
            on_scores(samples, scores)
        return [score.value for score in scores]

    reward.__name__ = verifier.name or type(verifier).__name__
    reward.verifier = verifier  # type: ignore[attr-defined]
    return reward


def check_gold(verifier: Verifier, problems: Iterable[Problem]) -> dict[str, str]:
    """Which problems have a gold that the verifier cannot use, and why: {id: sentence}. Empty when all is well.

    Run it when a data set is loaded: a bad gold scores None at best, and trains on noise at worst.
    """
    complaints = {}
    for position, problem in enumerate(problems):
        if why := verifier.check_gold(problem.gold):
            complaints[problem.id or f"#{position}"] = why
    return complaints
