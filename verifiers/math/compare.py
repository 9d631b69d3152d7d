"""Are two typed values the same answer?

True and False are verdicts; None passes the pair on. `gold` stands first everywhere: a decimal gold may be rounded to, a decimal
answer may not.
"""

from __future__ import annotations

import functools

from verifiers.math import listings, numeric, relations, text
from verifiers.math.expr import Expr, negative, num, product, quotient
from verifiers.math.numbers import numbers
from verifiers.math.policy import Policy
from verifiers.math.values import (
    Based,
    Clock,
    Congruence,
    Listing,
    Matrix,
    Number,
    Ratio,
    Relation,
    SetOperation,
    Text,
    Value,
)


def same(gold: Value, answer: Value, policy: Policy) -> bool | None:
    """Whether an answer is the gold."""
    members = functools.partial(same, policy=policy)
    if isinstance(gold, Relation) or isinstance(answer, Relation):
        return relations.relations_equal(gold, answer, members, policy)
    if isinstance(gold, Number) and isinstance(answer, Number):
        return numbers(gold, answer, policy)
    if isinstance(gold, SetOperation) or isinstance(answer, SetOperation):
        return listings.sets_equal(gold, answer, members)
    if isinstance(gold, Matrix) or isinstance(answer, Matrix):
        return listings.matrices_equal(gold, answer, members)
    if isinstance(gold, Listing) or isinstance(answer, Listing):
        return listings.listings_equal(gold, answer, members)
    if isinstance(gold, Text) and isinstance(answer, Text):
        if (value := text.number_word(gold.text)) is not None and text.number_word(answer.text) == value:
            return True
        return text.says(answer.text, gold.text)
    return _odd_pair(gold, answer)


def _odd_pair(gold: Value, answer: Value) -> bool | None:
    """Kinds that meet only themselves and numbers."""
    if isinstance(gold, Based) and isinstance(answer, Based):
        return gold == answer
    for one, other in ((gold, answer), (answer, gold)):
        if isinstance(one, Based) and isinstance(other, Number):  # The base goes without saying, as a unit does.
            return _is_integer(other, one.digits)
        if isinstance(one, Congruence) and isinstance(other, Number):  # So does the modulus.
            return numeric.equal(one.residue.expr, other.expr)
        if isinstance(one, Ratio) and isinstance(other, Number):
            return len(one.terms) == 2 and numeric.equal(_over(one), other.expr)
        if isinstance(one, Ratio) and isinstance(other, Clock):
            return one == Ratio(tuple(Number(num(n), literal=True) for n in divmod(other.minutes, 60)))
        if isinstance(one, Text) and isinstance(other, Number) and (value := text.number_word(one.text)) is not None:
            return numeric.equal(num(value), other.expr)
    if isinstance(gold, Ratio) and isinstance(answer, Ratio):
        return _ratios(gold, answer)
    if isinstance(gold, Congruence) and isinstance(answer, Congruence):
        return _congruent(gold, answer)
    if isinstance(gold, Clock) and isinstance(answer, Clock):
        if (gold.meridiem and answer.meridiem) or gold.minutes == answer.minutes:
            return gold.minutes == answer.minutes
        # One of them is on a 24-hour clock, or says nothing of the half of the day.
        return (gold.minutes - answer.minutes) % 720 == 0 and min(gold.minutes, answer.minutes) < 13 * 60
    return False


def _congruent(gold: Congruence, answer: Congruence) -> bool | None:
    """The same class of integers."""
    modulus = gold.modulus.expr
    if numeric.equal(modulus, answer.modulus.expr) is not True:
        return False
    steps = quotient(Expr("add", (gold.residue.expr, negative(answer.residue.expr))), modulus)
    return numeric.equal(steps, Expr("fun", ("floor", steps)))


def _is_integer(number: Number, digits: str) -> bool:
    return number.literal and number.expr.op == "num" and number.expr.args[0] == _int(digits)


def _int(digits: str) -> int | None:
    return int(digits) if digits.isdigit() and len(digits) < 2_000 else None


def _over(ratio: Ratio) -> Expr:
    return Expr("mul", (ratio.terms[0].expr, Expr("pow", (ratio.terms[1].expr, num(-1)))))


def _ratios(gold: Ratio, answer: Ratio) -> bool | None:
    """Proportional, term by term."""
    if len(gold.terms) != len(answer.terms):
        return False
    first_gold, first_answer = gold.terms[0].expr, answer.terms[0].expr
    crosses = [
        numeric.equal(product([a.expr, first_answer]), product([b.expr, first_gold]))
        for a, b in zip(gold.terms, answer.terms)
    ]
    return all(crosses)
