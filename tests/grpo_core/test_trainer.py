"""The training step: the gradient it takes, the samples it leaves out, and what it refuses."""

import copy
import dataclasses
import json
import math

import pytest
import torch
from torch import nn

from grpo_core import presets
from grpo_core.config import TrainConfig
from grpo_core.corrections import KL
from grpo_core.metrics import append_jsonl
from grpo_core.rollout import HFEngine, Sampling
from grpo_core.tasks import arithmetic
from grpo_core.trainer import Trainer

PROBLEMS = arithmetic(12)
CONFIG = TrainConfig(presets.dapo(), steps=4, prompts_per_step=3, group_size=4, max_new_tokens=7, learning_rate=1e-3)


def share_of_digits(samples):
    """A reward that even an untrained model earns something of."""
    return [sum(c.isdigit() for c in s.completion) / max(1, len(s.completion)) for s in samples]


def trainer_of(model, tokenizer, reward=share_of_digits, engine=None, **settings):
    config = dataclasses.replace(CONFIG, **settings)
    return Trainer(model, tokenizer, PROBLEMS, reward, config, engine=engine)


def gradient(trainer):
    """Of the next step, without taking it."""
    if not trainer.window:
        trainer._draw()
    trainer._backward(trainer.window[0])
    return torch.cat([p.grad.flatten() for p in trainer.model.parameters()])


def untimed(metrics):
    return {name: value for name, value in metrics.items() if not name.startswith("time/")}


def token_by_token(model, experiences, config, reference=None):
    """The gradient by the book: one unpadded sequence at a time, DAPO or GRPO with k3, on policy."""
    model.zero_grad()
    total = sum(len(e.completion_ids) for e in experiences)
    loss = torch.zeros((), dtype=torch.float64)
    for e in experiences:
        ids = torch.cat([e.prompt_ids, e.completion_ids])[None]

        def logp_of(net, ids=ids, e=e):
            logp = (net(ids, use_cache=False).logits[0] / config.temperature).log_softmax(-1)
            return logp[len(e.prompt_ids) - 1 : -1].gather(1, e.completion_ids[:, None]).squeeze(1)

        logp = logp_of(model)
        term = -(logp - logp.detach()).exp() * e.advantage
        if config.objective.kl:
            x = logp - logp_of(reference).detach()
            term = term + config.objective.kl.beta * ((-x).exp() - 1 + x)
        divisor = total if config.objective.aggregation == "token_mean" else len(experiences) * len(logp)
        loss = loss + term.sum() / divisor
    loss.backward()
    return torch.cat([p.grad.flatten() for p in model.parameters()])


@pytest.mark.parametrize(
    "objective", [presets.dapo(), presets.grpo(), presets.grpo(kl=KL(0.3))], ids=["dapo", "grpo", "kl"]
)
@pytest.mark.parametrize(("temperature", "fused"), [(1.0, False), (0.6, False), (0.6, True)])
def test_gradient_is_the_papers_token_by_token(model, tokenizer, objective, temperature, fused):
    trainer = trainer_of(model.double(), tokenizer, objective=objective, temperature=temperature, fused=fused)
    with torch.no_grad():
        if trainer.reference is not None:  # drifted, so that the KL has a gradient
            trainer.reference.lm_head.weight.mul_(1.3)
    ours = gradient(trainer)
    theirs = token_by_token(copy.deepcopy(model), trainer.window[0], trainer.config, trainer.reference)
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("objective", [presets.grpo(kl=KL(0.1)), presets.dapo(), presets.dr_grpo(), presets.gspo()])
@pytest.mark.parametrize("split", [{"micro_batch_tokens": 1}, {"micro_batch_tokens": 40}, {"packing": True}])
def test_gradient_does_not_depend_on_micro_batches_or_packing(model, tokenizer, objective, split):
    whole = gradient(trainer_of(copy.deepcopy(model).double(), tokenizer, objective=objective))
    parts = gradient(trainer_of(model.double(), tokenizer, objective=objective, **split))
    assert whole.norm() > 0
    torch.testing.assert_close(parts, whole, rtol=1e-9, atol=1e-12)


def test_gradient_does_not_depend_on_the_order_of_the_samples(model, tokenizer):
    trainer = trainer_of(model.double(), tokenizer)
    forwards = gradient(trainer)
    trainer.window[0].reverse()
    torch.testing.assert_close(gradient(trainer), forwards, rtol=1e-9, atol=1e-12)


def test_gradient_does_not_depend_on_what_fills_the_rows(model, tokenizer, monkeypatch):
    trainer = trainer_of(model.double(), tokenizer)
    zeros = gradient(trainer)
    collate = trainer_module().collate

    def filled(*args):
        batch = collate(*args)
        end_BL = batch.position_BL >= torch.tensor([e.num_tokens for e in sorted_by_length(trainer)])[:, None]
        assert end_BL.any()
        return dataclasses.replace(batch, ids_BL=torch.where(end_BL, 17, batch.ids_BL))

    monkeypatch.setattr(trainer_module(), "collate", filled)
    torch.testing.assert_close(gradient(trainer), zeros, rtol=1e-12, atol=0)


