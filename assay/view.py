"""What is seen of a training run: a live display in a terminal, a line now and then in a log.

with TrainView(console, steps=60) as view:
    for metrics in trainer.train():
        view.step(metrics, part_stats, samples, scores)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from assay.console import bar, table
from assay.meter import PartStats
from benchmarks.report import percent
from verifiers import Sample, Score

Pair = tuple[Sample, Score]
LOG_LINES = 12
"""Lines of progress that a whole run leaves in a log; samples and the reward's parts come with every fourth."""


class TrainView:
    """Shows a run of so many steps. A terminal gets one display that is drawn anew; a log only ever grows."""

    def __init__(self, out: Console, steps: int, title: str = "GRPO", done: int = 0):
        self.out, self.steps, self.title = out, steps, title
        columns = (TextColumn("[head]{task.description}"), bar(), MofNCompleteColumn(), TimeElapsedColumn())
        self.progress = Progress(*columns, TextColumn("[dim]left"), TimeRemainingColumn(), console=out)
        self.task = self.progress.add_task(title, total=steps, completed=done)
        self.live = Live(self.progress, console=out, refresh_per_second=4) if out.is_terminal else None
        self.last: Group | None = None
        self.shown = 0

    def __enter__(self) -> TrainView:
        if self.live:
            self.live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.live:
            self.live.stop()
            self.out.print()

    def step(self, metrics: Mapping[str, Any], parts: Sequence[PartStats], batch: Sequence[Pair]) -> None:
        """One step has been taken; `parts` and `batch` are of the draw that it trained on."""
        step = int(metrics["step"])
        self.progress.update(self.task, completed=step)
        if self.live:
            self.live.update(Group(self.progress, figures(metrics), Text(), parts_table(parts), Text(), pair_of(batch)))
            return
        every = max(1, self.steps // LOG_LINES)
        if step % every and step not in (1, self.steps):
            return
        self.out.print(Text.assemble(f"{self.title} {step:>4}/{self.steps}  ", figures(metrics)), soft_wrap=True)
        if self.shown % 4 == 0 or step == self.steps:
            self.out.print(parts_table(parts))
            self.out.print(pair_of(batch))
        self.shown += 1


def figures(metrics: Mapping[str, Any]) -> Text:
    """The handful of numbers that tell how a step went."""
    shown = [
        ("reward", _number(metrics.get("reward/mean"), ".3f")),
        ("length", _number(metrics.get("rollout/length_mean"), ".0f")),
        ("cut off", percent(metrics.get("rollout/truncated"), 0)),
        ("entropy", _number(metrics.get("policy/entropy"), ".2f")),
        ("kl", _number(metrics.get("policy/kl"), ".4f")),
        ("gradient", _number(metrics.get("policy/grad_norm"), ".2f")),
    ]
    parts: list[Any] = []
    for name, value in shown:
        if value != "–":
            parts += [(f"{name} ", "dim"), f"{value}   "]
    return Text.assemble(*parts)


def parts_table(parts: Sequence[PartStats]) -> Table:
    """Every part of the reward: what it gave, and what it cost."""
    made = table("reward part", "mean", "std", "weight", "unscored", "ms a sample")
    for part in parts:
        weight = "gate" if part.weight is None else f"{part.weight:g}"
        made.add_row(part.name, _number(part.mean, ".3f"), _number(part.std, ".3f"), weight,
                     percent(part.unscored), f"{part.ms:.2f}")  # fmt: skip
    return made


def pair_of(batch: Sequence[Pair]) -> RenderableType:
    """The best and the worst sample of a draw with their reasons, one line each where it fits."""
    scored = [pair for pair in batch if pair[1].value is not None]
    if not scored:
        return Text("no sample was scored", style="unscored")
    best = max(scored, key=lambda pair: pair[1].value or 0.0)
    worst = min(scored, key=lambda pair: pair[1].value or 0.0)
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, max_width=28)
    grid.add_column(overflow="fold", ratio=1)
    for pair in [best] if best == worst else [best, worst]:
        grid.add_row(*sample_cells(*pair, good=pair is best))
    return grid


def sample_cells(sample: Sample, score: Score, good: bool) -> tuple[Text, Text, Text]:
    """Reward, problem, and completion with the reason, shortened in the middle: what counts stands at the end."""
    value = Text("–" if score.value is None else f"{score.value:.2f}", style="good" if good else "bad")
    took = f"took {shorten(score.extracted, 40)}" if score.extracted is not None else "took no answer"
    gold = "" if sample.gold is None else f", gold {shorten(str(sample.gold), 40)}"
    why = f"{score.reason}; {took}{gold}"
    problem = Text(shorten(prompt_text(sample), 28))
    return value, problem, Text.assemble(shorten(sample.completion, 160), "\n", (why, "dim"))


def prompt_text(sample: Sample) -> str:
    """The problem in brief: its statement where the data set has one, else the last turn of the prompt."""
    prompt = sample.problem.meta.get("problem") or sample.problem.prompt
    return prompt if isinstance(prompt, str) else str(prompt[-1].get("content", "")) if prompt else ""


def shorten(text: str, most: int) -> str:
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    head = most // 3
    return f"{text[:head]} … {text[len(text) - (most - head - 3) :]}"


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
