"""What became of a question to a judge. Only `ok` has a value; no other outcome is ever a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from verifiers.judge.client import Client
from verifiers.judge.exchange import Reply, Request
from verifiers.judge.parse import Verdict, read_verdict
from verifiers.types import Score

Outcome: TypeAlias = Literal["ok", "unparseable", "refused", "truncated", "transport_error"]
OUTCOMES: tuple[Outcome, ...] = ("ok", "unparseable", "refused", "truncated", "transport_error")
RESAMPLES = 2
"""How often a judge is asked again after a reply without a verdict."""
_RESAMPLE_TEMPERATURE = 0.7  # at temperature 0 the same words would come back
_STRIDE = 1000  # sample indices of resamples: they must not meet those of a panel's members

_REFUSAL = re.compile(
    r"\b(?:i(?:'m| am)? (?:sorry|unable|not able)|i (?:can(?:not|'t| not)|won't|will not|must decline|decline)|"
    r"(?:as an ai|i apologi[sz]e)|(?:can(?:not|'t)|unable to) (?:help|assist|comply|grade|judge|evaluate))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A reply with what was made of it.

    Args:
        outcome: one of OUTCOMES.
        value: the verdict's value where the outcome is ok, else None.
        verdict: the verdict as it was offered.
        why: what is wrong, where the outcome is not ok.
        reply: the last reply, raw.
        attempts, cost: of all replies together.
    """

    outcome: Outcome
    value: float | None
    verdict: str | None
    why: str
    reply: Reply
    attempts: int
    cost: float

    @property
    def detail(self) -> dict[str, Any]:
        """For Score.detail: what happened, with the reply as it came."""
        found = {
            "outcome": self.outcome,
            "why": self.why,
            "judge": self.reply.model,
            "reply": self.reply.text,
            "raw": "" if self.outcome == "ok" else self.reply.raw,
            "ignored": list(self.reply.ignored),
            "cost": self.cost,
        }
        return {name: value for name, value in found.items() if value} | {"attempts": self.attempts}

    @property
    def reason(self) -> str:
        """For Score.reason: the verdict, or the outcome; transport errors with their cause."""
        if self.outcome == "ok":
            return (self.verdict or "").lower().replace(" ", "_")
        return f"transport_error:{self.reply.error}" if self.outcome == "transport_error" else self.outcome

    def score(self, extracted: str | None = None) -> Score:
        return Score(self.value, self.reason, extracted, detail=self.detail)


def judgement_of(reply: Reply, verdict: Verdict) -> Judgement:
    """Outcome of one reply. A verdict in a reply that was cut off or filtered does not count."""
    outcome: Outcome = "ok"
    why = ""
    if reply.error:
        outcome, why = "transport_error", f"no reply: {reply.error}"
    elif reply.finish == "refused":
        outcome, why = "refused", "the server reports a refusal"
    elif reply.finish == "length":
        outcome, why = "truncated", "the reply was cut off at max_tokens"
    elif verdict.value is None:
        outcome, why = ("refused" if _REFUSAL.search(reply.text[:400]) else "unparseable"), verdict.why
    value, name = (verdict.value, verdict.name) if outcome == "ok" else (None, None)
    return Judgement(outcome, value, name, why, reply, reply.attempts, reply.cost)


async def ask_for_verdict(
    client: Client,
    request: Request,
    verdicts: Mapping[str, float],
    *,
    completion: str = "",
    index: int = 0,
    resamples: int = RESAMPLES,
) -> Judgement:
    """The judge's verdict on a request; a reply without one, or cut off, is asked for again, at most `resamples` times.

    Args:
        completion: what is judged, so that a verdict quoted from it is not taken for the judge's.
    """
    attempts, cost = 0, 0.0
    for again in range(resamples + 1):
        if again:
            warm = max(_RESAMPLE_TEMPERATURE, request.temperature or 0.0)
            request = replace(request, temperature=None if request.temperature is None else warm)
        nth = index + _STRIDE * again
        # A server with a seed of its own would give each of several samples the same words.
        reply = await client.ask(replace(request, seed=nth or None), nth)
        found = judgement_of(reply, read_verdict(reply.text, verdicts, completion))
        attempts, cost = attempts + found.attempts, cost + found.cost
        if found.outcome not in ("unparseable", "truncated"):
            break
    return replace(found, attempts=attempts, cost=cost)
