"""Which of two completions is better? Asked in both orders, because judges favour a position; disagreement is a tie."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from verifiers.base import Verifier
from verifiers.groups import groups_of
from verifiers.judge.client import Client
from verifiers.judge.exchange import Request
from verifiers.judge.gates import MAX_CHARS, pre_gate
from verifiers.judge.loop import Asynchronous, run, score_of, together
from verifiers.judge.outcome import RESAMPLES, Judgement, ask_for_verdict
from verifiers.judge.probability import ask_for_probability
from verifiers.judge.prompt import ONE_WORD, Prompt, blocks_of, request_of
from verifiers.judge.replay import Scripted
from verifiers.judge.statistics import Cells, Estimate, bootstrap
from verifiers.judge.text import hide_reasoning
from verifiers.types import Message, Problem, Sample, Score

PREFERENCES: Mapping[str, float] = {"A": 1.0, "TIE": 0.5, "B": 0.0}

SYSTEM = """\
You compare two completions, A and B, of the same question.

{rules}

Prefer the one that answers the question more correctly and helpfully. Which of them stands first says nothing about them, and \
neither do length, tone or confidence."""

COMPARE = Prompt(SYSTEM, verdicts=PREFERENCES)
WEIGH = Prompt(SYSTEM, closing=ONE_WORD, verdicts={"A": 1.0, "B": 0.0})


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two completions, compared in both orders.

    Args:
        value: 1.0 where the first is better, 0.0 where the second is, 0.5 for a tie or where the orders disagree; with a
            weighted judge the mean probability that the first is better. None where an order has no verdict.
        reason: "both_orders", "tie", "orders_disagree", "identical", "weighted", the gate that decided, or why there is no value.
        orders: the judgement with the first completion shown as A, and the one with it shown as B; empty for a gate.
    """

    value: float | None
    reason: str
    orders: tuple[Judgement, ...] = ()

    @property
    def mirrored(self) -> Comparison:
        """The same from the second completion's side."""
        return Comparison(None if self.value is None else 1.0 - self.value, self.reason, self.orders[::-1])


class PairwiseJudge(Asynchronous, Verifier):
    """Share of comparisons that a completion wins, ties as half.

    It is compared with the baseline of its problem; without one, with its siblings, the other samples of the same problem in
    the batch (G completions cost G * (G - 1) calls). A completion that `pre_gate` recognises scores 0.0 and loses to all
    others. A sample with fewer than half of its comparisons decided is unscored, and so is one without opponents or with a
    baseline that is no answer.

    Args:
        client: whom to ask.
        baseline: gives the completion to beat, e.g. `lambda problem: problem.meta["baseline"]`; None compares siblings.
        weighted: use the probabilities of A and B instead of a verdict; needs a client with log-probabilities.
        max_tokens, temperature, max_chars, resamples: see PointwiseJudge.
    """

    name = "pairwise"

    def __init__(
        self,
        client: Client,
        *,
        baseline: Callable[[Problem], str] | None = None,
        weighted: bool = False,
        max_tokens: int = 1024,
        temperature: float | None = 0.0,
        max_chars: int = MAX_CHARS,
        resamples: int = RESAMPLES,
    ):
        self.client, self.baseline, self.weighted = client, baseline, weighted
        self.groupwise = baseline is None
        self.max_tokens, self.temperature = max_tokens, temperature
        self.max_chars, self.resamples = max_chars, resamples

    def compare_all(self, pairs: Iterable[tuple[str | Sequence[Message], str, str]]) -> list[Comparison]:
        """One comparison for each (question, first completion, second completion), in order."""

        async def all_of() -> list[Comparison]:
            found = await together(self.compare(*pair) for pair in pairs)
            return [_raised(comparison) for comparison in found]

        return run(all_of())

    async def compare(self, question: str | Sequence[Message], first: str, second: str, index: int = 0) -> Comparison:
        """Both orders of one pair; `index` asks for another independent comparison."""
        gates = [pre_gate(text, max_chars=self.max_chars) for text in (first, second)]
        if any(gates):
            value = 0.5 if all(gates) else 0.0 if gates[0] else 1.0
            return Comparison(value, gates[0] or gates[1] or "")
        first, second = hide_reasoning(first), hide_reasoning(second)
        if first == second:
            return Comparison(0.5, "identical")
        orders = await asyncio.gather(
            self._ask(question, first, second, index), self._ask(question, second, first, index)
        )
        return settled(*orders, weighted=self.weighted)

    async def judge_all(self, samples: Sequence[Sample]) -> list[Score]:
        groups = [[i] for i in range(len(samples))] if self.baseline else groups_of(samples)
        work = (self._group([samples[i] for i in group]) for group in groups)
        scores: dict[int, Score] = {}
        for group, found in zip(groups, await together(work)):
            if isinstance(found, BaseException):
                found = [score_of(found)] * len(group)
            scores |= zip(group, found)
        return [scores[i] for i in range(len(samples))]

    async def judge(self, sample: Sample, index: int = 0) -> Score:
        return (await self._group([sample]))[0]

    async def _group(self, samples: Sequence[Sample]) -> list[Score]:
        question = samples[0].problem.prompt
        texts = [sample.completion for sample in samples]
        won: list[list[Comparison]] = [[] for _ in samples]
        if self.baseline:
            rival = self.baseline(samples[0].problem)
            if gate := pre_gate(rival, max_chars=self.max_chars):
                why = f"the baseline is no answer ({gate}): {rival[:80]!r}"
                return [Score.unscored("baseline_unusable", message=why) for _ in samples]
            for i, text in enumerate(texts):
                won[i].append(await self.compare(question, text, rival))
        else:
            pairs = [(i, j) for i in range(len(texts)) for j in range(i + 1, len(texts))]
            found = await asyncio.gather(*(self.compare(question, texts[i], texts[j]) for i, j in pairs))
            for (i, j), comparison in zip(pairs, found):
                won[i].append(comparison)
                won[j].append(comparison.mirrored)
        return [self._score(text, comparisons) for text, comparisons in zip(texts, won)]

    def _score(self, completion: str, comparisons: Sequence[Comparison]) -> Score:
        if gate := pre_gate(completion, max_chars=self.max_chars):
            return Score.of(False, gate)
        if not comparisons:
            return Score.unscored("no_opponents", message="A single sample and no baseline: nothing to compare with.")
        decided = [c.value for c in comparisons if c.value is not None]
        reasons = [c.reason for c in comparisons]
        detail = {"comparisons": [{"value": c.value, "reason": c.reason} for c in comparisons]}
        shown = hide_reasoning(completion)
        if 2 * len(decided) < len(comparisons) or not decided:
            return Score(None, next(c.reason for c in comparisons if c.value is None), shown, detail=detail)
        return Score(sum(decided) / len(decided), reasons[0] if len(reasons) == 1 else "compared", shown, detail=detail)

    async def _ask(self, question: str | Sequence[Message], a: str, b: str, index: int) -> Judgement:
        blocks = blocks_of(question, None, completion_a=a, completion_b=b)
        if self.weighted:
            return await ask_for_probability(self.client, WEIGH, blocks, index=index)
        request = request_of(
            COMPARE,
            blocks,
            self.client.transport.special_tokens,
            max_tokens=self.max_tokens,
            temperature=self.temperature,
        )
        return await ask_for_verdict(
            self.client, request, PREFERENCES, completion=f"{a}\n{b}", index=index, resamples=self.resamples
        )

    def __repr__(self) -> str:
        return f"PairwiseJudge({self.client!r})"


