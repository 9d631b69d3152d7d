from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.metrics import majority, mean_pass_at_k, pass_at_k

counts = st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n)))


@given(counts)
def test_pass_at_k_is_the_closed_form_of_chen_et_al(case):
    n, c, k = case
    assert pass_at_k(n, c, k) == pytest.approx(1 - comb(n - c, k) / comb(n, k), abs=1e-12)


@pytest.mark.parametrize(("n", "c", "k"), [(n, c, k) for n in range(1, 8) for c in range(n + 1) for k in range(1, n)])
def test_pass_at_k_is_the_share_of_subsets_with_a_right_sample(n, c, k):
    subsets = list(combinations([True] * c + [False] * (n - c), k))
    assert pass_at_k(n, c, k) == pytest.approx(sum(map(any, subsets)) / len(subsets))


@given(counts)
def test_pass_at_1_is_the_share_of_right_samples(case):
    n, c, _ = case
    assert pass_at_k(n, c, 1) == pytest.approx(c / n)


def test_pass_at_k_does_not_overflow_where_the_binomials_do():
    assert pass_at_k(100_000, 1, 50_000) == pytest.approx(0.5)


@pytest.mark.parametrize(("n", "c", "k"), [(4, 5, 1), (4, -1, 1), (4, 2, 0), (4, 2, 5)])
def test_impossible_counts_are_refused_with_the_value(n, c, k):
    with pytest.raises(ValueError, match=rf"[ck]={c if not 0 <= c <= n else k}\b"):
        pass_at_k(n, c, k)


def test_the_mean_is_over_questions_and_not_over_samples():
    # 1 of 2 and 8 of 8 samples: pooled over samples it would be 0.9.
    assert mean_pass_at_k([(2, 1), (8, 8)], k=1) == pytest.approx(0.75)


def test_there_is_no_mean_where_a_question_has_too_few_samples():
    assert mean_pass_at_k([(4, 2), (3, 2)], k=4) is None
    assert mean_pass_at_k([], k=1) is None


@given(st.lists(st.one_of(st.none(), st.sampled_from("abc")), max_size=12))
def test_the_majority_is_most_frequent_and_among_those_the_first_seen(votes):
    winner = majority(votes)
    cast = [vote for vote in votes if vote is not None]
    if not cast:
        assert winner is None
        return
    best = max(cast.count(vote) for vote in cast)
    assert winner == next(vote for vote in cast if cast.count(vote) == best)
