"""What several relations draw: any item of the grader's own task, and a gold where the completion alone matters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from verifiers.audit.answers import AnswerType, types_named, written
from verifiers.audit.capabilities import Capabilities
from verifiers.audit.formats import ILL_FORMED, REASONINGS, WELL_FORMED
from verifiers.audit.programs.golds import PROGRAM_STYLES, code_form, submission
from verifiers.audit.programs.problem import gold_of, written_programs
from verifiers.audit.programs.specs import AFFINE, SPECS
from verifiers.audit.questions import questions
from verifiers.audit.soup import tex_soup
from verifiers.audit.styles import completion


def modes_of(scope: Capabilities) -> list[str]:
    """Forms of test that a code reward can be asked about; none for other rewards."""
    if scope.task != "code":
        return []
    return [mode for mode in code_form(scope.gold_form).modes if mode in scope.modes]


def program_style(scope: Capabilities) -> str:
    return next((style for style in scope.styles if style in PROGRAM_STYLES), "fenced")


def types_of(scope: Capabilities) -> list[AnswerType]:
    return types_named(scope.types()) if scope.task == "answer" else []


def plain_items(scope: Capabilities) -> SearchStrategy[tuple[Any, str]]:
    """A gold with a right, a wrong or any text, in the grader's own task."""
    if scope.task == "code":
        drawn = [written_programs(SPECS, mode, right) for mode in modes_of(scope) for right in (True, False)]
        return st.one_of(drawn).map(lambda p: (p.gold, submission(p.source, program_style(scope))))
    if scope.task == "judge":
        return questions().flatmap(lambda q: st.tuples(st.just(q[1]), st.sampled_from((f"It is {q[1]}.", q[2], ""))))
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
    if scope.task == "code":
        return gold_of(AFFINE, {"a": 100, "b": 1}, modes_of(scope)[0])
    if scope.task == "judge":
        return "Canberra"
    if scope.task != "answer":
        return scope.gold
    return EASY_GOLDS.get(scope.types()[0], "42")


def has_integers(scope: Capabilities) -> bool:
    return scope.task == "answer" and "integer" in scope.types()
