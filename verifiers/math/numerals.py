"""A number in digits and what may follow it: the fraction of a mixed number, the period of a repeating decimal."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from verifiers.math.errors import Unreadable
from verifiers.math.expr import Expr, num
from verifiers.math.lexer import Token
from verifiers.math.literals import rational

if TYPE_CHECKING:
    from verifiers.math.parser import Parser

_INTEGER_FRACTION = re.compile(
    r"\{ (\d{1,50}) \} \{ (\d{1,50}) \} |\{ (\d{1,50}) \} (\d) |(\d) \{ (\d{1,50}) \} |(\d) (\d) |(\d)(\d) "
)
"""The arguments of \\frac as tokens, where they are integers."""


def number(parser: Parser, token: Token) -> Expr:
    """The number that begins with a literal: itself, a mixed number (1\\frac12, 1 1/2) or a repeating decimal."""
    if parser.peek().kind == "mark" and parser.peek().value == "overline":
        return _repeating(parser, token.value)
    if parser.peek().kind == "word" and parser.peek().value == "...":
        raise Unreadable("a number that goes on")
    value = num(rational(token.value))
    following = parser.peek()
    if not token.value.isdigit():
        return value
    if following.kind == "frac" and (part := _mixed_part(parser)) is not None:
        return num(value.args[0] + part)
    if following.kind == "num" and following.spaced and following.value.isdigit():
        slash, below = parser.peek(1), parser.peek(2)
        if slash.value == "/" and below.kind == "num" and below.value.isdigit():
            part = Fraction(int(following.value), int(below.value) or 1)
            if 0 < part < 1:
                parser.position += 3
                return num(value.args[0] + part)
    return value


def _mixed_part(parser: Parser) -> Fraction | None:
    """The proper fraction of a mixed number such as 1\\frac{1}{2}, consumed; None (and nothing) where there is none.

    It is told by its tokens and not parsed on trial: trials inside trials would take exponential time.
    """
    match = _INTEGER_FRACTION.match(
        " ".join(t.value for t in parser.tokens[parser.position + 1 : parser.position + 7]) + " "
    )
    if match is None:
        return None
    above, below = (int(digits) for digits in match.groups() if digits)
    after = parser.peek(1 + match[0].count(" "))
    if not 0 < above < below or (after.kind == "op" and after.value == "^"):
        return None
    parser.position += 1 + match[0].count(" ")
    return Fraction(above, below)


def _repeating(parser: Parser, literal: str) -> Expr:
    """0.1\\overline{6}"""
    parser.next()
    parser.expect("open", "{")
    digits = parser.expect("num").value
    parser.expect("close", "}")
    if not digits.isdigit() or "." not in literal or len(digits) + len(literal) > 200:
        raise Unreadable("not a repeating decimal")
    decimals = len(literal.partition(".")[2])
    return num(rational(literal) + Fraction(int(digits), 10**decimals * (10 ** len(digits) - 1)))
