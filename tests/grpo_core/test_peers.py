"""TRL 1.16's and Liger 0.8.5's own functions, in float64: the same to 1e-6 wherever they implement the same thing.

Run with both on the path: `pip install --no-deps trl==1.16.0 liger-kernel==0.8.5 triton`, `pytest -m interop`.
Where they differ: TRL's sapo temperatures are float32 (6e-8); Liger's luspo multiplies a (B, T) loss by the mask's sum
instead of by the mask, which a test below holds on to.
"""

import types
from collections import defaultdict

import pytest
import torch

from grpo_core import presets
from grpo_core.advantage import group_advantages
from grpo_core.corrections import KL, Mismatch, top_entropy_mask
from grpo_core.objective import Objective
from grpo_core.terms import Cispo, Clip, Sapo, Vespo
from grpo_core.tokens import Tokens

pytestmark = pytest.mark.interop

B, T = 4, 7
LENGTHS = [7, 3, 1, 5]
MAX_LENGTH = 11


class Data:
    def __init__(self, seed=0):
        g = torch.Generator().manual_seed(seed)

        def noise(scale):
            return scale * torch.randn(B, T, generator=g, dtype=torch.float64)

        self.mask = (torch.arange(T) < torch.tensor(LENGTHS)[:, None]).double()
        self.logp = -0.1 - noise(1.0).abs()
        self.old = self.logp + noise(0.4)
        self.ref = self.logp + noise(0.4)
        self.sampler = self.old + noise(0.2)
        self.advantages = torch.tensor([1.3, -0.7, 0.4, -1.1], dtype=torch.float64)

    def ours(self, objective):
        weights = objective.weights(LENGTHS, max_length=MAX_LENGTH)
        columns = {"old_logp": self.old, "sampler_logp": self.sampler, "ref_logp": self.ref}
        tokens = Tokens.of(self.mask, self.advantages, weights, **columns)
        logp = self.logp.clone().requires_grad_()
        out = objective(tokens.pick(logp), tokens)
        out.loss.backward()
        return out.loss.detach(), logp.grad


# What each loss_type is called here; options are those that TRL and Liger share.
CASES = {
    ("grpo", "token"): presets.grpo(),
    ("grpo", "sequence"): Objective(Clip(), "sequence", "sequence_mean"),
    ("bnpo", "token"): presets.bnpo(),
    ("dr_grpo", "token"): presets.dr_grpo(),
    ("dapo", "token"): Objective(Clip(0.2, 0.2)),
    ("cispo", "token"): presets.cispo(cap=1.2),
    ("sapo", "token"): presets.sapo(),
    ("luspo", "sequence"): Objective(Clip(), "sequence", "sequence_sum"),
    ("vespo", "token"): presets.vespo(),
}
HIGH = {"cispo": 1.2}


def trl_loss(data, loss_type, level="token", beta=0.0, delta=None, ratio_kl=False, weights=None, off_policy=None):
    trainer_module = pytest.importorskip("trl.trainer.grpo_trainer")
    trainer = trainer_module.GRPOTrainer
    logp = data.logp.clone().requires_grad_()
    args = types.SimpleNamespace(
        use_bias_correction_kl=ratio_kl,
        delta=delta,
        sapo_temperature_pos=1.0,
        sapo_temperature_neg=1.05,
        vespo_k_pos=2.0,
        vespo_lambda_pos=3.0,
        vespo_k_neg=3.0,
        vespo_lambda_neg=2.0,
        steps_per_generation=1,
    )
    one_process = types.SimpleNamespace(num_processes=1, gather=lambda x: x, reduce=lambda x, reduction: x)
    training = types.SimpleNamespace(training=True)
    fake = types.SimpleNamespace(
        model=training,
        args=args,
        aux_loss_enabled=False,
        top_entropy_quantile=1.0,
        off_policy_mask_threshold=off_policy,
        get_off_policy_mask=trainer.get_off_policy_mask,
        get_gamma_weights=trainer.get_gamma_weights,
        importance_sampling_level=level,
        beta=beta,
        loss_type=loss_type,
        epsilon_low=0.2,
        epsilon_high=HIGH.get(loss_type, 0.2),
        use_vllm=weights is not None,
        vllm_importance_sampling_correction=weights is not None,
        current_gradient_accumulation_steps=1,
        max_completion_length=MAX_LENGTH,
        accelerator=one_process,
        _entropy_bonus_enabled=False,
        _metrics={"train": defaultdict(list)},
        _get_per_token_logps_and_entropies=lambda *a, **k: (logp, torch.zeros_like(logp).detach(), None),
    )
    ids = torch.zeros(B, T, dtype=torch.long)
    inputs = {
        "prompt_ids": ids[:, :1],
        "prompt_mask": ids[:, :1] + 1,
        "completion_ids": ids,
        "completion_mask": data.mask,
        "advantages": data.advantages,
        "old_per_token_logps": data.old,
        "ref_per_token_logps": data.ref,
        "sampling_per_token_logps": data.sampler,
        "importance_sampling_ratio": weights,
        "num_items_in_batch": data.mask.sum(),
    }
    loss = trainer._compute_loss(fake, training, inputs)
    loss.backward()
    return loss.detach(), logp.grad


