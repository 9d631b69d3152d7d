"""Sorting: put numbers or words in order."""

from __future__ import annotations

import random
import re
from typing import Any

from verifiers.base import Verifier
from verifiers.tasks.common import answers_of, unique_problems
from verifiers.types import Problem, Sample, Score


class SortedList(Verifier):
    """1.0 when the completion's answer is the gold's items in the gold's order, each as often as there.

    The gold is a list of texts or whole numbers. Items may be separated by commas, semicolons, < or line breaks, with
    or without quotes and brackets around them; case does not matter.
    """

    name = "sorted_list"

    def score(self, sample: Sample) -> Score:
        if why := self.check_gold(sample.gold):
            return Score.unscored("gold_unusable", message=why)
        answers = answers_of(sample)
        if isinstance(answers, Score):
            return answers
        gold = [str(item).casefold() for item in sample.gold]
        lists = [items_of(answer) for answer in answers]
        if gold in lists:
            return Score.of(True, "equal", answers[0])
        same_items = any(sorted(items) == sorted(gold) for items in lists)
        return Score.of(False, "wrong_order" if same_items else "wrong_items", answers[0])

    def check_gold(self, gold: Any) -> str | None:
        if (
            isinstance(gold, list | tuple)
            and gold
            and all(items_of(str(item)) == [str(item).casefold()] for item in gold)
        ):
            return None
        return f"gold {gold!r:.100}: give a list of words or whole numbers without separators in them."


_LATEX = re.compile(r"\\(?:text|mathrm|texttt|quad|qquad|left|right|[,;: {}\[\]()])|[{}$]")


def items_of(text: str) -> list[str]:
    r"""The items of a list as a model may write it.

    >>> items_of("[3, 'Four'; five]"), items_of("1 < 2 < 3"), items_of(r"\text{a}, \text{b}")
    (['3', 'four', 'five'], ['1', '2', '3'], ['a', 'b'])
    """
    plain = _LATEX.sub(" ", text.replace("\\leq", "<").replace("\\le", "<").replace("\\lt", "<").replace("≤", "<"))
    pieces = re.split(r"[,;<\n，、]", plain.strip().rstrip("."))
    return [piece.strip(" \t\"'`*[]()-").casefold() if not _number(piece) else _number(piece) for piece in pieces]


def _number(piece: str) -> str:
    plain = piece.strip(" \t\"'`*[]()").replace("−", "-")
    return plain if re.fullmatch(r"-?\d{1,50}", plain) else ""


def make(n: int, *, level: int = 1, seed: int = 0) -> list[Problem]:
    """n lists of 2 * level + 2 items: whole numbers, from level 2 on also words, at every other one downwards."""
    return unique_problems(n, "sorting", level, seed, lambda rng: _one(rng, level))


def _one(rng: random.Random, level: int) -> Problem:
    count = 2 * level + 2
    down = rng.random() < 0.5
    if level > 1 and rng.random() < 0.5:
        items: list[Any] = [
            "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(level + 1)) for _ in range(count)
        ]
        order = "reverse alphabetical" if down else "alphabetical"
    else:
        items = [rng.randint(-(10**level), 10 ** (level + 1)) for _ in range(count)]
        order = "descending" if down else "ascending"
    prompt = f"Sort in {order} order: {', '.join(map(str, items))}. Put the sorted list, separated by commas, within \\boxed{{}}."
    return Problem(prompt, sorted(items, reverse=down))


EXAMPLES = [
    ([-1, 3, 3, 12], "\\boxed{-1, 3, 3, 12}", 1.0),
    ([-1, 3, 3, 12], "<answer>[-1, 3, 3, 12]</answer>", 1.0),
    ([-1, 3, 3, 12], "\\boxed{-1 < 3 < 12}", 0.0),
    ([-1, 3, 3, 12], "\\boxed{12, 3, 3, -1}", 0.0),
    ([-1, 3, 3, 12], "<think>-1, 3, 3, 12", 0.0),
    (["ant", "bee"], "\\boxed{\\text{Ant}, \\text{Bee}}", 1.0),
    (["ant", "bee"], "\\boxed{bee, ant}", 0.0),
    (["ant", "bee"], "\\boxed{ant, bee, cat}", 0.0),
    ([], "\\boxed{1}", None),
    (["a, b"], "\\boxed{1}", None),
]
