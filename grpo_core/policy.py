"""The model as the loss sees it: log-probabilities and loss of the completion tokens of one micro-batch."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor

from grpo_core.batch import Batch
from grpo_core.config import TrainConfig
from grpo_core.objective import Loss, token_logp


def policy_loss(model: Any, batch: Batch, config: TrainConfig, autocast: torch.dtype | None = None) -> Loss:
    """The micro-batch's part of the step's loss, with its graph."""
    logits_NV = completion_logits(model, batch, autocast)
    logp_N = token_logp(logits_NV, batch.target_N, config.temperature)
    with torch.set_grad_enabled(config.objective.entropy_bonus != 0):
        entropy_N = entropy(logits_NV, config.temperature)
    return config.objective(logp_N, batch.tokens, entropy_N)


@torch.no_grad()
def token_logps(model: Any, batch: Batch, temperature: float, autocast: torch.dtype | None = None) -> Tensor:
    """(N,) log-probability of each completion token."""
    assert_no_dropout(model)
    return token_logp(completion_logits(model, batch, autocast), batch.target_N, temperature)


def completion_logits(model: Any, batch: Batch, autocast: torch.dtype | None = None) -> Tensor:
    """(N, V) logits that predict the completion tokens.

    No attention mask: rows are filled up on the right, where a causal model does not look, and sequences packed into
    one row are told apart by their positions.
    """
    with _precision(model, autocast):
        logits_BLV = model(input_ids=batch.ids_BL, position_ids=batch.position_BL, use_cache=False).logits
    return batch.tokens.pick(logits_BLV)


def entropy(logits_NV: Tensor, temperature: float) -> Tensor:
    """(N,) of the distribution that is sampled from, in nats."""
    logp_NV = (logits_NV.float() / temperature).log_softmax(-1)
    return -(logp_NV.exp() * logp_NV).sum(-1)


def assert_no_dropout(model: Any) -> None:
    """Sampling and training must see one and the same network, so the model is in eval mode throughout.

    Raises:
        RuntimeError: it is not; dropout would make the ratio of a policy to itself differ from 1.
    """
    if model.training:
        raise RuntimeError("the model is in training mode, so its dropout is on: call model.eval() and leave it there.")


def _precision(model: Any, autocast: torch.dtype | None) -> Any:
    return nullcontext() if autocast is None else torch.autocast(model.device.type, dtype=autocast)
