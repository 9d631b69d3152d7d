"""Is the final answer one of those allowed, word for word?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from verifiers.base import Verifier
from verifiers.extract import Extraction, extract
from verifiers.plain import plain_unicode
from verifiers.sections import split_thinking
from verifiers.types import Sample, Score

MAX_CHARS = 100_000
"""A longer text is compared with nothing."""


class ExactMatch(Verifier):
    """1.0 when the completion's final answer equals the gold, or one of several golds, after normalisation.

    Where the answer stands is `verifiers.extract`'s business; a completion that puts forward several different ones is
    `ambiguous`. There is no substring match: "42 or 43" is not "42".

    Args:
        case: upper and lower case differ.
        punctuation: punctuation at either end and a trailing period count.
        whole: compare the whole completion, after its thinking, instead of the answer in it.

    The gold is a text or number, or a list or set of them of which any will do.
    """

    name = "exact"

    def __init__(self, *, case: bool = False, punctuation: bool = False, whole: bool = False):
        self.case, self.punctuation, self.whole = case, punctuation, whole

    def score(self, sample: Sample) -> Score:
        if why := self.check_gold(sample.gold):
            return Score.unscored("gold_unusable", message=why)
        found = _whole(sample.completion) if self.whole else extract(sample.completion)
        return verdict(found, [self.normalised(gold) for gold in golds_of(sample.gold)], self.normalised)

    def normalised(self, text: Any) -> str:
        return normalise(str(text), case=self.case, punctuation=self.punctuation)

    def check_gold(self, gold: Any) -> str | None:
        return check_golds(gold, self.normalised)


def verdict(found: Extraction, golds: list[str], normalised: Callable[[str], str]) -> Score:
    """Does the answer, in one of its readings, equal a gold, and do its rivals too?"""
    if not found.readings:
        return Score.of(False, found.how)
    if any(normalised(rival) not in golds for rival in found.rivals):
        return Score.of(False, "ambiguous", found.answer)
    equal = any(normalised(reading) in golds for reading in readings_of(found))
    # The same answer in two boxes is read as a list of both.
    equal = equal or (len(found.parts) > 1 and all(normalised(part) in golds for part in found.parts))
    return Score.of(equal, "equal" if equal else "different", found.answer)


def _whole(completion: str) -> Extraction:
    text = split_thinking(completion)[1].strip()
    if len(text) > MAX_CHARS:
        return Extraction((), "over_budget")
    return Extraction((text,) if text else (), "whole" if text else "no_answer")


_HEDGE = re.compile(r"\b(?:or|either|maybe|perhaps|not|never|neither|nor)\b|n't\b", re.IGNORECASE)


def readings_of(found: Extraction) -> tuple[str, ...]:
    """The readings that may be compared: only the literal one, where it offers alternatives or takes something back."""
    return found.readings[:1] if _HEDGE.search(found.readings[0]) else found.readings


def golds_of(gold: Any) -> list[Any]:
    """Several golds as a list, one gold as a list of one."""
    return list(gold) if isinstance(gold, list | tuple | set | frozenset) else [gold]


def check_golds(gold: Any, normalised: Callable[[Any], str]) -> str | None:
    """Why there is nothing to compare with, in a sentence; None where there is."""
    if gold is None:
        return "there is no gold."
    golds = golds_of(gold)
    if not golds:
        return "the list of golds is empty."
    if bad := [g for g in golds if not isinstance(g, str | int | float)]:
        return f"gold {bad[0]!r:.100} is a {type(bad[0]).__name__}: give a text or a number, or a list of them."
    if not all(normalised(g) for g in golds):
        return f"gold {gold!r:.100} is blank, at least after normalisation."
    return None


_WRAPPER = re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf|operatorname|mbox|emph)\s*\{([^{}]*)\}")
_EDGES = " \t\n.,;:!?\"'`*_$“”‘’«»「」。，！？、"


def normalise(text: str, *, case: bool = False, punctuation: bool = False) -> str:
    """Plain Unicode, single spaces, no LaTeX or Markdown around words; without case and outer punctuation unless asked.

    >>> normalise(" **The  Eiffel Tower**. "), normalise("\\\\text{Yes}", case=True)
    ('the eiffel tower', 'Yes')
    """
    text = _WRAPPER.sub(r"\1", plain_unicode(text))
    text = " ".join(text.split())
    if not punctuation:
        text = text.strip(_EDGES)
    return text if case else text.casefold()


EXAMPLES = {
    ExactMatch(): [
        ("Paris", "The answer is Paris.", 1.0),
        ("Paris", "\\boxed{\\text{paris}}", 1.0),
        ("Paris", "<answer> PARIS </answer>", 1.0),
        ("Paris", "<think>Paris?</think>The answer is Rome.", 0.0),
        ("Paris", "<think>Paris", 0.0),
        ("Paris", "The answer is Paris or Rome.", 0.0),
        ("Paris", "The answer is not Paris.", 0.0),
        (["NYC", "New York City"], "Final answer: New  York City", 1.0),
        (42, "The answer is 42", 1.0),
        (42, "The answer is 142", 0.0),
        ("", "Paris", None),
        ([], "Paris", None),
        (None, "Paris", None),
    ],
    ExactMatch(case=True): [("Paris", "paris", 0.0), ("Paris", "Paris", 1.0)],
    ExactMatch(punctuation=True): [("C++.", "c++.", 1.0), ("C++.", "c++", 0.0)],
    ExactMatch(whole=True): [("yes", "Yes.", 1.0), ("yes", "The answer is yes.", 0.0), ("yes", "<think>yes", 0.0)],
}
