"""The objective: what the trainer minimises, token by token, with its exact derivative. Start reading here.

For the loss tokens t of a batch, with w the aggregation's weight of their sequence, u the factors on the policy term
(mismatch, masks), `term` the policy term of `terms.py` and H the entropy,

    loss = sum_t w_t * (u_t * term_t + beta * KL_t - entropy_bonus * H_t)

The weights w depend on lengths only and are computed ONCE for an optimizer step, over all its sequences on all ranks. A
micro-batch then adds its own tokens' part of the same sum, so no split, packing order, padding or world size changes
the gradient. Masked tokens do not appear: `Tokens` picks the loss tokens out before anything is computed.

    objective = presets.dapo()
    advantages_B = group_advantages(rewards, groups)
    weights_B = objective.weights(lengths_B, groups)                      # once for the step
    for rows in micro_batches:                                            # whole sequences
        tokens = Tokens.of(mask_BT[rows], advantages_B[rows], weights_B[rows], old_logp=old_logp_BT[rows])
        # plain: the reference                                            # fused: the same result, no [N, V] in memory
        logits_NV = lm_head(tokens.pick(hidden_BTD))                      out = linear_policy_loss(
        logp_N = token_logp(logits_NV, tokens.pick(targets_BT))               hidden_BTD, lm_head.weight,
        out = objective(logp_N, tokens)                                       targets_BT, tokens, objective)
        out.loss.backward()                                               out.loss.backward()

`hidden[b, t]` is the state that predicts `targets[b, t]`: the caller shifts by one. Tensors say their axes: B
sequences, T positions, N loss tokens, D hidden size, V vocabulary.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

import torch
from torch import Tensor

from grpo_core.corrections import KL, Mismatch, off_policy_sequence_mask, require_one_of
from grpo_core.statistics import token_means
from grpo_core.terms import Clip, Term
from grpo_core.tokens import Tokens, require_finite

Level = Literal["token", "sequence", "sequence_token", "sequence_sum"]
Aggregation = Literal["sequence_mean", "token_mean", "group_mean", "fixed_length", "sequence_sum"]


@dataclass(frozen=True, slots=True)
class Loss:
    """What an objective says of a micro-batch."""

    loss: Tensor
    """Scalar; `backward` on it is exact. Sum it over the micro-batches of the step, without dividing."""
    per_token_N: Tensor
    """Its N parts, detached, w included."""
    grad_N: Tensor
    """d loss / d logp, detached."""
    logp_N: Tensor
    tokens: Tokens
    """The tokens that the N are, with their places in the batch."""
    stats: dict[str, Tensor]
    """Means over the tokens acted on, see statistics.py; `mean_stats` there joins micro-batches."""
    skipped_bound: Tensor | None = None
    """Fused only: how far, in Frobenius norm, the weight gradient may be off for the rows that `skip_mass` left out."""


class Parts(NamedTuple):
    """Of each token."""

    loss_N: Tensor
    """w included, an entropy bonus not."""
    grad_N: Tensor
    """d loss / d logp."""
    log_ratio_N: Tensor
    """x, at the objective's level."""
    moves_N: Tensor
    """0 where the term bounded the token's log-ratio before the level."""
    factor_N: Tensor
    """u"""
    kl_N: Tensor | None


