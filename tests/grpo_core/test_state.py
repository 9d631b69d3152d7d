"""Checkpoints: going on bit for bit, from any moment, and never half of one."""

import copy
import dataclasses
import os
import random
import signal
import threading

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM

import grpo_core.trainer as trainer_module
from grpo_core import presets, state
from grpo_core.config import TrainConfig
from grpo_core.corrections import KL
from grpo_core.state import checkpoints, latest, uninterrupted
from grpo_core.tasks import arithmetic
from grpo_core.tiny import tiny_model
from grpo_core.trainer import Trainer

PROBLEMS = arithmetic(12)
CONFIG = TrainConfig(
    presets.grpo(kl=KL(0.1)),
    steps=5,
    prompts_per_step=2,
    group_size=4,
    mini_batches=2,
    epochs=2,
    reference_every=3,
    max_new_tokens=7,
    learning_rate=1e-3,
    schedule="cosine",
)


def noisy_reward(samples):
    """Draws on every global random state, as a user's reward may."""
    noise = random.random() + np.random.rand() + torch.rand(()).item()
    return [noise * sum(c.isdigit() for c in s.completion) for s in samples]


def trainer_of(model, tokenizer, **settings):
    return Trainer(model, tokenizer, PROBLEMS, noisy_reward, dataclasses.replace(CONFIG, **settings))


def untimed(metrics):
    return {name: value for name, value in metrics.items() if not name.startswith("time/")}


def seed_everything():
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)


def whole_run(model, tokenizer):
    seed_everything()
    trainer = trainer_of(model, tokenizer)
    return trainer, [untimed(m) for m in trainer.train()]


def fresh(tokenizer):
    """Other weights, and random states that have moved on."""
    seed_everything()
    random.random(), np.random.rand(), torch.rand(3)
    return trainer_of(tiny_model(tokenizer, seed=99, hidden_size=32, num_layers=2), tokenizer)


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


@pytest.mark.parametrize("at", [0, 1, 3, 4])
def test_resuming_repeats_the_run_bit_for_bit_also_inside_a_window(model, tokenizer, tmp_path, at):
    straight, expected = whole_run(copy.deepcopy(model), tokenizer)
    seed_everything()
    trainer = trainer_of(model, tokenizer)
    for _ in range(at):
        trainer.step()
    assert len(trainer.window) == (-at) % 4  # 1 and 3 are inside
    path = trainer.save(tmp_path)
    resumed = fresh(tokenizer)
    resumed.load(path)
    assert [untimed(m) for m in resumed.train()] == expected[at:]
    assert same(resumed.model, straight.model)
    assert same(resumed.reference, straight.reference)


@pytest.mark.parametrize("where", ["generate", "reward", "backward", "clip"])
def test_interrupt_in_a_step_leaves_the_state_before_it(model, tokenizer, tmp_path, monkeypatch, where):
    straight, expected = whole_run(copy.deepcopy(model), tokenizer)
    seed_everything()
    trainer = trainer_of(model, tokenizer, micro_batch_tokens=40)
    trainer.step()
    if where in ("generate", "reward"):
        for _ in range(3):
            trainer.step()  # the next step draws
    done = trainer.num_steps
    owner, name = {
        "generate": (trainer.engine, "generate"),
        "reward": (trainer, "reward"),
        "backward": (trainer_module, "policy_loss"),
        "clip": (torch.nn.utils, "clip_grad_norm_"),
    }[where]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, interrupt_after(getattr(owner, name)))
        with pytest.raises(KeyboardInterrupt):
            trainer.step()
    assert trainer.num_steps == done
    path = trainer.save(tmp_path)
    resumed = fresh(tokenizer)
    resumed.load(path)
    rest = [untimed(m) for m in resumed.train()]
    assert [m["step"] for m in rest] == [m["step"] for m in expected[done:]]
    # Smaller micro-batches add up in another order, hence not bit for bit.
    for ours, theirs in zip(resumed.model.parameters(), straight.model.parameters()):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)


def interrupt_after(function):
    def interrupted(*args, **kwargs):
        function(*args, **kwargs)
        raise KeyboardInterrupt

    return interrupted


