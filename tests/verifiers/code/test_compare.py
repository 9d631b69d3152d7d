"""Comparison of values and of outputs: what must match, and the tricks that must not."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.code.compare import close, same_value
from verifiers.code.outputs import same_output

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON, st.sampled_from([None, 0.0, 1e-6]))
def test_every_value_without_nan_is_the_same_as_itself(value: object, tol: float | None) -> None:
    assert same_value(value, value, tol)


@given(JSON, JSON)
def test_without_tolerance_it_is_pythons_equality(a: object, b: object) -> None:
    assert same_value(a, b) == (a == b)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0000001, 1),
        (3, 3.0000001),
        ([1.0, {"a": 2.0000001}], [1, {"a": 2}]),
        ((1.0,), (1.0000001,)),
        (1e12 + 0.5, 1e12),
        (Decimal("1.00000001"), 1.0),
        (Fraction(1, 3), 0.3333333),
        ("a", "a"),
        (None, None),
        (True, True),
        (math.inf, math.inf),
    ],
    ids=repr,
)
def test_tolerance_reaches_numbers_inside(value: object, expected: object) -> None:
    assert same_value(value, expected, 1e-6)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.1, 1.0),
        ("1", 1),
        (1, "1"),
        (math.nan, 1.0),
        (math.nan, math.nan),
        (math.inf, 1e308),
        (-math.inf, math.inf),
        (1_000_001, 1_000_000),
        (10**400, 1.0),
        (1.0, 10**400),
        ([1.0], [1.0, 1.0]),
        ([1.0, 1.0], [1.0]),
        ((1.0,), [1.0]),
        ({"a": 1.0, "b": 1.0}, {"a": 1.0}),
        ({1: 1.0}, {"1": 1.0}),
        ({1.0}, {1.0000001}),
        (None, 0.0),
        (1j, 1.0),
        ([[1.0]], [1.0]),
        ("abc", ["a", "b", "c"]),
    ],
    ids=repr,
)
def test_tolerance_forgives_nothing_else(value: object, expected: object) -> None:
    assert not same_value(value, expected, 1e-6)


def test_integers_are_compared_absolutely_and_other_numbers_also_relatively() -> None:
    assert close(11, 10, tol=1)
    assert not close(1_000_000, 1_000_001, tol=1e-3)
    assert close(1_000_000.0, 1_000_001, tol=1e-3)
    assert close(1e-9, 0.0, tol=1e-6)


LINES = st.lists(st.text("ab 1.", max_size=6), max_size=5)


@given(LINES, st.sampled_from(["", " ", "\t", " \r"]), st.integers(0, 3))
def test_white_space_at_ends_of_lines_and_blank_last_lines_do_not_count(lines: list[str], end: str, blank: int) -> None:
    expected = "\n".join(lines).encode()
    printed = "".join(line + end + "\n" for line in lines).encode() + b"\n" * blank
    assert same_output(printed, expected)


@given(LINES, LINES)
def test_outputs_are_the_same_only_when_their_lines_are(a: list[str], b: list[str]) -> None:
    def stripped(lines: list[str]) -> list[str]:
        kept = [line.rstrip() for line in lines]
        while kept and not kept[-1]:
            kept.pop()
        return kept

    assert same_output("\n".join(a).encode(), "\n".join(b).encode()) == (stripped(a) == stripped(b))


@pytest.mark.parametrize(
    ("printed", "expected"),
    [("4\r\n9\r\n", "4\n9"), ("4", "4\n"), ("", ""), ("\n\n", ""), ("é\n", "é"), ("4  \n", "4"), ("a  b\n", "a  b")],
)
def test_same_output(printed: str, expected: str) -> None:
    assert same_output(printed.encode(), expected.encode())


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("4\n9\n16\n", "4\n9\n"),
        ("4\n", "4\n9\n"),
        ("4 9", "4\n9"),
        ("4\n9", "4 9"),
        ("49", "4\n9"),
        ("YES NO", "YES"),
        ("yes", "YES"),
        ("", "4"),
        ("4", ""),
        ("\n4", "4"),
        (" 4", "4"),
        ("4\n\n9", "4\n9"),
        ("4.0", "4"),
        ("04", "4"),
        ("+4", "4"),
        ("４", "4"),
        ("4\u00a0", "4"),
        ("4\u3000", "4"),
        ("a b", "a  b"),
        ("4\0", "4"),
        ("4\r9", "4\n9"),
        ("4\u20289", "4\n9"),
        ("4\x0c9", "4\n9"),
        ("0.30000000000000004", "0.3"),
    ],
    ids=ascii,
)
def test_different_output(printed: str, expected: str) -> None:
    assert not same_output(printed.encode(), expected.encode())


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("3.5000001", "3.5"),
        ("35e-1", "3.5"),
        ("+3.5", "3.5"),
        ("3.50 yes", "3.5 yes"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e-7", "0.0000001"),
        ("1  2.0", "1 2"),
        ("nan", "nan"),
        ("-0.0", "0"),
    ],
)
def test_numbers_match_within_the_tolerance(printed: str, expected: str) -> None:
    assert same_output(printed.encode(), expected.encode(), 1e-6)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("nan", "3.5"),
        ("inf", "3.5"),
        ("-inf", "inf"),
        ("infinity", "inf"),
        ("1e999", "3.5"),
        ("1e999", "2e999"),
        ("3.6", "3.5"),
        ("３.５", "3.5"),
        ("٣.٥", "3.5"),
        ("3_5", "35"),
        ("0x23", "35"),
        ("3,5", "3.5"),
        ("3.5 3.5", "3.5"),
        ("3.5\n", "3.5\n1"),
        ("3.5x", "3.5"),
        ("--3.5", "3.5"),
        ("−3.5", "-3.5"),
        ("1/2", "0.5"),
        ("12345678901234567891", "12345678901234567890"),
        ("1 2", "1\n2"),
        ("YES", "yes"),
    ],
    ids=ascii,
)
def test_what_is_no_plain_number_does_not_match(printed: str, expected: str) -> None:
    assert not same_output(printed.encode(), expected.encode(), 1e-6)


def test_huge_tokens_are_compared_without_converting_them() -> None:
    digits = b"9" * 100_000
    assert same_output(digits, digits, 1e-6)
    assert not same_output(digits, b"8" * 100_000, 1e-6)
