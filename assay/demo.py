"""`assay demo`: a tiny model learns to add, by verifiable rewards alone, while you watch.

build       half a million parameters and a tokenizer, from scratch
cold start  worked sums by a careless teacher: the model learns the form, and makes the teacher's mistakes
before      held-out sums, several samples each
GRPO        reward = 0.9 * math + 0.1 * think_format; nobody shows the model a solution any more
after       the same held-out sums
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from assay.console import console, facts, last_line
from assay.eval import NOTES, print_summaries
from assay.loop import Recorder, run_steps
from assay.measure import measure
from assay.training_report import charts, lead, part_rows
from benchmarks.evaluate import versions
from benchmarks.jsonl import read_log
from benchmarks.report import Report
from benchmarks.results import Result
from benchmarks.summary import Summary
from verifiers import Problem


@dataclass(frozen=True, slots=True)
class DemoSize:
    """How much the demo does; the default takes about two minutes on two cores."""

    cold_start_steps: int = 200
    slip_rate: float = 0.15
    steps: int = 60
    prompts_per_step: int = 32
    group_size: int = 8
    held_out: int = 200
    samples: int = 8


QUICK = DemoSize(cold_start_steps=20, steps=3, prompts_per_step=4, group_size=4, held_out=16, samples=4)
MAX_TOKENS = 40


def run_demo(folder: Path, seed: int = 0, steps: int | None = None, quick: bool = False) -> None:
    """Run the whole demo. The last line printed is the report's path."""
    started = time.perf_counter()
    out = console()
    size = QUICK if quick else DemoSize()
    folder = fresh_folder(folder)
    model, tokenizer = _build(seed)
    _header(out, folder, seed, model)
    cold_start(out, model, tokenizer, size, seed)
    held_out = _tasks(size.held_out, seed, "held_out")
    before, first = _measure(out, model, tokenizer, held_out, size, "before", seed)
    trainer, recorder = _trainer(model, tokenizer, size, seed, steps)
    out.print(f"\n[head]Reinforcement[/]  [dim]reward = {REWARD_TEXT}[/]", highlight=False)
    finished = run_steps(trainer, recorder, folder, out, save_every=max(1, trainer.config.steps))
    after, last = _measure(out, model, tokenizer, held_out, size, "after", seed)
    out.print()
    print_summaries(out, [before, after])
    out.print(f"\n{lead(before, after)}", highlight=False)
    if not finished:
        out.print(f"[bold]Stopped after step {trainer.num_steps}[/]; the checkpoint is in {folder}.")
    page = _report(folder, seed, model, (before, first), (after, last), trainer, recorder)
    out.print(
        f"[dim]{time.perf_counter() - started:.0f} s in all. Model, metrics, samples and report are in {folder}.[/]"
    )
    last_line(out, page.write(folder / "report.html"))


def fresh_folder(folder: Path) -> Path:
    """The folder, or the first of folder-2, folder-3, ... that is not in use: a demo never overwrites a run."""
    path, n = folder, 2
    while path.exists() and any(path.iterdir()):
        path, n = folder.with_name(f"{folder.name}-{n}"), n + 1
    path.mkdir(parents=True, exist_ok=True)
    return path


REWARD_TEXT = "0.9 * math + 0.1 * think_format"


def _reward() -> Any:
    from verifiers.format import ThinkFormat
    from verifiers.math import MathVerifier

    return 0.9 * MathVerifier() + 0.1 * ThinkFormat()


def _build(seed: int) -> tuple[Any, Any]:
    from grpo_core.tiny import tiny_model, tiny_tokenizer

    tokenizer = tiny_tokenizer()
    return tiny_model(tokenizer, seed=seed), tokenizer


def _tasks(n: int, seed: int, split: Any) -> list[Problem]:
    from grpo_core.tasks import arithmetic

    return arithmetic(n, seed=seed, split=split)


