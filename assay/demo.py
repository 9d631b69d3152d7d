"""`assay demo`: a tiny model finds out that thinking before it answers pays, by verifiable rewards alone, while you watch.

    build       half a million parameters and a tokenizer, from scratch
    cold start  worked sums, and then as many bare answers: the model reasons in about half of its answers, and guesses else
    before      held-out sums, several samples each
    GRPO        reward = 0.9 * math + 0.1 * think_format; nobody shows the model a solution any more
    after       the same held-out sums

What is done, and how much of it, is `grpo_core.recipes.DEMO`; here it is shown.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn

from assay.console import bar, console, facts, last_line
from assay.errors import INTERRUPTED
from assay.figures import NOTES, print_summaries
from assay.loop import Recorder, run_steps
from assay.measure import measure
from assay.models import quiet
from assay.training_report import charts, lead, part_rows
from benchmarks.evaluate import versions
from benchmarks.jsonl import read_log
from benchmarks.report import Report
from benchmarks.results import Result
from benchmarks.summary import Summary

REWARD = "0.9 * math + 0.1 * think_format"


def run_demo(folder: Path, seed: int = 0, steps: int | None = None, quick: bool = False) -> None:
    """Run the whole demo. The last line printed is the report's path."""
    started = time.perf_counter()
    out = console()
    recipe = recipe_of(seed, steps, quick)
    folder = fresh_folder(folder)
    model, tokenizer = _build(seed)
    _header(out, folder, seed, model)
    problems, held_out = _problems(recipe, seed)
    _cold_start(out, model, tokenizer, recipe, problems, seed)
    before = _measure(out, model, tokenizer, recipe, held_out, "before", seed)
    trainer, recorder = _trainer(model, tokenizer, recipe, problems)
    out.print(f"\n[head]Reinforcement[/]  [dim]reward = {REWARD}[/]")
    finished = run_steps(trainer, recorder, folder, out, save_every=recipe.train.steps)
    after = _measure(out, model, tokenizer, recipe, held_out, "after", seed)
    out.print()
    print_summaries(out, [before[0], after[0]])
    out.print(f"\n{lead(before[0], after[0])}")
    if not finished:
        out.print(f"[bold]Stopped after step {trainer.num_steps}[/]; the checkpoint is in {folder}.")
    page = _report(folder, seed, before, after, trainer, recorder)
    out.print(f"[dim]{time.perf_counter() - started:.0f} s in all. Model, metrics, samples and report:[/]")
    last_line(out, page.write(folder / "report.html"))
    if not finished:
        raise SystemExit(INTERRUPTED)


def recipe_of(seed: int, steps: int | None, quick: bool) -> Any:
    """The demo's recipe; `quick` cuts it down to a few seconds, which shows the parts and learns next to nothing."""
    from grpo_core.recipes import DEMO

    recipe = DEMO
    if quick:
        cold_start = replace(recipe.cold_start, worked_steps=10, mixed_steps=5)
        train = replace(recipe.train, steps=3, prompts_per_step=4, group_size=4, warmup_steps=0)
        recipe = replace(recipe, cold_start=cold_start, train=train, num_train=500, num_held_out=16)
    train = replace(recipe.train, seed=seed, steps=recipe.train.steps if steps is None else steps)
    return replace(recipe, train=train)


def fresh_folder(folder: Path) -> Path:
    """The folder, or the first of folder-2, folder-3, ... that is not in use: a demo never overwrites a run."""
    path, n = folder, 2
    while path.exists() and any(path.iterdir()):
        path, n = folder.with_name(f"{folder.name}-{n}"), n + 1
    path.mkdir(parents=True, exist_ok=True)
    return path


def _build(seed: int) -> tuple[Any, Any]:
    from grpo_core.tiny import tiny_model, tiny_tokenizer

    quiet()
    tokenizer = tiny_tokenizer()
    return tiny_model(tokenizer, seed=seed), tokenizer


def _header(out: Console, folder: Path, seed: int, model: Any) -> None:
    out.print("[head]Assay demo[/]: a tiny model learns, from rewards alone, to think before it answers")
    facts(out, {
        "versions": ", ".join(f"{name} {version}" for name, version in versions().items()),
        "device": str(model.device),
        "model": f"{model.num_parameters():,} parameters, {type(model).__name__}, from scratch",
        "seed": seed,
        "folder": folder,
    })  # fmt: skip
    out.print()


def _problems(recipe: Any, seed: int) -> tuple[Any, Any]:
    from grpo_core.tasks import arithmetic

    train = arithmetic(recipe.num_train, seed=seed)
    return train, arithmetic(recipe.num_held_out, seed=seed, split="held_out")


def _cold_start(out: Console, model: Any, tokenizer: Any, recipe: Any, problems: Any, seed: int) -> None:
    cold_start, loss = recipe.cold_start, 0.0
    columns = (TextColumn("[dim]cold start"), bar(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as progress:
        task = progress.add_task("", total=cold_start.steps)
        for row in cold_start.run(model, tokenizer, problems, seed=seed):
            loss = row["loss"]
            progress.update(task, advance=1, description=f"[dim]loss[/] {loss:.3f}")
    out.print(
        f"[head]Cold start[/]  {cold_start.worked_steps} steps on worked sums, then {cold_start.mixed_steps} in which "
        f"{cold_start.short:.0%} give the answer alone; loss {loss:.3f}"
    )


def _measure(
    out: Console, model: Any, tokenizer: Any, recipe: Any, held_out: Any, run: str, seed: int
) -> tuple[Summary, list[Result]]:
    from grpo_core.rollout import HFEngine, Sampling
    from verifiers.math import MathVerifier

    engine = HFEngine(model, tokenizer, Sampling(recipe.train.temperature, recipe.train.max_new_tokens))
    summary, results = measure(out, engine, held_out, MathVerifier(), recipe.samples, run, seed)
    share = sum("<think>" in result.attempt.sample.completion for result in results) / len(results)
    out.print(
        f"[head]Held-out {run}[/]  pass@1 {100 * (summary.pass_at_1 or 0):.1f} % on {summary.questions} sums, "
        f"{summary.k} samples each; {share:.0%} of the answers are reasoned"
    )
    return summary, results


def _trainer(model: Any, tokenizer: Any, recipe: Any, problems: Any) -> tuple[Any, Recorder]:
    from grpo_core.trainer import Trainer
    from verifiers.format import ThinkFormat
    from verifiers.math import MathVerifier

    recorder = Recorder.of(0.9 * MathVerifier() + 0.1 * ThinkFormat())
    return Trainer(model, tokenizer, problems, recorder.reward, recipe.train), recorder


def _report(
    folder: Path,
    seed: int,
    before: tuple[Summary, list[Result]],
    after: tuple[Summary, list[Result]],
    trainer: Any,
    recorder: Recorder,
) -> Report:
    trained = [Result.from_row(row) for row in read_log(folder / "samples.jsonl")]
    samples = [("before", result) for result in before[1]] + [("after", result) for result in after[1]]
    return Report(
        title="Assay demo: thinking pays",
        lead=lead(before[0], after[0]),
        facts={
            "reward": REWARD,
            "settings": repr(trainer.config),
            "seed": str(seed),
            "device": str(trainer.model.device),
            "model": f"{trainer.model.num_parameters():,} parameters",
            **versions(),
        },
        summaries=[before[0], after[0]],
        charts=charts(read_log(folder / "metrics.jsonl"), recorder.history),
        parts=part_rows(recorder.history),
        samples=samples + [(result.attempt.run, result) for result in trained],
        notes=NOTES,
    )
