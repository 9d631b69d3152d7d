"""Arithmetic expressions over rationals, read and evaluated by a parser of our own: nothing is run as code."""

from __future__ import annotations

import re
from fractions import Fraction

MAX_CHARS = 500
MAX_DEPTH = 50
_TOKEN = re.compile(r"\s*(?:(\d{1,18})(?![\d.])|([-+*/()]))")
# How models write the operators: LaTeX, Unicode, brackets of every kind.
_SPELLINGS = {
    "\\times": "*", "\\cdot": "*", "\\div": "/", "\\left": "", "\\right": "", "\\,": "", "×": "*", "·": "*", "÷": "/",
    "−": "-", "–": "-", "[": "(", "]": ")", "\\{": "(", "\\}": ")", "$": "", "\\(": "", "\\)": "",
}  # fmt: skip
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")


class NotAnExpression(ValueError):
    """What of the text is no arithmetic."""


def evaluate(text: str) -> tuple[Fraction, list[int]]:
    """The value of an expression and the numbers that stand in it, in their order.

    >>> evaluate("(25 - 3) * 2")
    (Fraction(44, 1), [25, 3, 2])

    Raises:
        NotAnExpression: anything but + - * / ( ) and whole numbers, more than 500 characters, or a division by zero.
    """
    if len(text) > MAX_CHARS:
        raise NotAnExpression(f"{len(text)} characters; at most {MAX_CHARS} are read")
    for _ in range(4):  # fractions within fractions
        text = _FRACTION.sub(r"((\1)/(\2))", text)
    for spelling, plain in _SPELLINGS.items():
        text = text.replace(spelling, plain)
    reader = _Reader(_tokens(text))
    try:
        value = reader.sum(0)
    except ZeroDivisionError:
        raise NotAnExpression("division by zero") from None
    if reader.tokens:
        raise NotAnExpression(f"{reader.tokens[-1]!r} where the expression should end")
    return value, reader.numbers


def _tokens(text: str) -> list[str]:
    tokens, position, text = [], 0, text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise NotAnExpression(f"{text[position : position + 10]!r} is no whole number and no operator")
        tokens.append(match[1] or match[2])
        position = match.end()
    return tokens[::-1]


class _Reader:
    """Recursive descent over the tokens, the next one last."""

    def __init__(self, tokens: list[str]):
        self.tokens, self.numbers = tokens, []  # type: tuple[list[str], list[int]]

    def take(self, *wanted: str) -> str | None:
        return self.tokens.pop() if self.tokens and self.tokens[-1] in wanted else None

    def sum(self, depth: int) -> Fraction:
        value = self.product(depth)
        while operator := self.take("+", "-"):
            term = self.product(depth)
            value = value + term if operator == "+" else value - term
        return value

    def product(self, depth: int) -> Fraction:
        value = self.factor(depth)
        while operator := self.take("*", "/"):
            factor = self.factor(depth)
            value = value * factor if operator == "*" else value / factor
        return value

    def factor(self, depth: int) -> Fraction:
        if depth > MAX_DEPTH:
            raise NotAnExpression("nested too deeply")
        if sign := self.take("+", "-"):
            return self.factor(depth + 1) if sign == "+" else -self.factor(depth + 1)
        if self.take("("):
            value = self.sum(depth + 1)
            if not self.take(")"):
                raise NotAnExpression("a bracket that never closes")
            return value
        if not self.tokens or not self.tokens[-1].isdigit():
            raise NotAnExpression("an operator without a number")
        number = int(self.tokens.pop())
        self.numbers.append(number)
        return Fraction(number)
