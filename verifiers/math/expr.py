"""Expressions as plain trees, and the few ways to build them.

num    (Fraction,)                  sym    (name,)                 const  ("pi" | "e" | "i" | "inf" | "nan",)
add    terms    mul  factors        pow    (base, exponent)        fun    (name, *arguments)
pm     (first, second)              first + second and first - second, as two values; `mp` the other way round
apply  (name, *arguments)           an unknown function
big    (operator, variable, low, high, body)      sums, products, integrals, limits; absent parts are None
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple


class Expr(NamedTuple):
    op: str
    args: tuple[Any, ...]


ZERO = Expr("num", (Fraction(0),))
ONE = Expr("num", (Fraction(1),))
MINUS_ONE = Expr("num", (Fraction(-1),))
TWO = Expr("num", (Fraction(2),))
HALF = Expr("num", (Fraction(1, 2),))


def num(value: int | Fraction) -> Expr:
    return Expr("num", (Fraction(value),))


def sym(name: str) -> Expr:
    return Expr("sym", (name,))


def negative(x: Expr) -> Expr:
    if x.op == "num":
        return Expr("num", (-x.args[0],))
    return Expr("mul", (MINUS_ONE, x))


def product(factors: list[Expr]) -> Expr:
    return factors[0] if len(factors) == 1 else Expr("mul", tuple(factors))


def total(terms: list[Expr]) -> Expr:
    return terms[0] if len(terms) == 1 else Expr("add", tuple(terms))


def quotient(a: Expr, b: Expr) -> Expr:
    return Expr("mul", (a, Expr("pow", (b, MINUS_ONE))))


def walk(x: Expr) -> Iterator[Expr]:
    """The expression and all below it."""
    stack = [x]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(arg for arg in node.args if isinstance(arg, Expr))


def symbols(x: Expr) -> set[str]:
    return {node.args[0] for node in walk(x) if node.op == "sym"}


def has(x: Expr, *ops: str) -> bool:
    return any(node.op in ops for node in walk(x))


def substituted(x: Expr, values: Mapping[Expr, Expr]) -> Expr:
    """The expression with parts replaced."""
    if x in values:
        return values[x]
    return Expr(x.op, tuple(substituted(arg, values) if isinstance(arg, Expr) else arg for arg in x.args))


def choices(x: Expr, limit: int = 16) -> list[Expr]:
    """The values of an expression with plus-minus signs; all its signs are chosen together (x ± y ∓ z is two values)."""
    if not has(x, "pm", "mp"):
        return [x]
    return list(dict.fromkeys([_choose(x, True), _choose(x, False)]))[:limit]


def _choose(x: Expr, plus: bool) -> Expr:
    if x.op in ("pm", "mp"):
        a, b = (_choose(arg, plus) for arg in x.args)
        if a == ZERO:
            return b if plus == (x.op == "pm") else negative(b)
        return Expr("add", (a, b if plus == (x.op == "pm") else negative(b)))
    if any(isinstance(arg, Expr) for arg in x.args):
        return Expr(x.op, tuple(_choose(arg, plus) if isinstance(arg, Expr) else arg for arg in x.args))
    return x
