"""The exact value of a number in digits, as long as it is no longer than a number may be."""

from __future__ import annotations

from fractions import Fraction

from verifiers.math.errors import OverBudget

MAX_DIGITS = 2_000
MAX_EXPONENT = 20_000


def rational(literal: str) -> Fraction:
    """The exact value of a numeric literal such as `12`, `.5`, `3.` and `4.5e33`."""
    if len(literal) > MAX_DIGITS:
        raise OverBudget("digits")
    mantissa, _, exponent = literal.lower().partition("e")
    whole, _, decimals = mantissa.partition(".")
    power = int(exponent or 0) - len(decimals)
    if abs(power) > MAX_EXPONENT:
        raise OverBudget("magnitude")
    digits = int((whole + decimals) or "0")
    return Fraction(digits * 10**power) if power >= 0 else Fraction(digits, 10**-power)
