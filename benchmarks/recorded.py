"""Completions that somebody else generated, from a JSON-lines file, ready to be scored.

One completion a line. `completion` is needed, and so is `problem_id` (or `id`); the rest is optional:

    {"problem_id": "60", "completion": "... \\\\boxed{204}", "model": "my-7b", "sample": 0, "finish": "stop", "num_tokens": 812}

`gold` is compared with where a line has one (ids of copies of a data set differ, golds do not); otherwise the id names a
problem of the data set. `benchmark` leaves out the lines of other benchmarks. `model` and `run` separate runs.
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
    rows = [(number, row) for number, row in enumerate(read_jsonl(path), start=1)]
    if benchmark:
        present = sorted({str(row["benchmark"]) for _, row in rows if "benchmark" in row})
        rows = [(number, row) for number, row in rows if str(row.get("benchmark", benchmark)) == benchmark]
        if not rows:
            raise ValueError(f"{path} has no completions for {benchmark!r}; it has {', '.join(present)}.")
    known = {problem.id: problem for problem in problems}
    for number, row in rows:
        _check(row, f"{path} completion {number}", known, benchmark)
    run_of = _runs([row for _, row in rows])
    taken: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    attempts = []
    for (number, row), run in zip(rows, run_of):
        problem = _problem(row, known, benchmark)
        indices = taken[run, problem.id]
        index = int(row["sample"]) if row.get("sample") is not None else len(indices)
        if index in indices:
            raise ValueError(
                f"{path} completion {number} is sample {index} of problem {problem.id!r} a second time; "
                'number the samples of one problem in "sample", or name different runs in "run".'
            )
        indices.add(index)
        finish = row.get("finish") or row.get("finish_reason") or UNKNOWN_FINISH
        attempts.append(Attempt(Sample(problem, row["completion"], row.get("num_tokens"), finish), index, run))
    return attempts


def differing_golds(attempts: Iterable[Attempt], problems: Sequence[Problem]) -> list[str]:
    """Ids under which the recorded gold is another text than the data set's: most likely the file numbers its problems anew."""
    known = {problem.id: str(problem.gold) for problem in problems}
    ids = {a.sample.problem.id: str(a.sample.gold) for a in attempts}
    return [id for id, gold in ids.items() if id in known and known[id] != gold]


def _check(row: Row, place: str, known: Mapping[str, Problem], benchmark: str) -> None:
    for names in (("completion",), ("problem_id", "id")):
        if not any(name in row for name in names):
            listed = " or ".join(map(repr, names))
            raise ValueError(f"{place} has no field {listed}; it has {', '.join(map(repr, row)) or 'none'}.")
    if not isinstance(row["completion"], str):
        raise ValueError(f"{place}: completion is {type(row['completion']).__name__}, not text.")
    if row.get("sample") is not None and (isinstance(row["sample"], bool) or not isinstance(row["sample"], int)):
        raise ValueError(f"{place}: sample is {row['sample']!r}; number the samples of a problem 0, 1, 2, ...")
    if row.get("gold") is None and _id(row, known, benchmark) not in known:
        raise ValueError(
            f"{place} is for problem {_id(row, known, benchmark)!r}, which the data set does not have, and brings no "
            "gold of its own; correct the id or add the field 'gold'."
        )


def _id(row: Row, known: Mapping[str, Problem], benchmark: str) -> str:
    id = str(row.get("problem_id", row.get("id")))
    bare = id.removeprefix(f"{benchmark}/")
    return bare if bare in known else id


def _problem(row: Row, known: Mapping[str, Problem], benchmark: str) -> Problem:
    id = _id(row, known, benchmark)
    own = known.get(id)
    gold: Any = row.get("gold")
    if gold is None or (own is not None and str(own.gold) == str(gold)):
        return known[id]
    # Another gold under that id is another problem, whose statement is not ours to claim.
    return Problem(row.get("prompt", row.get("problem", "")), gold if isinstance(gold, list) else str(gold), id)


def _runs(rows: Sequence[Row]) -> list[str]:
    """A run for each line: its model, and its `run` too where the model alone would mix repeated samples."""
    repeated: set[str] = set()
    seen: set[tuple[str, str, Any]] = set()
    for row in rows:
        key = (_model(row), str(row.get("problem_id", row.get("id"))), row.get("sample"))
        if key in seen and row.get("run"):
            repeated.add(key[0])
        seen.add(key)
    names = []
    for row in rows:
        model, run = _model(row), str(row.get("run") or "")
        names.append(
            f"{model} / {run}".strip(" /") if run and (model in repeated or not model) else model or "recorded"
        )
    return names


def _model(row: Row) -> str:
    return str(row.get("model") or "")
