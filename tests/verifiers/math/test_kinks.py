"""Functions in several pieces are compared on all of them, and decimals to all their digits."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

from verifiers.math import MathVerifier

verifier = MathVerifier(symbolic=False)
kinks = st.integers(-(10**6), 10**6)
surds = st.tuples(st.integers(-9, 9), st.integers(1, 9), st.sampled_from((2, 3, 5, 6, 7, 10)))


def accepts(gold, answer):
    return verifier.check(gold, f"\\boxed{{{answer}}}").value == 1.0


@given(kinks)
def test_absolute_value_is_neither_of_its_branches(k):
    gold = f"|x-({k})|"
    assert accepts(gold, f"|({k})-x|")
    assert not accepts(gold, f"x-({k})")
    assert not accepts(gold, f"({k})-x")
    assert not accepts(f"y={gold}", f"y=({k})-x")


@given(st.integers(2, 999), st.integers(2, 999))
def test_floors_of_different_fractions_differ(a, b):
    assert accepts(f"\\lfloor n/{a} \\rfloor", f"\\lfloor \\frac{{n}}{{{b}}} \\rfloor") == (a == b)
    assert not accepts(f"\\lfloor n/{a} \\rfloor", f"\\lceil n/{a} \\rceil")
    assert not accepts(f"\\lfloor n/{a} \\rfloor", f"\\lfloor m/{a} \\rfloor")


@given(kinks)
def test_maximum_is_neither_of_its_arguments(k):
    assert accepts(f"\\max(x, {k})", f"\\max({k}, x)")
    assert not accepts(f"\\max(x, {k})", "x")
    assert not accepts(f"\\min(x, {k})", "x")
    assert not accepts(f"\\max(x, {k})", str(k))


@given(surds, st.integers(4, 60))
def test_decimal_gold_is_answered_by_what_rounds_to_it_and_not_by_its_negative(surd, places):
    a, b, r = surd
    with mp.workdps(120):
        value = a + b * mp.sqrt(r)
        digits = Fraction(int(mp.nint(value * mp.mpf(10) ** places)), 10**places)
    sign, size = "-" * (digits < 0), abs(digits)
    whole, decimals = divmod(size.numerator * 10**places // size.denominator, 10**places)
    decimal = f"{sign}{whole}.{decimals:0{places}d}"
    off = f"{sign}{whole}.{decimals + (9 if decimals < 5 * 10 ** (places - 1) else -9):0{places}d}"
    exact = f"{a}+{b}\\sqrt{{{r}}}"
    assert accepts(decimal, exact)
    assert not accepts(decimal, f"-({exact})")
    assert not accepts(off, exact)


@pytest.mark.parametrize("tiny", ["e^{-200}", "e^{-900}", "2^{-3000}", "\\frac{1}{300!}", "10^{-80}"])
def test_next_to_one_what_is_tiny_counts(tiny):
    assert not accepts("1", f"1-{tiny}")
    assert not accepts("\\sqrt{2}", f"\\sqrt{{2}}+{tiny}")
    assert not accepts("1", "\\tanh 100")