def liger_loss(data, loss_type, level="token", beta=0.0, delta=None, ratio_kl=False, weights=None):
    module = pytest.importorskip("liger_kernel.chunked_loss.grpo_loss")
    logp = data.logp.clone().requires_grad_()
    loss, _ = module.LigerFusedLinearGRPOFunction.ppo_loss_fn(
        logp,
        data.mask,
        data.advantages,
        data.mask,
        ref_per_token_logps=data.ref,
        old_per_token_logps=data.old,
        epsilon_low=0.2,
        epsilon_high=HIGH.get(loss_type, 0.2),
        beta=beta,
        loss_type=loss_type,
        max_completion_length=MAX_LENGTH,
        importance_sampling_level=level,
        vllm_is_ratio=weights,
        delta=delta,
        use_bias_correction_kl=ratio_kl,
    )
    loss.backward()
    return loss.detach(), logp.grad


PEERS = {"trl": trl_loss, "liger": liger_loss}


@pytest.fixture(params=PEERS)
def peer(request):
    pytest.importorskip({"trl": "trl", "liger": "liger_kernel"}[request.param])
    return PEERS[request.param]


def agree(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-7)  # atol: float32 temperatures of sapo


def with_parts(objective, **parts):
    fields = {name: getattr(objective, name) for name in objective.__slots__}
    return Objective(**(fields | parts))


@pytest.mark.parametrize("case", CASES, ids="-".join)
@pytest.mark.parametrize("seed", [0, 1])
def test_loss_types(peer, case, seed):
    data = Data(seed)
    agree(data.ours(CASES[case]), peer(data, *case))


@pytest.mark.parametrize("ratio_kl", [False, True])
@pytest.mark.parametrize("case", [case for case in CASES if case[0] not in ("luspo",)], ids="-".join)
def test_kl(peer, case, ratio_kl):
    data = Data()
    agree(
        data.ours(with_parts(CASES[case], kl=KL(0.3, ratio=ratio_kl))), peer(data, *case, beta=0.3, ratio_kl=ratio_kl)
    )


@pytest.mark.parametrize("level", ["token", "sequence"])
def test_two_sided_clip(peer, level):
    data = Data()
    agree(data.ours(Objective(Clip(0.2, 0.2, delta=1.5), level)), peer(data, "dapo", level, delta=1.5))


@pytest.mark.parametrize("rule", ["truncate", "mask"])
@pytest.mark.parametrize("level", ["token", "sequence"])
@pytest.mark.parametrize(
    "case", [("dapo", "token"), ("grpo", "sequence"), ("cispo", "token"), ("sapo", "token")], ids="-".join
)
def test_mismatch_weights(peer, case, level, rule):
    """TRL computes the weights where it samples; the lines here are its, on one batch."""
    data = Data()
    y = (data.old - data.sampler) * data.mask
    ratio = torch.exp(y if level == "token" else y.sum(-1, keepdim=True))
    low, high = 0.9, 1.2
    weights = ratio.clamp(low, high) if rule == "truncate" else torch.where((ratio < low) | (ratio > high), 0.0, ratio)
    ours = data.ours(with_parts(CASES[case], mismatch=Mismatch(level, rule, low, high), kl=KL(0.2)))
    agree(ours, peer(data, *case, beta=0.2, weights=weights))


def test_vespo_folds_the_mismatch_into_its_ratio(peer):
    data = Data()
    weights = torch.exp((data.old - data.sampler) * data.mask)
    agree(data.ours(with_parts(presets.vespo(), anchor="sampler")), peer(data, "vespo", weights=weights))


@pytest.mark.parametrize("delta", [-0.1, 0.0, 0.1])
def test_off_policy_sequence_mask(delta):
    pytest.importorskip("trl")
    data = Data()
    agree(data.ours(with_parts(presets.grpo(), off_policy_delta=delta)), trl_loss(data, "grpo", off_policy=delta))


@pytest.mark.parametrize("share", [0.2, 0.5, 1.0])
def test_top_entropy_mask(share):
    trainer = pytest.importorskip("trl.trainer.grpo_trainer").GRPOTrainer
    data, entropy = Data(), torch.rand(B, T)
    alone = types.SimpleNamespace(gather=lambda x: x, pad_across_processes=lambda x, **_: x)
    theirs = trainer.get_high_entropy_mask(types.SimpleNamespace(accelerator=alone), entropy, data.mask, 1 - share)
    ours = top_entropy_mask(entropy[data.mask.bool()], share)
    assert torch.equal(ours, theirs[data.mask.bool()].to(ours.dtype))


@pytest.mark.parametrize("scale", ["group", "batch", "none"])
def test_advantages_of_trl(scale):
    """TRL computes them in the middle of its generation; the lines here are its (eps 1e-4, ddof 1)."""
    rewards = torch.randn(4, 3, dtype=torch.float64)
    centered = rewards - rewards.mean(1, keepdim=True)
    deviation = {"group": rewards.std(1, keepdim=True), "batch": rewards.std(), "none": torch.tensor(1 - 1e-4)}[scale]
    ours = group_advantages(rewards.flatten().tolist(), [i // 3 for i in range(12)], {"group": "std"}.get(scale, scale))
    torch.testing.assert_close(ours, (centered / (deviation + 1e-4)).flatten())


def test_luspo_with_a_kl_agrees_with_trl_and_not_with_liger():
    pytest.importorskip("trl")
    pytest.importorskip("liger_kernel")
    data, objective = Data(), with_parts(CASES["luspo", "sequence"], kl=KL(0.3))
    agree(data.ours(objective), trl_loss(data, "luspo", "sequence", beta=0.3))
    padded = liger_loss(data, "luspo", "sequence", beta=0.3)[1][data.mask == 0]
    assert (padded != 0).any(), "Liger's luspo no longer leaks padding: compare it in test_kl too"


def test_the_terms_of_this_file_are_those_of_the_presets():
    assert (Cispo, Sapo, Vespo) == tuple(type(CASES[name, "token"].term) for name in ("cispo", "sapo", "vespo"))