@dataclass(frozen=True, slots=True)
class Objective:
    """Which policy loss. The presets are in `presets.py`; build your own from the same parts.

    Args:
        term: the policy term, with its clipping (terms.py).
        level: what the importance ratio is of. "token"; "sequence", the geometric mean of a sequence's token ratios
            (GSPO, arXiv:2507.18071, eq. 7); "sequence_token", the same value with each token's own gradient
            (GSPO-token, eq. 14); "sequence_sum", their product.
        aggregation: how tokens are averaged, see `weights`.
        kl, mismatch: penalty and off-policy weight (corrections.py).
        off_policy_delta: drop negative sequences that drifted further than this; None keeps all.
        anchor: the policy the ratio is against: "old", or "sampler" (verl's bypass mode, dppo), where one clip bounds
            both policy lag and engine mismatch.
        entropy_bonus: coefficient of the entropy, aggregated like the rest of the loss. (TRL averages it over each
            micro-batch, which makes the gradient depend on the split.)

    Every level but "token", and `off_policy_delta`, look at whole sequences: do not split one between micro-batches.
    """

    term: Term = field(default_factory=Clip)
    level: Level = "token"
    aggregation: Aggregation = "token_mean"
    kl: KL | None = None
    mismatch: Mismatch | None = None
    off_policy_delta: float | None = None
    anchor: Literal["old", "sampler"] = "old"
    entropy_bonus: float = 0.0

    def __post_init__(self) -> None:
        require_one_of("level", self.level, get_args(Level))
        require_one_of("aggregation", self.aggregation, get_args(Aggregation))
        require_one_of("anchor", self.anchor, ("old", "sampler"))

    def weights(
        self, lengths: Sequence[int] | Tensor, groups: Sequence[Hashable] | None = None, max_length: int | None = None
    ) -> Tensor:
        """w of each sequence of the whole optimizer step: (B,) float64. With several ranks, give the lengths of all.

            sequence_mean   1 / (B n_i)             GRPO (arXiv:2402.03300, eq. 3)
            token_mean      1 / sum_j n_j           DAPO as every code base has it, and bnpo
            group_mean      1 / (P sum_{j in group of i} n_j), P groups: DAPO, arXiv:2503.14476, eq. 8 read literally
            fixed_length    1 / (B max_length)      Dr. GRPO (arXiv:2503.20783, section 3.2)
            sequence_sum    1 / B                   LUSPO (arXiv:2602.05261), REINFORCE over whole sequences

        Args:
            lengths: number of loss tokens n_i of each sequence. A sequence without any still counts in B.
            groups: group id of each sequence, for group_mean.
            max_length: the longest completion allowed, for fixed_length.
        """
        n = [int(length) for length in lengths]
        num = max(len(n), 1)
        match self.aggregation:
            case "sequence_mean":
                w = [1 / (num * max(n_i, 1)) for n_i in n]
            case "token_mean":
                w = [1 / max(sum(n), 1)] * len(n)
            case "group_mean":
                if groups is None or len(groups) != len(n):
                    raise ValueError("aggregation='group_mean' needs `groups`, one id for each sequence.")
                tokens_of: Counter[Hashable] = Counter()
                for group, n_i in zip(groups, n):
                    tokens_of[group] += n_i
                w = [1 / (len(tokens_of) * max(tokens_of[group], 1)) for group in groups]
            case "fixed_length":
                if max_length is None or max_length < max(n, default=0):
                    raise ValueError(f"aggregation='fixed_length' needs max_length >= every length, not {max_length}.")
                w = [1 / (num * max_length)] * len(n)
            case _:
                w = [1 / num] * len(n)
        return torch.tensor(w, dtype=torch.float64)

    def __call__(self, logp_N: Tensor, tokens: Tokens, entropy_N: Tensor | None = None) -> Loss:
        """The loss of these tokens, differentiable in `logp_N` (and in `entropy_N` where there is a bonus).

        Args:
            logp_N: log-probability of each loss token, in float32 or float64.
            entropy_N: entropy at each token: needed for a bonus, otherwise only logged.
        Raises:
            ValueError: a log-probability that is not finite, or a part of `tokens` that the objective needs is missing.
        """
        tokens.require_finite()
        require_finite("logp", logp_N)
        with torch.no_grad():
            tokens = tokens.to(logp_N.dtype)
            parts = self._evaluate(logp_N.detach(), tokens)
            live_N = self.live(tokens)
            stats = token_means(self.term, parts, logp_N.detach(), entropy_N, tokens, live_N)
        per_token_N = parts.loss_N
        if self.entropy_bonus:
            if entropy_N is None:
                raise ValueError(f"entropy_bonus={self.entropy_bonus} needs the entropies: pass entropy_N.")
            per_token_N = per_token_N - tokens.weight_N * self.entropy_bonus * entropy_N
        # A linear function with the right value and the right slope: autograd never meets the formulas.
        loss = per_token_N.sum() + ((logp_N - logp_N.detach()) * parts.grad_N).sum()
        return Loss(loss, per_token_N.detach(), parts.grad_N, logp_N.detach(), tokens, stats)

    def slope(self, logp_N: Tensor, tokens: Tokens) -> Tensor:
        """d loss / d logp of each token, all that a backward pass needs."""
        return self._evaluate(logp_N, tokens.to(logp_N.dtype)).grad_N

    def live(self, tokens: Tokens) -> Tensor:
        """Which tokens have a gradient. The others are left out of work and statistics, but not out of the weights."""
        if self.kl is not None or self.entropy_bonus:
            return torch.ones_like(tokens.sequence_N, dtype=torch.bool)
        acts_N = tokens.advantage_N != 0
        if tokens.factor_N is not None:
            acts_N = acts_N & (tokens.factor_N != 0)
        return tokens.sequence_sum(acts_N.float()) > 0 if self.couples_tokens else acts_N

    @property
    def couples_tokens(self) -> bool:
        """Does a token's derivative depend on the other tokens of its sequence?"""
        by_mismatch = self.mismatch is not None and self.mismatch.level != "token"
        return self.level != "token" or self.off_policy_delta is not None or by_mismatch

    def _evaluate(self, logp_N: Tensor, tokens: Tokens) -> Parts:
        w_N, advantage_N = tokens.weight_N, tokens.advantage_N
        old_N = logp_N if tokens.old_logp_N is None else tokens.old_logp_N
        anchor_N = old_N if self.anchor == "old" else _needed(tokens.sampler_logp_N, "anchor='sampler'", "sampler_logp")
        # Before any exp: a token without gradient must not overflow.
        d_N = torch.where(self.live(tokens), logp_N - anchor_N, 0.0)

        # Forth through the level: x, the log of the ratio.
        bounded_N, moves_N = self.term.bound_log_ratio(d_N, advantage_N)
        x_N = self._level(bounded_N, tokens)

        # A factor of 0 drops the policy term even where its ratio overflows: 0 * inf is no number.
        u_N = self._factor(logp_N, old_N, tokens)
        acts_N = (u_N != 0) & (advantage_N != 0)
        term = self.term(x_N, logp_N, advantage_N)
        loss_N, by_ratio_N, by_logp_N = (torch.where(acts_N, u_N * part, 0.0) for part in term)

        kl_N = None
        if self.kl is not None:
            kl_N, kl_slope_N = self.kl(logp_N - self._kl_target(tokens))
            # The product of all its sequence's ratios would drown a token's KL: there the token has its own, as in TRL.
            by_itself = self.level == "sequence_sum"
            log_ratio_N = (d_N if by_itself else x_N) if self.kl.ratio else torch.zeros_like(x_N)
            scaled_N = self.kl.beta * log_ratio_N.exp() * kl_N
            loss_N = loss_N + scaled_N
            by_logp_N = by_logp_N + self.kl.beta * log_ratio_N.exp() * kl_slope_N
            if self.kl.ratio and by_itself:
                by_logp_N = by_logp_N + scaled_N
            elif self.kl.ratio:
                by_ratio_N = by_ratio_N + scaled_N

        # Back through the level: each token's share of the derivative by x.
        grad_N = self._level_transposed(w_N * by_ratio_N, tokens) * moves_N + w_N * by_logp_N
        return Parts(w_N * loss_N, grad_N, x_N, moves_N, u_N, kl_N)

    def _factor(self, logp_N: Tensor, old_N: Tensor, tokens: Tokens) -> Tensor:
        """u, what multiplies the policy term."""
        u_N = torch.ones_like(logp_N) if tokens.factor_N is None else tokens.factor_N
        if tokens.mismatch_N is not None:
            u_N = u_N * tokens.mismatch_N
        elif self.mismatch is not None:
            u_N = u_N * self.mismatch(old_N - _needed(tokens.sampler_logp_N, "mismatch", "sampler_logp"), tokens)
        if self.off_policy_delta is not None:
            u_N = u_N * off_policy_sequence_mask(logp_N, tokens, self.off_policy_delta)
        return u_N

    def _kl_target(self, tokens: Tokens) -> Tensor:
        if self.kl is not None and self.kl.target == "sampler":
            return _needed(tokens.sampler_logp_N, "kl to the sampler", "sampler_logp")
        return _needed(tokens.ref_logp_N, "kl to the reference", "ref_logp")

    def _level(self, d_N: Tensor, tokens: Tokens) -> Tensor:
        match self.level:
            case "token":
                return d_N
            case "sequence_sum":
                return tokens.sequence_sum(d_N)
            case _:
                return tokens.sequence_mean(d_N)

    def _level_transposed(self, slope_N: Tensor, tokens: Tokens) -> Tensor:
        """Sum and mean over a sequence are symmetric maps; "sequence_token" stops the other tokens' gradients."""
        return slope_N if self.level == "sequence_token" else self._level(slope_N, tokens)


def token_logp(logits_NV: Tensor, targets_N: Tensor, temperature: float = 1.0) -> Tensor:
    """Log-probability of each target, in float32 or better: (N,)."""
    logits_NV = logits_NV.to(torch.promote_types(logits_NV.dtype, torch.float32)) / temperature
    return logits_NV.gather(1, targets_N[:, None]).squeeze(1) - logits_NV.logsumexp(1)


def _needed(value: Tensor | None, why: str, name: str) -> Tensor:
    if value is None:
        raise ValueError(f"{why} needs {name}: pass it to Tokens.of.")
    return value
