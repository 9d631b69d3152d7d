"""Are two lists, sets, tuples, intervals or matrices the same? `same` compares their members."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from verifiers.math import regions, text
from verifiers.math.errors import Unreadable
from verifiers.math.numbers import approximate
from verifiers.math.values import Listing, Matrix, Number, Relation, SetOperation, Text, Value

Same = Callable[[Value, Value], bool | None]
"""Compares a gold with an answer under the policy in force."""

MAX_PAIRS = 20_000


def listings_equal(gold: Value, answer: Value, same: Same) -> bool | None:
    """Lists and sets in any order, tuples and intervals in theirs; a list of one is its member."""
    if not isinstance(gold, Listing) or not isinstance(answer, Listing):
        one = gold if isinstance(gold, Listing) else answer
        assert isinstance(one, Listing)
        if len(one.items) == 1 and (one.is_set or one.is_bare):
            return same(one.items[0], answer) if one is gold else same(gold, one.items[0])
        if not one.items:
            other = answer if one is gold else gold
            return isinstance(other, Text) and text.normalised(other.text) in ("no solution", "empty set", "∅")
        said_twice = one is gold or one.joint or all(isinstance(item, Relation) for item in one.items)
        if one.is_bare and said_twice and all(item == one.items[0] for item in one.items):  # x = 5 or x = 5
            return same(one.items[0], answer) if one is gold else same(gold, one.items[0])
        return False
    if gold.is_set or answer.is_set or (gold.is_bare and answer.is_bare):
        if not _unordered(gold) or not _unordered(answer):
            return False
        return _multisets(gold, answer, same)
    if gold.is_bare or answer.is_bare:
        return _bracketed(gold, answer, same)
    if (gold.opening, gold.closing) != (answer.opening, answer.closing) and not _are_vectors(gold, answer):
        return False
    return each(gold.items, answer.items, same)


def _unordered(listing: Listing) -> bool:
    return listing.is_set or listing.is_bare


def _are_vectors(gold: Listing, answer: Listing) -> bool:
    """Brackets tell intervals apart, so they matter for pairs; (1,2,3), [1,2,3] and <1,2,3> are one vector."""
    ordered = {("(", ")"), ("[", "]"), ("<", ">")}
    both = {(gold.opening, gold.closing), (answer.opening, answer.closing)}
    return both <= ordered and (len(gold.items) != 2 or ("<", ">") in both)


def _bracketed(gold: Listing, answer: Listing, same: Same) -> bool | None:
    """A bare list beside one in brackets. Two numbers in brackets are a pair or an interval; more are the list."""
    if len(gold.items) == len(answer.items) > 2:
        square = "[" in (gold.opening, answer.opening)
        return _multisets(gold, answer, same) if square else each(gold.items, answer.items, same)
    return _assigned(gold, answer, same)


def _assigned(gold: Listing, answer: Listing, same: Same) -> bool | None:
    """x=7, y=6 for (7,6): the assignments of one listing, in order, against a tuple."""
    bare, other = (gold, answer) if gold.is_bare else (answer, gold)
    names = [item.sides[0] for item in bare.items if isinstance(item, Relation) and item.ops == ("=",)]
    if len(names) != len(bare.items) or len(set(names)) != len(names) or (other.opening, other.closing) != ("(", ")"):
        return False
    values = [item.sides[1] for item in bare.items if isinstance(item, Relation)]
    return each(values, other.items, same) if bare is gold else each(other.items, values, same)


def each(gold: Sequence[Value], answer: Sequence[Value], same: Same) -> bool | None:
    """Member by member, in order."""
    if len(gold) != len(answer):
        return False
    return all_of(same(a, b) for a, b in zip(gold, answer))


def all_of(verdicts: Iterable[bool | None]) -> bool | None:
    """True if all are; False if one is; None if that cannot be told."""
    unknown = False
    for verdict in verdicts:
        if verdict is False:
            return False
        unknown |= verdict is None
    return None if unknown else True


def _multisets(gold: Listing, answer: Listing, same: Same) -> bool | None:
    """The same members in any order; how often counts unless one side is a set."""
    golds, answers = list(gold.items), list(answer.items)
    if not gold.is_set and not answer.is_set:
        names = [_name(item) for item in answers], [_name(item) for item in golds]
        for mine, theirs in (names, names[::-1]):
            # 3,4 and p=3, q=4: the names say in which order to read them.
            if len(set(mine)) == len(mine) > 1 and None not in mine and set(theirs) == {None} and not _are_roots(mine):
                return each(golds, answers, same)
    golds, answers = _ungrouped(golds, answers), _ungrouped(answers, golds)
    if golds == answers:
        return True
    if gold.is_set or answer.is_set:
        golds, answers = _distinct(golds, same), _distinct(answers, same)
    if len(golds) != len(answers):
        return False
    return _matched(golds, answers, same)


def _ungrouped(items: list[Value], others: list[Value]) -> list[Value]:
    """(p=5, q=2), (p=7, q=2) as four assignments, where the other side writes them without brackets."""
    groups = [
        item
        for item in items
        if isinstance(item, Listing) and item.items and all(isinstance(i, Relation) for i in item.items)
    ]
    if len(groups) == len(items) > 0 and all(isinstance(item, Relation) for item in others):
        return [relation for group in groups for relation in group.items]
    return items


def _are_roots(names: Sequence[Value | None]) -> bool:
    """x_1, x_2, ...: the unknown's several values, which nobody numbered."""
    return all(
        isinstance(name, Number) and name.expr.op == "sym" and re.fullmatch(r"x_\d", name.expr.args[0])
        for name in names
    )