def trainer_module():
    import grpo_core.trainer

    return grpo_core.trainer


def sorted_by_length(trainer):
    live = [e for e in trainer.window[0] if e.advantage != 0]
    return sorted(live, key=lambda e: -e.num_tokens)


def test_unscored_samples_leave_everything_as_if_they_had_not_been_drawn(model, tokenizer):
    seen = []

    def sometimes(samples):
        seen.append([None if i in (1, 6) else r for i, r in enumerate(share_of_digits(samples))])
        return seen[-1]

    trainer = trainer_of(model.double(), tokenizer, sometimes, max_unscored=0.2)
    ours = gradient(trainer)
    assert len(trainer.window[0]) == 10
    # By hand: mean and deviation of each group's scored samples, and their tokens alone in the normaliser.
    rewards = seen[0]
    expected = []
    for g in range(3):
        scored = [r for r in rewards[4 * g : 4 * g + 4] if r is not None]
        mean = sum(scored) / len(scored)
        std = math.sqrt(sum((r - mean) ** 2 for r in scored) / (len(scored) - 1))
        expected += [(r - mean) / (std + 1e-4) if std else 0.0 for r in scored]
    assert [e.advantage for e in trainer.window[0]] == pytest.approx(expected)
    theirs = token_by_token(copy.deepcopy(model), trainer.window[0], trainer.config)
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)
    assert trainer.draw_metrics["reward/unscored"] == pytest.approx(2 / 12)
    assert trainer.draw_metrics["reward/mean"] == pytest.approx(sum(r for r in rewards if r is not None) / 10)


def test_ratio_is_one_on_policy_and_the_sampler_agrees(model, tokenizer):
    metrics = trainer_of(model.double(), tokenizer).step()
    assert metrics["policy/ratio"] == 1.0
    assert metrics["policy/clip_low"] == metrics["policy/clip_high"] == 0
    assert abs(metrics["policy/mismatch_kl"]) < 1e-10


def test_first_of_several_steps_has_ratio_one_and_the_next_do_not(model, tokenizer):
    trainer = trainer_of(model.double(), tokenizer, epochs=3, learning_rate=1e-2)
    first, *later = [trainer.step() for _ in range(3)]
    assert first["policy/ratio"] == pytest.approx(1.0, abs=1e-9)
    assert all(abs(m["policy/old_kl"]) > 1e-6 for m in later)


def test_mini_batches_and_epochs_visit_every_group_once_an_epoch(model, tokenizer):
    trainer = trainer_of(model, tokenizer, mini_batches=2, epochs=2)
    trainer._draw()
    assert len(trainer.window) == 4
    for epoch in (trainer.window[:2], trainer.window[2:]):
        assert sorted(e.group for part in epoch for e in part) == [g for g in range(3) for _ in range(4)]
    for part in trainer.window:
        groups = {e.group for e in part}
        assert len(part) == 4 * len(groups)


def test_reference_is_the_initial_policy_until_it_is_refreshed(model, tokenizer):
    snapshot = copy.deepcopy(model.state_dict())
    trainer = trainer_of(model, tokenizer, objective=presets.grpo(kl=KL(0.1)), reference_every=2)
    kl = []
    for step in range(1, 5):
        kl.append(trainer.step()["policy/kl"])
        if step % 2 == 0:
            snapshot = copy.deepcopy(model.state_dict())
        assert all(torch.equal(a, b) for a, b in zip(trainer.reference.state_dict().values(), snapshot.values()))
    assert kl[0] == kl[2] == 0
    assert kl[1] > 0


def test_no_reference_is_kept_without_a_kl_term(model, tokenizer):
    assert trainer_of(model, tokenizer).reference is None


def test_same_seed_gives_the_same_metrics_bit_for_bit(model, tokenizer):
    runs = [
        [untimed(m) for m in trainer_of(copy.deepcopy(model), tokenizer, mini_batches=2, objective=objective).train()]
        for objective in [presets.grpo(kl=KL(0.1))] * 2
    ]
    assert runs[0] == runs[1]
    other = trainer_of(copy.deepcopy(model), tokenizer, mini_batches=2, seed=1)
    assert untimed(next(other.train())) != runs[0][0]


def test_training_raises_the_reward(model, tokenizer):
    trainer = trainer_of(model, tokenizer, steps=30, prompts_per_step=8, group_size=8, learning_rate=3e-3)
    rewards = [m["reward/mean"] for m in trainer.train()]
    assert sum(rewards[-5:]) / 5 > sum(rewards[:5]) / 5 + 0.3


