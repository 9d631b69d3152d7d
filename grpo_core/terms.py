"""Policy terms: what one token contributes to the loss, and its derivative in closed form.

A term is a frozen dataclass that is called with (N,) tensors

    x            log of the importance ratio, at the objective's level (token or sequence); the ratio is r = exp(x)
    logp         log-probability of the token under the policy
    advantage    A

and returns `Slopes(value, by_ratio, by_logp)`: the term (to be minimised), its derivative by x, and its derivative by
logp where logp appears outside the ratio. `Objective` carries `by_ratio` back through the level. Each derivative is
that of the formula as published, with stopped gradients stopped. Where a term has a kink, the derivative is that of the
branch that `torch.min` and `torch.clamp` take.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor


class Slopes(NamedTuple):
    value: Tensor
    by_ratio: Tensor
    by_logp: Tensor


class Term:
    """Base of all terms: no clipping of its own before the level, nothing to say about clipping after it."""

    def bound_log_ratio(self, d_N: Tensor, advantage_N: Tensor) -> tuple[Tensor, Tensor]:
        """Per-token log-ratios as the level will sum them, and their derivative (0 where bounded)."""
        return d_N, torch.ones_like(d_N)

    def clipped(self, x: Tensor, logp: Tensor, advantage: Tensor) -> tuple[Tensor, Tensor]:
        """Which tokens were stopped at the lower and at the upper bound (for statistics)."""
        never = torch.zeros_like(x, dtype=torch.bool)
        return never, never

    def __call__(self, x: Tensor, logp: Tensor, advantage: Tensor) -> Slopes:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Clip(Term):
    """`-min(r A, clip(r, 1-low, 1+high) A)`: PPO (arXiv:1707.06347, eq. 7), GRPO (arXiv:2402.03300, eq. 3).

    Args:
        low, high: clip range. `high > low` is DAPO's clip-higher (arXiv:2503.14476, eq. 8).
        delta: bound on r where A < 0, `min(r, delta) A` (INTELLECT-2's two-sided clip, arXiv:2505.07291); more than
            1 + high. As there, the clipped branch uses the r that delta has not touched.
        dual: c > 1, `max(., c A)` where A < 0: dual clip (arXiv:1912.09729). verl always has c = 3.
    """

    low: float = 0.2
    high: float = 0.2
    delta: float | None = None
    dual: float | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.low <= 1 and self.high >= 0):
            raise ValueError(f"Clip(low={self.low}, high={self.high}): need 0 <= low <= 1 and high >= 0.")
        if self.delta is not None and self.delta <= 1 + self.high:
            raise ValueError(
                f"delta={self.delta} must exceed 1 + high = {1 + self.high}, or it clips before `high` does."
            )
        if self.dual is not None and self.dual <= 1:
            raise ValueError(f"dual={self.dual} must exceed 1: it is the ratio at which a negative advantage stops.")

    def clipped(self, x: Tensor, logp: Tensor, advantage: Tensor) -> tuple[Tensor, Tensor]:
        r = x.exp()
        return (r < 1 - self.low) & (advantage < 0), (r > 1 + self.high) & (advantage > 0)

    def __call__(self, x: Tensor, logp: Tensor, advantage: Tensor) -> Slopes:
        r = x.exp()
        free = r if self.delta is None else r.clamp(max=self.delta)
        unclipped, bounded = free * advantage, r.clamp(1 - self.low, 1 + self.high) * advantage
        value = torch.minimum(unclipped, bounded)
        # Inside the range both branches agree, so `<=` says which one carries the gradient.
        moving = (unclipped <= bounded) & (free == r)
        if self.dual is not None:
            floor = torch.where(advantage < 0, self.dual * advantage, -math.inf)
            moving = moving & (value >= floor)
            value = torch.maximum(value, floor)
        return Slopes(-value, torch.where(moving, -r * advantage, 0.0), torch.zeros_like(x))


@dataclass(frozen=True, slots=True)
class Cispo(Term):
    """`-sg(clamp(r, floor, cap)) A logp`: CISPO (MiniMax-M1, arXiv:2506.13585, eq. 4-5).

    Conventions for the cap differ: here, as in TRL and Liger, `cap` is the bound itself (ScaleRL, arXiv:2510.13786, has
    5). verl, slime and NeMo-RL clip to [1-el, 1+eh]: write `Cispo(cap=1 + eh, floor=1 - el)`; open-instruct:
    `Cispo(cap=1 + eh)`.
    """

    cap: float = 5.0
    floor: float = 0.0

    def clipped(self, x: Tensor, logp: Tensor, advantage: Tensor) -> tuple[Tensor, Tensor]:
        return x.exp() < self.floor, x.exp() > self.cap

    def __call__(self, x: Tensor, logp: Tensor, advantage: Tensor) -> Slopes:
        slope = -x.exp().clamp(self.floor, self.cap) * advantage
        return Slopes(slope * logp, torch.zeros_like(x), slope)


@dataclass(frozen=True, slots=True)
class Sapo(Term):
    """`-(4/tau) sigmoid(tau (r - 1)) A`: SAPO's soft gate (arXiv:2511.20347).

    Args:
        positive, negative: the temperature tau for A > 0 and for A <= 0.
    """

    positive: float = 1.0
    negative: float = 1.05

    def __call__(self, x: Tensor, logp: Tensor, advantage: Tensor) -> Slopes:
        tau = _choose(advantage > 0, self.positive, self.negative, x)
        r = x.exp().clamp(max=torch.finfo(x.dtype).max)  # the gate's slope is 0 by then, and 0 * inf is no number
        gate = torch.sigmoid(tau * (r - 1))
        return Slopes(-4 / tau * gate * advantage, -4 * gate * (1 - gate) * r * advantage, torch.zeros_like(x))


@dataclass(frozen=True, slots=True)
class Vespo(Term):
    """`-sg(phi(w)) A logp` with `phi(w) = e^lam w^k e^(-lam w)`: VESPO (arXiv:2602.10693, eq. 20), w the ratio of the
    whole sequence.

    Use it with level "sequence_sum": w is not normalised by length. As in the authors' code, each token's log-ratio is
    bounded to +-20 and log w to [log 1e-8, 20].

    Args:
        positive, negative: (k, lam) for A >= 0 and for A < 0.
    """

    positive: tuple[float, float] = (2.0, 3.0)
    negative: tuple[float, float] = (3.0, 2.0)

    def bound_log_ratio(self, d_N: Tensor, advantage_N: Tensor) -> tuple[Tensor, Tensor]:
        return d_N.clamp(-20, 20), (d_N.abs() <= 20).to(d_N.dtype)

    def __call__(self, x: Tensor, logp: Tensor, advantage: Tensor) -> Slopes:
        log_w = x.clamp(math.log(1e-8), 20)
        k, lam = (_choose(advantage >= 0, p, n, x) for p, n in zip(self.positive, self.negative))
        slope = -torch.exp(lam + k * log_w - lam * log_w.exp()) * advantage
        return Slopes(slope * logp, torch.zeros_like(x), slope)


@dataclass(frozen=True, slots=True)
class Gmpo(Term):
    """`-A exp(mean_t b(d_t))`, with d bounded in log space on the side the advantage pushes to (GMPO,
    arXiv:2507.20673).

    Use it with level "sequence", whose mean over the tokens is the geometric mean of the ratios.

    Args:
        low, high: bounds on the LOGARITHM of the ratio: [-low, high]. The paper has 0.4 both ways.
    """

    low: float = 0.4
    high: float = 0.4

    def bound_log_ratio(self, d_N: Tensor, advantage_N: Tensor) -> tuple[Tensor, Tensor]:
        bounded = torch.where(advantage_N >= 0, d_N.clamp(max=self.high), d_N.clamp(min=-self.low))
        return bounded, (bounded == d_N).to(d_N.dtype)

    def __call__(self, x: Tensor, logp: Tensor, advantage: Tensor) -> Slopes:
        value = -x.exp() * advantage
        return Slopes(value, value, torch.zeros_like(x))


@dataclass(frozen=True, slots=True)
class Dppo(Term):
    """`-r A`, and nothing where the PROBABILITY moved too far in the advantage's direction (DPPO, arXiv:2602.04879).

    Masked where A > 0 and `p - p_old > high`, or A <= 0 and `p - p_old < -low`: the total variation of one token bounds
    the step, so rare tokens are free to move where a ratio would clip them. prime-rl's default takes the sampler for
    old and adds `1e-3 (logp - sampler)^2`; see `presets.dppo`.
    """

    low: float = 0.2
    high: float = 0.2

    def clipped(self, x: Tensor, logp: Tensor, advantage: Tensor) -> tuple[Tensor, Tensor]:
        moved = logp.exp() - (logp - x).exp()
        return (moved < -self.low) & (advantage <= 0), (moved > self.high) & (advantage > 0)

    def __call__(self, x: Tensor, logp: Tensor, advantage: Tensor) -> Slopes:
        low, high = self.clipped(x, logp, advantage)
        value = torch.where(low | high, 0.0, -x.exp() * advantage)
        return Slopes(value, value, torch.zeros_like(x))


@dataclass(frozen=True, slots=True)
class Reinforce(Term):
    """`-A logp`: the score function itself (Williams 1992; GPG, arXiv:2504.02546). On-policy; nothing is clipped."""

    def __call__(self, x: Tensor, logp: Tensor, advantage: Tensor) -> Slopes:
        return Slopes(-advantage * logp, torch.zeros_like(x), -advantage)


def _choose(where: Tensor, yes: float, no: float, like: Tensor) -> Tensor:
    """torch.where takes Python numbers in float32, which would cost 5e-9 of a float64 temperature."""
    return torch.where(where, like.new_full((), yes), like.new_full((), no))
