"""A case: texts to be scored, and what must hold of the scores. Everything that an audit asks is one of these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

Item: TypeAlias = tuple[Any, str]
"""A gold and a completion."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a grader made of one item: the value (None: unscored) and the reason."""

    value: float | None
    reason: str = ""

    @property
    def raised(self) -> bool:
        return self.value is None and self.reason.startswith("error:")


@dataclass(frozen=True, slots=True)
class Call:
    """One batch that the grader scores in one go.

    Args:
        thread: call it from a thread other than the main one.
        variant: "" for the grader itself, or a composition with it (see `child.VARIANTS`).
        prompt: what was asked, where the grader may want to know.
    """

    items: tuple[Item, ...]
    thread: bool = False
    variant: str = ""
    prompt: str = ""

    @property
    def elsewhere(self) -> bool:
        """Scored in an interpreter of its own, whose start is not the grader's time."""
        return self.variant.startswith("hash seed")

    def with_gold(self, write: Callable[[Any], Any]) -> Call:
        return replace(self, items=tuple((write(gold), text) for gold, text in self.items))


@dataclass(frozen=True, slots=True)
class Scale:
    """How a grader's numbers are to be read: its range, and whether it gives marks between wrong and right."""

    low: float = 0.0
    high: float = 1.0
    partial: bool = False

    def is_right(self, value: float) -> bool:
        """A wrong completion that is paid anything at all is an error, unless partial credit was declared."""
        return value > ((self.low + self.high) / 2 if self.partial else self.low)

    def is_wrong(self, value: float) -> bool:
        return value < ((self.low + self.high) / 2 if self.partial else self.high)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What was wrong with the outcomes of a case.

    Args:
        fault: "false positive", "false negative", "unscored", "raised", "inconsistent"; and from the runner "hang", "exit",
            "memory", "output", "state".
    """

    fault: str
    message: str


Judge: TypeAlias = Callable[[Sequence[Outcome], Scale], Complaint | None]


@dataclass(frozen=True, slots=True)
class Case:
    """Calls to make, and the judge of their outcomes (flattened, in order).

    Args:
        truth: True or False where every completion of the case is known to be right or wrong; such cases count in the
            error rates. None for all others.
    """

    calls: tuple[Call, ...]
    judge: Judge = field(compare=False, repr=False)
    truth: bool | None = None

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for call in self.calls for item in call.items)

    def with_gold(self, write: Callable[[Any], Any]) -> Case:
        """The same case with its golds written in another form."""
        return Case(tuple(call.with_gold(write) for call in self.calls), self.judge, self.truth)

    def asked(self, prompt: str) -> Case:
        """The same case under a prompt."""
        return Case(tuple(replace(call, prompt=prompt) for call in self.calls), self.judge, self.truth)

    @property
    def size(self) -> tuple[int, int, str]:
        """Smaller is simpler, for the choice of the example that is shown."""
        text = "".join(f"{gold}{completion}" for gold, completion in self.items)
        return len(text), sum(not c.isalnum() for c in text), text


def single(gold: Any, *completions: str) -> tuple[Call, ...]:
    """Each completion in a call of its own."""
    return tuple(Call(((gold, completion),)) for completion in completions)


def right(gold: Any, completion: str) -> Case:
    """The completion is right."""
    return Case(single(gold, completion), _judge_right, True)


def wrong(gold: Any, completion: str) -> Case:
    """The completion is wrong."""
    return Case(single(gold, completion), _judge_wrong, False)


def same(gold: Any, *completions: str) -> Case:
    """All completions deserve one verdict, whatever it is."""
    return Case(single(gold, *completions), judge_same)


def not_above(gold: Any, plain: str, altered: str) -> Case:
    """The altered completion deserves no more than the plain one."""
    return Case(single(gold, plain, altered), _judge_not_above)


def scored(gold: Any, completion: str, thread: bool = False) -> Case:
    """There is a verdict, whatever it is: the grader neither raises nor leaves the completion unscored."""
    return Case((Call(((gold, completion),), thread),), _judge_scored)


def survived(gold: Any, completion: str) -> Case:
    """The grader does not raise; it may leave the completion unscored."""
    return Case(single(gold, completion), _judge_survived)


def _judge_right(outcomes: Sequence[Outcome], scale: Scale) -> Complaint | None:
    (outcome,) = outcomes
    if outcome.value is None:
        return _unscored(outcome, "a right completion")
    if scale.is_wrong(outcome.value):
        return Complaint("false negative", f"a right completion got {outcome.value:g} ({outcome.reason})")
    return None


def _judge_wrong(outcomes: Sequence[Outcome], scale: Scale) -> Complaint | None:
    (outcome,) = outcomes
    if outcome.value is None:
        return _unscored(outcome, "a wrong completion")
    if scale.is_right(outcome.value):
        return Complaint("false positive", f"a wrong completion got {outcome.value:g} ({outcome.reason})")
    return None


def judge_same(outcomes: Sequence[Outcome], scale: Scale) -> Complaint | None:
    if raised := next((o for o in outcomes if o.raised), None):
        return _unscored(raised, "a completion")
    values = [outcome.value for outcome in outcomes]
    if any(value != values[0] for value in values):
        return Complaint("inconsistent", f"verdicts that should agree are {', '.join(map(_shown, values))}")
    return None


def _judge_not_above(outcomes: Sequence[Outcome], scale: Scale) -> Complaint | None:
    plain, altered = outcomes
    if raised := next((o for o in outcomes if o.raised), None):
        return _unscored(raised, "a completion")
    if altered.value is not None and altered.value > (scale.low if plain.value is None else plain.value):
        return Complaint(
            "inconsistent", f"the reward rose from {_shown(plain.value)} to {altered.value:g}, which it never should"
        )
    return None


def _judge_scored(outcomes: Sequence[Outcome], scale: Scale) -> Complaint | None:
    (outcome,) = outcomes
    return _unscored(outcome, "a completion") if outcome.value is None else None


def _judge_survived(outcomes: Sequence[Outcome], scale: Scale) -> Complaint | None:
    (outcome,) = outcomes
    return _unscored(outcome, "a completion") if outcome.raised else None


def _unscored(outcome: Outcome, what: str) -> Complaint:
    fault = "raised" if outcome.raised else "unscored"
    return Complaint(fault, f"{what} went unscored ({outcome.reason})")


def _shown(value: float | None) -> str:
    return "None" if value is None else f"{value:g}"