def _raised(result: Comparison | BaseException) -> Comparison:
    if isinstance(result, BaseException):
        raise result
    return result


def settled(as_a: Judgement, as_b: Judgement, *, weighted: bool = False) -> Comparison:
    """What two orders say together about the completion that is A in the first and B in the second."""
    orders = (as_a, as_b)
    for judgement in orders:
        if judgement.value is None:
            return Comparison(None, judgement.reason, orders)
    assert as_a.value is not None
    assert as_b.value is not None
    first, second = as_a.value, 1.0 - as_b.value
    if weighted:
        return Comparison((first + second) / 2, "weighted", orders)
    if first != second:
        return Comparison(0.5, "orders_disagree", orders)
    return Comparison(first, "tie" if first == 0.5 else "both_orders", orders)


@dataclass(frozen=True, slots=True)
class WinRate:
    """What a set of comparisons says about the first completions.

    Args:
        rate: mean value of the decided comparisons, ties as half, with its bootstrap interval; no value where none is decided.
        wins, ties, losses, unscored: how many comparisons of each kind; of the ties, `disagreements` are those where the
            two orders contradict each other.
        first_shown: of all single verdicts that prefer one side, the share that prefers the completion shown first. 0.5
            in a judge without position bias; None where there is no such verdict.
    """

    rate: Estimate
    wins: int
    ties: int
    losses: int
    unscored: int
    disagreements: int
    first_shown: float | None


def win_rate(comparisons: Iterable[Comparison], *, seed: int = 0) -> WinRate:
    """Win rate with ties, and what the judge's position bias is. Undecided comparisons count in no mean.

    Args:
        seed: of the bootstrap.
    """
    comparisons = list(comparisons)
    values = [c.value for c in comparisons if c.value is not None]
    single = [j.value for c in comparisons for j in c.orders if j.value is not None and j.value != 0.5]
    return WinRate(
        rate=bootstrap(values, {"rate": (_mean, len(values))}, seed=seed)["rate"],
        wins=sum(value > 0.5 for value in values),
        ties=sum(value == 0.5 for value in values),
        losses=sum(value < 0.5 for value in values),
        unscored=len(comparisons) - len(values),
        disagreements=sum(c.reason == "orders_disagree" for c in comparisons),
        first_shown=sum(value > 0.5 for value in single) / len(single) if single else None,
    )


def _mean(values: Cells) -> float | None:
    return sum(value * n for value, n in values.items()) / values.total() if values else None


def _likes_longer(request: Request) -> str:
    """A stand-in for a judge that prefers the longer completion, and the one shown first where both have a "?"."""

    def block(name: str) -> str:
        return request.text.rsplit(f"<{name}-{request.nonce}>\n", 1)[1].split(f"\n</{name}-{request.nonce}>")[0]

    a, b = block("completion_a"), block("completion_b")
    if "silence" in a + b:
        return "..."
    if "?" in a and "?" in b:
        return "VERDICT: A"
    return f"VERDICT: {'A' if len(a) > len(b) else 'B' if len(b) > len(a) else 'TIE'}"


_LONGER = Client(Scripted(_likes_longer, "likes-longer"))
EXAMPLES = {
    PairwiseJudge(_LONGER, baseline=lambda problem: "four words stand here"): [
        (None, "here, however, are five of them", 1.0),
        (None, "one", 0.0),
        (None, "four words stand here", 0.5),
        (None, "", 0.0),
        (None, "silence", None),
    ],
    PairwiseJudge(_LONGER): [
        (
            [Sample(Problem("q"), text) for text in ("one", "two more", "three more yet", "")],
            [1 / 3, 2 / 3, 1.0, 0.0],
        ),
        ([Sample(Problem("q"), "yes? or no?"), Sample(Problem("q"), "no?")], [0.5, 0.5]),
        ([Sample(Problem("q"), "alone")], [None]),
    ],
}
