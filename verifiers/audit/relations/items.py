"""What several relations draw: any item of the grader's own task, and a gold where the completion alone matters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from verifiers.audit.answers import AnswerType, types_named, written
from verifiers.audit.capabilities import Capabilities
from verifiers.audit.formats import ILL_FORMED, REASONINGS, WELL_FORMED
from verifiers.audit.soup import tex_soup
from verifiers.audit.styles import completion


def types_of(scope: Capabilities) -> list[AnswerType]:
    return types_named(scope.types()) if scope.task == "answer" else []


def plain_items(scope: Capabilities) -> SearchStrategy[tuple[Any, str]]:
    """A gold with a right, a wrong or any text, in the grader's own task."""
    if scope.task != "answer":
        return st.tuples(st.just(scope.gold), tex_soup() | formed(WELL_FORMED) | formed(ILL_FORMED))
    style = scope.styles[0]

    @st.composite
    def item(draw: st.DrawFn) -> tuple[Any, str]:
        kind = draw(st.sampled_from(types_of(scope)))
        writers = [*kind.same.values(), *kind.different.values()]
        gold, text = draw(written(kind, draw(st.sampled_from(writers))))
        return gold, completion(text, style)

    return item()


def formed(forms: Mapping[str, str]) -> SearchStrategy[str]:
    return st.sampled_from(sorted(forms.values())).flatmap(filled)


def filled(form: str) -> SearchStrategy[str]:
    return st.builds(lambda t, n: form.format(t=t, n=n), st.sampled_from(REASONINGS), st.integers(1, 99))


EASY_GOLDS = {"choice": "B", "word": "Paris"}
"""Where the first type that a grader takes is no number."""


def some_gold(scope: Capabilities) -> Any:
    """A gold for cases that are about the completion."""
    if scope.task != "answer":
        return scope.gold
    return EASY_GOLDS.get(scope.types()[0], "42")


def has_integers(scope: Capabilities) -> bool:
    return scope.task == "answer" and "integer" in scope.types()
