"""The training run that `assay demo` and `assay train` share: steps, display, metrics, samples, checkpoints.

A run's folder holds `metrics.jsonl` (one line a step), `samples.jsonl` (one line a sample, with verdict and reason),
`step-NNNNNN/` (checkpoints, each a model folder) and `report.html`.
"""

from __future__ import annotations

import functools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from assay.errors import AssayError
from assay.meter import Metered, PartStats, metered
from assay.view import TrainView
from benchmarks.jsonl import append_jsonl, read_log
from benchmarks.results import Attempt, Result
from verifiers import RewardFn, Sample, Score, Verifier, as_reward
from verifiers.combinators import set_step


@dataclass(slots=True)
class Recorder:
    """Stands between reward and trainer: hands the numbers on, keeps the verdicts and the accounts.

    Attributes:
        batch: samples and scores of the last draw.
        parts: accounts of the parts over the last draw; `history` has those of all draws.
        schedule: tells the reward's schedules at which optimizer step training stands.
    """

    reward: RewardFn
    meters: list[Metered] = field(default_factory=list)
    batch: list[tuple[Sample, Score]] = field(default_factory=list)
    parts: list[PartStats] = field(default_factory=list)
    history: list[list[PartStats]] = field(default_factory=list)
    schedule: Callable[[int], None] = lambda step: None

    @classmethod
    def of(cls, reward: Any) -> Recorder:
        """From a Verifier, or from a plain function of samples, which the trainer then holds to its contract."""
        recorder = cls(reward)
        if isinstance(reward, Verifier):
            inner, recorder.meters = metered(reward)
            recorder.schedule = functools.partial(set_step, inner)
            recorder.reward = as_reward(inner, on_scores=recorder.take)
        else:
            recorder.reward = recorder.around(reward)
        return recorder

    def take(self, samples: Sequence[Sample], scores: Sequence[Score]) -> None:
        self.keep(samples, scores, [meter.take() for meter in self.meters])

    def around(self, fn: RewardFn) -> RewardFn:
        name = getattr(fn, "__name__", type(fn).__name__)

        def reward(samples: Sequence[Sample]) -> list[float | None]:
            start = time.perf_counter()
            values = list(fn(samples))
            seconds = time.perf_counter() - start
            scores = [Score.unscored("none") if v is None else Score.of(float(v), "reward") for v in values]
            self.keep(samples, scores, [PartStats.of(name, 1.0, [s.value for s in scores], seconds)])
            return values

        return reward

    def keep(self, samples: Sequence[Sample], scores: Sequence[Score], parts: list[PartStats]) -> None:
        self.batch, self.parts = list(zip(samples, scores)), parts
        self.history.append(parts)

    def results(self, step: int) -> list[Result]:
        """The last draw as lines of samples.jsonl; `run` says at which step it was drawn."""
        seen: Counter[str] = Counter()
        results = []
        for sample, score in self.batch:
            results.append(Result(Attempt(sample, seen[sample.problem.id], f"step {step}"), score))
            seen[sample.problem.id] += 1
        return results


def run_steps(
    trainer: Any, recorder: Recorder, folder: Path, out: Console, *, save_every: int, title: str = "GRPO"
) -> bool:
    """Train to the config's last step and save. False where Ctrl-C came first; a checkpoint is there either way.

    Raises:
        AssayError: too many samples went unscored, with their reasons.
    """
    from grpo_core.metrics import append_jsonl as append_metrics
    from grpo_core.trainer import TooManyUnscored

    folder.mkdir(parents=True, exist_ok=True)
    drawn = len(recorder.history)
    try:
        with TrainView(out, trainer.config.steps, title, done=trainer.num_steps) as view:
            recorder.schedule(trainer.num_steps)
            for metrics in trainer.train():
                recorder.schedule(trainer.num_steps)
                append_metrics(folder / "metrics.jsonl", metrics)
                if len(recorder.history) > drawn:
                    drawn = len(recorder.history)
                    rows = [result.to_row() for result in recorder.results(int(metrics["step"]))]
                    append_jsonl(folder / "samples.jsonl", rows)
                view.step(metrics, recorder.parts, recorder.batch)
                if metrics["step"] % save_every == 0:
                    trainer.save(folder)
    except KeyboardInterrupt:
        trainer.save(folder)
        return False
    except TooManyUnscored as error:
        raise AssayError(f"{error} Here: {reasons_of_unscored(recorder.batch)}.") from error
    if trainer.num_steps % save_every:
        trainer.save(folder)
    return True


def reasons_of_unscored(batch: Sequence[tuple[Sample, Score]]) -> str:
    """How often each reason was given, with one message of each where there is one."""
    missing = [score for _, score in batch if score.value is None]
    message = {score.reason: score.detail.get("message") for score in reversed(missing)}
    counts = Counter(score.reason for score in missing).most_common(5)
    return ", ".join(f"{reason} {n}" + (f" ({message[reason]})" if message[reason] else "") for reason, n in counts)


def forget_after(folder: Path, step: int) -> None:
    """Drop what an interrupted run logged after the checkpoint that the next one goes on from."""
    kept = {
        "metrics.jsonl": lambda row: row["step"] <= step,
        "samples.jsonl": lambda row: int(str(row["run"]).removeprefix("step ")) <= step,
    }
    for name, keep in kept.items():
        path = folder / name
        if path.exists():
            rows = [row for row in read_log(path) if keep(row)]
            path.unlink()
            append_jsonl(path, rows)
