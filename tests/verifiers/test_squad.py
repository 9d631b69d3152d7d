"""SQuAD's measures against a second way to compute them."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample
from verifiers.squad import SquadEM, SquadF1, f1, squad_normalise

TEXT = st.lists(st.sampled_from(["the", "a", "Big", "big", "cat", "cat's", "U.S.", "–", "!"]), max_size=6).map(" ".join)


def words_in_common(a, b):
    """By pairing off equal words one at a time."""
    rest, common = list(b), 0
    for word in a:
        if word in rest:
            rest.remove(word)
            common += 1
    return common


@given(TEXT, TEXT)
def test_f1_is_the_harmonic_mean_of_precision_and_recall(answer, gold):
    a, g = squad_normalise(answer).split(), squad_normalise(gold).split()
    common = words_in_common(a, g)
    if not a or not g:
        expected = float(a == g)
    elif not common:
        expected = 0.0
    else:
        precision, recall = common / len(a), common / len(g)
        expected = 2 * precision * recall / (precision + recall)
    assert f1(answer, gold) == pytest.approx(expected)
    assert f1(answer, gold) == f1(gold, answer)


@given(TEXT)
def test_normalisation_is_that_of_the_official_script(text):
    lowered = "".join(c for c in text.lower() if c not in set(string.punctuation))
    assert squad_normalise(text) == " ".join(re.sub(r"\b(a|an|the)\b", " ", lowered).split())


def test_the_best_gold_and_the_worst_of_several_answers_count():
    def value(v, gold, completion):
        return v.score(Sample(Problem("", gold), completion)).value

    assert value(SquadF1(), ["cat", "big cat"], "The answer is the big cat.") == 1.0
    assert value(SquadEM(), ["cat", "big cat"], "The answer is a big cat.") == 1.0
    assert value(SquadEM(), "cat", "The answer is a big cat.") == 0.0
    listing = "The answer is cat dog cow horse."
    assert value(SquadF1(), "cat", listing) == pytest.approx(0.4)
    assert value(SquadF1(), "the", "the") is None
