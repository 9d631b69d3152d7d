"""AlpacaEval 2's length-controlled win rate: what would the win rate be if both models wrote equally long?

Dubois et al., "Length-Controlled AlpacaEval", arXiv:2404.04475, section 3.2. The preference for the model over the baseline on
instruction x is

    P(m > b | x) = logistic(theta + phi * tanh((len_m - len_b) / sd) + psi * gamma_x)                            (eq. 2)

with gamma_x the difficulty of the instruction; the length-controlled win rate is 100 times the mean of P with the length term
left out. Differences in lengths are divided by their standard deviation over the instructions.

As the authors' implementation does, preferences are soft labels (with a weighted annotator they are probabilities), the fit is
a logistic regression with an L1 penalty whose strength is chosen by 5-fold cross-validation from 10 values between 1e-4 and
1e4, and preferences of the baseline against itself asked to be terse or verbose ("gamed") may join the fit with a total weight
of 0.2. Difficulties and gamed preferences are data of theirs, not shipped here: pass them in, or leave the terms out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Row = tuple[float, ...]

_STRENGTHS = tuple(10 ** (-4 + 8 * k / 9) for k in range(10))  # C of a penalty |w| + C * loss, as liblinear has it
_FOLDS = 5
_GAMED_WEIGHT = 0.2 / 2  # of each row: there are two gamed baselines


@dataclass(frozen=True, slots=True)
class Preference:
    """How a model fared against the baseline on one instruction.

    Args:
        value: preference for the model in 0..1: 1.0 won, 0.0 lost, 0.5 tie, or a probability.
        length, baseline_length: characters of the two outputs.
        difficulty: gamma_x of the instruction; 0.0 everywhere leaves the term out.
    """

    value: float
    length: int
    baseline_length: int
    difficulty: float = 0.0


@dataclass(frozen=True, slots=True)
class LengthControlled:
    """The win rates in percent, and the coefficients of the fit.

    Args:
        win_rate: the mean preference, lengths as they are.
        length_controlled: the same with the length term left out.
        theta, phi, psi: coefficients of the model, the length and the difficulty.
    """

    win_rate: float
    length_controlled: float
    theta: float
    phi: float
    psi: float


def length_controlled_win_rate(preferences: Sequence[Preference], gamed: Sequence[Preference] = ()) -> LengthControlled:
    """Length-controlled win rate of one model.

    Args:
        preferences: one for each instruction that the judge decided; leave out those without a verdict.
        gamed: the baseline asked to be terse, and to be verbose, against itself.
    Raises:
        ValueError: fewer than 5 preferences, or a value outside [0, 1].
    """
    if len(preferences) < _FOLDS:
        raise ValueError(f"{len(preferences)} preferences: the fit is cross-validated in {_FOLDS} parts, so give more.")
    for p in (*preferences, *gamed):
        if not 0.0 <= p.value <= 1.0:
            raise ValueError(f"A preference of {p.value!r}: give the preference for the model in 0..1.")
    rows = [*_features(preferences, 1.0), *_features(gamed, 0.0)]
    labels = [p.value for p in (*preferences, *gamed)]
    weights = [1.0] * len(preferences) + [_GAMED_WEIGHT] * len(gamed)
    strength = _cross_validated(rows, labels, weights)
    theta, phi, psi = _fit(rows, labels, weights, strength)
    controlled = [_logistic(theta + psi * p.difficulty) for p in preferences]
    return LengthControlled(
        win_rate=100 * sum(labels[: len(preferences)]) / len(preferences),
        length_controlled=100 * sum(controlled) / len(controlled),
        theta=theta,
        phi=phi,
        psi=psi,
    )


def _features(preferences: Sequence[Preference], model: float) -> list[Row]:
    """(model, tanh of the standardised length difference, difficulty); a gamed baseline is the same model, so its theta is 0."""
    deltas = [p.length - p.baseline_length for p in preferences]
    middle = sum(deltas) / len(deltas) if deltas else 0.0
    spread = math.sqrt(sum((d - middle) ** 2 for d in deltas) / max(len(deltas) - 1, 1)) or 1.0
    return [(model, math.tanh(delta / spread), p.difficulty) for delta, p in zip(deltas, preferences)]


def _cross_validated(rows: Sequence[Row], labels: Sequence[float], weights: Sequence[float]) -> float:
    """The strength with the smallest loss on held-out rows; the strongest penalty among equals."""
    losses = [0.0] * len(_STRENGTHS)
    for fold in range(_FOLDS):
        kept = [i for i in range(len(rows)) if i % _FOLDS != fold]
        held = [i for i in range(len(rows)) if i % _FOLDS == fold]
        start: Row = (0.0, 0.0, 0.0)
        for s, strength in enumerate(_STRENGTHS):
            some = ([rows[i] for i in kept], [labels[i] for i in kept], [weights[i] for i in kept])
            start = _fit(*some, strength, start)
            losses[s] += sum(weights[i] * _loss(start, rows[i], labels[i]) for i in held) / len(held)
    return _STRENGTHS[losses.index(min(losses))]


def _fit(
    rows: Sequence[Row],
    labels: Sequence[float],
    weights: Sequence[float],
    strength: float,
    start: Row = (0.0, 0.0, 0.0),
) -> Row:
    """Minimum of |w|_1 + strength * weighted log loss: Newton's quadratic model, its minimum by coordinate descent."""
    w = list(start)
    # A feature that never varies from 0 has no coefficient.
    used = [j for j in range(len(w)) if any(row[j] for row in rows)]
    value = _objective(w, rows, labels, weights, strength)
    for _ in range(100):
        gradient, hessian = _derivatives(w, rows, labels, weights, strength)
        step = _newton_step(w, gradient, hessian, used)
        size = 1.0
        while True:
            trial = [a + size * d for a, d in zip(w, step)]
            new = _objective(trial, rows, labels, weights, strength)
            if new <= value or size < 1e-8:
                break
            size /= 2
        moved = max(abs(size * d) for d in step)
        if new <= value:
            w, value = trial, new
        if moved < 1e-9 or size < 1e-8:
            break
    return tuple(w)


