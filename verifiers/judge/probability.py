"""How sure is the judge? The expected verdict under the probabilities that it gives to each, from one token.

A judge that is asked for one word, and of whom log-probabilities can be read: a local model, or a server that returns them.
A server that ignores the wish leaves the sample unscored; its text is not taken instead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from verifiers.base import Verifier
from verifiers.judge.client import Client
from verifiers.judge.exchange import Reply, Request
from verifiers.judge.gates import MAX_CHARS, gold_complaint, reference_of, screen
from verifiers.judge.loop import Asynchronous
from verifiers.judge.outcome import Judgement
from verifiers.judge.prompt import ONE_WORD, QUALITY, REFERENCE, Prompt, blocks_of, request_of
from verifiers.judge.replay import Scripted
from verifiers.judge.text import hide_reasoning
from verifiers.types import Sample, Score

YES_NO: Mapping[str, float] = {"Yes": 1.0, "No": 0.0}
"""Verdicts that are one token in every common vocabulary."""
MIN_MASS = 0.5
"""Below this share of probability on the verdicts the judge was about to say something else."""


class ProbabilityJudge(Asynchronous, Verifier):
    """sum of P(verdict) * value over sum of P(verdict): with Yes and No the judge's probability that it is right.

    Args:
        client: whom to ask; LocalModel, or a server with `logprobs`.
        prompt: its verdicts should be one token each; by default REFERENCE or QUALITY with Yes and No.
        min_mass: the verdicts together must have at least this probability, or the outcome is unparseable.
        max_chars, gates: see PointwiseJudge.
    """

    name = "judge_probability"

    def __init__(
        self,
        client: Client,
        *,
        prompt: Prompt | None = None,
        min_mass: float = MIN_MASS,
        max_chars: int = MAX_CHARS,
        gates: bool = True,
    ):
        self.client, self.prompt, self.min_mass, self.max_chars, self.gates = client, prompt, min_mass, max_chars, gates
        values = (prompt.verdicts if prompt else YES_NO).values()
        self.range = (min(0.0, *values), max(values))

    def check_gold(self, gold: object) -> str | None:
        return gold_complaint(gold)

    async def judge(self, sample: Sample, index: int = 0) -> Score:
        if (score := screen(sample, max_chars=self.max_chars, gates=self.gates)) is not None:
            return score
        reference = reference_of(sample)
        shown = hide_reasoning(sample.completion)
        prompt = self.prompt or replace(QUALITY if reference is None else REFERENCE, closing=ONE_WORD, verdicts=YES_NO)
        blocks = blocks_of(sample.problem.prompt, reference, completion=shown)
        found = await ask_for_probability(self.client, prompt, blocks, index=index, min_mass=self.min_mass)
        return found.score(extracted=shown)

    def __repr__(self) -> str:
        return f"ProbabilityJudge({self.client!r})"


async def ask_for_probability(
    client: Client, prompt: Prompt, blocks: Mapping[str, str], *, index: int = 0, min_mass: float = MIN_MASS
) -> Judgement:
    """The expected value of the prompt's verdicts; its `verdict` is the most probable one."""
    request = request_of(
        prompt, blocks, client.transport.special_tokens, max_tokens=1, temperature=0.0, options=tuple(prompt.verdicts)
    )
    return _expected(await client.ask(request, index), prompt.verdicts, min_mass)


def _expected(reply: Reply, verdicts: Mapping[str, float], min_mass: float) -> Judgement:
    def no(outcome: str, why: str) -> Judgement:
        return Judgement(outcome, None, None, why, reply, reply.attempts, reply.cost)  # type: ignore[arg-type]

    if reply.error:
        return no("transport_error", f"no reply: {reply.error}")
    if reply.finish == "refused":
        return no("refused", "the server reports a refusal")
    if not reply.options:
        return no("unparseable", "the server gave no log-probabilities for the verdicts")
    mass = {name: math.exp(logp) for name, logp in reply.options.items() if name in verdicts}
    total = sum(mass.values())
    if total < min_mass:
        return no(
            "unparseable", f"the verdicts have {total:.1%} of the probability; at least {min_mass:.0%} are needed"
        )
    value = sum(p * verdicts[name] for name, p in mass.items()) / total
    likeliest = max(mass, key=lambda name: mass[name])
    return Judgement("ok", value, likeliest, "", reply, reply.attempts, reply.cost)


def _is_sure_of_canberra(request: Request) -> Reply:
    """A stand-in for a judge with log-probabilities."""
    completion = request.text.rsplit(f"<completion-{request.nonce}>", 1)[1]
    if "hesitate" in completion:
        return Reply("Well", options={"Yes": math.log(0.01)})
    yes = 0.75 if "Canberra" in completion else 0.2
    return Reply("Yes", options={"Yes": math.log(0.8 * yes), "No": math.log(0.8 * (1 - yes))})


EXAMPLES = {
    ProbabilityJudge(Client(Scripted(_is_sure_of_canberra, "is-sure-of-canberra"))): [
        ("Canberra", "It is Canberra.", 0.75),
        ("Canberra", "Sydney", 0.2),
        ("Canberra", "Solution:", 0.0),
        ("Canberra", "hesitate", None),
    ]
}
