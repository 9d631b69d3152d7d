"""Roman numerals as labels of statements: the set of them is the answer."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.math import check

LABELS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
WRITINGS = ("{}", "({})", r"\text{{{}}}", r"\text{{({})}}", r"\textbf{{({})}}")
JOINTS = (" and ", ", ", ", and ", " & ")
NAMED = st.sets(st.sampled_from(LABELS), min_size=1, max_size=4)


@st.composite
def written(draw, labels):
    writing, joint = draw(st.sampled_from(WRITINGS[1:])), draw(st.sampled_from(JOINTS))
    return joint.join(writing.format(label) for label in draw(st.permutations(sorted(labels))))


@given(st.data(), NAMED, NAMED)
def test_the_same_statements_are_equal_in_any_order_and_writing_and_others_are_not(data, one, other):
    gold, answer = data.draw(written(one)), data.draw(written(other))
    assert check(gold, answer).value == float(one == other), (gold, answer)


@pytest.mark.parametrize(
    ("label", "one", "other"), [(x, *pair) for x in LABELS[1:3] for pair in itertools.product(WRITINGS, repeat=2)]
)
def test_a_label_is_itself_in_every_writing(label, one, other):
    assert check(one.format(label), other.format(label)).value == 1.0


@pytest.mark.parametrize("answer", ["neither I nor II", "I or II", "not I", "I and others", "IIII", "1", "i^2"])
def test_what_does_not_name_statements_names_none(answer):
    assert check(r"\text{(I)}", answer).value == 0.0


@pytest.mark.parametrize(("gold", "answer"), [("V", "5"), ("x", "X"), ("i", "-i"), ("$i$", "$-i$"), ("X", "10")])
def test_a_bare_letter_stays_a_variable(gold, answer):
    assert check(gold, answer).value == 0.0
