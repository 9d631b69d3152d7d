"""Completions for problems: what an engine is, and the engine that runs any Hugging Face causal model.

Legend: B prompts, P prompt length, N = rows being decoded (n completions of each prompt), T new tokens, V vocabulary.

An engine returns what it sampled and with which log-probabilities, token by token, so that the trainer never has to
tokenise a completion again. Lengths say where a completion ends, never token values: padding and the end-of-turn token
may well be the same id.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor
from transformers import DynamicCache

from verifiers.types import Problem, Sample


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn.

    Args:
        temperature: divides the logits; 0 is greedy.
        max_new_tokens: a completion that has not ended by then is cut off, with finish "length".
        top_p: nucleus sampling, for evaluation protocols that ask for it. Log-probabilities are then those of the
            truncated distribution; the trainer refuses it, since its own full softmax would bias every ratio.
    """

    temperature: float = 1.0
    max_new_tokens: int = 256
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if self.temperature < 0:
            raise ValueError(f"temperature={self.temperature:g}: write 0 for greedy or a positive number.")
        if self.max_new_tokens < 1:
            raise ValueError(f"max_new_tokens={self.max_new_tokens}: a completion needs at least 1 token.")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p={self.top_p:g}: write a share above 0 and up to 1 (1 keeps all tokens).")


@dataclass(frozen=True, slots=True)
class Rollout:
    """One completion: the text as a Sample, and its tokens as the sampler drew them.

    Args:
        completion_ids: with the end-of-turn token where finish is "stop"; the sample's text is without it.
        logprobs: the sampler's log-probability of each of `completion_ids`, at its temperature.
    """

    sample: Sample
    prompt_ids: list[int]
    completion_ids: list[int]
    logprobs: list[float]


class Engine(Protocol):
    """What the trainer and the evaluation ask of whatever generates."""

    sampling: Sampling

    def generate(self, problems: Sequence[Problem], n: int, *, seed: int) -> list[Rollout]:
        """`n` rollouts of each problem, contiguous and in the problems' order. The seed decides everything random."""
        ...

    def load_weights(self, model: Any) -> None:
        """Sample from these weights from now on; called after every update of the policy."""
        ...


