"""AlpacaEval 2's length-controlled win rate, against properties and an independent optimality condition."""

import math
import random

import pytest

from verifiers.judge import length_control
from verifiers.judge.length_control import Preference, length_controlled_win_rate


def preferences(n=300, theta=0.0, phi=0.0, psi=0.0, longer=1.0, seed=0, soft=True):
    """Drawn from the model itself; `longer` is how much longer the model's outputs are on average."""
    rng, made = random.Random(seed), []
    for _ in range(n):
        baseline = rng.randint(300, 3000)
        length = int(baseline * longer * rng.lognormvariate(0, 0.3))
        difficulty = rng.gauss(0, 1)
        made.append((length, baseline, difficulty))
    deltas = [a - b for a, b, _ in made]
    middle = sum(deltas) / n
    sd = math.sqrt(sum((d - middle) ** 2 for d in deltas) / (n - 1))
    out = []
    for a, b, gamma in made:
        p = 1 / (1 + math.exp(-(theta + phi * math.tanh((a - b) / sd) + psi * gamma)))
        out.append(Preference(p if soft else float(rng.random() < p), a, b, gamma))
    return out


def test_the_model_is_found_again():
    found = length_controlled_win_rate(preferences(theta=0.7, phi=1.3, psi=-0.4))
    # The penalty shrinks a little; at the weakest of the ten strengths that is 1e-4 over the data.
    assert (found.theta, found.phi, found.psi) == pytest.approx((0.7, 1.3, -0.4), abs=0.01)


def test_a_model_that_wins_by_length_alone_is_brought_back_to_half():
    found = length_controlled_win_rate(preferences(theta=0.0, phi=2.0, longer=1.6))
    assert found.win_rate > 65
    assert found.length_controlled == pytest.approx(50, abs=1)


def test_without_a_length_effect_both_rates_agree():
    found = length_controlled_win_rate(preferences(theta=0.8, phi=0.0, longer=1.6))
    assert found.length_controlled == pytest.approx(found.win_rate, abs=0.5)


def test_swapping_model_and_baseline_mirrors_the_rate():
    there = preferences(theta=0.5, phi=1.0, psi=0.3, longer=1.2, soft=False)
    back = [Preference(1 - p.value, p.baseline_length, p.length, -p.difficulty) for p in there]
    a, b = length_controlled_win_rate(there), length_controlled_win_rate(back)
    assert a.win_rate + b.win_rate == pytest.approx(100)
    assert a.theta == pytest.approx(-b.theta, abs=1e-6)
    assert a.phi == pytest.approx(b.phi, abs=1e-6)


def test_a_model_against_itself_is_half():
    found = length_controlled_win_rate([Preference(0.5, 100 + k, 100 + k) for k in range(20)])
    assert (found.win_rate, found.length_controlled) == (50.0, 50.0)


@pytest.mark.parametrize("strength", [1e-2, 0.3, 5.0, 1e4])
@pytest.mark.parametrize("with_gamed", [False, True])
def test_the_fit_meets_the_optimality_condition_of_its_penalty(strength, with_gamed):
    """At the minimum of |w|_1 + C * loss the gradient of C * loss is -sign(w), or within [-1, 1] where w is 0."""
    data = preferences(200, theta=0.4, phi=1.0, psi=0.05, soft=False)
    rows, labels, weights = length_control._features(data, 1.0), [p.value for p in data], [1.0] * len(data)
    if with_gamed:
        gamed = preferences(200, phi=1.0, longer=0.6, seed=1)
        rows += length_control._features(gamed, 0.0)
        labels += [p.value for p in gamed]
        weights += [0.1] * len(gamed)
    w = length_control._fit(rows, labels, weights, strength)
    for j in range(3):
        gradient = strength * sum(
            weight * (1 / (1 + math.exp(-sum(a * b for a, b in zip(w, row)))) - label) * row[j]
            for row, label, weight in zip(rows, labels, weights)
        )
        if w[j]:
            assert gradient == pytest.approx(-math.copysign(1, w[j]), abs=1e-5 * max(1, strength))
        else:
            assert abs(gradient) <= 1 + 1e-6


def test_gamed_baselines_pull_the_length_term_towards_theirs():
    data = preferences(100, theta=0.5, phi=0.0, soft=False)
    gamed = preferences(400, phi=3.0, longer=0.5, seed=1) + preferences(400, phi=3.0, longer=1.8, seed=2)
    alone, together = length_controlled_win_rate(data), length_controlled_win_rate(data, gamed)
    assert together.phi > alone.phi + 0.3


def test_difficulty_matters_to_the_mean():
    with_it = length_controlled_win_rate(preferences(theta=1.0, psi=3.0))
    # A mean of logistic(theta + psi * gamma), not logistic(theta): nearer to one half.
    assert with_it.length_controlled < 100 / (1 + math.exp(-1.0)) - 5


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="4 preferences"):
        length_controlled_win_rate([Preference(1.0, 1, 1)] * 4)
    with pytest.raises(ValueError, match=r"A preference of 1\.5"):
        length_controlled_win_rate([Preference(1.5, 1, 1)] * 5)


@pytest.mark.interop
@pytest.mark.parametrize("strength", [0.3, 20.0, 1e4])
def test_the_fit_is_liblinears(strength):
    """The solver of the authors' implementation, on the rows doubled into soft labels as they do."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    data = preferences(300, theta=0.4, phi=1.0, psi=0.3)
    rows, labels = length_control._features(data, 1.0), [p.value for p in data]
    model = linear_model.LogisticRegression(
        C=strength, penalty="l1", solver="liblinear", fit_intercept=False, tol=1e-9, max_iter=5000
    )
    weights = labels + [1 - label for label in labels]
    model.fit(rows + rows, [1] * len(rows) + [0] * len(rows), sample_weight=weights)
    ours = length_control._fit(rows, labels, [1.0] * len(rows), strength)
    assert ours == pytest.approx(tuple(model.coef_[0]), abs=1e-6)
