"""The cold start."""

import copy

import pytest
import torch

from grpo_core.rollout import HFEngine, Sampling, encode_prompt
from grpo_core.sft import completion_loss, encode_demonstration, sft
from grpo_core.tasks import arithmetic, solution

PROBLEMS = arithmetic(5)
DEMONSTRATIONS = [(p, solution(p)) for p in PROBLEMS]


def test_loss_is_the_mean_over_completion_tokens_alone(model, tokenizer):
    examples = [encode_demonstration(tokenizer, *pair) for pair in DEMONSTRATIONS]
    losses = []
    for prompt, completion in examples:  # one by one, without padding
        logp = model(torch.tensor([prompt + completion])).logits[0].log_softmax(-1)
        losses += [-logp[len(prompt) + t - 1, token] for t, token in enumerate(completion)]
    torch.testing.assert_close(completion_loss(model, examples), torch.stack(losses).mean(), rtol=1e-5, atol=0)


def test_demonstrations_close_with_the_end_of_turn_and_start_from_the_engines_prompt(tokenizer):
    prompt, completion = encode_demonstration(tokenizer, PROBLEMS[0], "\\boxed{1}")
    assert completion[-1] == tokenizer.eos_token_id
    assert prompt == encode_prompt(tokenizer, PROBLEMS[0])


def test_a_few_demonstrations_are_learned_by_heart(model, tokenizer):
    losses = [m["loss"] for m in sft(model, tokenizer, DEMONSTRATIONS, steps=150, batch_size=5, learning_rate=1e-2)]
    assert losses[-1] < 0.1 * losses[0]
    rollouts = HFEngine(model, tokenizer, Sampling(0.0, 40)).generate(PROBLEMS, 1)
    assert [r.sample.completion for r in rollouts] == [text for _, text in DEMONSTRATIONS]


def test_same_seed_trains_to_the_same_weights(model, tokenizer):
    twins = [copy.deepcopy(model) for _ in range(2)]
    logs = [list(sft(twin, tokenizer, DEMONSTRATIONS, steps=3, batch_size=2, seed=7)) for twin in twins]
    assert logs[0] == logs[1]
    assert all(torch.equal(a, b) for a, b in zip(twins[0].parameters(), twins[1].parameters()))


def test_no_demonstrations_is_refused(model, tokenizer):
    with pytest.raises(ValueError, match="sft got no demonstrations"):
        next(sft(model, tokenizer, [], steps=1))