class HFEngine:
    """Batched sampling with transformers: each prompt is prefilled once and its key-value cache shared by its group.

    The random numbers of a completion depend on the seed, the problem's position and the completion's number only, so
    `max_rows` changes the speed and the memory, not (beyond rounding) the samples.

    Args:
        model: runs in eval mode where it stands. The trainer's own model may be passed: then weights need no copying.
        sampling: see `Sampling`. A generation_config's temperature, top_k and top_p are not used, its EOS ids are.
        max_rows: completions decoded at once.
        autocast: a lower precision for the forward passes (torch.bfloat16), or None for the weights' own.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        sampling: Sampling,
        *,
        max_rows: int = 256,
        autocast: torch.dtype | None = None,
    ):
        self.model, self.tokenizer, self.sampling = model, tokenizer, sampling
        self.max_rows, self.autocast = max_rows, autocast
        self.eos_ids = eos_ids(model, tokenizer)

    def load_weights(self, model: Any) -> None:
        if model is not self.model:
            self.model.load_state_dict(model.state_dict())

    @torch.no_grad()
    def generate(self, problems: Sequence[Problem], n: int, *, seed: int = 0) -> list[Rollout]:
        prompts = [encode_prompt(self.tokenizer, problem) for problem in problems]
        self._check_length(max(map(len, prompts), default=0))
        rollouts: list[list[Rollout]] = [[] for _ in problems]
        # Neighbours in length share a batch, so that little of it is padding.
        order = sorted(range(len(problems)), key=lambda i: len(prompts[i]))
        chunk = max(1, self.max_rows // n)
        self.model.eval()
        with _autocast(self.model, self.autocast):
            for start in range(0, len(order), chunk):
                indices = order[start : start + chunk]
                uniform_NT = torch.cat([_uniform(seed, i, n, self.sampling.max_new_tokens) for i in indices])
                decoded = self._decode([prompts[i] for i in indices], uniform_NT, n)
                for row, (ids, logprobs) in enumerate(decoded):
                    i = indices[row // n]
                    rollouts[i].append(self._rollout(problems[i], prompts[i], ids, logprobs))
        return [rollout for group in rollouts for rollout in group]

    def _decode(self, prompts: list[list[int]], uniform_NT: Tensor, n: int) -> list[tuple[list[int], list[float]]]:
        """Token ids and log-probabilities of `n` completions of each prompt."""
        device = self.model.device
        ids_BP, mask_BP = left_padded(prompts)
        mask_NP = mask_BP.to(device)
        cache = DynamicCache(config=self.model.config)
        cached = {_cache_argument(self.model): cache, "use_cache": True}
        out = self.model(
            input_ids=ids_BP.to(device),
            attention_mask=mask_NP,
            position_ids=positions(mask_NP),
            logits_to_keep=1,
            **cached,
        )
        cache.batch_repeat_interleave(n)
        logits_NV = out.logits[:, -1].repeat_interleave(n, 0)
        mask_NP = mask_NP.repeat_interleave(n, 0)
        position_N = mask_NP.sum(1)

        N, T = uniform_NT.shape
        uniform_NT = uniform_NT.to(device)
        eos = torch.tensor(sorted(self.eos_ids), device=device)
        ids_NT = torch.zeros(N, T, dtype=torch.long, device=device)
        logp_NT = torch.zeros(N, T, device=device)
        length_N = torch.full((N,), T, device=device)
        row_N = torch.arange(N, device=device)
        alive_N = torch.ones(N, dtype=torch.bool, device=device)
        for t in range(T):
            token_N, logp_N = draw(logits_NV, uniform_NT[row_N, t], self.sampling)
            ids_NT[row_N, t], logp_NT[row_N, t] = token_N, logp_N
            ended_N = alive_N & torch.isin(token_N, eos)
            length_N[row_N[ended_N]] = t + 1
            alive_N = alive_N & ~ended_N
            num_alive = int(alive_N.sum())
            if num_alive == 0 or t + 1 == T:
                break
            if 2 * num_alive <= len(row_N):
                # Rows that have ended cost as much as the others; carry on with the rest once they are half.
                keep = alive_N.nonzero().squeeze(1)
                cache.batch_select_indices(keep)
                row_N, token_N, position_N = row_N[keep], token_N[keep], position_N[keep]
                mask_NP, alive_N = mask_NP[keep], alive_N[keep]
            mask_NP = torch.cat([mask_NP, mask_NP.new_ones(len(row_N), 1)], 1)
            out = self.model(
                input_ids=token_N[:, None],
                attention_mask=mask_NP,
                position_ids=position_N[:, None],
                **cached,
            )
            logits_NV, position_N = out.logits[:, -1], position_N + 1
        ids, logps = ids_NT.tolist(), logp_NT.tolist()
        return [(ids[i][:length], logps[i][:length]) for i, length in enumerate(length_N.tolist())]

    def _rollout(self, problem: Problem, prompt_ids: list[int], ids: list[int], logprobs: list[float]) -> Rollout:
        stopped = ids[-1] in self.eos_ids
        text = self.tokenizer.decode(ids[:-1] if stopped else ids, skip_special_tokens=False)
        sample = Sample(problem, text, len(ids), "stop" if stopped else "length")
        return Rollout(sample, prompt_ids, ids, logprobs)

    def _check_length(self, longest: int) -> None:
        limit = getattr(self.model.config, "max_position_embeddings", None)
        if limit is not None and longest + self.sampling.max_new_tokens > limit:
            raise ValueError(
                f"a prompt of {longest} tokens and max_new_tokens={self.sampling.max_new_tokens} exceed the model's "
                f"{limit} positions; shorten the prompt or write max_new_tokens={max(limit - longest, 1)} or less."
            )


def encode_prompt(tokenizer: Any, problem: Problem) -> list[int]:
    """Token ids of the prompt: text as it is, chat messages through the tokenizer's chat template.

    Raises:
        ValueError: the prompt is chat messages and the tokenizer has no chat template, or it comes to no tokens.
    """
    if isinstance(problem.prompt, str):
        ids = tokenizer.encode(problem.prompt)
    elif tokenizer.chat_template is None:
        raise ValueError(
            f"problem {problem.id!r} is chat messages and the tokenizer has no chat template: "
            "write the prompt as text, or set tokenizer.chat_template."
        )
    else:
        text = tokenizer.apply_chat_template(list(problem.prompt), add_generation_prompt=True, tokenize=False)
        # The template has written the special tokens already.
        ids = tokenizer.encode(text, add_special_tokens=False)
    if not ids:
        raise ValueError(f"problem {problem.id!r} has an empty prompt; write at least one token.")
    return list(ids)


def eos_ids(model: Any, tokenizer: Any) -> frozenset[int]:
    """Every id that ends a completion: the generation config's (chat models have several) and the tokenizer's."""
    configured = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
    ids = set(configured if isinstance(configured, Iterable) else [configured]) | {tokenizer.eos_token_id}
    return frozenset(id for id in ids if id is not None)


def draw(logits_NV: Tensor, uniform_N: Tensor, sampling: Sampling) -> tuple[Tensor, Tensor]:
    """One token a row, by inverting the cumulative distribution at `uniform_N`, and its log-probability."""
    logits_NV = logits_NV.float()
    if sampling.temperature > 0:
        logits_NV = logits_NV / sampling.temperature
    if sampling.top_p < 1:
        logits_NV = _nucleus(logits_NV, sampling.top_p)
    logp_NV = logits_NV.log_softmax(-1)
    if sampling.temperature == 0:
        token_N = logp_NV.argmax(-1)
    else:
        # In float64, uniform * total stays below total, so a token of probability 0 is never found.
        cdf_NV = logp_NV.double().exp().cumsum(-1)
        token_N = torch.searchsorted(cdf_NV, uniform_N[:, None] * cdf_NV[:, -1:], right=True).squeeze(1)
    return token_N, logp_NV.gather(1, token_N[:, None]).squeeze(1)


def _nucleus(logits_NV: Tensor, top_p: float) -> Tensor:
    """Logits with all but the smallest set of likeliest tokens that reaches `top_p` at -inf (Holtzman et al. 2020)."""
    sorted_NV, order_NV = logits_NV.sort(-1, descending=True)
    p_NV = sorted_NV.softmax(-1)
    # A token stays where the likelier ones have not reached top_p yet; the first always stays.
    dropped_NV = p_NV.cumsum(-1) - p_NV >= top_p
    dropped_NV[:, 0] = False
    return logits_NV.masked_fill(dropped_NV.scatter(1, order_NV, dropped_NV), -torch.inf)


def left_padded(prompts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Ids and their 0/1 mask; what stands in the padding is never attended to."""
    P = max(map(len, prompts))
    ids_BP = torch.tensor([[0] * (P - len(p)) + list(p) for p in prompts])
    mask_BP = torch.tensor([[0] * (P - len(p)) + [1] * len(p) for p in prompts])
    return ids_BP, mask_BP


def positions(mask_BL: Tensor) -> Tensor:
    """Position of each token in its own sequence, counted from 0 at the first real token."""
    return (mask_BL.cumsum(1) - 1).clamp(min=0)


def _cache_argument(model: Any) -> str:
    """transformers 5.2x renamed `past_key_values` to `cache`."""
    return "cache" if "cache" in inspect.signature(model.forward).parameters else "past_key_values"


def _uniform(seed: int, problem: int, n: int, num_tokens: int) -> Tensor:
    generator = torch.Generator().manual_seed((seed * 1_000_003 + problem) % 2**63)
    return torch.rand(n, num_tokens, generator=generator)


def _autocast(model: Any, dtype: torch.dtype | None) -> Any:
    return nullcontext() if dtype is None else torch.autocast(model.device.type, dtype=dtype)
