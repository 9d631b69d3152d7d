"""From a benchmark's name, or a file of one's own, to problems.

A file of one's own is JSON lines, one problem a line:

    {"problem": "What is 2 + 2?", "answer": "4", "id": "sum-1"}     the boxed directive is added to the statement
    {"prompt": "2 + 2 =", "answer": "4"}                            text that the model continues as it stands
    {"messages": [{"role": "user", "content": "2 + 2?"}], "answer": "4"}     chat turns as they stand

`id` is optional (the line number names the problem then), and so is `reference`, a right completion for `--reference`.
Whatever else a line has goes into `Problem.meta`.
"""

from __future__ import annotations

import difflib
import os
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.jsonl import Row, read_jsonl
from benchmarks.sets import BENCHMARKS, BOXED, Benchmark, column, maths
from verifiers import Problem, Verifier, check_gold


def load(name: str, data_dir: str | Path | None = None) -> list[Problem]:
    """The problems of a benchmark or of a JSON-lines file, golds checked against the benchmark's own verifier.

    Args:
        name: a key of `benchmarks.sets.BENCHMARKS`, or a path that ends in .jsonl.
        data_dir: a folder with the data sets as JSON lines; by default the variable ASSAY_DATA, and without it the hub.

    Warns:
        UserWarning: golds that the verifier cannot use, by name. Their problems are returned all the same.

    Raises:
        ValueError: an unknown name, a file or column that is missing, a line that is no JSON.
    """
    problems = read(name, data_dir)
    if complaints := check_gold(verifier_for(name), problems):
        listed = "; ".join(f"{id}: {why}" for id, why in complaints.items())
        warnings.warn(
            f"{name}: {len(complaints)} golds cannot be verified and will go unscored: {listed}", stacklevel=2
        )
    return problems


def read(name: str, data_dir: str | Path | None = None) -> list[Problem]:
    """As `load`, without the check of the golds."""
    if is_file(name):
        return read_problems(name)
    benchmark = find(name)
    rows, place = _rows(name, benchmark, data_dir)
    return [_problem(name, benchmark, row, f"{place} row {i}", i) for i, row in enumerate(rows, start=1)]


def is_file(name: str) -> bool:
    return name.endswith((".jsonl", ".json")) or os.sep in name


def find(name: str) -> Benchmark:
    """The entry of that name.

    Raises:
        ValueError: there is none; the message has the closest one.
    """
    if name in BENCHMARKS:
        return BENCHMARKS[name]
    close = difflib.get_close_matches(name.lower().replace("-", "").replace("_", ""), BENCHMARKS, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise ValueError(
        f"Unknown benchmark {name!r}: {hint}There are {', '.join(BENCHMARKS)}, or give the path of a .jsonl file."
    )


def verifier_for(name: str) -> Verifier:
    """The verifier that a benchmark is scored with; a file of one's own is taken to be maths."""
    return BENCHMARKS[name].verifier() if name in BENCHMARKS else maths()


def read_problems(path: str | Path, template: str = BOXED) -> list[Problem]:
    """A JSON-lines file of one's own; the head of this module has its form."""
    rows = read_jsonl(path)
    problems = [_own_problem(row, f"{path} problem {i}", i, template) for i, row in enumerate(rows, start=1)]
    _unique((problem.id for problem in problems), str(path))
    return problems


def _own_problem(row: Row, place: str, position: int, template: str) -> Problem:
    prompt = _own_prompt(row, place, template)
    gold = _get(column("answer", "gold"), row, place)
    used = ("problem", "question", "prompt", "messages", "answer", "gold", "id")
    meta = {key: value for key, value in row.items() if key not in used}
    if text := row.get("problem", row.get("question")):
        meta["problem"] = text
    # Golds are compared as text; a number in the file is as good as its digits.
    gold = str(gold) if isinstance(gold, int | float) and not isinstance(gold, bool) else gold
    return Problem(prompt, gold, str(row.get("id", position)), meta)


def _own_prompt(row: Row, place: str, template: str) -> Any:
    if "messages" in row:
        messages = row["messages"]
        fine = (
            isinstance(messages, list)
            and messages
            and all(
                isinstance(turn, dict) and isinstance(turn.get("role"), str) and isinstance(turn.get("content"), str)
                for turn in messages
            )
        )
        if not fine:
            raise ValueError(f'{place}: "messages" should be a list of {{"role": "user", "content": "..."}}.')
        return messages
    text = _get(column("prompt", "problem", "question"), row, place, also=("messages",))
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{place}: the problem is {text!r}; it should be a text that is not blank.")
    return text if "prompt" in row else _user_turn(template, text)


def _user_turn(template: str, problem: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": template.format(problem=problem)}]


def _rows(name: str, benchmark: Benchmark, data_dir: str | Path | None) -> tuple[Iterable[Row], str]:
    folder = data_dir or os.environ.get("ASSAY_DATA")
    if not folder:
        return _from_hub(name, benchmark), benchmark.hub
    path = Path(folder) / benchmark.file
    if not path.exists():
        raise ValueError(
            f"{name} is not at {path}. Put it there as JSON lines, or leave out --data-dir and ASSAY_DATA to fetch "
            f"{benchmark.hub} from the hub."
        )
    return read_jsonl(path), str(path)


def _from_hub(name: str, benchmark: Benchmark) -> Iterable[Row]:
    import datasets  # a second to import, and not needed with local files

    try:
        return datasets.load_dataset(benchmark.hub, benchmark.config, split=benchmark.split)
    except Exception as error:  # the hub's client raises a dozen types; all mean that there is no data
        raise ValueError(
            f"{name} could not be fetched from the hub as {benchmark.hub} ({type(error).__name__}: {error}). "
            f"Without a network, give --data-dir a folder that has {benchmark.file}."
        ) from error


def _problem(name: str, benchmark: Benchmark, row: Row, place: str, position: int) -> Problem:
    statement = _get(benchmark.problem, row, place)
    gold = _get(benchmark.gold, row, place)
    id = str(row.get("id", row.get("unique_id", position)))
    meta = {"problem": statement, "reference": _get(benchmark.reference, row, place)}
    meta |= {key: row[key] for key in ("subject", "level", "url", "type", "subfield", "unit", "error") if row.get(key)}
    return Problem(_user_turn(benchmark.template, statement), gold, id, meta)


def _get(reader: Callable[[Row], Any], row: Row, place: str, also: tuple[str, ...] = ()) -> Any:
    try:
        return reader(row)
    except KeyError as error:
        names = " or ".join(repr(name) for name in (*error.args, *also))
        raise ValueError(f"{place} has no column {names}; it has {', '.join(map(repr, row)) or 'none'}.") from None
    except (ValueError, TypeError, IndexError) as error:
        raise ValueError(f"{place} has a value of another form than this data set's: {error}.") from None


def _unique(ids: Iterable[str], place: str) -> None:
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            raise ValueError(f"{place} has two problems with the id {id!r}; give each its own, or none.")
        seen.add(id)