def _derivatives(
    w: Sequence[float], rows: Sequence[Row], labels: Sequence[float], weights: Sequence[float], strength: float
) -> tuple[list[float], list[list[float]]]:
    k = len(w)
    gradient, hessian = [0.0] * k, [[0.0] * k for _ in range(k)]
    for row, label, weight in zip(rows, labels, weights):
        p = _logistic(_dot(w, row))
        slope, curve = strength * weight * (p - label), strength * weight * p * (1 - p)
        for i in range(k):
            gradient[i] += slope * row[i]
            for j in range(i + 1):
                hessian[i][j] += curve * row[i] * row[j]
    for i in range(k):
        for j in range(i):
            hessian[j][i] = hessian[i][j]
    return gradient, hessian


def _newton_step(
    w: Sequence[float], gradient: Sequence[float], hessian: Sequence[Sequence[float]], used: list[int]
) -> Row:
    """Minimum over d of gradient.d + d.hessian.d / 2 + |w + d|_1."""
    d = [0.0] * len(w)
    for _ in range(200):
        biggest = 0.0
        for j in used:
            curve = hessian[j][j] + 1e-12
            slope = gradient[j] + sum(hessian[j][i] * d[i] for i in range(len(d)))
            at = w[j] + d[j]
            target = _shrunk(curve * at - slope, 1.0) / curve
            biggest = max(biggest, abs(target - at))
            d[j] += target - at
        if biggest < 1e-12:
            break
    return tuple(d)


def _objective(
    w: Sequence[float], rows: Sequence[Row], labels: Sequence[float], weights: Sequence[float], strength: float
) -> float:
    loss = sum(weight * _loss(w, row, label) for row, label, weight in zip(rows, labels, weights))
    return sum(map(abs, w)) + strength * loss


def _loss(w: Sequence[float], row: Row, label: float) -> float:
    """-label * log P - (1 - label) * log(1 - P), without overflow."""
    z = _dot(w, row)
    return max(z, 0.0) - z * label + math.log1p(math.exp(-abs(z)))


def _logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b))


def _shrunk(x: float, by: float) -> float:
    return math.copysign(max(abs(x) - by, 0.0), x)
