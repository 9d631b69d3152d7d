"""Are two equations, inequalities, memberships or assignments the same, or one of them and a bare value?"""

from __future__ import annotations

from dataclasses import replace

from verifiers.math import numeric, regions
from verifiers.math.errors import Unreadable
from verifiers.math.expr import MINUS_ONE, Expr, has, negative, substituted, sym, symbols, walk
from verifiers.math.listings import Same, all_of, each
from verifiers.math.numbers import numbers
from verifiers.math.policy import Policy
from verifiers.math.reading import is_name
from verifiers.math.values import Listing, Number, Relation, Text, Value


def relations_equal(gold: Value, answer: Value, same: Same, policy: Policy) -> bool | None:
    """Two relations, or a relation and the value that it assigns or the region that it describes."""
    if isinstance(gold, Relation) and isinstance(answer, Relation):
        return _two_relations(gold, answer, same, policy)
    relation, other = (gold, answer) if isinstance(gold, Relation) else (answer, gold)
    assert isinstance(relation, Relation)
    if (value := _assigned_value(relation, same, policy)) is not None:
        if (
            isinstance(relation.sides[0], Listing)
            and isinstance(other, Listing)
            and other.is_bare
            and isinstance(value, Listing)
        ):
            return each(value.items, other.items, same) if relation is gold else each(other.items, value.items, same)
        return same(value, other) if relation is gold else same(other, value)
    if relation is answer and len(relation.sides) == 2 and relation.ops == ("=",) and isinstance(other, Number):
        left, right = relation.sides
        if is_name(right) and isinstance(left, Number) and not symbols(left.expr):  # 42 = x
            return same(other, left)
        if _is_quantity(left) and isinstance(right, Number) and not symbols(right.expr):
            return same(other, right)
    return _as_regions(gold, answer)


def _as_regions(gold: Value, answer: Value) -> bool | None:
    try:
        return regions.equal(regions.region(gold), regions.region(answer))
    except Unreadable:
        return False


def _assigned_value(relation: Relation, same: Same, policy: Policy) -> Value | None:
    """What a relation such as `x = 5`, `x \\in S` or `10 - 5 = 5` says that something is; None where it is no assignment.

    In a chain the numbers must agree, or nothing is said.
    """
    ops = set(relation.ops)
    if ops in ({"in"}, {"equiv"}) and len(relation.ops) == 1:
        return relation.sides[1]
    if ops != {"="}:
        return None
    value = relation.sides[-1]
    for side in relation.sides[:-1]:
        if is_name(side) or (isinstance(side, Number) and symbols(side.expr)) or isinstance(side, Text):
            continue
        if isinstance(side, Number) and has(side.expr, "big", "apply"):
            continue
        if isinstance(side, Number) and isinstance(value, Number):
            agrees = numbers(
                side, value, replace(policy, echo=True)
            )  # Left of its result, a calculation may be undone.
        else:
            agrees = same(side, value)
        if agrees is not True:
            return None
    return None if len(relation.sides) == 2 and _is_in_unknowns(relation.sides[0]) else value


def _is_quantity(side: Value) -> bool:
    """Whether a side names what was asked for by letters alone: m+n, a/b, |S|. Of -x or x^2 the value is not that of x."""
    if not isinstance(side, Number) or side.unit:
        return False
    expr = side.expr
    if expr.op == "fun" and expr.args[0] == "abs":
        inside = Number(expr.args[1])
        return all(name[0].isupper() for name in symbols(expr)) and (is_name(inside) or _is_quantity(inside))
    if expr.op == "fun" and expr.args[0] in ("gcd", "lcm", "det"):
        return all(arg.op == "sym" for arg in expr.args[1:])
    plain = all(node.op in ("add", "mul", "pow", "sym") or node == MINUS_ONE for node in walk(expr))
    return plain and len(symbols(expr)) > 1


def _is_in_unknowns(side: Value) -> bool:
    """Whether a side makes its relation an equation, as that of 2x + 4y = 3 does, and no assignment."""
    return (
        isinstance(side, Number)
        and not is_name(side)
        and bool(symbols(side.expr))
        and not has(side.expr, "big", "apply")
    )


def _two_relations(gold: Relation, answer: Relation, same: Same, policy: Policy) -> bool | None:
    gold, answer = _oriented(gold), _oriented(answer)
    if _tautology(gold) or _tautology(answer):
        return gold == answer
    if gold.ops == answer.ops and len(gold.sides) == len(answer.sides):
        if all_of(same(a, b) for a, b in zip(gold.sides, answer.sides)) is True:
            return True
        if (renamed := _renamed(gold, answer)) and same(gold.sides[1], renamed) is True:
            return True
    if ("equiv" in gold.ops) != ("equiv" in answer.ops):
        return False  # One member does not state the class.
    if len(gold.sides) == 2 and _same_name(gold, answer):
        value = _assigned_value(answer, same, policy)
        target = _assigned_value(gold, same, policy)
        if value is not None and target is not None:
            return same(target, value)
    if gold.ops == answer.ops == ("=",):
        return _equations(gold, answer)
    if {"<", ">", "<=", ">=", "!=", "in", "="} >= {*gold.ops, *answer.ops}:
        if _unknown(gold) == _unknown(answer) is not None:
            try:
                return regions.equal(regions.region(gold), regions.region(answer))
            except Unreadable:
                pass
        return _inequalities(gold, answer)
    return False


