"""Evaluation: attempts in, verdicts out, one line a sample on disk as soon as it is scored.

    folder = Folder.create("runs/eval/a", {"benchmark": "math500"})
    batches = in_batches(references(problems))             # or `recorded`'s completions, or `generate`, from a model
    results = list(evaluate(batches, verifier, folder))    # a generator: the caller owns the loop, and its progress bar
    summary = summarize(results, verifier)

A folder holds `run.json` (what was evaluated, how, with which versions), `samples.jsonl` (one line a sample: the
completion, the verdict, its reason, what was extracted) and `summary.json`. An interrupted run goes on from there, and
`rescore` repeats the scoring alone.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.jsonl import append_jsonl, read_log
from benchmarks.results import Attempt, Result, by_run
from benchmarks.summary import Summary, summarize
from verifiers import Problem, Sample, Verifier, score_all

BATCH = 64
Key = tuple[str, str, int]


def evaluate(
    batches: Iterable[Sequence[Attempt]], verifier: Verifier, folder: Folder | None = None
) -> Iterator[Result]:
    """Score batch after batch; results of attempts that the folder has already are not repeated.

    Args:
        folder: where each batch is appended once scored; None keeps nothing.
    """
    done = folder.done() if folder else set()
    for batch in batches:
        todo = [attempt for attempt in batch if attempt.key not in done]
        scores = score_all(verifier, [attempt.sample for attempt in todo])
        results = [Result(attempt, score) for attempt, score in zip(todo, scores)]
        if folder:
            folder.append(results)
        yield from results


def in_batches(attempts: Sequence[Attempt], size: int = BATCH) -> Iterator[Sequence[Attempt]]:
    for start in range(0, len(attempts), size):
        yield attempts[start : start + size]


def references(problems: Iterable[Problem]) -> list[Attempt]:
    """Each problem's own solution as its completion: what a sound verifier and sound golds score 1.0 throughout."""
    return [Attempt(Sample(problem, _reference(problem)), run="reference") for problem in problems]


def _reference(problem: Problem) -> str:
    return problem.meta.get("reference") or f"\\boxed{{{problem.gold}}}"


def summaries(results: Sequence[Result], verifier: Verifier) -> list[Summary]:
    """One for each run, in the order in which the runs appear."""
    return [summarize(group, verifier, run) for run, group in by_run(results).items()]


def rescore(folder: Folder, verifier: Verifier) -> list[Result]:
    """Score the stored completions again, and replace the verdicts in one step once all are there."""
    results: list[Result] = []
    for batch in in_batches([result.attempt for result in folder.results()]):
        results += evaluate([batch], verifier)
    folder.replace(results)
    return results


@dataclass(frozen=True, slots=True)
class Folder:
    """Where one evaluation keeps its settings, samples and summary."""

    path: Path

    @classmethod
    def create(cls, path: str | Path, settings: Mapping[str, Any]) -> Folder:
        """A new folder with its settings written down.

        Raises:
            ValueError: there is an evaluation in it already.
        """
        path = Path(path)
        if (path / "run.json").exists():
            raise ValueError(
                f"{path} holds an evaluation already; go on with it by --resume {path}, or choose another --out."
            )
        path.mkdir(parents=True, exist_ok=True)
        (path / "run.json").write_text(json.dumps({**settings, "versions": versions()}, indent=2) + "\n")
        return cls(path)

    @classmethod
    def open(cls, path: str | Path) -> Folder:
        """The folder of an earlier evaluation.

        Raises:
            ValueError: there is none.
        """
        if not (Path(path) / "run.json").exists():
            raise ValueError(
                f"{path} holds no evaluation (no run.json); give the folder that an earlier `assay eval` named."
            )
        return cls(Path(path))

    @property
    def samples(self) -> Path:
        return self.path / "samples.jsonl"

    def settings(self) -> dict[str, Any]:
        return json.loads((self.path / "run.json").read_text())

    def results(self) -> list[Result]:
        return [Result.from_row(row) for row in read_log(self.samples)]

    def done(self) -> set[Key]:
        return {result.attempt.key for result in self.results()}

    def append(self, results: Iterable[Result]) -> None:
        append_jsonl(self.samples, (result.to_row() for result in results))

    def replace(self, results: Iterable[Result]) -> None:
        fresh = self.samples.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        append_jsonl(fresh, (result.to_row() for result in results))
        fresh.replace(self.samples)

    def write_summary(self, all_summaries: Iterable[Summary]) -> None:
        text = json.dumps([summary.to_dict() for summary in all_summaries], indent=2, allow_nan=False)
        (self.path / "summary.json").write_text(text + "\n")


def versions() -> dict[str, str]:
    """Of what decides a figure: the verifiers, and what they and the engines stand on."""
    found = {"python": platform.python_version()}
    for package in ("assay-rl", "math-verify", "sympy", "torch", "transformers"):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found
