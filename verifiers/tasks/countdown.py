"""Countdown: reach a target with the given numbers, each used once (as in TinyZero and in Stream of Search, arXiv:2404.03683)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from verifiers.base import Verifier
from verifiers.tasks.common import answers_of, unique_problems
from verifiers.tasks.expressions import NotAnExpression, evaluate
from verifiers.types import Problem, Sample, Score


class Countdown(Verifier):
    """1.0 when the completion's answer is an expression that uses each number once and comes to the target.

    The gold is {"numbers": [...], "target": ...}. An "= target" after the expression is allowed, another value is not.

    Args:
        every_number: all numbers must be used; otherwise each may be used at most once.
    """

    name = "countdown"

    def __init__(self, *, every_number: bool = True):
        self.every_number = every_number

    def score(self, sample: Sample) -> Score:
        if why := self.check_gold(sample.gold):
            return Score.unscored("gold_unusable", message=why)
        answers = answers_of(sample)
        if isinstance(answers, Score):
            return answers
        verdicts = [(self._fault(answer, sample.gold), answer) for answer in answers]
        fault, answer = next(((f, a) for f, a in verdicts if f is None), verdicts[0])
        return Score.of(fault is None, fault or "equal", answer)

    def _fault(self, answer: str, gold: Mapping[str, Any]) -> str | None:
        expression, _, claimed = answer.strip().rstrip(".").partition("=")
        target = Fraction(gold["target"])
        try:
            value, used = evaluate(expression)
            if claimed and evaluate(claimed)[0] != value:
                return "different"
        except NotAnExpression:
            return "no_expression"
        given, taken = Counter(gold["numbers"]), Counter(used)
        if taken - given or (self.every_number and given - taken):
            return "wrong_numbers"
        return None if value == target else "different"

    def check_gold(self, gold: Any) -> str | None:
        try:
            numbers, target = gold["numbers"], gold["target"]
            usable = numbers and all(type(n) is int and n >= 0 for n in numbers) and type(target) is int
        except (TypeError, KeyError):
            usable = False
        return None if usable else f'gold {gold!r:.100}: give {{"numbers": [3, 25, 2], "target": 44}}, whole numbers.'


def make(n: int, *, level: int = 1, seed: int = 0) -> list[Problem]:
    """n problems with level + 2 numbers, each of which has a solution."""
    return unique_problems(n, "countdown", level, seed, lambda rng: _one(rng, level))


def _one(rng: random.Random, level: int) -> Problem:
    highest = 10 * (level + 1)
    while True:
        numbers = [rng.randint(1, highest) for _ in range(level + 2)]
        target = _reachable(rng, [Fraction(number) for number in numbers])
        if target is not None and target not in numbers and 0 < target <= highest * highest:
            break
    prompt = (
        f"Using the numbers {', '.join(map(str, numbers))}, write an expression that equals {target}. Use + - * / and brackets, "
        "and each number exactly once. Put the expression within \\boxed{}."
    )
    return Problem(prompt, {"numbers": numbers, "target": target})


def _reachable(rng: random.Random, values: list[Fraction]) -> int | None:
    """Join the values two by two at random; the whole number that comes out, if one does."""
    while len(values) > 1:
        rng.shuffle(values)
        a, b = values.pop(), values.pop()
        options = [a + b, a - b, a * b] + ([a / b] if b else [])
        values.append(rng.choice([v for v in options if v >= 0] or options))
    return int(values[0]) if values[0].denominator == 1 else None


_GOLD = {"numbers": [3, 25, 2], "target": 44}
EXAMPLES = {
    Countdown(): [
        (_GOLD, "\\boxed{(25 - 3) * 2}", 1.0),
        (_GOLD, "<answer>2 \\times (25 - 3) = 44</answer>", 1.0),
        (_GOLD, "\\boxed{25 + 3 * 2}", 0.0),
        (_GOLD, "\\boxed{44}", 0.0),
        (_GOLD, "\\boxed{25 + 25 - 3 * 2}", 0.0),
        (_GOLD, "\\boxed{22 * 2}", 0.0),
        (_GOLD, "\\boxed{(25 - 3) * 2 = 45}", 0.0),
        (_GOLD, "<think>(25 - 3) * 2", 0.0),
        (_GOLD, "\\boxed{__import__('os')}", 0.0),
        ({"numbers": "3 25"}, "\\boxed{3}", None),
    ],
    Countdown(every_number=False): [
        ({"numbers": [5, 7, 2], "target": 12}, "\\boxed{5 + 7}", 1.0),
        ({"numbers": [5, 7, 2], "target": 12}, "\\boxed{5 + 5 + 2}", 0.0),
    ],
}
