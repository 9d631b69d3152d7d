"""A cold start: supervised fine-tuning on worked completions, so that reinforcement has something to reinforce.

As in DeepSeek-R1 (arXiv:2501.12948, section 2.3.1), at the size of a demonstration: each completion is predicted token
by token after its prompt, and the prompt itself adds nothing to the loss.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from grpo_core.rollout import encode_prompt
from verifiers.types import Problem

IGNORED = -100


def sft(
    model: Any,
    tokenizer: Any,
    demonstrations: Sequence[tuple[Problem, str]],
    *,
    steps: int,
    batch_size: int = 64,
    learning_rate: float = 1e-3,
    seed: int = 0,
) -> Iterator[dict[str, float]]:
    """Train in place; yields {"step", "loss"} after each optimizer step, so the caller owns the loop.

    The loss is the mean cross-entropy, in nats, over the completion tokens of a batch, the end-of-turn token included.
    The learning rate warms up over the first tenth and falls linearly to a tenth.

    Args:
        demonstrations: problems with the completion to imitate, without an end-of-turn token.
        seed: decides the order; each demonstration is seen once before any is seen twice.
    """
    if not demonstrations:
        raise ValueError("sft got no demonstrations: give at least one (problem, completion) pair.")
    examples = [encode_demonstration(tokenizer, *pair) for pair in demonstrations]
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, betas=(0.9, 0.99), weight_decay=0.0)
    warmup = max(1, steps // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warmup, 1 - 0.9 * max(0, step - warmup) / max(1, steps - warmup))
    )
    order = _shuffled_forever(len(examples), seed)
    model.eval()  # dropout stays off here too: the samples that follow are drawn without it
    for step in range(1, steps + 1):
        loss = completion_loss(model, [examples[next(order)] for _ in range(batch_size)])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        yield {"step": step, "loss": loss.item()}


def encode_demonstration(tokenizer: Any, problem: Problem, completion: str) -> tuple[list[int], list[int]]:
    """Prompt ids and completion ids, the latter closed by the end-of-turn token."""
    completion_ids = list(tokenizer.encode(completion, add_special_tokens=False))
    return encode_prompt(tokenizer, problem), [*completion_ids, tokenizer.eos_token_id]


def completion_loss(model: Any, examples: Sequence[tuple[list[int], list[int]]]) -> torch.Tensor:
    """Mean cross-entropy of the completion tokens. Rows are padded on the right, where a causal model does not look."""
    L = max(len(prompt) + len(completion) for prompt, completion in examples)
    ids_BL = torch.zeros(len(examples), L, dtype=torch.long)
    labels_BL = torch.full((len(examples), L), IGNORED)
    for row, (prompt, completion) in enumerate(examples):
        end = len(prompt) + len(completion)
        ids_BL[row, :end] = torch.tensor(prompt + completion)
        labels_BL[row, len(prompt) : end] = torch.tensor(completion)
    logits_BLV = model(input_ids=ids_BL.to(model.device), use_cache=False).logits
    labels_BL = labels_BL.to(model.device)
    return cross_entropy(logits_BLV[:, :-1].flatten(0, 1).float(), labels_BL[:, 1:].flatten(), ignore_index=IGNORED)


def _shuffled_forever(n: int, seed: int) -> Iterator[int]:
    rng = random.Random(seed)
    while True:
        yield from rng.sample(range(n), n)
