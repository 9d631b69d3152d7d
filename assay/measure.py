"""Held-out problems, sampled and scored: the evaluation before and after a training run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn

from assay.console import bar
from benchmarks.evaluate import evaluate
from benchmarks.generate import generate
from benchmarks.results import Result
from benchmarks.summary import Summary, summarize
from verifiers import Problem, Verifier


def measure(
    out: Console, engine: Any, problems: Sequence[Problem], verifier: Verifier, k: int, run: str, seed: int = 0
) -> tuple[Summary, list[Result]]:
    """Sample `k` completions of each problem and score them, with a bar that goes when it is done."""
    columns = (TextColumn(f"[dim]evaluation {run}"), bar(), MofNCompleteColumn())
    results = []
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as progress:
        task = progress.add_task("", total=len(problems) * k)
        for result in evaluate(generate(engine, problems, k, run=run, seed=seed), verifier):
            results.append(result)
            progress.advance(task)
    return summarize(results, verifier, run), results
