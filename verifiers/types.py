"""The values that travel: Problem -> Sample -> Score -> number. Standard library only.

A `Score` has three outcomes, and no adapter may merge two of them:

    value > 0      right, or partly right
    value 0.0      wrong, for a reason that lies in the completion
    value None     could not be verified, for a reason that lies with us: a bad gold, a judge that is down, a bug
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Message: TypeAlias = Mapping[str, str]
"""One chat turn: {"role": "user", "content": "..."}."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A task to be solved, with the reference answer that the field calls gold.

    Args:
        prompt: text, or chat messages that the engine puts through its chat template.
        gold: what the verifier compares with; each verifier says which forms it takes. None where it needs none.
        id: names the problem in logs and groups its samples.
        meta: anything else the data set had: subject, level, tests, ...
    """

    prompt: str | Sequence[Message]
    gold: Any = None
    id: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """One completion of one problem.

    Args:
        completion: the text that followed the prompt, special tokens as the engine left them.
        num_tokens: length of the completion in tokens of its model; None where nobody counted.
        finish: "stop" for an end-of-turn token, "length" for one cut off at the limit.
    """

    problem: Problem
    completion: str
    num_tokens: int | None = None
    finish: str = "stop"

    @property
    def gold(self) -> Any:
        return self.problem.gold


@dataclass(frozen=True, slots=True)
class Score:
    """A verdict: the number, and why.

    Args:
        value: the reward, finite; 0.0 is wrong, None is "could not be verified" and counts in no mean.
        reason: a word or `word:detail` that logs can group by: "equal", "no_answer", "gold_unusable", "error:KeyError".
        extracted: what was taken from the completion as its answer.
        name: the verifier, as metrics name it.
        parts: the scores this one was composed of; those of a sum add up to `value`.
        detail: whatever else helps to explain it, as JSON values.

    Raises:
        ValueError: the value is NaN or infinite, or None without a reason.
    """

    value: float | None
    reason: str = ""
    extracted: str | None = None
    name: str = ""
    parts: tuple[Score, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        value = self.value
        if value is None:
            if not self.reason:
                raise ValueError("Score(None) has no reason: say why it could not be verified, e.g. 'gold_unusable'.")
            return
        if type(value) is not float:
            value = float(value)
            object.__setattr__(self, "value", value)
        if not math.isfinite(value):
            raise ValueError(f"Score({value}): a reward is finite; use None with a reason for what has no value.")

    @classmethod
    def of(cls, value: bool | float, reason: str = "", extracted: str | None = None, **detail: Any) -> Score:
        """A score from a yes or no, or a number; `Score.of(False, "no_answer")`."""
        return cls(float(value), reason or ("right" if value else "wrong"), extracted, detail=detail)

    @classmethod
    def unscored(cls, reason: str, extracted: str | None = None, **detail: Any) -> Score:
        """The third outcome: nobody can tell, and it is not the completion's fault."""
        return cls(None, reason, extracted, detail=detail)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, defaults left out; `Score.from_dict` is its inverse."""
        out: dict[str, Any] = {"value": self.value}
        for key in ("reason", "extracted", "name"):
            if getattr(self, key):
                out[key] = getattr(self, key)
        if self.extracted == "":
            out["extracted"] = ""
        if self.parts:
            out["parts"] = [part.to_dict() for part in self.parts]
        if self.detail:
            out["detail"] = dict(self.detail)
        return out

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Score:
        parts = tuple(cls.from_dict(part) for part in data.get("parts", ()))
        return cls(**{**data, "parts": parts})

    def to_json(self) -> str:
        """ASCII JSON; lone surrogates of a hostile completion survive the trip as escapes."""
        return json.dumps(self.to_dict(), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Score:
        return cls.from_dict(json.loads(text))


RewardFn: TypeAlias = Callable[[Sequence[Sample]], Sequence[float | None]]
"""All that a trainer knows of rewards: one number, or None for "unscored", for each sample in order."""
