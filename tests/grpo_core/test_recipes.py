"""Recipes: the cold start here; that the demo's numbers hold takes minutes, so that test is marked slow."""

import dataclasses

import pytest

from grpo_core.recipes import DEMO, ColdStart
from grpo_core.rollout import HFEngine, Sampling
from grpo_core.tasks import arithmetic
from grpo_core.tiny import tiny_model
from grpo_core.trainer import Trainer


def test_cold_start_counts_its_steps_through_both_phases(model, tokenizer):
    start = ColdStart(worked_steps=3, mixed_steps=2, batch_size=4)
    assert [m["step"] for m in start.run(model, tokenizer, arithmetic(10))] == [1, 2, 3, 4, 5]
    assert start.steps == 5


@pytest.mark.parametrize(("short", "thinks"), [(0.0, True), (1.0, False)])
def test_the_mixed_phase_decides_whether_the_model_reasons(model, tokenizer, short, thinks):
    problems = arithmetic(4)
    start = ColdStart(1, 60, short, batch_size=4, worked_learning_rate=1e-2, mixed_learning_rate=1e-2)
    list(start.run(model, tokenizer, problems))
    rollouts = HFEngine(model, tokenizer, Sampling(0.0, 40)).generate(problems, 1)
    assert {r.sample.completion.startswith("<think>") for r in rollouts} == {thinks}


def right(sample):
    return float(sample.completion.endswith(f"\\boxed{{{sample.gold}}}"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_demo_rises_from_at_most_065_to_at_least_090(tokenizer, seed):
    held_out = arithmetic(DEMO.num_held_out, seed=seed, split="held_out")
    problems = arithmetic(DEMO.num_train, seed=seed)
    model = tiny_model(tokenizer, seed=seed)
    config = dataclasses.replace(DEMO.train, seed=seed)

    def accuracy():
        engine = HFEngine(model, tokenizer, Sampling(1.0, config.max_new_tokens))
        rollouts = engine.generate(held_out, DEMO.samples, seed=1)
        return sum(right(r.sample) for r in rollouts) / len(rollouts)

    list(DEMO.cold_start.run(model, tokenizer, problems, seed=seed))
    before = accuracy()
    list(Trainer(model, tokenizer, problems, lambda samples: [right(s) for s in samples], config).train())
    assert before <= 0.65
    assert accuracy() >= 0.90
