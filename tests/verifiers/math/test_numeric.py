"""Exact and numeric values: against Python's own fractions and floats, and where rounding would deceive."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.math.errors import OverBudget, Unreadable
from verifiers.math.exact import Irrational, rational_value
from verifiers.math.lexer import tokenize
from verifiers.math.numeric import equal, value
from verifiers.math.parser import parse_expression


def parse(text):
    return parse_expression(tokenize(text))


@settings(deadline=None)
@given(st.recursive(
    st.integers(-50, 50).map(lambda n: (str(n) if n >= 0 else f"({n})", Fraction(n))),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(
        lambda t: (f"({t[0][0]}{t[1]}{t[2][0]})", None if None in (t[0][1], t[2][1]) or (t[1] == "/" and not t[2][1]) else
                   {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b}[t[1]](t[0][1], t[2][1]))
    ), max_leaves=12))  # fmt: skip
def test_arithmetic_is_that_of_fractions(case):
    text, expected = case
    if expected is None:
        with pytest.raises(Unreadable):
            rational_value(parse(text))
    else:
        assert rational_value(parse(text)) == expected


@pytest.mark.parametrize("name", ["sin", "cos", "exp", "sqrt", "log", "atan", "sinh", "tanh", "asinh"])
@settings(deadline=None)
@given(x=st.floats(0.1, 5.0))
def test_functions_are_those_of_the_mathematics_library(name, x):
    assert float(value(parse(f"{name}({x!r})"), {})) == pytest.approx(getattr(math, name)(x), rel=1e-12)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("\\sqrt{2}+10^{-200}", "\\sqrt{2}"),
        ("\\pi", "\\frac{103993}{33102}"),
        ("e^{\\pi\\sqrt{163}}", "262537412640768744"),
        ("10^{50}+\\pi", "10^{50}+3.14159265358979"),
    ],
)
def test_near_misses_differ(a, b):
    assert equal(parse(a), parse(b)) is False


@pytest.mark.parametrize(
    ("a", "b"),
    [("\\sqrt{2}\\sqrt{3}", "\\sqrt{6}"), ("\\sqrt{5+2\\sqrt{6}}", "\\sqrt2+\\sqrt3"), ("\\sin 18^\\circ", "\\frac{\\sqrt5-1}{4}"),
     ("\\sin^2 x+\\cos^2 x", "1"), ("\\ln(xy)", "\\ln x+\\ln y"), ("\\sqrt{2}-\\sqrt{2}", "0"), ("(-8)^{1/3}", "-2"), ("\\lfloor 10^{20}+0.5 \\rfloor", "10^{20}")],
)  # fmt: skip
def test_identities_hold(a, b):
    assert equal(parse(a), parse(b)) is True


@pytest.mark.parametrize("text", ["\\frac{1}{0}", "0^{-1}", "\\log 0", "\\frac{0}{0}", "\\infty-\\infty"])
def test_undefined_values_are_unreadable(text):
    with pytest.raises(Unreadable):
        value(parse(text), {})


@pytest.mark.parametrize(
    "text", ["9^{9^{9^9}}", "e^{e^{e^{e^{e}}}}", "\\sin(10^{10^{10}})", "((100!)!)!", "\\binom{10^{30}}{10^{29}}"]
)
def test_huge_values_are_over_budget(text):
    with pytest.raises(OverBudget):
        value(parse(text), {})


def test_irrational_has_no_rational_value():
    with pytest.raises(Irrational):
        rational_value(parse("\\sqrt{2}"))


def test_unevaluated_integrals_are_equal_or_unknown():
    assert equal(parse("\\int x + a dx"), parse("\\int (a+x) dx")) is True
    assert equal(parse("\\int x dx"), parse("\\frac{x^2}{2}")) is None
