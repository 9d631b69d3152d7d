"""Look at one section of the completion only: the thinking, or the answer after it.

on_answer(JSONFormat())                  # the answer is JSON, whatever was thought before it
on_thinking(LanguageConsistency())       # as DeepSeek-R1 has it: the chain of thought in one language
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from verifiers.base import Verifier, Wrapper, name_of, scores_of
from verifiers.types import Sample, Score


def split_thinking(completion: str) -> tuple[str, str]:
    """(thinking, answer): what stands before and after the last closing think tag.

    The opening tag is often in the prompt, so it need not be there; thinking that never closes has no answer; a
    completion without tags is all answer.

    >>> split_thinking("<think>2 and 2</think>4"), split_thinking("2 and 2</think>4"), split_thinking("<think>2 and")
    (('2 and 2', '4'), ('2 and 2', '4'), ('2 and', ''))
    """
    thinking, closed, answer = completion.rpartition("</think>")
    opened = completion.lstrip().startswith("<think>")
    if not closed:
        return (completion.lstrip().removeprefix("<think>"), "") if opened else ("", completion)
    return thinking.lstrip().removeprefix("<think>"), answer


class Section(Wrapper):
    """A verifier that is shown one section of each completion. `on_answer` and `on_thinking` make it."""

    def __init__(self, inner: Verifier, section: Literal["answer", "thinking"]):
        super().__init__(inner)
        self.section = section
        self.name = f"{name_of(inner)} of {section}"

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        which = 0 if self.section == "thinking" else 1
        # The token count is that of the whole completion, so it says nothing of a section.
        shown = [replace(s, completion=split_thinking(s.completion)[which], num_tokens=None) for s in samples]
        return [replace(score, name=self.name) for score in scores_of(self.inner, shown)]

    def __repr__(self) -> str:
        return f"on_{self.section}({self.inner!r})"


def on_answer(inner: Verifier) -> Section:
    """`inner` sees only what follows the thinking: nothing, where the thinking never closes."""
    return Section(inner, "answer")


def on_thinking(inner: Verifier) -> Section:
    """`inner` sees only the thinking: nothing, where there is none."""
    return Section(inner, "thinking")


class _Holds(Verifier):
    """Does the text hold the gold? For the examples."""

    name = "holds"

    def score(self, sample: Sample) -> Score:
        return Score.of(str(sample.gold) in sample.completion)


EXAMPLES = {
    on_answer(_Holds()): [
        ("4", "<think>3?</think>4", 1.0),
        ("4", "4", 1.0),
        ("4", "<think>4</think>5", 0.0),
        ("4", "<think>4", 0.0),
    ],
    on_thinking(_Holds()): [
        ("4", "<think>3 or 4</think>3", 1.0),
        ("4", "3 or 4</think>3", 1.0),
        ("4", "<think>4", 1.0),
        ("4", "4", 0.0),
    ],
}
