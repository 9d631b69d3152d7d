"""Several judges, one verdict: what most of them say. A panel that is not quorate, or split, leaves the sample unscored."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from verifiers.base import Verifier, failure, name_of
from verifiers.judge.client import Client
from verifiers.judge.exchange import Request
from verifiers.judge.loop import Asynchronous
from verifiers.judge.pointwise import PointwiseJudge
from verifiers.judge.probability import ProbabilityJudge
from verifiers.judge.replay import Scripted
from verifiers.judge.rubric import RubricJudge
from verifiers.types import Sample, Score

Member = PointwiseJudge | ProbabilityJudge | RubricJudge


class Panel(Asynchronous, Verifier):
    """The value that more than half of the votes have.

    The same judge given three times votes three times, each time on its own; set its temperature above 0 for that.

    Args:
        judges: the members. Different models err differently, so prefer those to one model thrice.
        quorum: how many must reach a verdict, by default more than half. Fewer: None, with a member's reason.

    Without a value held by more than half of the votes cast: None (`no_majority`). `Score.parts` has the votes.

    Raises:
        ValueError: no judges, or a quorum that they cannot reach.
    """

    name = "panel"

    def __init__(self, judges: Sequence[Member], quorum: int | None = None):
        self.judges = tuple(judges)
        self.quorum = len(self.judges) // 2 + 1 if quorum is None else quorum
        if not 1 <= self.quorum <= len(self.judges):
            raise ValueError(f"quorum={quorum} of {len(self.judges)} judges: give 1 to the number of judges.")
        self.range = (min(j.range[0] for j in self.judges), max(j.range[1] for j in self.judges))

    def check_gold(self, gold: object) -> str | None:
        return next((why for judge in self.judges if (why := judge.check_gold(gold))), None)

    async def judge(self, sample: Sample, index: int = 0) -> Score:
        votes = tuple(await asyncio.gather(*(self._vote(k, sample, index) for k in range(len(self.judges)))))
        cast = Counter(vote.value for vote in votes if vote.value is not None)
        if cast.total() < self.quorum:
            missing = next(vote for vote in votes if vote.value is None)
            return Score(None, missing.reason, missing.extracted, parts=votes, detail={"quorum": self.quorum})
        value, count = cast.most_common(1)[0]
        if 2 * count <= cast.total():
            return Score(None, "no_majority", votes[0].extracted, parts=votes)
        won = next(vote for vote in votes if vote.value == value)
        return Score(value, won.reason, won.extracted, parts=votes, detail={"votes": count, "of": cast.total()})

    async def _vote(self, k: int, sample: Sample, index: int) -> Score:
        judge = self.judges[k]
        seat = self.judges[:k].count(judge)
        try:
            # Its own index for each seat of the same judge, or the cache would answer all of them with the first.
            vote = await judge.judge(sample, index * len(self.judges) + seat)
        except Exception as error:
            vote = failure(error)
        return replace(vote, name=name_of(judge))

    def __repr__(self) -> str:
        return f"Panel([{', '.join(map(repr, self.judges))}], quorum={self.quorum})"


def _wants(word: str) -> PointwiseJudge:
    """A stand-in for a judge: it wants to see a word, and falls silent at "hush"."""

    def answer(request: Request) -> str:
        completion = request.text.rsplit(f"<completion-{request.nonce}>", 1)[1].split(f"</completion-{request.nonce}>")[
            0
        ]
        return "..." if f"hush {word}" in completion else "CORRECT" if word in completion else "INCORRECT"

    return PointwiseJudge(Client(Scripted(answer, f"wants-{word}")))


EXAMPLES = {
    Panel([_wants("red"), _wants("green"), _wants("blue")]): [
        (None, "red and blue", 1.0),
        (None, "blue only", 0.0),
        (None, "hush red: red and blue", None),
        (None, "hush red, green, blue", 1.0),
        (None, "hush red, hush green, blue", None),
        (None, ":", 0.0),
    ]
}
