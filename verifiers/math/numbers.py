"""Are two numbers, or expressions, with their units the same? Policies on decimals, percent, units and undone calculations."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from verifiers.math import numeric, units
from verifiers.math.errors import OverBudget, Unreadable
from verifiers.math.exact import Irrational, rational_value
from verifiers.math.expr import Expr, num, product, substituted, sym, symbols, walk
from verifiers.math.policy import Policy
from verifiers.math.quantities import is_literal
from verifiers.math.values import Number


def numbers(gold: Number, answer: Number, policy: Policy) -> bool | None:
    """Two numbers or expressions, with their units."""
    if not policy.echo and gold.literal and is_undone(answer.expr):
        return False
    if gold.name and answer.name and not gold.name & answer.name:
        return False
    if gold.unit == answer.unit:
        return _quantities(gold, answer, policy)
    if gold.unit and answer.unit:
        return _converted(gold, answer)
    if policy.units == "require":
        return False
    percent, degree = (("percent", 1),), (("degree", 1),)
    verdict = False if _contradicts(gold, answer) else _quantities(gold, answer, policy)
    if verdict is not True:
        if policy.percent and percent in (gold.unit, answer.unit):
            return _quantities(_times(gold, Fraction(1, 100)), _times(answer, Fraction(1, 100)), policy)
        if degree in (gold.unit, answer.unit):
            return numeric.equal(_radians(gold), _radians(answer))
    return verdict


def _contradicts(gold: Number, answer: Number) -> bool:
    """Whether a sign that the gold lacks makes the answer another number: 0.5 % is not 0.5, nor is pi/3 degrees pi/3."""
    if answer.unit == (("degree", 1),):
        return any(node == ("const", ("pi",)) for node in walk(gold.expr))
    return answer.unit == (("percent", 1),) and gold.expr.op in ("num", "mul", "pow") and _is_part(gold.expr)


def _is_part(x: Expr) -> bool:
    """Whether a number is less than one in size."""
    try:
        return 0 < abs(rational_value(x)) < 1
    except (Irrational, Unreadable, OverBudget):
        return False


def _times(number: Number, factor: Fraction) -> Number:
    """A percentage as the fraction that it is; anything else unchanged."""
    if number.unit != (("percent", 1),):
        return number
    half_ulp = number.half_ulp * factor if number.half_ulp is not None else None
    expr = number.expr
    scaled = num(expr.args[0] * factor) if expr.op == "num" else product([num(factor), expr])
    return Number(scaled, half_ulp, number.digits, (), number.literal)


def _radians(number: Number) -> Expr:
    if number.unit == (("degree", 1),):
        return product([number.expr, Expr("const", ("degree",))])
    return number.expr


def _converted(gold: Number, answer: Number) -> bool | None:
    gold_size, gold_dimension = units.size(gold.unit)
    answer_size, answer_dimension = units.size(answer.unit)
    if gold_dimension != answer_dimension:
        return False
    return numeric.equal(product([num(gold_size), gold.expr]), product([num(answer_size), answer.expr]))


def _quantities(gold: Number, answer: Number, policy: Policy) -> bool | None:
    exact = numeric.equal(gold.expr, answer.expr)
    if exact is True:
        return True
    if symbols(gold.expr) or symbols(answer.expr):
        return _renumbered(gold.expr, answer.expr) or exact
    if gold.half_ulp is not None:
        if policy.tolerance and _within(gold.expr, answer.expr, policy.tolerance):
            return True
        rounds = policy.decimals == "round" and gold.digits >= policy.min_round_digits
        finer = answer.half_ulp is None or answer.half_ulp < gold.half_ulp
        if rounds and finer:
            return _close(gold.expr, answer.expr, gold.half_ulp)
    elif answer.half_ulp is not None and policy.exact_digits and answer.digits >= policy.exact_digits:
        return _close(gold.expr, answer.expr, 2 * answer.half_ulp)
    return exact


def _renumbered(gold: Expr, answer: Expr) -> bool | None:
    """pi/6 + pi k and pi/6 + n pi, x^2 + C and x^2 + c: one family, whatever its integer or constant is called."""
    mine, theirs = symbols(answer), symbols(gold)
    mine, theirs = mine - theirs, theirs - mine
    if len(mine) != 1 or len(theirs) != 1:
        return None
    integers = mine | theirs <= {"k", "n", "m", "l"} and any(node == ("const", ("pi",)) for node in walk(gold))
    constants = mine | theirs <= {"C", "c", "K", "C_1", "c_1"}
    if not integers and not constants:
        return None
    return numeric.equal(gold, substituted(answer, {sym(*mine): sym(*theirs)}))


def _within(gold: Expr, answer: Expr, tolerance: float) -> bool:
    size = abs(approximate(gold))
    return abs(approximate(answer) - approximate(gold)) <= size * Fraction(tolerance)


def _close(gold: Expr, answer: Expr, margin: Fraction) -> bool:
    precision = min(numeric.PRECISION + margin.denominator.bit_length(), numeric.MAX_PRECISION)
    return abs(approximate(answer, precision) - approximate(gold, precision)) <= margin


def approximate(x: Expr, precision: int = numeric.PRECISION) -> Fraction:
    """The value as a fraction: exact, or to so many bits."""
    try:
        return rational_value(x)
    except Irrational:
        value = numeric.value(x, {}, precision)
        if value.imag or numeric.context().isinf(value):
            raise Unreadable("not a real number") from None
        real = value.real  # mpf(value) would round to the precision of a float.
        mantissa, exponent = real.man_exp
        if abs(exponent) > 10_000:
            raise Unreadable("out of range") from None
        return (-1 if real < 0 else 1) * Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def is_undone(x: Expr) -> bool:
    """Whether an expression is a calculation that somebody still has to do: 2+40, 12*13, 10 choose 3, an integral.

    Powers, roots, fractions and scientific notation are forms of a number, not calculations.
    """
    if x.op == "big":
        return True
    if x.op == "fun":
        return x.args[0] in ("factorial", "binom", "factorial2") and not symbols(x)
    if x.op == "pow":
        return is_undone(x.args[0]) or is_undone(x.args[1])
    if x.op not in ("add", "mul") or is_literal(x):
        return False
    parts = [arg for arg in x.args if arg != num(-1)]
    if any(is_undone(part) for part in parts):
        return True
    return len(parts) > 1 and all(_is_rational(part) for part in parts) and not _is_fraction_of_powers(x, parts)


def _is_fraction_of_powers(x: Expr, parts: Sequence[Expr]) -> bool:
    """2^6 3^5 and 3/2^4 are factored forms, not undone products of plain numbers."""
    return x.op == "mul" and all(part.op == "pow" for part in parts[1:])


def _is_rational(x: Expr) -> bool:
    try:
        rational_value(x)
    except (Irrational, Unreadable):
        return False
    return True
