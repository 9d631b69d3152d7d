"""A reward of your own, and a training loop of your own: about forty lines, half a minute, no GPU.

    python examples/custom_reward.py [steps]

The task: answer a sum, and keep the reasoning short. The reward is a formula of two verifiers, one of them written here.
"""

import sys

from grpo_core.config import TrainConfig
from grpo_core.sft import sft
from grpo_core.tasks import arithmetic, solution
from grpo_core.tiny import tiny_model, tiny_tokenizer
from grpo_core.trainer import Trainer
from verifiers import Sample, Score, as_reward, gate, verifier
from verifiers.math import MathVerifier


@verifier
def brief(sample: Sample) -> Score:
    """1.0 up to 20 tokens, 0.0 from 40 on, and a straight line between."""
    if sample.num_tokens is None:
        return Score.unscored("no_token_count")
    return Score.of(min(1.0, max(0.0, (40 - sample.num_tokens) / 20)), "length", tokens=sample.num_tokens)


# Brevity pays only where the answer is right: a short wrong answer earns nothing.
reward = 0.8 * MathVerifier() + 0.2 * (gate(MathVerifier()) * brief)


def main(steps: int = 10) -> None:
    tokenizer = tiny_tokenizer()
    model = tiny_model(tokenizer)
    problems = arithmetic(500)
    shown = [(problem, solution(problem)) for problem in problems]
    # A model that cannot answer at all learns nothing from GRPO, so it sees some worked sums first.
    for _ in sft(model, tokenizer, shown, steps=10 * steps):
        pass
    config = TrainConfig(steps=steps, prompts_per_step=8, group_size=8, max_new_tokens=40, learning_rate=2e-4)
    trainer = Trainer(model, tokenizer, problems, as_reward(reward), config)
    for metrics in trainer.train():
        print(
            f"step {metrics['step']:>3}  reward {metrics['reward/mean']:.3f}  tokens {metrics['rollout/length_mean']:.1f}"
        )
    print("trained on", repr(reward), "- checkpoint in", trainer.save("runs/custom-reward"))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
