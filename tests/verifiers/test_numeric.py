"""Numbers: what is read as one, and what a tolerance forgives."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample, check_gold
from verifiers.numeric import NumberMatch, parse_number

DECIMALS = st.decimals(-(10**9), 10**9, places=4, allow_nan=False, allow_infinity=False)


@given(DECIMALS)
def test_a_decimal_is_read_as_itself_in_every_spelling(number):
    for text in (f"{number:f}", f"{number:,f}", f"{number:e}", f" {number:f}.", f"${number:f}$", f"x = {number:f}"):
        assert parse_number(text) == Fraction(number), text
    assert parse_number(f"{number:f}".replace(".", "{,}")) == Fraction(number)
    for text in (f"{number:f} km", f"{number:f}\\text{{ cm}}", f"{number:f}%", f"about {number:f} miles per hour"):
        assert parse_number(text) == Fraction(number), text


@given(st.integers(-999, 999), st.integers(1, 99))
def test_fractions_are_read_exactly(a, b):
    assert parse_number(f"{a}/{b}") == Fraction(a, b)
    assert parse_number(f"\\frac{{{abs(a)}}}{{{b}}}") == Fraction(abs(a), b)
    assert parse_number(f"2\\frac{{{abs(a)}}}{{{b}}}") == 2 + Fraction(abs(a), b)
    assert parse_number(f"-2 {abs(a)}/{b}") == -2 - Fraction(abs(a), b)
    assert parse_number(f"-\\frac{{{abs(a)}}}{{{b}}}") == -Fraction(abs(a), b)


@given(st.integers(-999, 999), *[st.sampled_from(["", "\\ ", "\\,", "\\;", "~", "\\quad ", " \\ ", "\\! "])] * 2)
def test_the_spaces_of_tex_around_a_number_are_no_part_of_it(n, before, after):
    assert parse_number(f"{before}{n}{after}") == n
    assert NumberMatch().score(Sample(Problem("", n), f"\\boxed{{{before}{n}{after}}}")).value == 1.0
    assert parse_number(f"{n}\\quad {n}") is None


@given(st.text())
def test_any_text_is_a_number_or_none(text):
    assert parse_number(text) is None or isinstance(parse_number(text), Fraction)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "-",
        "one",
        "4 or 5",
        "4, 5",
        "4-5",
        "nan",
        "inf",
        "1/0",
        "1e9999",
        "0x10",
        "4 million",
        "4 x 5 y",
        "1,23",
    ],
)
def test_what_is_no_single_number_is_none(text):
    assert parse_number(text) is None


@given(DECIMALS, DECIMALS, st.sampled_from([0.0, 0.5, 2.0]), st.sampled_from([0.0, 0.01, 0.1]))
def test_the_tolerance_is_the_larger_of_both(gold, answer, absolute, relative):
    allowed = max(Fraction(absolute), Fraction(relative) * abs(Fraction(gold)))
    expected = float(abs(Fraction(answer) - Fraction(gold)) <= allowed)
    v = NumberMatch(absolute=absolute, relative=relative)
    assert v.score(Sample(Problem("", str(gold)), f"The answer is \\boxed{{{answer:f}}}.")).value == expected


def test_numbers_are_compared_as_fractions_and_not_as_floats():
    def value(gold, answer):
        return NumberMatch().score(Sample(Problem("", gold), f"\\boxed{{{answer}}}")).value

    assert value(10**20, 10**20 + 1) == 0.0
    assert value("0.3", Decimal("0.1") + Decimal("0.2")) == 1.0
    assert value("1e-300", "2e-300") == 0.0


def test_golds_that_are_no_numbers_are_listed():
    problems = [Problem("", g, id=repr(g)) for g in (4, 0.5, "3/4", ["1", 2], "x", None, [], True, float("nan"))]
    assert set(check_gold(NumberMatch(), problems)) == {"'x'", "None", "[]", "True", "nan"}


def test_a_tolerance_is_finite_and_not_negative():
    for bad in (-1.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="a tolerance is finite and not negative"):
            NumberMatch(absolute=bad)


def test_a_bomb_costs_no_time():
    for text in ("9" * 10**6, "1e999999999999", "1" + ",000" * 10**5, "1/" + "0" * 10**6):
        assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1{,}234", 1234),
        ("0{,}234", Fraction(234, 1000)),
        ("1{,}5", Fraction(3, 2)),
        ("\\$32,\\!348", 32348),
        ("0,500", None),
        ("1½", Fraction(3, 2)),
    ],
)
def test_commas_are_read_as_they_are_meant_or_not_at_all(text, value):
    assert parse_number(text) == value
