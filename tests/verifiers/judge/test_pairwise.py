"""Pairs: both orders, ties, gates, groups, and a judge that only likes what stands first."""

import math

import pytest

from verifiers import Problem, Sample, gate
from verifiers.judge import Client, Failure, Reply, Scripted
from verifiers.judge.pairwise import PairwiseJudge, win_rate

PAIRS = [("question", f"left {n}", f"right {n}") for n in range(100)]


def judge_of(answer, **settings):
    return PairwiseJudge(Client(Scripted(answer)), **settings)


@pytest.mark.parametrize("favourite", ["A", "B"])
def test_a_judge_that_only_likes_a_position_gives_half_with_ties(favourite):
    found = win_rate(judge_of(lambda request: f"VERDICT: {favourite}").compare_all(PAIRS))
    assert (found.rate.value, found.wins, found.ties, found.losses) == (0.5, 0, 100, 0)
    assert found.disagreements == 100
    assert found.first_shown == (1.0 if favourite == "A" else 0.0)


def test_a_judge_with_some_position_bias_still_gives_the_true_win_rate(blocks):
    """The left side is better in 30 of 100 pairs; in every second pair the judge takes whatever stands first."""

    def answer(request):
        a = blocks(request, "completion_a")
        n = int(a.split()[1])
        better = "left" if n % 10 < 3 else "right"
        if n % 20 >= 10:
            return "VERDICT: A"
        return f"VERDICT: {'A' if a.startswith(better) else 'B'}"

    found = win_rate(judge_of(answer).compare_all(PAIRS))
    assert (found.wins, found.losses, found.ties) == (15, 35, 50)
    assert found.rate.value == pytest.approx(0.4)
    assert 0.3 < found.rate.low < 0.4 < found.rate.high < 0.5
    assert found.first_shown == pytest.approx(0.75)


def test_the_answer_does_not_depend_on_which_side_is_named_first(blocks):
    def answer(request):
        a, b = (int(blocks(request, f"completion_{side}").split()[1]) for side in "ab")
        return f"VERDICT: {'TIE' if a == b else 'A' if a > b else 'B'}"

    judge = judge_of(answer)
    pairs = [("q", f"x {i}", f"x {j}") for i in range(5) for j in range(5)]
    there = judge.compare_all(pairs)
    back = judge.compare_all([(q, b, a) for q, a, b in pairs])
    assert [c.value for c in there] == [1.0 - c.value for c in back]
    assert [c.value for c in there] == [c.mirrored.value for c in back]


def test_an_order_without_a_verdict_leaves_the_comparison_out_and_counts_it():
    def answer(request):
        if "left 1" in request.text:
            raise Failure("http_400", retry=False)
        return "VERDICT: TIE"

    found = win_rate(judge_of(answer).compare_all(PAIRS))
    assert (found.rate.value, found.ties, found.unscored) == (0.5, 89, 11)


def test_nothing_decided_is_no_win_rate():
    def down(request):
        raise Failure("http_400", retry=False)

    found = win_rate(judge_of(down).compare_all(PAIRS[:5]))
    assert (found.rate.value, found.unscored, found.first_shown) == (None, 5, None)


def test_empty_completions_lose_unseen_and_earn_nothing():
    transport = Scripted(lambda request: "VERDICT: A")
    judge = PairwiseJudge(Client(transport))
    assert [c.value for c in judge.compare_all([("q", "", "x"), ("q", "x", ":"), ("q", "", ":")])] == [0.0, 1.0, 0.5]
    samples = [Sample(Problem("q"), text) for text in ("", "Solution:")]
    assert [s.value for s in judge.score_all(samples)] == [0.0, 0.0]
    assert transport.calls == 0


def test_a_group_is_compared_all_against_all_and_problems_are_kept_apart(blocks):
    def answer(request):
        a, b = (len(blocks(request, f"completion_{side}")) for side in "ab")
        return f"VERDICT: {'TIE' if a == b else 'A' if a > b else 'B'}"

    transport = Scripted(answer)
    judge = PairwiseJudge(Client(transport))
    samples = [Sample(Problem(f"q{k}"), "x" * n) for n in (1, 2, 3) for k in (0, 1)]
    assert [s.value for s in judge.score_all(samples)] == [0.0, 0.0, 0.5, 0.5, 1.0, 1.0]
    assert transport.calls == 2 * 3 * 2
    assert judge.groupwise
    # Behind a gate the judge still sees whole groups.
    assert [s.value for s in (gate(judge, at=0.5) * judge).score_all(samples)] == [0.0, 0.0, 0.5, 0.5, 1.0, 1.0]


def test_a_sample_with_most_of_its_comparisons_undecided_is_unscored(blocks):
    def answer(request):
        if "bad" in blocks(request, "completion_a") + blocks(request, "completion_b"):
            raise Failure("http_400", retry=False)
        return "VERDICT: TIE"

    samples = [Sample(Problem("q"), text) for text in ("one", "two", "three", "bad")]
    scores = judge_of(answer).score_all(samples)
    assert [s.value for s in scores] == [0.5, 0.5, 0.5, None]
    assert scores[3].reason == "transport_error:http_400"


def test_identical_completions_tie_unseen():
    transport = Scripted(lambda request: "VERDICT: A")
    (found,) = PairwiseJudge(Client(transport)).compare_all([("q", "<think>1</think>same", "<think>2</think>same")])
    assert (found.value, found.reason, transport.calls) == (0.5, "identical", 0)


def test_a_bug_in_the_baseline_of_one_problem_spares_the_others():
    judge = judge_of(lambda request: "VERDICT: TIE", baseline=lambda problem: problem.meta["baseline"])
    samples = [Sample(Problem("q", meta={"baseline": "b"}), "x"), Sample(Problem("q"), "x")]
    assert [(s.value, s.reason) for s in judge.score_all(samples)] == [(0.5, "tie"), (None, "error:KeyError")]


def test_a_baseline_that_is_no_answer_beats_nobody():
    judge = judge_of(lambda request: "VERDICT: A", baseline=lambda problem: "")
    (score,) = judge.score_all([Sample(Problem("q"), "x")])
    assert (score.value, score.reason) == (None, "baseline_unusable")
    assert not judge.groupwise


def test_weighted_pairs_average_the_probabilities_of_both_orders(blocks):
    def answer(request):
        p = 0.9 if blocks(request, "completion_a") == "left" else 0.4  # likes the left one, and the first
        return Reply(options={"A": math.log(p), "B": math.log(1 - p)})

    judge = judge_of(answer, weighted=True)
    (found,) = judge.compare_all([("q", "left", "right")])
    assert found.value == pytest.approx((0.9 + 0.6) / 2)
    assert found.reason == "weighted"


def test_a_weighted_judge_without_log_probabilities_is_unscored():
    (found,) = judge_of(lambda request: "A", weighted=True).compare_all([("q", "left", "right")])
    assert (found.value, found.reason) == (None, "unparseable")
