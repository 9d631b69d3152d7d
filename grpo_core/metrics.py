"""What a training step says of itself: plain numbers under flat names, one line of JSON each.

trainer.py lists the names. Whatever the clock decides stands under `time/`, so that all the rest can be compared bit
for bit between runs of one seed.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean, pstdev
from typing import TypeAlias

from grpo_core.rollout import Rollout

Metrics: TypeAlias = dict[str, float | None]


def describe(rollouts: Sequence[Rollout], rewards: Sequence[float | None], groups: Sequence[int]) -> Metrics:
    """Metrics of a draw."""
    scored = [reward for reward in rewards if reward is not None]
    by_group: dict[int, set[float]] = {}
    for reward, group in zip(rewards, groups):
        if reward is not None:
            by_group.setdefault(group, set()).add(reward)
    lengths = [len(rollout.completion_ids) for rollout in rollouts]
    return {
        "reward/mean": fmean(scored) if scored else None,
        "reward/std": pstdev(scored) if scored else None,
        "reward/unscored": 1 - len(scored) / len(rewards),
        "reward/zero_std_groups": fmean(len(values) == 1 for values in by_group.values()) if by_group else None,
        "rollout/length_mean": fmean(lengths),
        "rollout/length_max": max(lengths),
        "rollout/truncated": fmean(rollout.sample.finish == "length" for rollout in rollouts),
    }


def append_jsonl(path: str | Path, metrics: Metrics) -> None:
    """One line of JSON at the end of the file; NaN and infinity, which JSON lacks, become null."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    plain = {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in metrics.items()}
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(plain) + "\n")


@contextmanager
def timed(metrics: Metrics, phase: str) -> Iterator[None]:
    """Puts the wall-clock milliseconds of a block under `time/<phase>_ms`."""
    start = time.perf_counter()
    yield
    metrics[f"time/{phase}_ms"] = 1e3 * (time.perf_counter() - start)


def per_second(count: int, ms: float | None) -> float | None:
    return 1e3 * count / ms if ms else None
