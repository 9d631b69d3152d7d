"""The objective from hidden states, in tiles: never [N, V] in memory, three matrix products instead of four.

Others recompute the logits in the backward pass. Here each tile of C rows is finished while it is in memory: its logits
z give logp, the objective gives dL/dlogp from that, `kernels.py` writes g = dL/dz over z, and `tiles.py` adds up

    dL/dhidden = g W        dL/dW = g^T hidden

so that the forward pass does all the work and `backward` hands the gradients over. The floor is the three products.

Rows that cannot have a gradient (outside the mask, or of zero advantage where no KL or entropy acts) are packed away
before the first product; they stay in the normaliser, which is in the weights of `Tokens`. Statistics, the gradients at
the targets and the sum over tiles are float32 for a bfloat16 model. Objectives that couple the tokens of a sequence get
tiles of whole sequences; only a sequence longer than a tile costs a fourth product.

    out = linear_policy_loss(hidden, lm_head.weight, targets, tokens, objective)      # see objective.py for tokens
    out.loss.backward()
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from grpo_core import kernels
from grpo_core.objective import Loss, Objective
from grpo_core.tiles import Sweep
from grpo_core.tokens import Tokens, require_finite


def linear_policy_loss(
    hidden: Tensor,
    weight: Tensor,
    targets: Tensor,
    tokens: Tokens,
    objective: Objective,
    *,
    temperature: float = 1.0,
    softcap: float | None = None,
    tile_bytes: int | None = None,
    skip_mass: float = 0.0,
) -> Loss:
    """`objective(token_logp(hidden @ weight.T), tokens)` without the logits: the same loss, gradients and statistics.

    Args:
        hidden: (*shape, D) last hidden states in the shape of the mask that `tokens` was made from; each predicts the
            target at its own position.
        weight: (V, D) of the output layer, without bias, in hidden's dtype: float32, float64 or bfloat16.
        targets: (*shape) token ids; anything outside the mask.
        temperature: logits are divided by it. It must be the temperature of sampling, or ratios are not ratios.
        softcap: logits are first bounded to `softcap * tanh(z / softcap)` (Gemma 2).
        tile_bytes: memory for one tile of logits; default `tiles.TILE_BYTES`.
        skip_mass: leave out of the two backward products the rows of each tile that together hold at most this share of
            the tile's |dL/dlogits|_1 = sum 2 |c| (1 - p_t). 0 computes every row. `Loss.skipped_bound` then bounds the
            Frobenius norm of the error in the weight gradient.
    Returns:
        A Loss whose (N,) parts are those of the live tokens, `Loss.tokens`.
    Raises:
        ValueError: a log-probability of a live token is not finite (hidden states or weight are not), a target is not a
            row of `weight`, or shapes and dtypes do not fit.
    """
    if not 0 <= skip_mass < 1:
        raise ValueError(
            f"skip_mass={skip_mass} is the share of the gradient that may be left out: 0 <= skip_mass < 1."
        )
    if objective.entropy_bonus and skip_mass:
        raise ValueError("skip_mass bounds the pull on log-probabilities, not an entropy bonus: use one of them.")
    hidden, weight = _operands(hidden, weight, targets, tokens.shape)
    grad = torch.is_grad_enabled()
    wanted = (grad and hidden.requires_grad, grad and weight.requires_grad)
    with torch.no_grad(), torch.autocast(hidden.device.type, enabled=False):
        objective, tokens = _settle(objective, tokens, torch.promote_types(hidden.dtype, torch.float32))
        sweep = Sweep(hidden, weight, targets, tokens.index_N, kernels.Scaling(temperature, softcap), tile_bytes)
        out = _loss_and_gradients(sweep, tokens, objective, skip_mass, wanted)
        gradients = sweep.gradients()
    return replace(out, loss=_WithGradients.apply(hidden, weight, out.loss, *gradients))


@torch.no_grad()
def linear_logp(
    hidden: Tensor,
    weight: Tensor,
    targets: Tensor,
    mask: Tensor,
    *,
    temperature: float = 1.0,
    softcap: float | None = None,
    tile_bytes: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Log-probability and entropy at each token of the mask, 0 elsewhere, in tiles. For old and reference."""
    hidden, weight = _operands(hidden, weight, targets, mask.shape)
    index_N = mask.reshape(-1).nonzero().squeeze(1)
    with torch.autocast(hidden.device.type, enabled=False):
        sweep = Sweep(hidden, weight, targets, index_N, kernels.Scaling(temperature, softcap), tile_bytes)
        for tile in sweep.tiles(slice(0, len(index_N))):
            sweep.forward(tile)
    require_finite("logp", sweep.logp_N)
    out = sweep.logp_N.new_zeros((2, mask.numel()))
    out[0, index_N], out[1, index_N] = sweep.logp_N, sweep.entropy_N
    return out[0].view(mask.shape), out[1].view(mask.shape)


