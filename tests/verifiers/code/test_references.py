"""HumanEval and MBPP: every reference solution is accepted, and faults that a plain run notices are refused."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.verifiers.code import mutation
from verifiers.types import Score

pytestmark = pytest.mark.slow

MUTANTS = 3  # for each problem
TRIED = 12  # at most, to find that many which fail


def _data(name: str) -> Path:
    if not os.environ.get("ASSAY_DATA"):
        pytest.skip("ASSAY_DATA is not set")
    return Path(os.environ["ASSAY_DATA"]) / name


def _humaneval() -> list[tuple[str, str, dict[str, Any], str]]:
    """(id, reference, gold, the same tests for a plain run)."""
    problems = []
    for line in gzip.decompress(_data("humaneval/HumanEval.jsonl.gz").read_bytes()).splitlines():
        p = json.loads(line)
        gold = {"mode": "check", "test_code": p["test"], "entry_point": p["entry_point"]}
        plain = f"\n{p['test']}\ncheck({p['entry_point']})"
        problems.append((p["task_id"], p["prompt"] + p["canonical_solution"], gold, plain))
    return problems


def _mbpp() -> list[tuple[str, str, dict[str, Any], str]]:
    problems = []
    for p in json.loads(_data("mbpp/sanitized-mbpp.json").read_text()):
        tests = p["test_imports"] + p["test_list"]
        problems.append(
            (f"MBPP/{p['task_id']}", p["code"], {"mode": "asserts", "tests": tests}, "\n" + "\n".join(tests))
        )
    return problems


def _some(mutants: Iterator[str]) -> list[str]:
    """The first and the last: faults in the middle of a program, and results of another shape."""
    every = list(mutants)
    return every if len(every) <= TRIED else every[: TRIED // 2] + every[-TRIED // 2 :]


def _all(judge: Callable[..., Score], jobs: list[tuple[str, str, dict[str, Any]]]) -> list[tuple[str, Score]]:
    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(lambda job: (job[0], judge(job[1], limits={"time_s": 30}, **job[2])), jobs))


@pytest.mark.parametrize(("problems", "total"), [(_humaneval, 164), (_mbpp, 427)], ids=["HumanEval", "MBPP"])
def test_every_reference_solution_is_accepted(
    problems: Callable[[], list[Any]], total: int, judge: Callable[..., Score]
) -> None:
    scores = _all(judge, [(name, reference, gold) for name, reference, gold, _ in problems()])
    assert len(scores) == total
    assert [(name, score) for name, score in scores if (score.value, score.reason) != (1.0, "accepted")] == []


@pytest.mark.parametrize("problems", [_humaneval, _mbpp], ids=["HumanEval", "MBPP"])
def test_faults_that_a_plain_run_notices_are_refused(
    problems: Callable[[], list[Any]], judge: Callable[..., Score]
) -> None:
    every = problems()
    tried = [_some(mutation.mutants(reference)) for _, reference, _, _ in every]
    verdicts = iter(mutation.plain_verdicts([m + plain for (*_, plain), ms in zip(every, tried) for m in ms]))
    jobs, short = [], []
    for (name, _, gold, _), some in zip(every, tried):
        failing = [mutant for mutant in some if next(verdicts) == "failed"][:MUTANTS]
        if len(failing) < MUTANTS:
            short.append(name)
        jobs += [(name, mutant, gold) for mutant in failing]
    scores = _all(judge, jobs)
    assert [(name, score) for name, score in scores if score.value != 0.0] == []
    assert short == []