@pytest.fixture
def python_interrupts():
    """SIGINT raises KeyboardInterrupt, also in a shell's background job, where Python leaves it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("python_interrupts")
def test_interrupt_in_the_update_waits_until_it_is_whole(model, tokenizer):
    twin = trainer_of(copy.deepcopy(model), tokenizer)
    seed_everything()
    twin.step()
    trainer = trainer_of(model, tokenizer)
    optimizer_step = trainer.optimizer.step

    def interrupted_step():
        os.kill(os.getpid(), signal.SIGINT)
        optimizer_step()

    trainer.optimizer.step = interrupted_step
    seed_everything()
    with pytest.raises(KeyboardInterrupt):
        trainer.step()
    assert trainer.num_steps == 1
    assert len(trainer.window) == 3
    assert same(trainer.model, twin.model)


def test_uninterrupted_restores_the_handler_and_is_nothing_outside_the_main_thread():
    before = signal.getsignal(signal.SIGINT)
    with uninterrupted():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
    outcome = []

    def elsewhere():
        with uninterrupted():
            outcome.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert outcome == [before]


@pytest.mark.parametrize("broken", ["save_pretrained", "torch.save", "sync"])
def test_a_save_that_fails_leaves_the_older_checkpoint_and_no_half_one(model, tokenizer, tmp_path, monkeypatch, broken):
    trainer = trainer_of(model, tokenizer)
    trainer.step()
    first = trainer.save(tmp_path)
    trainer.step()
    owner, name = {
        "save_pretrained": (trainer.model, "save_pretrained"),
        "torch.save": (torch, "save"),
        "sync": (state, "_sync"),
    }[broken]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, interrupt_after(getattr(owner, name)))
        with pytest.raises(KeyboardInterrupt):
            trainer.save(tmp_path)
    assert list(tmp_path.iterdir()) == [first] == [latest(tmp_path)]
    fresh(tokenizer).load(first)


def test_the_newest_are_kept(model, tokenizer, tmp_path):
    trainer = trainer_of(model, tokenizer)
    for trainer.num_steps in (1, 2, 10, 100):
        trainer.save(tmp_path, keep=2)
    assert [p.name for p in checkpoints(tmp_path)] == ["step-000010", "step-000100"]
    assert latest(tmp_path).name == "step-000100"
    assert latest(tmp_path / "nowhere") is None
    with pytest.raises(ValueError, match="keep=0"):
        trainer.save(tmp_path, keep=0)


@pytest.mark.parametrize("again", [True, False])
def test_a_deletion_that_is_interrupted_leaves_no_half_checkpoint(model, tokenizer, tmp_path, monkeypatch, again):
    trainer = trainer_of(model, tokenizer)
    trainer.save(tmp_path)
    trainer.num_steps += not again

    def half(path, ignore_errors=False):
        if path.exists() and any(path.iterdir()):
            (path / "trainer.pt").unlink(missing_ok=True)
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(state.shutil, "rmtree", half)
        with pytest.raises(KeyboardInterrupt):
            trainer.save(tmp_path, keep=1)
    assert all((path / "trainer.pt").exists() for path in checkpoints(tmp_path))


def test_saving_twice_at_one_step_keeps_the_later(model, tokenizer, tmp_path):
    trainer = trainer_of(model, tokenizer)
    trainer.save(tmp_path)
    with torch.no_grad():
        model.lm_head.weight.add_(1)
    resumed = fresh(tokenizer)
    resumed.load(trainer.save(tmp_path))
    assert same(resumed.model, model)


def test_a_checkpoint_is_a_model_directory(model, tokenizer, tmp_path):
    trainer = trainer_of(model, tokenizer)
    trainer.step()
    assert same(AutoModelForCausalLM.from_pretrained(trainer.save(tmp_path)), model)


def test_other_settings_are_refused_naming_the_difference(model, tokenizer, tmp_path):
    path = trainer_of(model, tokenizer).save(tmp_path)
    other = trainer_of(model, tokenizer, learning_rate=2e-3, seed=4)
    with pytest.raises(ValueError, match=r"learning_rate: 0\.001 there, 0\.002 now; seed: 0 there, 4 now"):
        other.load(path)


def test_more_steps_may_be_asked_for_when_resuming(model, tokenizer, tmp_path):
    path = trainer_of(model, tokenizer, schedule="constant").save(tmp_path)
    trainer_of(model, tokenizer, schedule="constant", steps=50).load(path)


def test_a_directory_without_a_checkpoint_is_refused(model, tokenizer, tmp_path):
    with pytest.raises(ValueError, match=r"holds no checkpoint \(no trainer\.pt\)"):
        trainer_of(model, tokenizer).load(tmp_path)


def test_loading_runs_no_code_of_the_file(model, tokenizer, tmp_path):
    path = trainer_of(model, tokenizer).save(tmp_path)
    torch.save({"settings": Malicious()}, path / "trainer.pt")
    with pytest.raises(Exception, match="weights_only"):
        trainer_of(model, tokenizer).load(path)
    assert not Malicious.ran


class Malicious:
    ran = False

    def __reduce__(self):
        return (setattr, (Malicious, "ran", True))
