"""Limits, targets and units of length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample
from verifiers.text import Length

COUNT = st.integers(0, 300)


def tokens(n):
    return Sample(Problem(""), "text", num_tokens=n)


@given(COUNT, st.integers(1, 200), st.integers(1, 200))
def test_a_target_falls_by_the_same_amount_for_each_token_on_either_side(n, target, slack):
    value = Length(target=target, slack=slack).score(tokens(n)).value
    assert value == pytest.approx(max(0.0, 1 - abs(n - target) / slack))


@given(COUNT, COUNT, COUNT)
def test_limits_without_slack_are_yes_or_no(n, low, high):
    if low > high:
        with pytest.raises(ValueError, match="min is larger than max"):
            Length(min=low, max=high)
    else:
        assert Length(min=low, max=high).score(tokens(n)).value == float(low <= n <= high)


@given(st.text())
def test_characters_and_words_are_those_of_python(text):
    sample = Sample(Problem(""), text)
    assert Length(min=0, unit="characters").score(sample).detail["length"] == len(text)
    assert Length(min=0, unit="words").score(sample).detail["length"] == len(text.split())


def test_tokens_that_nobody_counted_leave_the_sample_unscored():
    score = Length(max=10).score(Sample(Problem(""), "text"))
    assert (score.value, score.reason) == (None, "no_token_count")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "has no limit"),
        ({"target": 0}, "at least 1"),
        ({"target": 5, "max": 6}, "either a target or limits"),
        ({"max": 5, "slack": -1}, "0 or more"),
        ({"max": 5, "unit": "bytes"}, "unit='bytes' is not one of tokens, characters, words"),
    ],
)
def test_contradictions_are_refused_with_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        Length(**arguments)
