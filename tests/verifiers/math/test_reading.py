"""Text to typed values: every notation of one value reads as that value, and what is none is refused."""

from fractions import Fraction

import pytest

from verifiers.math.errors import OverBudget, Unreadable
from verifiers.math.exact import rational_value
from verifiers.math.reading import read, readings
from verifiers.math.values import Based, Clock, Listing, Matrix, Number, Ratio, Relation, SetOperation, Text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", 42), ("-42", -42), ("+42", 42), ("42.", 42), (".5", "1/2"), ("-1./3", "-1/3"), ("025", 25),
        ("1,234,567", 1234567), ("1{,}000", 1000), ("1\\,234\\,567", 1234567), ("11,\\! 111,\\! 100", 11111100), ("1 000", 1000),
        ("0{,}5", "1/2"), ("0,111", "111/1000"), ("1.000,5", "2001/2"),
        ("4.5e33", 45 * 10**32), ("4.5 \\times 10^{33}", 45 * 10**32), ("2*10^-3", "1/500"), ("1.4E2", 140),
        ("\\frac12", "1/2"), ("\\frac{1}3", "1/3"), ("\\frac 1 2", "1/2"), ("\\dfrac{-1}{2}", "-1/2"), ("{1 \\over 2}", "1/2"),
        ("1\\frac12", "3/2"), ("-1\\frac{1}{2}", "-3/2"), ("1 1/2", "3/2"), ("1½", "3/2"), ("\\frac{1}{2}3", "3/2"),
        ("0.\\overline{3}", "1/3"), ("0.1\\overline{6}", "1/6"), ("0.(3)", "1/3"), ("0.333...", "1/3"),
        ("2^{-1}", "1/2"), ("2**10", 1024), ("2^3^2", 512), ("(1+2)(3-4)", -3), ("[5.0]", 5), ("-2^2", -4),
        ("\\sqrt{16}", 4), ("\\sqrt[3]{8}", 2), ("8^{1/3}", 2), ("|3-5|", 2), ("\\left|-7\\right|", 7), ("\\lceil 1.1\\rceil", 2),
        ("5!", 120), ("\\binom{5}{2}", 10), ("\\gcd(12,18)", 6), ("\\max(1,2)", 2), ("17 \\bmod 5", 2), ("\\log_2 8", 3),
        ("3 \\cdot 4", 12), ("3 × 4", 12), ("12 ÷ 4", 3), ("４２", 42), ("٤٢", 42), ("−5", -5), ("\\mathbf{42}", 42), ("\\boxed{42}", 42),
        ("forty-two", 42), ("2 million", 2000000), ("12^{\\text{th}}", 12), ("{42}", 42), ("2x-2x", None),
    ],
)  # fmt: skip
def test_number_has_one_value_in_every_notation(text, value):
    found = read(text)
    assert isinstance(found, Number)
    if value is not None:
        assert rational_value(found.expr) == Fraction(value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("(1,2)", Listing), ("\\{1,2\\}", Listing), ("{1,2}", Listing), ("1,2", Listing), ("1 \\text{ and } 2", Listing), ("\\pm 3", Listing),
        ("[0,1)", Listing), ("\\emptyset", Listing), ("\\mathbb{R}", Listing), ("]0,1[", Listing), ("[0,1] \\cup [2,3]", SetOperation),
        ("x=5", Relation), ("1<x\\le 2", Relation), ("x \\in [-2,7]", Relation), ("a \\ne 2", Relation), ("a \\not= 2", Relation),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", Matrix), ("Matrix([[1,2],[3,4]])", Listing),
        ("4343_6", Based), ("1011_{\\text{two}}", Based), ("12:00", Clock), ("8 \\text{ p.m.}", Clock), ("2:3:4", Ratio),
        ("\\text{east}", Text), ("no solution", Text), ("f(x)", Number), ("x_1", Number), ("y^{\\prime}", Number),
        ("\\{x | 2 < x < 3\\}", Relation), ("\\int_0^1 x\\,dx", Number), ("\\sum_{n=0}^{\\infty} \\frac{1}{n!}", Number),
    ],
)  # fmt: skip
def test_kind_is_recognised(text, kind):
    assert isinstance(read(text), kind)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "$$",
        "\\neq 42",
        "= ",
        "x = ",
        "1 +",
        "(1, 2",
        "\\frac{1}",
        "\\unknown{3}",
        "2 3",
        "\\neg 42",
        "a \\circ b",
        "#",
        "5 @ 3",
    ],
)
def test_what_is_no_notation_is_unreadable(text):
    with pytest.raises(Unreadable):
        read(text)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("1+" * 20_000 + "1", "size"),
        ("(" * 300 + "1" + ")" * 300, "depth"),
        ("1e999999999", "magnitude"),
        ("\\frac{" + "7" * 3000 + "}{3}", "digits"),
    ],
)
def test_what_costs_too_much_is_over_budget(text, limit):
    with pytest.raises(OverBudget) as error:
        read(text)
    assert error.value.limit == limit


def test_comma_may_be_of_several_kinds():
    assert [type(value) for value in readings("100,200")] == [Number, Listing]
    assert [type(value) for value in readings("3,5")] == [Listing, Number]
    assert [type(value) for value in readings("3,5", is_gold=True)] == [Listing]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("5 \\text{ cm}", (("cm", 1),)), ("15\\mbox{ cm}^2", (("cm", 2),)), ("15 \\text{ square inches}", (("in", 2),)),
        ("\\$36", (("dollar", 1),)), ("36\\%", (("percent", 1),)), ("90^\\circ", (("degree", 1),)), ("20 km/h", (("h", -1), ("km", 1))),
        ("10 \\text{ meters per second}", (("m", 1), ("s", -1))), ("3 \\mathrm{~m} / \\mathrm{s}", (("m", 1), ("s", -1))),
        ("17\\text{ min}", (("min", 1),)), ("\\min(1,x)", ()), ("5 \\text{ apples}", ()), ("\\frac{3m}{2}", ()), ("\\cos 20^\\circ", ()),
    ],
)  # fmt: skip
def test_unit_is_told_from_the_value(text, unit):
    assert read(text).unit == unit


def test_decimal_literal_knows_its_precision():
    assert read("3.14").half_ulp == Fraction(1, 200)
    assert read("4.5e33").half_ulp == Fraction(10**32, 2)
    assert read("4.5 \\times 10^{-3}").half_ulp == Fraction(1, 20_000)
    assert read("314").half_ulp is None
