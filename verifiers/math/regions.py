"""Sets of real numbers: intervals, points and their unions, whether written as intervals or as inequalities."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verifiers.math import numeric
from verifiers.math.errors import Unreadable
from verifiers.math.exact import Irrational, rational_value
from verifiers.math.expr import Expr, negative, symbols
from verifiers.math.values import Listing, Number, Relation, SetOperation, Value

INFINITY = Expr("const", ("inf",))
MINUS_INFINITY = negative(INFINITY)
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Interval:
    """From low to high; a point where they are one."""

    low: Expr
    low_closed: bool
    high: Expr
    high_closed: bool


Region = tuple[Interval, ...]
"""Disjoint intervals in ascending order."""

EVERYTHING: Region = (Interval(MINUS_INFINITY, False, INFINITY, False),)


def order(x: Expr) -> Any:
    """A number that sorts as the real constant x does, and that compares exactly where x is rational."""
    if symbols(x):
        raise Unreadable("not a constant")
    try:
        return rational_value(x)
    except Irrational:
        value = numeric.value(x, {})
        if getattr(value, "imag", 0):
            raise Unreadable("not real") from None
        return value


def _key(x: Expr) -> float | Fraction:
    value = order(x)
    return value if isinstance(value, Fraction) else float(value)


def _less(a: Expr, b: Expr) -> bool:
    return a != b and not numeric.equal(a, b) and _key(a) < _key(b)


def _same(a: Expr, b: Expr) -> bool:
    return a == b or numeric.equal(a, b) is True


def region(value: Value) -> Region:
    """The set of reals that a value describes.

    Raises:
        Unreadable: it describes none, or one with a bound that is not a constant.
    """
    if isinstance(value, SetOperation):
        left, right = region(value.left), region(value.right)
        if value.operator == "union":
            return _union(left + right)
        return _intersection(left, right if value.operator == "intersection" else _complement(right))
    if isinstance(value, Listing):
        return _of_listing(value)
    if isinstance(value, Relation):
        return _of_relation(value)
    raise Unreadable("not a set")


def _of_listing(value: Listing) -> Region:
    if value.is_set:
        return _union(tuple(_point(item) for item in value.items))
    if value.is_bare and all(isinstance(item, Relation) for item in value.items):
        regions = [region(item) for item in value.items]
        if value.joint != "or":
            common = regions[0]
            for other in regions[1:]:
                common = _intersection(common, other)
            if common:
                return common
        return _union(tuple(interval for each in regions for interval in each))
    if len(value.items) != 2 or value.opening not in "([" or value.closing not in ")]" or value.is_bare:
        raise Unreadable("not an interval")
    low, high = (item.expr if isinstance(item, Number) else None for item in value.items)
    if low is None or high is None or not _less(low, high):
        raise Unreadable("not an interval")
    return (Interval(low, value.opening == "[", high, value.closing == "]"),)


def _point(item: Value) -> Interval:
    if not isinstance(item, Number):
        raise Unreadable("not a number")
    order(item.expr)
    return Interval(item.expr, True, item.expr, True)


def _of_relation(value: Relation) -> Region:
    if value.ops == ("in",):
        return region(value.sides[1])
    common: Region = EVERYTHING
    for index, op in enumerate(value.ops):
        common = _intersection(common, _comparison(value.sides[index], op, value.sides[index + 1]))
    return common


def variable(value: Value) -> Expr | None:
    """The one unknown that a relation restricts: a variable or f(x); None where there is no such."""
    sides = value.sides if isinstance(value, Relation) else ()
    unknown = {s.expr for s in sides if isinstance(s, Number) and s.expr.op in ("sym", "apply")}
    unknown |= {
        s.expr.args[1] for s in sides if isinstance(s, Number) and s.expr.op == "fun" and s.expr.args[0] == "abs"
    }
    return unknown.pop() if len(unknown) == 1 else None


def _comparison(left: Value, op: str, right: Value) -> Region:
    if op not in _FLIPPED or not isinstance(left, Number) or not isinstance(right, Number):
        raise Unreadable("not a comparison")
    if left.expr.op not in ("sym", "apply") and symbols(right.expr):
        left, right, op = right, left, _FLIPPED[op]
    bound = right.expr
    if left.expr.op == "fun" and left.expr.args[0] == "abs" and left.expr.args[1].op == "sym":
        return _absolute(op, bound)
    if left.expr.op not in ("sym", "apply"):
        raise Unreadable("not a variable")
    order(bound)
    if op == "=":
        return (Interval(bound, True, bound, True),)
    if op == "!=":
        return (Interval(MINUS_INFINITY, False, bound, False), Interval(bound, False, INFINITY, False))
    if op in ("<", "<="):
        return (Interval(MINUS_INFINITY, False, bound, op == "<="),)
    return (Interval(bound, op == ">=", INFINITY, False),)


def _absolute(op: str, bound: Expr) -> Region:
    """|x| op bound, for a positive bound."""
    if not _less(Expr("num", (Fraction(0),)), bound):
        raise Unreadable("not a positive bound")
    inside = (Interval(negative(bound), op in ("<=", "="), bound, op in ("<=", "=")),)
    if op in ("<", "<="):
        return inside
    if op in (">", ">="):
        return _complement((Interval(negative(bound), op == ">", bound, op == ">"),))
    raise Unreadable("not a region")


def _union(intervals: Region) -> Region:
    merged: list[Interval] = []
    for interval in sorted(intervals, key=lambda i: (_key(i.low), not i.low_closed)):
        if merged and _touches(merged[-1], interval):
            last = merged[-1]
            if _less(last.high, interval.high):
                merged[-1] = Interval(last.low, last.low_closed, interval.high, interval.high_closed)
            elif _same(last.high, interval.high) and interval.high_closed:
                merged[-1] = Interval(last.low, last.low_closed, last.high, True)
        else:
            merged.append(interval)
    return tuple(merged)


def _touches(left: Interval, right: Interval) -> bool:
    if _same(left.high, right.low):
        return left.high_closed or right.low_closed
    return _less(right.low, left.high)


def _complement(intervals: Region) -> Region:
    gaps, low, low_closed = [], MINUS_INFINITY, False
    for interval in intervals:
        if _less(low, interval.low) or (_same(low, interval.low) and low_closed and not interval.low_closed):
            gaps.append(Interval(low, low_closed, interval.low, not interval.low_closed))
        low, low_closed = interval.high, not interval.high_closed
    if _less(low, INFINITY):
        gaps.append(Interval(low, low_closed, INFINITY, False))
    return tuple(gaps)


def _intersection(left: Region, right: Region) -> Region:
    common = []
    for a in left:
        for b in right:
            low, low_closed = _inner(a.low, a.low_closed, b.low, b.low_closed, upper=False)
            high, high_closed = _inner(a.high, a.high_closed, b.high, b.high_closed, upper=True)
            if _less(low, high) or (_same(low, high) and low_closed and high_closed):
                common.append(Interval(low, low_closed, high, high_closed))
    return tuple(common)


def _inner(a: Expr, a_closed: bool, b: Expr, b_closed: bool, *, upper: bool) -> tuple[Expr, bool]:
    if _same(a, b):
        return a, a_closed and b_closed
    return (a, a_closed) if _less(a, b) == upper else (b, b_closed)


def equal(left: Region, right: Region) -> bool:
    return len(left) == len(right) and all(
        _same(a.low, b.low)
        and _same(a.high, b.high)
        and a.low_closed == b.low_closed
        and a.high_closed == b.high_closed
        for a, b in zip(left, right)
    )
