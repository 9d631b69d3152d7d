"""Formulas are read as they are printed, and nothing else is."""

import pytest

from verifiers.example import Number
from verifiers.formula import FormulaError, read_formula

NAMES = {"a": Number(), "b": Number(), "Number": Number}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a", "Number()"),
        ("0.8 * a + 0.2*b", "(0.8 * Number()) + (0.2 * Number())"),
        ("gate(a, at=0.5) * b - a", "(gate(Number(), at=0.5) * Number()) + (-1.0 * Number())"),
        ("a & b | Number()", "(Number() & Number()) | Number()"),
        ("scheduled(a, {0: 1, 10: -0.5})", "scheduled(Number(), {0: 1.0, 10: -0.5})"),
        ("-a", "-1.0 * Number()"),
    ],
)
def test_a_formula_is_read_as_the_verifiers_it_names(text, shown):
    assert repr(read_formula(text, NAMES)) == shown


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("c + a", "'c' is not among"),
        ("a +", "is no formula"),
        ("", "is no formula"),
        ("2 * 3", "is a int, no verifier"),
        ("a / 2", "cannot be read: use numbers, names"),
        ("a if b else a", "cannot be read"),
        ("a.score", "cannot be read"),
        ("__import__('os')", "'__import__' is not among"),
        ("(lambda: a)()", "cannot be read"),
        ("[x for x in (a, b)]", "cannot be read"),
        ("a + 1", "is no formula: unsupported operand"),
        ("clip(a)", "is no formula"),
        ("clip(a, 1, 0)", "the lower bound is the larger one"),
        ("(" * 5000 + "a" + ")" * 5000, "a formula of 10001 characters"),
        ("-" * 3000 + "a", "is no formula"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(FormulaError) as error:
        read_formula(text, NAMES)
    assert sentence in str(error.value)
