"""A reward without labels: agree with most of your siblings."""

from __future__ import annotations

from collections.abc import Sequence

from verifiers.base import Verifier, guarded_score
from verifiers.exact import normalise
from verifiers.extract import extract
from verifiers.groups import groups_of
from verifiers.types import Problem, Sample, Score


class MajorityVote(Verifier):
    """1.0 for the samples whose final answer is the most frequent one of their group (TTRL, arXiv:2504.16084).

    Samples without an answer vote for nothing and score 0.0. Where no answer leads, all score 0.0 (`no_majority`): a
    group whose rewards agree teaches nothing, which is right when nobody knows.

    Args:
        same: a verifier that tells whether two answers are one; it gets the one as gold and the other in a box, e.g.
            `MajorityVote(MathVerifier())`. By default answers are compared as `verifiers.exact` normalises them.
        share: the smallest share of the group that makes a majority.
    """

    name = "majority_vote"
    groupwise = True

    def __init__(self, same: Verifier | None = None, *, share: float = 0.0):
        if not 0 <= share <= 1:
            raise ValueError(f"MajorityVote(share={share}): give a share of the group, from 0 to 1.")
        self.same, self.share = same, share

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        scores = [Score.of(False, "no_answer")] * len(samples)
        answers = [extract(sample.completion).answer for sample in samples]
        for group in groups_of(samples):
            classes = self._classes({answer for i in group if (answer := answers[i]) is not None})
            votes: dict[str, int] = {}
            for i in group:
                if (answer := answers[i]) is not None:
                    votes[classes[answer]] = votes.get(classes[answer], 0) + 1
            winner = _winner(votes, self.share * len(group))
            for i in group:
                if (answer := answers[i]) is not None:
                    won = classes[answer] == winner
                    reason = "majority" if won else "minority" if winner is not None else "no_majority"
                    scores[i] = Score.of(won, reason, answer, votes=votes[classes[answer]], group=len(group))
        return scores

    def score(self, sample: Sample) -> Score:
        return self.score_all([sample])[0]

    def _classes(self, answers: set[str]) -> dict[str, str]:
        """The representative of each answer. Sorted first, so that the order of the group decides nothing."""
        representatives: dict[str, str] = {}  # normalised text -> representative
        classes = {}
        for answer in sorted(answers):
            plain = normalise(answer)
            if plain not in representatives:
                others = dict.fromkeys(representatives.values())
                representatives[plain] = next((o for o in others if self._equal(o, answer)), answer)
            classes[answer] = representatives[plain]
        return classes

    def _equal(self, a: str, b: str) -> bool:
        if self.same is None:
            return False
        score = guarded_score(self.same, Sample(Problem("", a), f"\\boxed{{{b}}}"))
        return score.value is not None and score.value >= self.same.range[1]


def _winner(votes: dict[str, int], least: float) -> str | None:
    most = max(votes.values(), default=0)
    leaders = [answer for answer, count in votes.items() if count == most]
    return leaders[0] if len(leaders) == 1 and most >= least else None


def _group(*completions: str) -> list[Sample]:
    problem = Problem("How many?", id="p")
    return [Sample(problem, completion) for completion in completions]


EXAMPLES = {
    MajorityVote(): [
        (_group("\\boxed{4}", "The answer is 4.", "\\boxed{5}", ""), [1.0, 1.0, 0.0, 0.0]),
        (_group("\\boxed{4}", "\\boxed{5}"), [0.0, 0.0]),
        (_group("\\boxed{4}"), [1.0]),
        (_group("<think>\\boxed{4}", "<think>4"), [0.0, 0.0]),
    ],
    MajorityVote(share=0.75): [(_group("\\boxed{4}", "\\boxed{4}", "\\boxed{5}"), [0.0, 0.0, 0.0])],
}
