"""A relation: one demand on a grader, as kinds of cases."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from verifiers.audit.answers import Answer, typed_answers
from verifiers.audit.capabilities import Capabilities
from verifiers.audit.case import Case

Kinds: TypeAlias = Mapping[str, SearchStrategy[Case]]


@dataclass(frozen=True)
class Relation:
    """One demand.

    Args:
        name: what reports, `expected_failures` and pytest call it.
        about: the demand as a sentence.
        kinds: its kinds of cases, for a grader of these capabilities; empty where it does not apply.
        most: cases of a kind to ask at most, where one is dear and says enough.
    """

    name: str
    about: str
    kinds: Callable[[Capabilities], Kinds]
    most: int | None = None


def kinds_of(relation: Relation, scope: Capabilities) -> Kinds:
    """The relation's kinds; the same strategies for the same scope, so that what they drew is kept (see `generate`)."""
    try:
        return _kinds_of(relation, scope)
    except TypeError:  # A gold that has no hash.
        return relation.kinds(scope)


@functools.lru_cache(maxsize=256)
def _kinds_of(relation: Relation, scope: Capabilities) -> Kinds:
    return relation.kinds(scope)


def relation(
    name: str, *, applies_to: Iterable[str] | None = None, kind: str = "own"
) -> Callable[[Callable[[st.DrawFn, Answer], Case]], Relation]:
    """Make a function that draws a case for an answer a relation.

        @relation("shouting keeps the verdict", applies_to=["integer"])
        def shouting(draw, answer):
            text = draw(completions(answer))
            return same(answer.gold, text, text + "!!!")

    Args:
        applies_to: answer types; all that the grader declares by default.
        kind: the row of the report that its cases count under.
    """

    def make(function: Callable[[st.DrawFn, Answer], Case]) -> Relation:
        def kinds(scope: Capabilities) -> Kinds:
            names = [n for n in scope.types() if applies_to is None or n in applies_to]
            if not names or scope.task != "answer":
                return {}
            drawn = st.composite(lambda draw: function(draw, draw(typed_answers(names))))
            return {kind: drawn()}

        return Relation(name, (function.__doc__ or name).strip().split("\n")[0], kinds)

    return make
