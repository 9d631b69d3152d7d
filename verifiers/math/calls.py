"""Functions by name and their arguments: \\sin^2 2x, \\log_2 8, sqrt(3), \\max(a, b)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from verifiers.math import words as w
from verifiers.math.errors import Unreadable
from verifiers.math.expr import HALF, MINUS_ONE, Expr, negative, num, product
from verifiers.math.literals import rational

if TYPE_CHECKING:
    from verifiers.math.parser import Parser


def function(parser: Parser, name: str) -> Expr:
    """What follows a function's name: its power and base, and its arguments with brackets or without."""
    exponent: Expr | None = None
    base: Expr | None = None
    while parser.peek().kind == "op" and parser.peek().value in ("^", "_"):
        if parser.next().value == "^":
            exponent = parser.exponent()
        else:
            base = parser.argument() if parser.peek().kind != "num" else num(rational(parser.next().value))
    if exponent == MINUS_ONE and name in w.INVERSES:
        name, exponent = w.INVERSES[name], None
    args = _arguments(parser)
    value = _call(name, args, base)
    return value if exponent is None else Expr("pow", (value, exponent))


def _arguments(parser: Parser) -> list[Expr]:
    if parser.peek().kind == "open":
        opening = parser.next().value
        bars, parser.bars = parser.bars, 0
        args = [parser.sum()]
        while parser.accept("sep", ","):
            args.append(parser.sum())
        parser.expect("close", w.OPENING.get(opening, ""))
        parser.bars = bars
        # \sin(x)^2 is read as (\sin x)^2, which `power` does.
        return args
    return [_bare_argument(parser)]


def _bare_argument(parser: Parser) -> Expr:
    """The argument of \\sin 2x: factors side by side, up to the next function or operator."""
    if parser.peek().kind == "fun":
        parser.next()
        return function(parser, parser.peek(-1).value)
    negated = parser.accept("op", "-")
    factors = [parser.power()]
    while (
        parser.starts_factor(parser.peek()) and parser.peek().kind not in ("fun", "big") and parser.peek().value != "("
    ):
        factors.append(parser.power())
    return negative(product(factors)) if negated else product(factors)


def _call(name: str, args: list[Expr], base: Expr | None) -> Expr:
    if name == "sqrt" and len(args) == 1:
        return Expr("pow", (args[0], HALF))
    if name == "cbrt" and len(args) == 1:
        return Expr("pow", (args[0], num(Fraction(1, 3))))
    if name == "exp" and len(args) == 1:
        return Expr("pow", (Expr("const", ("e",)), args[0]))
    if name in ("ln", "log", "lg"):
        if len(args) == 2 and base is None:
            args, base = args[:1], args[1]
        if len(args) != 1:
            raise Unreadable("a logarithm of several numbers")
        if name == "lg" and base is None:
            base = num(10)
        return Expr("fun", ("log", args[0])) if base is None else Expr("fun", ("log", args[0], base))
    return Expr("fun", (name, *args))
