"""The model as the loss sees it: log-probabilities and loss of the completion tokens of one micro-batch.

Two paths with one contract: fused, from hidden states in tiles (fused.py), and plain, from the logits that the model
itself makes. No attention mask is passed: rows are filled up on the right, where a causal model does not look, and
sequences packed into one row are told apart by their positions.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor

from grpo_core.batch import Batch
from grpo_core.config import TrainConfig
from grpo_core.fused import linear_logp, linear_policy_loss
from grpo_core.objective import Loss, token_logp


def policy_loss(model: Any, batch: Batch, config: TrainConfig) -> Loss:
    """The micro-batch's part of the step's loss, with its gradient."""
    assert_no_dropout(model)
    objective, temperature = config.objective, config.temperature
    if config.fused:
        hidden_BLD, weight_VD = _hidden_and_head(model, batch, config)
        softcap = _softcap(model)
        return linear_policy_loss(
            hidden_BLD, weight_VD, batch.target_BL, batch.tokens, objective, temperature=temperature, softcap=softcap
        )
    logits_NV = _logits(model, batch, config)
    with torch.set_grad_enabled(objective.entropy_bonus != 0):
        entropy_N = _entropy(logits_NV, temperature)
    return objective(token_logp(logits_NV, batch.target_N, temperature), batch.tokens, entropy_N)


@torch.no_grad()
def token_logps(model: Any, batch: Batch, config: TrainConfig) -> Tensor:
    """(N,) log-probability of each completion token, for old policy and reference."""
    assert_no_dropout(model)
    if not config.fused:
        return token_logp(_logits(model, batch, config), batch.target_N, config.temperature)
    hidden_BLD, weight_VD = _hidden_and_head(model, batch, config)
    mask_BL = torch.zeros_like(batch.ids_BL, dtype=torch.bool)
    mask_BL.view(-1)[batch.tokens.index_N] = True
    logp_BL, _ = linear_logp(
        hidden_BLD, weight_VD, batch.target_BL, mask_BL, temperature=config.temperature, softcap=_softcap(model)
    )
    return batch.tokens.pick(logp_BL)


@torch.no_grad()
def check_fusable(model: Any) -> None:
    """Are the model's logits its output layer applied to its last hidden states, and nothing else?

    Raises:
        ValueError: they are not (a bias, a scale, an adapter around the layer); the plain path takes such a model.
    """
    ids = torch.arange(3, device=model.device)[None]
    head = model.get_output_embeddings()
    logits = head.weight @ model.base_model(input_ids=ids, use_cache=False).last_hidden_state[0].mT
    if (cap := _softcap(model)) is not None:
        logits = cap * (logits / cap).tanh()
    expected = model(input_ids=ids, use_cache=False).logits[0].mT
    if not torch.allclose(logits, expected, rtol=1e-3, atol=1e-3 * float(expected.abs().max())):
        raise ValueError(
            f"the logits of {type(model).__name__} are not its output layer times its hidden states (a bias or a scale "
            "comes on top), so the fused loss would train another model: write fused=False."
        )


def assert_no_dropout(model: Any) -> None:
    """Sampling and training must see one and the same network, so the model is in eval mode throughout.

    Raises:
        RuntimeError: it is not; dropout would make the ratio of a policy to itself differ from 1.
    """
    if any(module.training for module in model.modules()):
        raise RuntimeError("the model is in training mode, so dropout may be on: call model.eval() and leave it there.")


def _hidden_and_head(model: Any, batch: Batch, config: TrainConfig) -> tuple[Tensor, Tensor]:
    with _precision(model, config):
        out = model.base_model(input_ids=batch.ids_BL, position_ids=batch.position_BL, use_cache=False)
    hidden_BLD = out.last_hidden_state
    # Under autocast the last norm may leave float32 behind: the products take the lower precision, as in the model.
    hidden_BLD = hidden_BLD.to(torch.bfloat16) if config.bf16 else hidden_BLD
    return hidden_BLD, model.get_output_embeddings().weight.to(hidden_BLD.dtype)


def _logits(model: Any, batch: Batch, config: TrainConfig) -> Tensor:
    """(N, V) logits that predict the completion tokens."""
    with _precision(model, config):
        logits_BLV = model(input_ids=batch.ids_BL, position_ids=batch.position_BL, use_cache=False).logits
    return batch.tokens.pick(logits_BLV)


def _entropy(logits_NV: Tensor, temperature: float) -> Tensor:
    """(N,) of the distribution that is sampled from, in nats."""
    logits_NV = logits_NV if logits_NV.dtype == torch.float64 else logits_NV.float()
    logp_NV = (logits_NV / temperature).log_softmax(-1)
    return -(logp_NV.exp() * logp_NV).sum(-1)


def _softcap(model: Any) -> float | None:
    """Gemma 2 bounds its logits; elsewhere there is no such setting."""
    return getattr(model.config, "final_logit_softcapping", None)


def _precision(model: Any, config: TrainConfig) -> AbstractContextManager[Any]:
    return torch.autocast(model.device.type, dtype=torch.bfloat16) if config.bf16 else nullcontext()
