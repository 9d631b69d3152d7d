"""What one run of an evaluation comes to: the figures, their error bars, and whatever else bounds their meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.intervals import Interval, question_interval, run_to_run
from benchmarks.metrics import mean_pass_at_k
from benchmarks.results import Result, by_question
from benchmarks.voting import maj_at_k
from verifiers import Verifier


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of one run; shares in 0..1, None where the samples do not tell.

    Attributes:
        questions, samples: how many there are, unscored ones included.
        k: samples a question, the smallest number where they differ.
        pass_at_1: mean over questions of the share of right samples, among the scored ones.
        interval: 95 % of pass@1 over the choice of questions.
        run_to_run: standard deviation of pass@1 between runs on the same questions; None with one sample a question.
        pass_at_k, maj_at_k: by k: powers of two up to the number of samples, and that number.
        unscored: share of samples that could not be verified; they count in no figure.
        truncated: share cut off at the token limit; None where the source did not record it.
        no_answer: share of scored samples from which no answer was taken; they count as wrong.
        unusable: questions of which no sample could be scored; they are not in `pass_at_1`.
        reasons: how often each reason was given.
    """

    run: str
    questions: int
    samples: int
    k: int
    pass_at_1: float | None
    interval: Interval | None
    run_to_run: float | None
    pass_at_k: dict[int, float]
    maj_at_k: dict[int, float]
    unscored: float
    truncated: float | None
    no_answer: float
    mean_tokens: float | None
    unusable: tuple[str, ...]
    reasons: dict[str, int]
    rates: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def summarize(results: Sequence[Result], verifier: Verifier, run: str = "") -> Summary:
    """The figures of the results of one run. `verifier` decides which answers are one vote.

    Raises:
        ValueError: there are no results.
    """
    if not results:
        raise ValueError("There is nothing to summarize: no sample was scored.")
    questions = by_question(results)
    scored = [question for question in questions if question.counts[0]]
    counts = [question.counts for question in scored]
    rates = {question.id: c / n for question, (n, c) in zip(scored, counts)}
    k = min(len(question.results) for question in questions)
    tokens = [r.attempt.sample.num_tokens for r in results if r.attempt.sample.num_tokens is not None]
    known = [r.attempt.sample.finish for r in results if r.attempt.sample.finish != UNKNOWN_FINISH]
    verdicts = [r for r in results if r.right is not None]
    ks = _ks(k)
    passes = {k: mean_pass_at_k(counts, k) for k in ks}
    majorities = {k: maj_at_k(questions, k, verifier) for k in ks if k > 2}
    return Summary(
        run=run,
        questions=len(questions),
        samples=len(results),
        k=k,
        pass_at_1=sum(rates.values()) / len(rates) if rates else None,
        interval=question_interval(list(rates.values())) if rates else None,
        run_to_run=run_to_run(counts),
        pass_at_k={k: value for k, value in passes.items() if value is not None},
        maj_at_k={k: value for k, value in majorities.items() if value is not None},
        unscored=1 - len(verdicts) / len(results),
        truncated=sum(finish == "length" for finish in known) / len(known) if known else None,
        no_answer=sum(not r.answered for r in verdicts) / len(verdicts) if verdicts else 0.0,
        mean_tokens=sum(tokens) / len(tokens) if tokens else None,
        unusable=tuple(question.id for question in questions if not question.counts[0]),
        reasons=dict(Counter(r.score.reason for r in results).most_common()),
        rates=rates,
    )


UNKNOWN_FINISH = "unknown"
"""`Sample.finish` of recorded completions whose source did not say why they end."""


def _ks(n: int) -> list[int]:
    """2, 4, 8, ... below n, and n itself; none where there is one sample."""
    powers = [2**i for i in range(1, n.bit_length()) if 2**i < n]
    return powers + [n] if n > 1 else []
