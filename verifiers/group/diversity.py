"""Does a group say one thing in many words, or many things?"""

from __future__ import annotations

from collections.abc import Sequence

from verifiers.base import Verifier, scores_of
from verifiers.example import ends_in_gold
from verifiers.groups import groups_of
from verifiers.text.words import words_of
from verifiers.types import Problem, Sample, Score

MAX_CHARS = 200_000
"""Of a longer completion the beginning is compared."""


class Diversity(Verifier):
    """How little a completion has in common with its siblings: 1 - mean Jaccard similarity of their sets of n-grams.

    Args:
        inner: only samples with its full marks are compared, the others score 0.0 (`wrong`) or stay unscored: nonsense
            is diverse too, so give one whenever this is more than a metric. None compares all.
        n: words in an n-gram.

    A sample without siblings to compare it with is as diverse as can be: 1.0 (`alone`).
    """

    name = "diversity"
    groupwise = True

    def __init__(self, inner: Verifier | None = None, *, n: int = 3):
        if n < 1:
            raise ValueError(f"Diversity(n={n}): an n-gram has at least one word.")
        self.inner, self.n = inner, n

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        scores: list[Score] = [Score.of(True, "alone")] * len(samples)
        compared = set(range(len(samples)))
        if self.inner is not None:
            for i, score in enumerate(scores_of(self.inner, samples)):
                if score.value is None or score.value < self.inner.range[1]:
                    compared.discard(i)
                    value, reason = (None, score.reason) if score.value is None else (0.0, "wrong")
                    scores[i] = Score(value, reason, score.extracted, self.name, (score,))
        grams = {i: self._grams(samples[i].completion) for i in compared}
        for group in groups_of(samples):
            members = [i for i in group if i in compared]
            for i in members if len(members) > 1 else ():
                similar = sorted(_jaccard(grams[i], grams[j]) for j in members if j != i)
                scores[i] = Score.of(1 - sum(similar) / len(similar), "compared", siblings=len(similar))
        return scores

    def score(self, sample: Sample) -> Score:
        return self.score_all([sample])[0]

    def _grams(self, text: str) -> set[tuple[str, ...]]:
        words = words_of(text[:MAX_CHARS].lower())
        n = min(self.n, max(1, len(words)))
        return set(zip(*(words[k:] for k in range(n))))


def _jaccard(a: set[tuple[str, ...]], b: set[tuple[str, ...]]) -> float:
    union = len(a | b)
    return len(a & b) / union if union else 1.0


def _group(*completions: str) -> list[Sample]:
    problem = Problem("", "4", id="p")
    return [Sample(problem, completion) for completion in completions]


EXAMPLES = {
    Diversity(n=1): [
        (_group("a b", "c d"), [1.0, 1.0]),
        (_group("a b", "a b"), [0.0, 0.0]),
        (_group("a b", "b c", "d"), [5 / 6, 5 / 6, 1.0]),
        (_group("a"), [1.0]),
    ],
    Diversity(ends_in_gold, n=1): [
        (_group("so 4", "thus 4", "so 5"), [2 / 3, 2 / 3, 0.0]),
        ([Sample(Problem("", id="q"), "4")], [None]),
    ],
}
