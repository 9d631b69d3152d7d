"""One evaluated sample, as it stands on its line of `samples.jsonl`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from verifiers import Problem, Sample, Score


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sample that is to be scored: which run it belongs to, and which of the question's samples it is."""

    sample: Sample
    index: int = 0
    run: str = ""

    @property
    def key(self) -> tuple[str, str, int]:
        return self.run, self.sample.problem.id, self.index


@dataclass(frozen=True, slots=True)
class Result:
    """An attempt and its verdict."""

    attempt: Attempt
    score: Score

    @property
    def right(self) -> bool | None:
        """Full marks, or not; None where it could not be verified. 0.7 + 0.2 + 0.1, a hair below 1, are full marks."""
        return None if self.score.value is None else self.score.value > 1.0 - 1e-9

    @property
    def answered(self) -> bool:
        return self.score.extracted is not None

    def to_row(self) -> dict[str, Any]:
        attempt, sample = self.attempt, self.attempt.sample
        return {
            "run": attempt.run,
            "problem_id": sample.problem.id,
            "sample": attempt.index,
            **self.score.to_dict(),
            "gold": sample.gold,
            "finish": sample.finish,
            "num_tokens": sample.num_tokens,
            "prompt": sample.problem.prompt,
            "completion": sample.completion,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Result:
        """The inverse of `to_row`, but for what a problem keeps in `meta`.

        Raises:
            KeyError: the row was written by something else.
        """
        problem = Problem(row["prompt"], row["gold"], row["problem_id"])
        sample = Sample(problem, row["completion"], row["num_tokens"], row["finish"])
        fields = ("value", "reason", "extracted", "name", "parts", "detail")
        score = Score.from_dict({key: row[key] for key in fields if key in row})
        return cls(Attempt(sample, row["sample"], row["run"]), score)


@dataclass(slots=True)
class Question:
    """All results of one problem in one run, in the order of their samples."""

    id: str
    results: list[Result] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int]:
        """(n, c): how many samples were scored, and how many of them are right."""
        verdicts = [result.right for result in self.results if result.right is not None]
        return len(verdicts), sum(verdicts)


def by_question(results: Iterable[Result]) -> list[Question]:
    questions: dict[str, Question] = {}
    for result in sorted(results, key=lambda result: result.attempt.index):
        id = result.attempt.sample.problem.id
        questions.setdefault(id, Question(id)).results.append(result)
    return list(questions.values())


def by_run(results: Iterable[Result]) -> dict[str, list[Result]]:
    runs: dict[str, list[Result]] = {}
    for result in results:
        runs.setdefault(result.attempt.run, []).append(result)
    return runs
