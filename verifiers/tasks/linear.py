"""Systems of linear equations with one solution in whole numbers."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from verifiers.base import Verifier
from verifiers.numeric import parse_number
from verifiers.tasks.common import answers_of, unique_problems
from verifiers.types import Problem, Sample, Score

NAMES = "xyzwuvabcdefghjkmnpqrst"


class LinearSystem(Verifier):
    """1.0 when the completion's answer gives every unknown its value: "x = 2, y = -3", in any order, or the tuple (2, -3).

    The gold is {"x": 2, "y": -3}; a tuple is read in its order. An unknown that is left out, given twice with different
    values, or not asked for makes the answer wrong.
    """

    name = "linear_system"

    def score(self, sample: Sample) -> Score:
        if why := self.check_gold(sample.gold):
            return Score.unscored("gold_unusable", message=why)
        answers = answers_of(sample)
        if isinstance(answers, Score):
            return answers
        gold = {name: Fraction(str(value)) for name, value in sample.gold.items()}
        read = [values_of(answer, list(gold)) for answer in answers]
        right = gold in read
        return Score.of(right, "equal" if right else "different" if any(read) else "no_values", answers[0])

    def check_gold(self, gold: Any) -> str | None:
        if isinstance(gold, Mapping) and gold:
            names = all(isinstance(name, str) and re.fullmatch(r"[A-Za-z](?:_?\d+)?", name) for name in gold)
            if names and all(not isinstance(v, bool) and parse_number(str(v)) is not None for v in gold.values()):
                return None
        return f'gold {gold!r:.100}: give {{"x": 2, "y": -3}}, the value of each unknown.'


_ASSIGNMENT = re.compile(r"([A-Za-z](?:_?\{?\d+\}?)?)\s*=\s*([^=,;&\n]+)")
_JOINTS = re.compile(r"\\(?:quad|qquad|text\{\s*and\s*\}|left|right|[,;: ()\[\]{}])|\\\\|\band\b|[${}]")


def values_of(text: str, names: list[str]) -> dict[str, Fraction]:
    """What an answer says the unknowns are; empty where it says nothing, or two things of one unknown.

    >>> values_of("x = 2 and y = -3", ["x", "y"]) == values_of("(2, -3)", ["x", "y"]) == {"x": 2, "y": -3}
    True
    """
    text = re.sub(r"\\[dt]?frac\s*\{(-?\d+)\}\s*\{(\d+)\}", r"\1/\2", text[:2000])
    tuple_ = re.fullmatch(r"\(?\s*([A-Za-z](?:\s*,\s*[A-Za-z])+)\s*\)?\s*=\s*(.*)", text.strip("$ ."), re.DOTALL)
    if tuple_:  # (x, y) = (2, -3)
        names, text = [name.strip() for name in tuple_[1].split(",")], tuple_[2]
    plain = _JOINTS.sub(lambda m: "," if m.group() not in "${}" else "", text).strip(" .,")
    found: dict[str, Fraction] = {}
    if "=" not in plain:
        numbers = [parse_number(piece) for piece in re.split(r"[,;\n]+", plain.strip("()[] "))]
        return dict(zip(names, numbers)) if len(numbers) == len(names) and None not in numbers else {}  # type: ignore[arg-type]
    for name, value in _ASSIGNMENT.findall(plain):
        number = parse_number(value.strip(" ."))
        if number is None or found.setdefault(name, number) != number:
            return {}
    return found


def make(n: int, *, level: int = 1, seed: int = 0) -> list[Problem]:
    """n systems of `level` equations with as many unknowns; coefficients and solutions grow with the level."""
    if level > len(NAMES):
        raise ValueError(f"level={level}: there are names for {len(NAMES)} unknowns.")
    return unique_problems(n, "linear", level, seed, lambda rng: _one(rng, level))


def _one(rng: random.Random, level: int) -> Problem:
    names, size = NAMES[:level], 4 + 2 * level
    solution = [rng.randint(-size, size) for _ in names]
    rows = [[rng.randint(-size, size) for _ in names] for _ in names]
    while _rank(rows) < level:
        rows = [[rng.randint(-size, size) for _ in names] for _ in names]
    constants = [rng.randint(-size, size) for _ in rows]  # on the left, so that one unknown is no division only
    lines = [
        f"{_left(row, names, c)} = {sum(a * x for a, x in zip(row, solution)) + c}" for row, c in zip(rows, constants)
    ]
    asked = ", ".join(f"{name} = ..." for name in names)
    prompt = f"Solve for {', '.join(names)}:\n" + "\n".join(lines) + f"\nPut the answer within \\boxed{{}}, as {asked}."
    return Problem(prompt, dict(zip(names, solution)))


def _left(row: list[int], names: str, constant: int) -> str:
    terms = [(a, f"{abs(a) if abs(a) != 1 else ''}{name}") for a, name in zip(row, names) if a]
    terms += [(constant, str(abs(constant)))] if constant else []
    text = " ".join(f"{'-' if a < 0 else '+'} {term}" for a, term in terms)
    return text.removeprefix("+ ").replace("- ", "-", 1) if text.startswith("- ") else text.removeprefix("+ ")


def _rank(rows: list[list[int]]) -> int:
    """By elimination over fractions."""
    matrix, rank = [[Fraction(a) for a in row] for row in rows], 0
    for column in range(len(rows[0])):
        pivot = next((r for r in range(rank, len(matrix)) if matrix[r][column]), None)
        if pivot is None:
            continue
        matrix[rank], matrix[pivot] = matrix[pivot], matrix[rank]
        for r in range(rank + 1, len(matrix)):
            factor = matrix[r][column] / matrix[rank][column]
            matrix[r] = [a - factor * b for a, b in zip(matrix[r], matrix[rank])]
        rank += 1
    return rank


_GOLD = {"x": 2, "y": -3}
EXAMPLES = [
    (_GOLD, "\\boxed{x = 2, y = -3}", 1.0),
    (_GOLD, "\\boxed{y = -3, x = 2}", 1.0),
    (_GOLD, "\\boxed{(2, -3)}", 1.0),
    (_GOLD, "\\boxed{x=2 \\text{ and } y=-\\frac{6}{2}}", 1.0),
    (_GOLD, "\\boxed{x = 2}", 0.0),
    (_GOLD, "\\boxed{x = -3, y = 2}", 0.0),
    (_GOLD, "\\boxed{x = 2, x = 3, y = -3}", 0.0),
    (_GOLD, "\\boxed{x = 2, y = -3, z = 1}", 0.0),
    (_GOLD, "<think>x = 2, y = -3", 0.0),
    ({"x": "many"}, "\\boxed{x = 2}", None),
]
