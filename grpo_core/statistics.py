"""What a loss reports besides its value: how far the policy moved, and what was clipped or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grpo_core.terms import Term
from grpo_core.tokens import Tokens

if TYPE_CHECKING:
    from grpo_core.objective import Loss, Parts


def token_means(
    term: Term, parts: Parts, logp_N: Tensor, entropy_N: Tensor | None, tokens: Tokens, live_N: Tensor
) -> dict[str, Tensor]:
    """Means over the live tokens, as 0-d tensors, and the number of these as "tokens".

    advantage_abs            |A|: nothing is learnt where it is 0
    surrogate                -A logp, the loss of plain REINFORCE; the ratio's own loss is 0 on policy
    ratio                    at the objective's level
    clip_low, clip_high      share of tokens stopped at either bound
    dropped                  share of tokens whose policy term has a factor of 0
    old_kl, mismatch_kl      k3 of old to policy, of sampler to old
    kl, entropy              where there are any
    """
    advantage_N, bounded_N = tokens.advantage_N, parts.moves_N == 0
    low_N, high_N = term.clipped(parts.log_ratio_N, logp_N, advantage_N)
    old_N = logp_N if tokens.old_logp_N is None else tokens.old_logp_N
    stats = {
        "advantage_abs": advantage_N.abs(),
        "surrogate": -advantage_N * logp_N,
        "ratio": parts.log_ratio_N.exp(),
        "clip_low": low_N | (bounded_N & (advantage_N < 0)),
        "clip_high": high_N | (bounded_N & (advantage_N >= 0)),
        "old_kl": torch.expm1(logp_N - old_N) - (logp_N - old_N),
        "dropped": parts.factor_N == 0,
    }
    if tokens.sampler_logp_N is not None:
        y_N = old_N - tokens.sampler_logp_N
        stats["mismatch_kl"] = torch.expm1(y_N) - y_N
    if parts.kl_N is not None:
        stats["kl"] = parts.kl_N
    if entropy_N is not None:
        stats["entropy"] = entropy_N.detach()
    count = live_N.sum()
    means = {k: torch.where(live_N, v, 0).sum(dtype=torch.float64) / count.clamp(min=1) for k, v in stats.items()}
    return means | {"tokens": count}


def mean_stats(losses: Sequence[Loss]) -> dict[str, float]:
    """Statistics of an optimizer step: micro-batches weighted by the tokens they acted on, "loss" summed."""
    out = {"loss": sum(float(loss.loss.detach()) for loss in losses)}
    tokens = [float(loss.stats["tokens"]) for loss in losses]
    for name in losses[0].stats if losses else ():
        values = [float(loss.stats[name]) for loss in losses]
        out[name] = sum(n * v for n, v in zip(tokens, values)) / max(sum(tokens), 1)
    return out | {"tokens": sum(tokens)}
