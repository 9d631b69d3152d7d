"""What a grader declares of itself, so that no more is demanded of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeAlias

Task: TypeAlias = Literal["answer", "think_format", "code", "judge", "any"]
TASKS: tuple[Task, ...] = ("answer", "think_format", "code", "judge", "any")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The scope that an audit holds a grader to.

    Args:
        task: "answer" compares with a gold; "think_format" checks for reasoning tags; "code" runs programs against tests;
            "judge" asks a model whether the answer is right; "any" promises no more than a score for every text (a length
            reward, a style reward).
        answer_types: types of gold that it takes (`answers.all_types`); None for all but "word".
        notations: "any" equivalent one, or "gold" where only the gold's own text is promised to be recognised.
        styles: how an answer may be put forward (`styles.STYLES`); for programs `golds.PROGRAM_STYLES`.
        gold_form: how golds are written: "GOLD" bare, "$GOLD$", for code a form of `golds.CODE_FORMS`, or None to try which
            one the grader reads best.
        modes: forms of test that a code reward takes; all that its gold form can write by default.
        uses_think: what stands in `<think>` is not the answer.
        reward_range: smallest and largest value; the largest is "right", the smallest "wrong". None: a verifier's own
            `range`, and 0 to 1 for functions.
        partial_credit: values in between are meant; above the middle counts as right.
        groupwise: a score depends on the other samples of the batch, so that batches are not compared with singles; a
            verifier's own `groupwise` counts.
        abstains: leaves some completions unscored by design, e.g. without siblings to compare them with; any text may be.
        thread_safe: gives the same verdicts off the main thread.
        time_limit_s: seconds that one call may take; None for 3, and 15 for code, where tests have limits of their own.
        memory_mb: what one call may add to the memory of the process.
        forgives: patterns of "relation/kind" that are policy and no error, e.g. "inequivalence/fraction: decimal*".
        gold: how the gold of a "think_format" or "any" grader is filled; None where it needs none.
    """

    task: Task = "answer"
    answer_types: tuple[str, ...] | None = None
    notations: Literal["any", "gold"] = "any"
    styles: tuple[str, ...] = ("boxed",)
    gold_form: str | None = "GOLD"
    modes: tuple[str, ...] = ("asserts", "check", "call", "stdio")
    uses_think: bool = True
    reward_range: tuple[float, float] | None = None
    partial_credit: bool = False
    groupwise: bool = False
    abstains: bool = False
    thread_safe: bool = True
    time_limit_s: float | None = None
    memory_mb: int = 1000
    forgives: tuple[str, ...] = ()
    gold: Any = None

    def types(self) -> tuple[str, ...]:
        from verifiers.audit.answers import all_types

        return tuple(name for name in all_types() if name != "word") if self.answer_types is None else self.answer_types

    @property
    def seconds_a_call(self) -> float:
        return self.time_limit_s or (15.0 if self.task == "code" else 3.0)

    def demands(self, relation: str, kind: str) -> bool:
        return not any(fnmatchcase(f"{relation}/{kind}", pattern) for pattern in self.forgives)


def declared(grader: Any, given: Capabilities | Mapping[str, Any] | None = None) -> Capabilities:
    """The capabilities given, else those that the grader has as its attribute `capabilities`, else the default.

    Raises:
        TypeError: a capability that there is not.
    """
    found = getattr(grader, "capabilities", None) if given is None else given
    if isinstance(found, Capabilities):
        return found
    known = {f.name for f in dataclasses.fields(Capabilities)}
    if unknown := sorted(set(found or {}) - known):
        raise TypeError(f"capability {unknown[0]!r} is not known; there are {', '.join(sorted(known))}.")
    return Capabilities(**(found or {}))
