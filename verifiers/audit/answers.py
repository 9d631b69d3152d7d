"""Answers whose truth is known by construction: first a typed value, then ways to write it, and ways to miss it.

No second grader decides what is right. A `Writer` turns a value and a small number `k` into a text; those under `same` write
this value, those under `different` write something that is not it, whatever the value. `k` is where chance comes in: which
permutation, how far off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Writer: TypeAlias = Callable[[Any, int], str | None]
"""The text for a value and a k of 1 to 9; None where the notation does not apply to the value."""


@dataclass(frozen=True)
class AnswerType:
    """Values of one type, the text that stands for each as gold, and its other texts.

    Args:
        same: notations of the same value, by name.
        different: wrong answers that are close to it, by name.
        key: the same for two values that are equal as answers: a set in another order, a number in another base.
    """

    name: str
    values: SearchStrategy[Any]
    gold: Callable[[Any], str]
    same: Mapping[str, Writer] = field(default_factory=dict)
    different: Mapping[str, Writer] = field(default_factory=dict)
    key: Callable[[Any], Any] = lambda value: value


@dataclass(frozen=True)
class Answer:
    """One typed value, and its gold."""

    type: AnswerType
    value: Any

    @property
    def gold(self) -> str:
        return self.type.gold(self.value)

    def __repr__(self) -> str:
        return f"Answer({self.type.name}: {self.gold!r})"


def all_types() -> dict[str, AnswerType]:
    """Every answer type, by name."""
    from verifiers.audit.labels import LABELS
    from verifiers.audit.listings import COLLECTIONS
    from verifiers.audit.numbers import NUMBERS
    from verifiers.audit.symbols import SYMBOLS

    return {kind.name: kind for kind in (*NUMBERS, *SYMBOLS, *COLLECTIONS, *LABELS)}


def types_named(names: Iterable[str] | None) -> list[AnswerType]:
    """The types of these names, or all.

    Raises:
        ValueError: there is no such type.
    """
    known = all_types()
    if unknown := [name for name in names or () if name not in known]:
        raise ValueError(f"answer type {unknown[0]!r} is not known; there are {', '.join(known)}.")
    return [known[name] for name in (known if names is None else names)]


def typed_answers(names: Iterable[str] | None = None) -> SearchStrategy[Answer]:
    """Answers of the named types, or of all."""
    return st.one_of([answers_of(kind) for kind in types_named(names)])


def answers_of(kind: AnswerType) -> SearchStrategy[Answer]:
    return kind.values.map(lambda value: Answer(kind, value))


def equivalents(answer: Answer) -> SearchStrategy[str]:
    """Texts that write the answer's value."""
    texts = {written for writer in answer.type.same.values() for written in _texts(writer, answer)}
    return st.sampled_from(sorted(texts | {answer.gold}))


def inequivalents(answer: Answer) -> SearchStrategy[str]:
    """Texts that look like the answer, and are wrong."""
    texts = {written for writer in answer.type.different.values() for written in _texts(writer, answer)}
    return st.sampled_from(sorted(texts - {answer.gold}))


def _texts(writer: Writer, answer: Answer) -> list[str]:
    return [text for k in range(1, 10) if (text := writer(answer.value, k)) is not None]


@st.composite
def written(draw: st.DrawFn, kind: AnswerType, writer: Writer) -> tuple[str, str]:
    """A gold of the type, and what the writer makes of its value."""
    value = draw(kind.values)
    text = writer(value, draw(st.integers(1, 9)))
    assume(text is not None)
    assert text is not None
    return kind.gold(value), text
