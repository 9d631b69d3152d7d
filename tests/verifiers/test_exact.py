"""Exact match: what normalisation forgives, and what it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample, check_gold
from verifiers.exact import ExactMatch, normalise

WORD = st.text("abcxyzéß", min_size=1, max_size=8)


def value(gold, completion, **options):
    return ExactMatch(**options).score(Sample(Problem("", gold), completion)).value


@given(WORD, WORD)
def test_an_answer_equals_itself_however_it_is_dressed_and_no_other(gold, other):
    for form in ("\\boxed{%s}", "The answer is %s.", "<answer>%s</answer>", "\\boxed{\\text{%s}}", "Answer: **%s**"):
        assert value(gold, form % gold) == 1.0
        assert value(gold, form % gold.upper()) == float(normalise(gold.upper()) == normalise(gold))
        assert value(gold, form % other) == float(normalise(other) == normalise(gold))


@given(st.lists(WORD, min_size=1, max_size=4), WORD)
def test_any_of_several_golds_will_do(golds, answer):
    expected = float(normalise(answer) in map(normalise, golds))
    assert value(golds, f"\\boxed{{{answer}}}") == value(set(golds), f"\\boxed{{{answer}}}") == expected


@pytest.mark.parametrize(
    "form", ["{0} or {1}", "The answer is {0} or {1}.", "\\boxed{{{0}}} or \\boxed{{{1}}}", "x{0}", "{0}{1}"]
)
def test_more_than_the_gold_is_not_the_gold(form):
    for a, b in (("Paris", "Rome"), ("Rome", "Paris")):
        assert value("Paris", form.format(a, b)) == 0.0


def test_normalisation_is_idempotent_and_keeps_what_matters():
    for text in (" **The  Tower**. ", "\\text{Yes}", "ﬁne", "½", "a_b", "C++"):
        assert normalise(normalise(text)) == normalise(text)
    assert normalise("C") != normalise("C++")
    assert normalise("ﬁne") == "fine"
    assert normalise("4²") != normalise("42")
    assert normalise("(-3,2)") != normalise("[-3,2]")


def test_golds_that_say_nothing_are_listed():
    problems = [Problem("", g, id=repr(g)) for g in ("a", 4, ["a", "b"], "", " .", [], None, {"a": 1}, ["a", None])]
    assert set(check_gold(ExactMatch(), problems)) == {"''", "' .'", "[]", "None", "{'a': 1}", "['a', None]"}