def test_problems_come_once_before_any_comes_twice(model, tokenizer):
    trainer = trainer_of(model, tokenizer)
    seen = []
    for _ in range(8):
        seen += [p.id for p in trainer._next_problems()]
        trainer.num_drawn += 3
    epochs = seen[:12], seen[12:]
    assert sorted(epochs[0]) == sorted(epochs[1]) == sorted(p.id for p in PROBLEMS)
    assert epochs[0] != epochs[1]


def test_a_gradient_that_is_not_finite_skips_the_step_and_is_counted(model, tokenizer):
    trainer = trainer_of(model, tokenizer)
    model.lm_head.weight.register_hook(lambda grad: grad * math.nan)
    before = copy.deepcopy(model.state_dict())
    assert trainer.step()["policy/skipped"] == 1
    assert trainer.step()["policy/skipped"] == 2
    assert all(torch.equal(a, b) for a, b in zip(before.values(), model.state_dict().values()))
    assert trainer.num_steps == 2


def test_groups_that_agree_teach_nothing(model, tokenizer):
    trainer = trainer_of(model, tokenizer, lambda samples: [1.0] * len(samples))
    before = copy.deepcopy(model.state_dict())
    metrics = trainer.step()
    assert metrics["reward/zero_std_groups"] == 1.0
    assert metrics["policy/grad_norm"] == 0
    assert all(torch.equal(a, b) for a, b in zip(before.values(), model.state_dict().values()))


def test_a_draw_without_any_score_is_passed_over(model, tokenizer):
    metrics = trainer_of(model, tokenizer, lambda samples: [None] * len(samples), max_unscored=1.0).step()
    assert metrics["reward/mean"] is None
    assert metrics["reward/unscored"] == 1.0


def test_truncated_completions_can_be_left_out(model, tokenizer):
    trainer = trainer_of(model, tokenizer, drop_truncated=True, max_new_tokens=60)
    trainer._draw()
    assert 0 < len(trainer.window[0]) < 12
    assert all(e.completion_ids[-1] == tokenizer.eos_token_id for e in trainer.window[0])


def test_dropout_is_off_or_refused(model, tokenizer):
    seen = []

    class Watch(nn.Dropout):
        def forward(self, x):
            seen.append(self.training)
            return super().forward(x)

    model.model.layers[0].mlp.act_fn = nn.Sequential(model.model.layers[0].mlp.act_fn, Watch(0.5))
    trainer = trainer_of(model.train(), tokenizer, epochs=2)
    assert trainer.step()["policy/ratio"] == pytest.approx(1.0, abs=1e-5)
    assert seen
    assert not any(seen)
    model.train()
    with pytest.raises(RuntimeError, match=r"call model\.eval\(\)"):
        trainer.step()


def test_half_precision_weights_are_trained_in_float32(model, tokenizer):
    trainer = trainer_of(model.to(torch.bfloat16), tokenizer, bf16=True)
    before = copy.deepcopy(model.state_dict())
    metrics = trainer.step()
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert metrics["policy/ratio"] == 1.0
    assert any(not torch.equal(a, b) for a, b in zip(before.values(), model.state_dict().values()))


@pytest.mark.parametrize("n", [11, 13, 0])
def test_reward_of_the_wrong_length_is_refused(model, tokenizer, n):
    trainer = trainer_of(model, tokenizer, lambda samples: [0.0] * n)
    with pytest.raises(ValueError, match=f"reward returned {n} values for 12 samples; return one per sample, in order"):
        trainer.step()


def test_too_many_unscored_samples_stop_training_and_say_where_to_look(model, tokenizer):
    trainer = trainer_of(model, tokenizer, lambda samples: [None] * 6 + [1.0] * 6)
    with pytest.raises(RuntimeError, match=r"50% of samples went unscored \(limit 10%\)\. Read the `reason`"):
        trainer.step()


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_rewards_that_are_not_finite_are_refused(model, tokenizer, bad):
    with pytest.raises(ValueError, match=f"reward.* {bad}"):
        trainer_of(model, tokenizer, lambda samples: [bad] * len(samples)).step()


def test_an_engine_that_samples_otherwise_than_the_loss_assumes_is_refused(model, tokenizer):
    engine = HFEngine(model, tokenizer, Sampling(1.0, 7, top_p=0.9))
    with pytest.raises(ValueError, match="the ratios would be biased"):
        trainer_of(model, tokenizer, engine=engine)


def test_no_problems_are_refused(model, tokenizer):
    with pytest.raises(ValueError, match="there are no problems"):
        Trainer(model, tokenizer, [], share_of_digits, CONFIG)


def test_metrics_are_json_lines_without_nan(tmp_path, model, tokenizer):
    for metrics in trainer_of(model, tokenizer, steps=2).train():
        append_jsonl(tmp_path / "run" / "metrics.jsonl", metrics | {"odd": math.nan})
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2]
    assert lines[0]["odd"] is None
    assert lines[0]["policy/lr"] == 1e-3
