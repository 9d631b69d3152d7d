import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.metrics import majority
from benchmarks.results import by_question
from benchmarks.voting import RIGHT, maj_at_k, vote
from tests.benchmarks.helpers import LastWord, results_of


def test_answers_that_the_verifier_takes_for_equal_are_one_vote():
    # As strings "2" would win with three votes to two.
    assert vote(results_of(["1", "1.0", "1.00", "2", "2"]), LastWord()) == RIGHT
    assert vote(results_of(["2", "2.0", "2.00", "1", "1"]), LastWord()) != RIGHT


def test_the_first_seen_wins_a_tie():
    assert vote(results_of(["1", "2", "2", "1"]), LastWord()) == RIGHT
    assert vote(results_of(["2", "1", "2", "1"]), LastWord()) != RIGHT


def test_no_answer_is_no_vote():
    assert vote(results_of(["?", "?", "?", "1"]), LastWord()) == RIGHT
    assert vote(results_of(["?", "?"]), LastWord()) is None


def test_an_unscored_sample_is_no_vote():
    assert vote(results_of(["2", "2"], gold="bad"), LastWord()) is None


@given(st.lists(st.sampled_from(["1", "1.0", "2", "2.0", "3", "?"]), min_size=1, max_size=10))
def test_the_shortcuts_change_no_outcome(answers):
    votes = [None if answer == "?" else float(answer) for answer in answers]
    winner = vote(results_of(answers), LastWord())
    assert (winner == RIGHT) == (majority(votes) == 1.0)
    assert (winner is None) == (majority(votes) is None)


def test_a_settled_vote_compares_nothing():
    verifier = LastWord()
    results = results_of(["1"] * 9 + [str(n) for n in range(2, 10)])
    vote(results, verifier)
    assert verifier.calls == 0


def test_texts_are_compared_once_however_often_they_occur():
    verifier = LastWord()
    vote(results_of(["2"] * 50 + ["3"] * 50), verifier)
    assert verifier.calls == 1


def test_maj_at_k_takes_the_first_k_samples_of_each_question():
    questions = by_question(results_of(["1", "2", "2"], id="a") + results_of(["1", "1", "2"], id="b"))
    assert maj_at_k(questions, 3, LastWord()) == pytest.approx(0.5)
    assert maj_at_k(questions, 1, LastWord()) == 1.0
    assert maj_at_k(questions, 4, LastWord()) is None