def _name(item: Value) -> Value | None:
    return item.sides[0] if isinstance(item, Relation) and item.ops == ("=",) else None


def _distinct(items: list[Value], same: Same) -> list[Value]:
    items = list(dict.fromkeys(items))
    if len(items) > 60:
        return items
    found: list[Value] = []
    for item in items:
        if not any(same(other, item) is True for other in found):
            found.append(item)
    return found


def _matched(golds: list[Value], answers: list[Value], same: Same) -> bool | None:
    """Pairs off equal members: identical ones at once, the rest by comparison."""
    left = list(answers)
    rest = []
    counts: dict[Value, int] = {}
    for item in left:
        counts[item] = counts.get(item, 0) + 1
    for item in golds:
        if counts.get(item):
            counts[item] -= 1
        else:
            rest.append(item)
    left = [item for item, count in counts.items() for _ in range(count)]
    if len(left) > 8 and all_of(same(a, b) for a, b in zip(_in_order(rest), _in_order(left))) is True:
        return True  # Without comparing each with each.
    if len(rest) * len(left) > MAX_PAIRS:
        return False
    unknown = False
    for item in rest:
        verdicts = []
        for index, other in enumerate(left):
            verdict = same(item, other)
            verdicts.append(verdict)
            if verdict is True:
                del left[index]
                break
        else:
            if None not in verdicts:
                return False
            unknown = True
    return None if unknown else True


def _in_order(items: list[Value]) -> list[Value]:
    """Numbers by size; in any order if they are no real numbers."""
    try:
        return sorted(items, key=lambda item: approximate(item.expr) if isinstance(item, Number) else Fraction(0))
    except (Unreadable, ValueError):
        return items


def sets_equal(gold: Value, answer: Value, same: Same) -> bool | None:
    """Unions and the like: as sets of reals, or else by their shape."""
    if isinstance(gold, Number | Text) or isinstance(answer, Number | Text):
        return False
    try:
        return regions.equal(regions.region(gold), regions.region(answer))
    except Unreadable:
        pass
    left, right = _finite(gold, same), _finite(answer, same)
    if left is not None and right is not None:
        return _multisets(Listing(tuple(left), "\\{", "\\}"), Listing(tuple(right), "\\{", "\\}"), same)
    if isinstance(gold, SetOperation) and isinstance(answer, SetOperation) and gold.operator == answer.operator:
        straight = all_of([same(gold.left, answer.left), same(gold.right, answer.right)])
        if straight is True or gold.operator == "difference":
            return straight
        crossed = all_of([same(gold.left, answer.right), same(gold.right, answer.left)])
        return True if crossed is True else None
    return None


def _finite(value: Value, same: Same) -> list[Value] | None:
    """The members of a set that is written with braces and set operators only."""
    if isinstance(value, Listing) and value.is_set:
        return list(value.items)
    if isinstance(value, SetOperation):
        left, right = _finite(value.left, same), _finite(value.right, same)
        if left is None or right is None:
            return None
        inside = [item for item in left if any(same(item, other) is True for other in right)]
        if value.operator == "union":
            return left + right
        return inside if value.operator == "intersection" else [item for item in left if item not in inside]
    return None


def matrices_equal(gold: Value, answer: Value, same: Same) -> bool | None:
    """Entry by entry; a nested list is a matrix, and a tuple a column."""
    left, right = _rows(gold), _rows(answer)
    if left is None or right is None:
        return False
    if [len(row) for row in left] != [len(row) for row in right]:
        return False
    return all_of(each(a, b, same) for a, b in zip(left, right))


def _rows(value: Value) -> Sequence[Sequence[Value]] | None:
    """A matrix, a nested list, or a tuple as a column."""
    if isinstance(value, Matrix):
        return value.rows
    if not isinstance(value, Listing) or value.is_bare or value.is_set:
        return None
    if all(isinstance(item, Listing) and not item.is_set for item in value.items):
        return [item.items for item in value.items if isinstance(item, Listing)]
    return [(item,) for item in value.items]
