"""The fused and the plain path from a micro-batch to its loss."""

import copy
from dataclasses import replace

import pytest
import torch
from torch import nn

from grpo_core import presets
from grpo_core.batch import Experience, collate
from grpo_core.config import TrainConfig
from grpo_core.corrections import KL
from grpo_core.policy import check_fusable, policy_loss, token_logps

OBJECTIVES = {
    "dapo": presets.dapo(),
    "kl": presets.grpo(kl=KL(0.2)),
    "gspo": presets.gspo(),
    "bonus": replace(presets.dapo(), entropy_bonus=0.1),
}


def experiences(seed=0):
    generator = torch.Generator().manual_seed(seed)
    made = []
    for prompt, completion, advantage in [(3, 5, 1.0), (2, 7, -0.5), (6, 1, 2.0), (4, 2, 0.3)]:
        ids = torch.randint(0, 105, (prompt + completion,), generator=generator)
        logps = torch.randn(3, completion, generator=generator) * 0.1 - 4.6
        made.append(Experience(ids[:prompt], ids[prompt:], logps[0], advantage, 0, logps[1], logps[2]))
    return made


def loss_and_gradient(model, batch, config):
    model.zero_grad()
    loss = policy_loss(model, batch, config)
    loss.loss.backward()
    return loss, torch.cat([p.grad.flatten() for p in model.parameters()])


@pytest.mark.parametrize("rows", [None, [[0, 3], [2, 1]]], ids=["padded", "packed"])
@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
def test_fused_path_equals_the_plain_one(model, objective, rows):
    batch = collate(experiences(), objective.weights([5, 7, 1, 2]), rows)
    plain, fused = (TrainConfig(objective, temperature=0.8, fused=fused) for fused in (False, True))
    one, one_gradient = loss_and_gradient(model.double(), batch, plain)
    other, other_gradient = loss_and_gradient(model, batch, fused)
    torch.testing.assert_close(other_gradient, one_gradient, rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(other.loss, one.loss, rtol=1e-9, atol=1e-12)
    assert {k: float(v) for k, v in other.stats.items()} == pytest.approx({k: float(v) for k, v in one.stats.items()})


@pytest.mark.parametrize("fused", [True, False])
def test_token_logps_are_the_models(model, fused):
    batch = collate(experiences())
    logps = token_logps(model.double(), batch, TrainConfig(temperature=0.8, fused=fused))
    expected = []
    for e in experiences():
        ids = torch.cat([e.prompt_ids, e.completion_ids])
        logp = (model(ids[None]).logits[0] / 0.8).log_softmax(-1)
        expected.append(logp[len(e.prompt_ids) - 1 : -1].gather(1, e.completion_ids[:, None]).squeeze(1))
    torch.testing.assert_close(logps, torch.cat(expected), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("fused", [True, False])
def test_bf16_computes_in_bfloat16_and_leaves_float32_gradients(model, fused):
    batch = collate(experiences(), [0.1] * 4)
    exact, gradient = loss_and_gradient(model, batch, TrainConfig(fused=fused))
    rough, rough_gradient = loss_and_gradient(model, batch, TrainConfig(fused=fused, bf16=True))
    assert rough_gradient.dtype == torch.float32
    assert not torch.equal(rough_gradient, gradient)
    assert (rough_gradient - gradient).norm() < 0.05 * gradient.norm()
    assert rough.loss.item() == pytest.approx(exact.loss.item(), abs=0.05)


def test_a_model_that_scales_its_logits_is_not_trained_through_the_fused_loss(model):
    check_fusable(model)

    class Scaled(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner, self.config, self.device = inner, inner.config, inner.device
            self.base_model, self.get_output_embeddings = inner.base_model, inner.get_output_embeddings

        def forward(self, **inputs):
            out = self.inner(**inputs)
            out.logits = out.logits * 0.5
            return out

    with pytest.raises(ValueError, match="write fused=False"):
        check_fusable(Scaled(model))


def test_a_soft_cap_is_applied_by_the_fused_path(model):
    capped = copy.deepcopy(model)
    capped.config.final_logit_softcapping = 0.5
    with pytest.raises(ValueError, match="write fused=False"):
        check_fusable(capped)  # Qwen3 does not cap, whatever its config says
    batch = collate(experiences())
    config = TrainConfig()
    assert not torch.allclose(token_logps(model, batch, config), token_logps(capped, batch, config))
