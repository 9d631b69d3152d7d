"""Truth by construction: the value in another notation is right, another value is wrong, whatever stands around it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from verifiers.audit import case as cases
from verifiers.audit.answers import Answer, AnswerType, Writer, answers_of, written
from verifiers.audit.attacks import ATTACKS as KNOWN_ATTACKS
from verifiers.audit.attacks import HONEST, HONEST_THINKING, Attack
from verifiers.audit.capabilities import Capabilities
from verifiers.audit.case import Case
from verifiers.audit.relations.items import has_integers, types_of
from verifiers.audit.relations.relation import Kinds, Relation
from verifiers.audit.styles import completion


def _gold(scope: Capabilities) -> Kinds:
    def accepts_itself(style: str, answer: Answer) -> Case:
        return cases.right(answer.gold, completion(answer.gold, style))

    return {
        f"{kind.name}, {style}": answers_of(kind).map(functools.partial(accepts_itself, style))
        for kind in types_of(scope)
        for style in scope.styles
        if style != "think" or scope.uses_think
    }


def _equivalence(scope: Capabilities) -> Kinds:
    if scope.notations == "gold":
        return {}
    return {
        f"{t.name}: {name}": _written(t, w, scope, cases.right) for t in types_of(scope) for name, w in t.same.items()
    }


def _inequivalence(scope: Capabilities) -> Kinds:
    return {
        f"{t.name}: {name}": _written(t, w, scope, cases.wrong)
        for t in types_of(scope)
        for name, w in t.different.items()
    }


def _written(
    kind: AnswerType, writer: Writer, scope: Capabilities, verdict: Callable[[Any, str], Case]
) -> SearchStrategy[Case]:
    return written(kind, writer).map(lambda pair: verdict(pair[0], completion(pair[1], scope.styles[0])))


def _attacked(attack: Attack, verdict: Callable[[Any, str], Case]) -> SearchStrategy[Case]:
    return st.builds(
        lambda n, k: verdict(str(n), attack(str(n), str(n + k))), st.integers(30, 9_999), st.integers(1, 9)
    )


def _attacks(scope: Capabilities) -> Kinds:
    if not has_integers(scope):
        return {}
    return {
        f"{group}: {name}": _attacked(attack, cases.wrong)
        for group, kinds in KNOWN_ATTACKS.items()
        if group != "thinking" or scope.uses_think
        for name, attack in kinds.items()
    }


def _layout(scope: Capabilities) -> Kinds:
    if not has_integers(scope) or "boxed" not in scope.styles:
        return {}
    honest = {**HONEST, **(HONEST_THINKING if scope.uses_think else {})}
    return {name: _attacked(layout, cases.right) for name, layout in honest.items()}


GOLD = Relation("gold", "Every gold is right for itself.", _gold)

EQUIVALENCE = Relation("equivalence", "The same value in another notation is right.", _equivalence)

INEQUIVALENCE = Relation("inequivalence", "Another value in a similar notation is wrong.", _inequivalence)

ATTACKS = Relation("attacks", "Completions that put no single right answer forward are not paid.", _attacks)

LAYOUT = Relation("layout", "A right answer is recognised in unusual surroundings.", _layout)