def _operands(hidden: Tensor, weight: Tensor, targets: Tensor, shape: torch.Size) -> tuple[Tensor, Tensor]:
    """hidden and weight in the dtype of the products, which autocast decides where it is on."""
    if hidden.shape[:-1] != shape or targets.shape != shape or hidden.shape[-1:] != weight.shape[1:]:
        given, needed = [tuple(x.shape) for x in (hidden, targets, weight)], tuple(shape)
        raise ValueError(
            f"hidden, targets and weight have shapes {given}: for a mask of shape {needed} they must be "
            f"{(*needed, 'D')}, {needed} and ('V', 'D')."
        )
    if torch.is_autocast_enabled(hidden.device.type):
        dtype = torch.get_autocast_dtype(hidden.device.type)
        hidden, weight = hidden.to(dtype), weight.to(dtype)
    if hidden.dtype != weight.dtype or hidden.dtype == torch.float16:
        raise ValueError(f"hidden is {hidden.dtype}, weight {weight.dtype}: both must be bfloat16, float32 or float64.")
    return hidden, weight


class _WithGradients(torch.autograd.Function):
    """Hang gradients that are already known on a loss."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, loss: Tensor, *gradients: Tensor | None) -> Tensor:
        ctx.save_for_backward(*gradients)  # autograd lets go of them, so that .grad can take them without a copy
        return loss.clone()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, scale: Tensor) -> tuple[Tensor | None, ...]:
        gradients = ctx.saved_tensors
        if float(scale) != 1.0:
            gradients = tuple(None if g is None else g * scale.to(g.dtype) for g in gradients)
        return *gradients, None, None, None


def _loss_and_gradients(
    sweep: Sweep, tokens: Tokens, objective: Objective, skip_mass: float, wanted: tuple[bool, bool]
) -> Loss:
    """The loss, and its gradients into the sweep."""
    spans = sweep.sequence_spans(tokens) if objective.couples_tokens else sweep.tiles(slice(0, len(tokens)))
    tiles_of = [(span, sweep.tiles(span)) for span in spans]
    sweep.prepare_gradients(wanted, one_tile=sum(len(tiles) for _, tiles in tiles_of) <= 1)
    for span, tiles in tiles_of:
        for tile in tiles:
            stats = sweep.forward(tile)
        by_logp_N = objective.slope(sweep.logp_N[span], tokens.rows(span))
        by_entropy_N = -objective.entropy_bonus * tokens.weight_N[span] if objective.entropy_bonus else None
        for tile in tiles if any(wanted) else ():
            if len(tiles) > 1:  # the tile is gone: the fourth product
                stats = sweep.forward(tile)
            part = slice(tile.start - span.start, tile.stop - span.start)
            by_entropy_C = None if by_entropy_N is None else by_entropy_N[part]
            sweep.backward(tile, stats, by_logp_N[part], by_entropy_C, skip_mass)
    return replace(objective(sweep.logp_N, tokens, sweep.entropy_N), skipped_bound=sweep.skipped_bound)


def _settle(objective: Objective, tokens: Tokens, dtype: torch.dtype) -> tuple[Objective, Tokens]:
    """Decide what does not need logp: which tokens are live, and the mismatch weights where the old policy is given.

    Tokens of one sequence are brought together where the objective couples them, for tiles of whole sequences.
    """
    tokens.require_finite()
    live_N, tokens = objective.live(tokens), tokens.to(dtype)
    if objective.mismatch is not None and tokens.old_logp_N is not None and tokens.sampler_logp_N is not None:
        weight_N = objective.mismatch(tokens.old_logp_N - tokens.sampler_logp_N, tokens)
        objective, tokens = replace(objective, mismatch=None), replace(tokens, mismatch_N=weight_N)
    tokens = tokens.rows(live_N.nonzero().squeeze(1))
    if objective.couples_tokens:
        tokens = tokens.rows(tokens.sequence_N.argsort(stable=True))
    return objective, tokens
