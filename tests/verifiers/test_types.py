"""Values: what a Score may hold, and its way through JSON."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample, Score

TEXT = st.text(alphabet=st.characters(), max_size=20)  # lone surrogates and NUL too
DETAIL = st.dictionaries(
    TEXT, st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT, max_size=3), max_size=3
)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def scores():
    def made(parts):
        return st.builds(
            Score,
            st.none() | FINITE,
            TEXT.filter(bool),
            st.none() | TEXT,
            TEXT,
            parts,
            DETAIL,
        )

    return st.recursive(made(st.just(())), lambda inner: made(st.lists(inner, max_size=2).map(tuple)), max_leaves=4)


@given(scores())
def test_json_gives_back_the_same_score(score):
    assert Score.from_json(score.to_json()) == score
    assert Score.from_dict(score.to_dict()) == score
    assert score.to_json().isascii()


@given(st.booleans() | st.integers(-3, 3) | FINITE)
def test_values_become_floats(value):
    score = Score(value)
    assert type(score.value) is float
    assert score.value == value


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_reward_is_finite(value):
    with pytest.raises(ValueError, match="a reward is finite"):
        Score(value, "why")


def test_unscored_needs_a_reason():
    with pytest.raises(ValueError, match="say why it could not be verified"):
        Score(None)
    assert Score.unscored("gold_unusable").value is None


def test_of_says_right_or_wrong_unless_told_why():
    assert (Score.of(True).reason, Score.of(0).reason, Score.of(0.0, "no_answer").reason) == (
        "right",
        "wrong",
        "no_answer",
    )


def test_values_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Score.of(True).value = 0.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        Sample(Problem("q"), "a").completion = "b"


def test_a_sample_shows_the_gold_of_its_problem():
    assert Sample(Problem("q", gold="42"), "41").gold == "42"
