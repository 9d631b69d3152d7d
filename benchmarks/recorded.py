"""Completions that somebody else generated, from a JSON-lines file, ready to be scored.

One completion a line. `completion` is needed, and so is `problem_id` (or `id`); the rest is optional:

    {"problem_id": "60", "completion": "... \\\\boxed{204}", "model": "my-7b", "sample": 0, "finish": "stop"}

`gold` is what the completion is compared with where a line has it: ids differ between copies of a data set, golds do
not. Without it the id names a problem of the data set. `benchmark` tells the lines of several benchmarks apart, `model`
and `run` those of several runs. A `problems.jsonl` beside the file may hold the statements: `problem_id`, `problem`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.jsonl import Row, read_jsonl
from benchmarks.results import Attempt
from benchmarks.summary import UNKNOWN_FINISH
from verifiers import Problem, Sample


def read_recorded(path: str | Path, problems: Sequence[Problem], benchmark: str = "") -> list[Attempt]:
    """The completions of a file as attempts at a benchmark's problems.

    Args:
        problems: where golds and prompts are looked up by id.
        benchmark: take only the lines whose field `benchmark` says so, or that have no such field.

    Raises:
        ValueError: a field is missing, a problem is unknown and the line has no gold, two lines are the same sample.
    """
    rows = _rows_of(path, benchmark)
    known = {problem.id: problem for problem in problems}
    if any(_differs(row, known, benchmark) for row in rows.values()):
        known = {}  # the file has ids of its own; where golds agree under one id, they do so by chance
    statements = _statements(Path(path).with_name("problems.jsonl"))
    runs = _runs(rows.values())
    taken: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    attempts = []
    for (place, row), run in zip(rows.items(), runs):
        problem = _problem(row, place, known, benchmark, statements)
        indices = taken[run, problem.id]
        index = len(indices) if row.get("sample") is None else _index(row["sample"], place)
        if index in indices:
            raise ValueError(
                f"{place} is sample {index} of problem {problem.id!r} a second time; "
                'number the samples of one problem in "sample", or name different runs in "run".'
            )
        indices.add(index)
        attempts.append(Attempt(_sample(row, place, problem), index, run))
    return attempts


def differing_golds(attempts: Iterable[Attempt], problems: Sequence[Problem]) -> list[str]:
    """Ids that have another gold in the file than in the data set: the file has ids of its own."""
    known = {problem.id: str(problem.gold) for problem in problems}
    recorded = {attempt.sample.problem.id: str(attempt.sample.gold) for attempt in attempts}
    return [id for id, gold in recorded.items() if id in known and known[id] != gold]


def _rows_of(path: str | Path, benchmark: str) -> dict[str, Row]:
    """The lines that belong to the benchmark, by a text that says where each stands."""
    rows = {f"{path} completion {number}": row for number, row in enumerate(read_jsonl(path), start=1)}
    if not benchmark:
        return rows
    chosen = {place: row for place, row in rows.items() if str(row.get("benchmark", benchmark)) == benchmark}
    if not chosen:
        present = sorted({str(row["benchmark"]) for row in rows.values()})
        raise ValueError(f"{path} has no completions for {benchmark!r}; it has {', '.join(present)}.")
    return chosen


def _sample(row: Row, place: str, problem: Problem) -> Sample:
    completion = _field(row, place, "completion")
    if not isinstance(completion, str):
        raise ValueError(f"{place}: completion is a {type(completion).__name__}, not text.")
    finish = row.get("finish") or row.get("finish_reason") or UNKNOWN_FINISH
    return Sample(problem, completion, row.get("num_tokens"), finish)


def _problem(
    row: Row, place: str, known: Mapping[str, Problem], benchmark: str, statements: Mapping[str, str]
) -> Problem:
    full = str(_field(row, place, "problem_id", "id"))
    id = full.removeprefix(f"{benchmark}/")
    if id in known:
        return known[id]
    if (gold := row.get("gold")) is None:
        raise ValueError(
            f"{place} is for problem {id!r}, which the data set does not have, and brings no gold of its own; "
            "correct the id or add the field 'gold'."
        )
    return Problem(str(row.get("prompt") or row.get("problem") or statements.get(full, "")), str(gold), id)


def _differs(row: Row, known: Mapping[str, Problem], benchmark: str) -> bool:
    """Whether the line has another gold than the data set has under its id."""
    id = str(row.get("problem_id", row.get("id"))).removeprefix(f"{benchmark}/")
    return row.get("gold") is not None and id in known and str(known[id].gold) != str(row["gold"])


def _statements(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    return {
        str(row["problem_id"]): str(row["problem"]) for row in read_jsonl(path) if {"problem_id", "problem"} <= {*row}
    }


def _field(row: Row, place: str, *names: str) -> Any:
    for name in names:
        if name in row:
            return row[name]
    wanted, there = " or ".join(map(repr, names)), ", ".join(map(repr, row)) or "none"
    raise ValueError(f"{place} has no field {wanted}; it has {there}.")


def _index(sample: Any, place: str) -> int:
    if isinstance(sample, bool) or not isinstance(sample, int):
        raise ValueError(f"{place}: sample is {sample!r}; number the samples of a problem 0, 1, 2, ...")
    return sample


def _runs(rows: Iterable[Row]) -> list[str]:
    """A run for each line: its model, and its `run` too where the model alone would mix two draws of one sample."""
    rows = list(rows)
    seen: set[tuple[str, str, Any]] = set()
    several: set[str] = set()
    for row in rows:
        model = str(row.get("model") or "")
        key = (model, str(row.get("problem_id", row.get("id"))), row.get("sample"))
        if key in seen:
            several.add(model)
        seen.add(key)
    names = []
    for row in rows:
        model, run = str(row.get("model") or ""), str(row.get("run") or "")
        by_both = [model, run] if model in several or not model else [model]
        names.append(" / ".join(filter(None, by_both)) or "recorded")
    return names
