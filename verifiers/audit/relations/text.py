"""Text that is not the answer, and what one more answer does to the verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from verifiers.audit import case as cases
from verifiers.audit.answers import typed_answers
from verifiers.audit.capabilities import Capabilities
from verifiers.audit.case import Case
from verifiers.audit.relations.items import has_integers, plain_items
from verifiers.audit.relations.relation import Kinds, Relation
from verifiers.audit.styles import NEUTRAL_PREFIXES, NEUTRAL_SUFFIXES


def _text(scope: Capabilities) -> Kinds:
    if scope.task != "answer":
        return {}
    items = plain_items(scope)
    kinds = {
        "neutral prefix": st.builds(
            lambda item, before: cases.same(item[0], item[1], before + item[1]),
            items,
            st.sampled_from(NEUTRAL_PREFIXES),
        ),
        "neutral suffix": st.builds(
            lambda item, after: cases.same(item[0], item[1], item[1] + after), items, st.sampled_from(NEUTRAL_SUFFIXES)
        ),
        "line ends": st.builds(
            lambda item: cases.same(item[0], f"We add.\n\n{item[1]}\n", f"We add.\r\n\r\n{item[1]}\r\n"), items
        ),
        "answer removed": typed_answers(scope.types()).map(
            lambda a: cases.wrong(a.gold, "We simplify and collect terms.")
        ),
    }
    if scope.uses_think:
        kinds["reasoning edited"] = st.builds(_edited, items, items)
    if has_integers(scope) and "boxed" in scope.styles:
        kinds["candidate added"] = _two_numbers(
            lambda a, b: cases.not_above(a, f"So \\boxed{{{a}}}.", f"So \\boxed{{{a}}} or \\boxed{{{b}}}.")
        )
        kinds["candidate added to a wrong one"] = _two_numbers(
            lambda a, b: cases.not_above(a, f"So \\boxed{{{b}}}.", f"So \\boxed{{{b}}} or \\boxed{{{a}}}.")
        )
        kinds["later answer replaces"] = _two_numbers(
            lambda a, b: cases.wrong(a, f"First \\boxed{{{a}}}. Then the final answer is \\boxed{{{b}}}.")
        )
        kinds["later answer counts"] = _two_numbers(
            lambda a, b: cases.right(a, f"First I get \\boxed{{{b}}}. Then the final answer is \\boxed{{{a}}}.")
        )
    return kinds


def _edited(item: tuple[Any, str], other: tuple[Any, str]) -> Case:
    def thought(text: str) -> str:
        return f"<think>\n{text}\n</think>\n{item[1]}"

    return cases.same(item[0], thought("Let me see."), thought(other[1]))


def _two_numbers(make: Callable[[str, str], Case]) -> SearchStrategy[Case]:
    return st.builds(lambda n, k: make(str(n), str(n + k)), st.integers(2, 9_999), st.integers(1, 99))


TEXT = Relation("text", "Text that is not the answer does not change the verdict.", _text)