def _unknown(relation: Relation) -> Expr | None:
    return regions.variable(relation)


def _oriented(relation: Relation) -> Relation:
    """5 > x as x < 5, and a > b > c as c < b < a."""
    flipped = {">": "<", ">=": "<="}
    if relation.ops and all(op in flipped for op in relation.ops):
        return Relation(relation.sides[::-1], tuple(flipped[op] for op in relation.ops[::-1]))
    return relation


def _tautology(relation: Relation) -> bool:
    return relation.ops == ("=",) and relation.sides[0] == relation.sides[1]


def _same_name(gold: Relation, answer: Relation) -> bool:
    left, right = gold.sides[0], answer.sides[0]
    return is_name(left) and (left == right or _is_graph(left, right) or _is_graph(right, left))


def _is_graph(function: Value, y: Value) -> bool:
    """f(x) = ... and y = ... name one function."""
    return (
        isinstance(function, Number)
        and isinstance(y, Number)
        and function.expr.op == "apply"
        and len(function.expr.args) == 2
        and function.expr.args[0] in "fgh"
        and y.expr == sym("y")
    )


def _renamed(gold: Relation, answer: Relation) -> Value | None:
    """f(n) = n for f(x) = x: the answer's right side with the gold's variable."""
    left, right = gold.sides[0], answer.sides[0]
    if not (isinstance(left, Number) and isinstance(right, Number) and left.expr.op == right.expr.op == "apply"):
        return None
    if left.expr.args[0] != right.expr.args[0] or len(left.expr.args) != len(right.expr.args):
        return None
    value = answer.sides[-1]
    names = {b: a for a, b in zip(left.expr.args[1:], right.expr.args[1:]) if a.op == b.op == "sym"}
    if isinstance(value, Number) and symbols(value.expr) & {a.args[0] for b, a in names.items() if a not in names}:
        return None  # f(y) = x: the x is not the function's variable.
    if len(answer.sides) != 2 or len(names) != len(left.expr.args) - 1 or not isinstance(value, Number):
        return None
    return Number(substituted(value.expr, names), value.half_ulp, value.digits, value.unit)


def _difference(relation: Relation, index: int = 0) -> Expr:
    left, right = relation.sides[index], relation.sides[index + 1]
    if not isinstance(left, Number) or not isinstance(right, Number):
        raise Unreadable("not a numeric relation")
    return Expr("add", (left.expr, negative(right.expr)))


def _equations(gold: Relation, answer: Relation) -> bool | None:
    """One zero set: the differences of the sides are proportional."""
    try:
        return proportional(_difference(gold), _difference(answer), None)
    except Unreadable:
        return False


def _inequalities(gold: Relation, answer: Relation) -> bool | None:
    """Each comparison of one is a positive multiple of one of the other."""
    try:
        left = [(op, _directed(gold, i)) for i, op in enumerate(gold.ops)]
        right = [(op, _directed(answer, i)) for i, op in enumerate(answer.ops)]
    except Unreadable:
        return False
    if len(left) != len(right):
        return False
    for op, difference in left:
        for index, (other_op, other) in enumerate(right):
            if _strictness(op) == _strictness(other_op) and proportional(difference, other, op) is True:
                del right[index]
                break
        else:
            return False
    return True


def _strictness(op: str) -> str:
    return {">": "<", ">=": "<="}.get(op, op)


def _directed(relation: Relation, index: int) -> Expr:
    """left - right for <, right - left for >."""
    difference = _difference(relation, index)
    return negative(difference) if relation.ops[index] in (">", ">=") else difference


def proportional(a: Expr, b: Expr, op: str | None) -> bool | None:
    """Whether a = c * b for a constant c that is not zero, and positive where the relation has a direction.

    Raises:
        Unreadable: they are undefined wherever they were tried.
    """
    names = sorted(symbols(a) | symbols(b))
    if not names:
        return False
    mp = numeric.context()
    ratio = None
    checked = 0
    for env in [numeric.point(names, index) for index in (-1, -2)] + list(numeric.points(names, a, b)):
        try:
            x, y = numeric.value(a, env, 240), numeric.value(b, env, 240)
        except (Unreadable, ZeroDivisionError, ValueError):
            continue
        tiny = mp.ldexp(1, -150)
        if abs(x) < tiny or abs(y) < tiny:
            if abs(x) < tiny and abs(y) < tiny:
                continue
            return False
        if ratio is None:
            ratio = x / y
        elif abs(x / y - ratio) > mp.ldexp(abs(ratio), -120):
            return False
        checked += 1
    if checked < 3 or ratio is None:
        raise Unreadable("undefined")
    return op in (None, "!=", "=") or (mp.im(ratio) == 0 and ratio > 0)
