"""Majority of k samples (maj@k, cons@k), where answers that the verifier takes for equal are one vote.

"1/2", "0.5" and "\\frac12" are one answer. To find that out for every pair would cost more than the scoring did, so
only what can matter is compared. All right answers equal the gold and are one class already; wrong ones are compared
with each other only where they could outvote it, and only one of each text.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.metrics import majority
from benchmarks.results import Question, Result
from verifiers import Problem, Sample, Verifier, score_all

RIGHT = -1
"""The class of the answers that equal the gold; wrong ones are numbered from 0."""


def maj_at_k(questions: Sequence[Question], k: int, verifier: Verifier) -> float | None:
    """Share of questions where the majority of the first k samples is right; None unless each has k samples.

    Samples without an answer and unscored ones abstain. A question where nobody votes counts as wrong.
    """
    if not questions or any(len(question.results) < k for question in questions):
        return None
    return sum(vote(question.results[:k], verifier) == RIGHT for question in questions) / len(questions)


def vote(results: Sequence[Result], verifier: Verifier) -> int | None:
    """The class that wins: RIGHT, the number of a wrong class, or None where nobody votes."""
    voters = [result for result in results if result.right is not None and (result.right or result.answered)]
    right = sum(bool(result.right) for result in voters)
    wrong = [result for result in voters if not result.right]
    if right > len(wrong):
        return RIGHT  # whatever the wrong ones agree on
    classes = iter(_classes(wrong, verifier))
    return majority([RIGHT if result.right else next(classes) for result in voters])


def _classes(results: Sequence[Result], verifier: Verifier) -> list[int]:
    """A number for each result, the same for answers that are equal as text or to the verifier."""
    first: dict[str, Result] = {}
    for result in results:
        first.setdefault(_answer(result), result)
    texts = list(first)
    class_of: dict[str, int] = {}
    for position, text in enumerate(texts):
        # The earlier answer plays the gold and the later completion is scored against it, as in the evaluation itself.
        earlier = [other for other in texts[:position] if class_of[other] == texts.index(other)]
        completion = first[text].attempt.sample.completion
        scores = score_all(verifier, [Sample(Problem("", gold=other), completion) for other in earlier])
        same = next((other for other, score in zip(earlier, scores) if score.value and score.value >= 1.0), None)
        class_of[text] = position if same is None else class_of[same]
    return [class_of[_answer(result)] for result in results]


def _answer(result: Result) -> str:
    return " ".join((result.score.extracted or "").split())
