import random
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.intervals import bootstrap, paired_difference, question_interval, run_to_run
from verifiers.intervals import Z95, quantile


def test_a_clean_sweep_is_not_certainty():
    low, high = question_interval([1.0] * 500)
    assert high == 1.0
    assert low == pytest.approx(500 / (500 + Z95**2))  # Wilson's bound at c = n


def test_the_bootstrap_is_the_normal_interval_on_many_questions():
    rng = random.Random(1)
    rates = [rng.betavariate(2, 3) for _ in range(400)]
    half = Z95 * np.std(rates) / sqrt(len(rates))
    low, high = bootstrap(rates)
    # 2,000 resamples place the 2.5 % point to about 3 % of the width.
    assert low == pytest.approx(np.mean(rates) - half, abs=0.15 * half)
    assert high == pytest.approx(np.mean(rates) + half, abs=0.15 * half)


def test_the_same_seed_gives_the_same_interval():
    rates = [i * i % 17 / 17 for i in range(40)]
    assert bootstrap(rates, seed=3) == bootstrap(rates, seed=3) != bootstrap(rates, seed=4)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.floats(0, 1))
def test_quantile_agrees_with_numpy(values, q):
    assert quantile(sorted(values), q) == pytest.approx(float(np.quantile(values, q)), abs=1e-9)


def test_questions_are_resampled_and_not_samples():
    # 30 questions of which half are always solved: 64 samples each tell no more about other questions than one does.
    low, high = question_interval([0.999] * 15 + [0.001] * 15)
    assert high - low == pytest.approx(2 * Z95 * 0.5 / sqrt(30), rel=0.15)


def test_run_to_run_is_the_spread_that_repeated_runs_have():
    rng, Q, k = random.Random(0), 20, 8
    truth = [rng.random() for _ in range(Q)]

    def draw():
        return [(k, sum(rng.random() < p for _ in range(k))) for p in truth]

    def mean(run):
        return sum(c / n for n, c in run) / Q

    exact = sqrt(sum(p * (1 - p) / k for p in truth)) / Q
    estimates = [run_to_run(draw()) for _ in range(400)]
    assert sqrt(np.mean(np.square(estimates))) == pytest.approx(exact, rel=0.03)
    assert np.std([mean(draw()) for _ in range(4000)]) == pytest.approx(exact, rel=0.05)


def test_one_sample_a_question_tells_nothing_about_repeated_runs():
    assert run_to_run([(1, 1), (1, 0)]) is None
    assert run_to_run([]) is None


def test_a_paired_difference_takes_out_how_hard_the_questions_are():
    rng = random.Random(0)
    before = [rng.random() * 0.8 for _ in range(60)]
    after = [p + 0.1 + 0.02 * rng.random() for p in before]
    change, (low, high) = paired_difference(before, after)
    assert change == pytest.approx(0.11, abs=0.01)
    assert 0.1 < low < change < high < 0.12
    assert paired_difference(after, before)[0] == pytest.approx(-change)


def test_different_questions_cannot_be_paired():
    with pytest.raises(ValueError, match="2 and 1 questions"):
        paired_difference([0.1, 0.2], [0.3])


def test_no_questions_have_no_interval():
    with pytest.raises(ValueError, match="No questions"):
        question_interval([])
