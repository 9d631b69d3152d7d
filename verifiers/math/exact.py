"""Exact rational values of expressions, with every intermediate result bounded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from verifiers.math.errors import OverBudget, Unreadable
from verifiers.math.expr import Expr

MAX_BITS = 1 << 16
MAX_FACTORIAL = 3_000


class Irrational(Exception):
    """No rational value, or none that is found by rational operations alone."""


def rational_value(x: Expr, env: Mapping[str, Fraction] | None = None) -> Fraction:
    """The exact value.

    Args:
        env: values of the variables.
    Raises:
        Irrational: it has none; evaluate numerically.
        Unreadable: it is undefined (division by zero).
        OverBudget: an intermediate result would have more than MAX_BITS bits.
    """
    op, args = x
    if op == "num":
        return args[0]
    if op == "sym":
        if env is None or args[0] not in env:
            raise Irrational
        return env[args[0]]
    if op == "add":
        total = Fraction(0)
        for arg in args:
            total += rational_value(arg, env)
        return _bounded(total)
    if op == "mul":
        total = Fraction(1)
        for arg in args:
            total = _bounded(total * rational_value(arg, env))
        return total
    if op == "pow":
        return _power(rational_value(args[0], env), rational_value(args[1], env))
    if op == "fun":
        return _function(args[0], [rational_value(arg, env) for arg in args[1:]])
    raise Irrational


def _bounded(value: Fraction) -> Fraction:
    if value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS:
        raise OverBudget("magnitude")
    return value


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if base == 0:
        if exponent < 0:
            raise Unreadable("division by zero")
        return Fraction(1) if exponent == 0 else Fraction(0)
    if exponent.denominator != 1:
        base, exponent = _root(base, exponent.denominator), Fraction(exponent.numerator)
    size = max(base.numerator.bit_length(), base.denominator.bit_length(), 1)
    if abs(exponent) * size > MAX_BITS and abs(base) != 1:
        raise OverBudget("magnitude")
    if abs(base) == 1:
        return base if exponent % 2 else Fraction(1)
    return base ** int(exponent)


def _root(value: Fraction, degree: int) -> Fraction:
    """The positive root if it is rational. A negative radicand has a complex principal root: not ours."""
    if value < 0 or degree > 64:
        raise Irrational
    above, below = _integer_root(value.numerator, degree), _integer_root(value.denominator, degree)
    return Fraction(above, below)


def _integer_root(n: int, degree: int) -> int:
    if degree == 2:
        root = math.isqrt(n)
    else:
        low, high = 0, 1 << (n.bit_length() // degree + 1)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if middle**degree <= n else (low, middle - 1)
        root = low
    if root**degree != n:
        raise Irrational
    return root


def _function(name: str, args: list[Fraction]) -> Fraction:
    if name == "abs" and len(args) == 1:
        return abs(args[0])
    if name in ("floor", "ceil") and len(args) == 1:
        return Fraction(math.floor(args[0]) if name == "floor" else math.ceil(args[0]))
    if name in ("max", "min") and args:
        return max(args) if name == "max" else min(args)
    if name in ("gcd", "gcf", "hcf") and args:
        return _gcd(args)
    if name == "lcm" and args:
        return _lcm(args)
    if name == "mod" and len(args) == 2 and args[1]:
        return args[0] % args[1]
    if name == "sgn" and len(args) == 1:
        return Fraction((args[0] > 0) - (args[0] < 0))
    if name == "factorial" and len(args) == 1:
        return _factorial(args[0])
    if name == "binom" and len(args) == 2:
        return _binomial(*args)
    if name == "log" and len(args) == 2:
        return _logarithm(*args)
    raise Irrational


def _gcd(args: list[Fraction]) -> Fraction:
    """The largest rational of which all are integer multiples."""
    common = math.lcm(*(a.denominator for a in args))
    return Fraction(math.gcd(*(int(a * common) for a in args)), common)


def _lcm(args: list[Fraction]) -> Fraction:
    common = math.lcm(*(a.denominator for a in args))
    return _bounded(Fraction(math.lcm(*(int(a * common) for a in args)), common))


def _factorial(n: Fraction) -> Fraction:
    if n.denominator != 1 or n < 0:
        raise Irrational
    if n > MAX_FACTORIAL:
        raise OverBudget("magnitude")
    return Fraction(math.factorial(int(n)))


def _binomial(n: Fraction, k: Fraction) -> Fraction:
    if n.denominator != 1 or k.denominator != 1 or n < 0:
        raise Irrational
    if k < 0 or k > n:
        return Fraction(0)
    k = min(k, n - k)
    if k * max(int(n).bit_length(), 1) > MAX_BITS:
        raise OverBudget("magnitude")
    return Fraction(math.comb(int(n), int(k)))


def _logarithm(value: Fraction, base: Fraction) -> Fraction:
    """log_base(value) where it is an integer."""
    if value <= 0 or base <= 0 or base == 1:
        raise Irrational
    guess = round(_log2(value) / _log2(base))
    if abs(guess) < 5_000 and _power(base, Fraction(guess)) == value:
        return Fraction(guess)
    raise Irrational


def _log2(value: Fraction) -> float:
    return math.log2(value.numerator) - math.log2(value.denominator)