def cold_start(out: Console, model: Any, tokenizer: Any, size: DemoSize, seed: int) -> None:
    """Imitate worked sums with mistakes in them, so that there is something left to reinforce."""
    from grpo_core.sft import sft
    from grpo_core.tasks import solution

    slip = random.Random(seed)
    shown = [(p, solution(p, slip, size.slip_rate)) for p in _tasks(2000, seed, "train")]
    columns = (
        TextColumn("[dim]cold start"),
        BarColumn(bar_width=40),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
    )
    loss = 0.0
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as progress:
        task = progress.add_task("", total=size.cold_start_steps)
        for row in sft(model, tokenizer, shown, steps=size.cold_start_steps, seed=seed):
            loss = row["loss"]
            progress.update(task, advance=1, description=f"loss {loss:.3f}")
    out.print(
        f"[head]Cold start[/]  {size.cold_start_steps} steps on worked sums, {size.slip_rate:.0%} of whose digits are "
        f"wrong on purpose; loss {loss:.3f}",
        highlight=False,
    )


def _measure(
    out: Console, model: Any, tokenizer: Any, problems: list[Problem], size: DemoSize, run: str, seed: int
) -> tuple[Summary, list[Result]]:
    from grpo_core.rollout import HFEngine, Sampling
    from verifiers.math import MathVerifier

    engine = HFEngine(model, tokenizer, Sampling(temperature=1.0, max_new_tokens=MAX_TOKENS))
    summary, results = measure(out, engine, problems, MathVerifier(), size.samples, run, seed)
    out.print(
        f"[head]Held-out {run}[/]  pass@1 {100 * (summary.pass_at_1 or 0):.1f} % on {summary.questions} sums, "
        f"{summary.k} samples each",
        highlight=False,
    )
    return summary, results


def _trainer(model: Any, tokenizer: Any, size: DemoSize, seed: int, steps: int | None) -> tuple[Any, Recorder]:
    from grpo_core.config import TrainConfig
    from grpo_core.trainer import Trainer

    config = TrainConfig.from_table({
        "preset": "grpo",
        "beta": 0.005,
        "steps": size.steps if steps is None else steps,
        "prompts_per_step": size.prompts_per_step,
        "group_size": size.group_size,
        "max_new_tokens": MAX_TOKENS,
        "learning_rate": 5e-4,
        "warmup_steps": 5,
        "seed": seed,
    })  # fmt: skip
    recorder = Recorder.of(_reward())
    return Trainer(model, tokenizer, _tasks(4000, seed, "train"), recorder.reward, config), recorder


def _header(out: Console, folder: Path, seed: int, model: Any) -> None:
    out.print("[head]Assay demo[/]: a tiny model learns to add from verifiable rewards", highlight=False)
    facts(out, {
        "versions": ", ".join(f"{name} {version}" for name, version in versions().items()),
        "device": str(model.device),
        "model": f"{model.num_parameters():,} parameters, {type(model).__name__}, from scratch",
        "seed": seed,
        "folder": folder,
    })  # fmt: skip
    out.print()


def _report(
    folder: Path,
    seed: int,
    model: Any,
    before: tuple[Summary, list[Result]],
    after: tuple[Summary, list[Result]],
    trainer: Any,
    recorder: Recorder,
) -> Report:
    trained = [Result.from_row(row) for row in read_log(folder / "samples.jsonl")]
    samples = [("before", result) for result in before[1]] + [("after", result) for result in after[1]]
    return Report(
        title="Assay demo: learning to add from verifiable rewards",
        lead=lead(before[0], after[0]),
        facts={
            "reward": REWARD_TEXT,
            "settings": repr(trainer.config),
            "seed": str(seed),
            "device": str(model.device),
            "model": f"{model.num_parameters():,} parameters",
            **versions(),
        },
        summaries=[before[0], after[0]],
        charts=charts(read_log(folder / "metrics.jsonl"), recorder.history),
        parts=part_rows(recorder.history),
        samples=samples + [(result.attempt.run, result) for result in trained],
        notes=NOTES,
    )
