import json

import pytest

from benchmarks.results import Result
from benchmarks.summary import UNKNOWN_FINISH, summarize
from tests.benchmarks.helpers import LastWord, attempt, results_of
from verifiers.intervals import wilson


def test_the_figures_of_two_questions_by_hand():
    results = results_of(["1", "1", "2", "?"], id="a") + results_of(["1", "1", "1", "1"], id="b")
    s = summarize(results, LastWord(), "run")
    assert (s.questions, s.samples, s.k) == (2, 8, 4)
    assert s.pass_at_1 == pytest.approx((0.5 + 1) / 2)
    assert s.pass_at_k == {2: pytest.approx((1 - 1 / 6 + 1) / 2), 4: 1.0}
    assert s.maj_at_k == {4: 1.0}
    assert s.run_to_run == pytest.approx((0.25 / 3) ** 0.5 / 2)
    assert s.no_answer == pytest.approx(1 / 8)
    assert s.reasons == {"equal": 6, "different": 1, "no_answer": 1}


def test_unscored_samples_count_in_no_figure_and_are_reported():
    results = results_of(["1", "2"], id="a") + results_of(["1", "1"], gold="bad", id="b")
    s = summarize(results, LastWord())
    assert s.pass_at_1 == 0.5  # and not 0.25, as it would be with unscored ones as wrong
    assert s.unscored == 0.5
    assert s.unusable == ("b",)


def test_where_nothing_could_be_scored_there_is_no_figure():
    s = summarize(results_of(["1"], gold="bad"), LastWord())
    assert (s.pass_at_1, s.interval, s.unscored) == (None, None, 1.0)


def test_one_sample_a_question_has_wilsons_interval():
    results = [r for i, a in enumerate(["1", "1", "2"]) for r in results_of([a], id=str(i))]
    s = summarize(results, LastWord())
    assert s.interval == wilson(2, 3)
    assert (s.pass_at_k, s.maj_at_k, s.run_to_run) == ({}, {}, None)


def test_the_share_cut_off_is_over_those_whose_end_is_known():
    finishes = ["length", "stop", UNKNOWN_FINISH]
    attempts = [attempt("1", index=i, finish=finish) for i, finish in enumerate(finishes)]
    results = [Result(a, LastWord().score(a.sample)) for a in attempts]
    assert summarize(results, LastWord()).truncated == 0.5
    assert summarize(results[2:], LastWord()).truncated is None


def test_an_uneven_run_reports_no_pass_at_k_beyond_its_poorest_question():
    results = results_of(["1"] * 4, id="a") + results_of(["1"] * 2, id="b")
    s = summarize(results, LastWord())
    assert s.k == 2
    assert set(s.pass_at_k) == {2}


def test_a_summary_is_plain_json():
    text = json.dumps(summarize(results_of(["1", "2", "2"]), LastWord()).to_dict(), allow_nan=False)
    assert json.loads(text)["pass_at_1"] == pytest.approx(1 / 3)


def test_no_results_are_an_error():
    with pytest.raises(ValueError, match="nothing to summarize"):
        summarize([], LastWord())
