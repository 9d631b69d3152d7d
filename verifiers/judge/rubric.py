"""Does the completion meet each criterion of a rubric? The weighted mean of one verdict a criterion.

One call a criterion: a judge asked for ten verdicts in one reply mixes them up, and one bad line would spoil them all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from verifiers.base import Verifier
from verifiers.judge.client import Client
from verifiers.judge.exchange import Request
from verifiers.judge.gates import MAX_CHARS, gold_complaint, reference_of, screen
from verifiers.judge.loop import Asynchronous
from verifiers.judge.outcome import RESAMPLES, ask_for_verdict
from verifiers.judge.prompt import Prompt, blocks_of, request_of
from verifiers.judge.replay import Scripted
from verifiers.judge.text import hide_reasoning
from verifiers.types import Problem, Sample, Score

MET: Mapping[str, float] = {"NO": 0.0, "YES": 1.0}
"""A checklist's choices."""

SYSTEM = """\
You judge whether a completion meets one criterion.

{rules}

Judge by the criterion alone, whatever else is good or bad about the completion. Base your reasons on passages of it."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a rubric.

    Args:
        text: what is asked, as a statement or a question about the completion.
        weight: its share; a negative one is a penalty for what should not be there.
        choices: the verdicts in order, worst first, and their values in [0, 1].

    Raises:
        ValueError: fewer than two choices, values outside [0, 1] or out of order, or a weight of 0.
    """

    text: str
    weight: float = 1.0
    choices: Mapping[str, float] = field(default_factory=lambda: dict(MET))

    def __post_init__(self) -> None:
        values = list(self.choices.values())
        if len(values) < 2 or values != sorted(values) or not 0 <= values[0] < values[-1] <= 1:
            raise ValueError(f"choices={dict(self.choices)}: write two or more, worst first, with values in [0, 1].")
        if not self.text.strip() or not self.weight:
            raise ValueError(
                f"Criterion({self.text!r}, weight={self.weight}): it needs words and a weight other than 0."
            )


Rubric = Sequence[Criterion]


class RubricJudge(Asynchronous, Verifier):
    """sum of weight * verdict over the criteria / sum of the positive weights, held to [0, 1].

        RubricJudge(client, [Criterion("It names the capital."), Criterion("It insults the reader.", weight=-1.0)])

    One criterion without a verdict leaves the sample unscored, with that criterion's reason; `Score.parts` has them all.

    Args:
        client: whom to ask.
        rubric: the criteria, or a function that gives those of a problem (`lambda problem: problem.meta["rubric"]`).
        max_tokens, temperature, max_chars, resamples: see PointwiseJudge.
    """

    name = "rubric"

    def __init__(
        self,
        client: Client,
        rubric: Rubric | Callable[[Problem], Rubric],
        *,
        max_tokens: int = 1024,
        temperature: float | None = 0.0,
        max_chars: int = MAX_CHARS,
        resamples: int = RESAMPLES,
    ):
        if not callable(rubric):
            _check(rubric)
        self.client, self.rubric = client, rubric
        self.max_tokens, self.temperature, self.max_chars, self.resamples = (
            max_tokens,
            temperature,
            max_chars,
            resamples,
        )

    def check_gold(self, gold: object) -> str | None:
        return gold_complaint(gold)

    async def judge(self, sample: Sample, index: int = 0) -> Score:
        rubric = self.rubric(sample.problem) if callable(self.rubric) else self.rubric
        _check(rubric)
        if (score := screen(sample, max_chars=self.max_chars)) is not None:
            return score
        reference = reference_of(sample)
        parts = await asyncio.gather(*(self._verdict(criterion, sample, reference, index) for criterion in rubric))
        return _weighted(rubric, parts, hide_reasoning(sample.completion))

    async def _verdict(self, criterion: Criterion, sample: Sample, reference: str | None, index: int) -> Score:
        prompt = Prompt(SYSTEM, verdicts=criterion.choices)
        shown = hide_reasoning(sample.completion)
        request = request_of(
            prompt,
            blocks_of(sample.problem.prompt, reference, completion=shown, criterion=criterion.text),
            self.client.transport.special_tokens,
            max_tokens=self.max_tokens,
            temperature=self.temperature,
        )
        found = await ask_for_verdict(
            self.client, request, prompt.verdicts, completion=shown, index=index, resamples=self.resamples
        )
        return replace(found.score(), name=criterion.text)

    def __repr__(self) -> str:
        rubric = "<function>" if callable(self.rubric) else f"{len(self.rubric)} criteria"
        return f"RubricJudge({self.client!r}, {rubric})"


def _check(rubric: Rubric) -> None:
    if not any(criterion.weight > 0 for criterion in rubric):
        raise ValueError("The rubric has no criterion with a positive weight, so nothing could earn a reward; add one.")


def _weighted(rubric: Rubric, parts: Sequence[Score], shown: str) -> Score:
    missing = next((part for part in parts if part.value is None), None)
    if missing is not None:
        return Score(None, missing.reason, shown, parts=tuple(parts))
    earned = sum(criterion.weight * (part.value or 0.0) for criterion, part in zip(rubric, parts))
    value = min(1.0, max(0.0, earned / sum(max(criterion.weight, 0.0) for criterion in rubric)))
    return Score(value, "met" if value == 1 else "partly_met" if value else "not_met", shown, parts=tuple(parts))


def _reads_criteria(request: Request) -> str:
    """A stand-in for a judge: a criterion "word" is met by a completion with that word."""

    def block(name: str) -> str:
        return request.text.rsplit(f"<{name}-{request.nonce}>\n", 1)[1].split(f"\n</{name}-{request.nonce}>")[0]

    if "silence" in block("completion"):
        return "..."
    return f"I looked for it.\nVERDICT: {'YES' if block('criterion') in block('completion') else 'NO'}"


_JUDGE = Client(Scripted(_reads_criteria, "reads-criteria"))
EXAMPLES = {
    RubricJudge(_JUDGE, [Criterion("capital", 3.0), Criterion("river"), Criterion("fool", -1.0)]): [
        (None, "The capital lies on a river.", 1.0),
        (None, "The capital.", 0.75),
        (None, "The capital, fool.", 0.5),
        (None, "Dunno, fool.", 0.0),
        (None, "Solution:", 0.0),
        (None, "silence", None),
    ]
}
