"""The published objectives, by their field's names. Each is a few lines over `Objective`; pass your own numbers or
`replace`.

    presets.dapo()                                     clip-higher, averaged over the step's tokens
    presets.grpo(kl=KL(0.04))                          the paper's KL; most runs today have none
    replace(presets.gspo(), mismatch=Mismatch())       any part can be changed

Preset and advantage belong together: dr_grpo goes with `scale="none"`, rloo with `scale="leave_one_out"`
(advantage.py).
"""

from __future__ import annotations

from grpo_core.corrections import KL, Mismatch
from grpo_core.objective import Objective
from grpo_core.terms import Cispo, Clip, Dppo, Gmpo, Reinforce, Sapo, Vespo

__all__ = [
    "bnpo",
    "cispo",
    "dapo",
    "dppo",
    "dr_grpo",
    "gmpo",
    "grpo",
    "gspo",
    "gspo_token",
    "luspo",
    "reinforce",
    "rloo",
    "sapo",
    "vespo",
]


def grpo(clip: float = 0.2, kl: KL | None = None) -> Objective:
    """GRPO (DeepSeekMath, arXiv:2402.03300, eq. 3): mean over each sequence's tokens, then over sequences."""
    return Objective(Clip(clip, clip), aggregation="sequence_mean", kl=kl)


def dr_grpo(clip: float = 0.2, kl: KL | None = None) -> Objective:
    """Dr. GRPO (arXiv:2503.20783): divided by a constant, so that length is no longer rewarded in wrong completions."""
    return Objective(Clip(clip, clip), aggregation="fixed_length", kl=kl)


def dapo(low: float = 0.2, high: float = 0.28) -> Objective:
    """DAPO (arXiv:2503.14476, eq. 8) as every code base has it: clip-higher, and the mean over all tokens of the step.

    The equation itself divides by the tokens of one group: `replace(dapo(), aggregation="group_mean")`.
    """
    return Objective(Clip(low, high), aggregation="token_mean")


def bnpo(clip: float = 0.2, kl: KL | None = None) -> Objective:
    """TRL's bnpo: the mean over tokens. TRL divides by each micro-batch's tokens, so that its gradient depends on the
    split; this one divides by the step's, which is the same for a single micro-batch."""
    return Objective(Clip(clip, clip), aggregation="token_mean", kl=kl)


def gspo(low: float = 3e-4, high: float = 4e-4) -> Objective:
    """GSPO (arXiv:2507.18071, eq. 5): the geometric mean of a sequence's ratios is clipped, in a range far narrower."""
    return Objective(Clip(low, high), level="sequence", aggregation="sequence_mean")


def gspo_token(low: float = 3e-4, high: float = 4e-4) -> Objective:
    """GSPO-token (arXiv:2507.18071, eq. 13), verl's gspo: equal to gspo where a sequence has one advantage."""
    return Objective(Clip(low, high), level="sequence_token", aggregation="sequence_mean")


def cispo(cap: float = 5.0) -> Objective:
    """CISPO (MiniMax-M1, arXiv:2506.13585, eq. 4) with ScaleRL's cap (arXiv:2510.13786)."""
    return Objective(Cispo(cap), aggregation="token_mean")


def sapo(positive: float = 1.0, negative: float = 1.05) -> Objective:
    """SAPO (arXiv:2511.20347): a sigmoid gate for the clip."""
    return Objective(Sapo(positive, negative), aggregation="sequence_mean")


def luspo(low: float = 3e-4, high: float = 4e-4) -> Objective:
    """LUSPO (arXiv:2602.05261): GSPO with each sequence weighted by its length."""
    return Objective(Clip(low, high), level="sequence", aggregation="sequence_sum")


def vespo() -> Objective:
    """VESPO (arXiv:2602.10693): REINFORCE under a gamma-shaped weight of the sequence's full ratio.

    To fold the sampler's mismatch into that weight, as the paper and TRL do, `replace(vespo(), anchor="sampler")`.
    """
    return Objective(Vespo(), level="sequence_sum", aggregation="token_mean")


def gmpo(low: float = 0.4, high: float = 0.4) -> Objective:
    """GMPO (arXiv:2507.20673): the geometric mean of ratios that were clipped one by one, in log space."""
    return Objective(Gmpo(low, high), level="sequence", aggregation="sequence_mean")


def dppo(low: float = 0.2, high: float = 0.2, pull: float = 1e-3) -> Objective:
    """DPPO (arXiv:2602.04879) as prime-rl trains by default: against the sampler, plus `pull * (logp - sampler)^2`.

    prime-rl leaves the tokens of agreeing groups out of the denominator too: give `weights` a length of 0 for those.
    """
    penalty = KL(2 * pull, "k2", target="sampler") if pull else None
    return Objective(Dppo(low, high), aggregation="token_mean", kl=penalty, anchor="sampler")


def reinforce(mismatch: Mismatch | None = None) -> Objective:
    """REINFORCE over the step's tokens (GPG, arXiv:2504.02546), on policy; `mismatch` corrects for the engine."""
    return Objective(Reinforce(), aggregation="token_mean", mismatch=mismatch)


def rloo(kl: KL | None = None) -> Objective:
    """RLOO (arXiv:2402.14740): REINFORCE on whole sequences; its advantages are leave-one-out."""
    return Objective(Reinforce(), aggregation="sequence_sum", kl=kl)
