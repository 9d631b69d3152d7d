"""From ragged rollouts to the tensors of a micro-batch. Masks come from lengths, never from token values.

Legend: S sequences, B rows, L row length, T tokens of one completion, N completion tokens of all sequences together.

Whatever concerns completion tokens is flat, (N,): there is no padding in it, so nothing can leak out of padding and one
count serves numerator and denominator. Only the model's own input is a rectangle, (B, L), filled up on the right, where
a causal model does not look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor

from grpo_core.rollout import Rollout
from grpo_core.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Experience:
    """What training keeps of a rollout: tensors and numbers on the CPU, no text.

    Args:
        prompt_ids, completion_ids: (P,) and (T,) int64.
        sampler_T: log-probabilities that the sampler drew the completion with.
        group: completions of one problem share it.
        old_T: those of the policy that sampled, by the trainer's own arithmetic; None until they are needed, which is
            only when the rollouts outlast one optimizer step.
        reference_T: those of the reference policy; None without a KL term.
    """

    prompt_ids: Tensor
    completion_ids: Tensor
    sampler_T: Tensor
    advantage: float
    group: int = 0
    old_T: Tensor | None = None
    reference_T: Tensor | None = None

    @classmethod
    def of(cls, rollout: Rollout, advantage: float, group: int) -> Experience:
        prompt_ids, completion_ids = torch.tensor(rollout.prompt_ids), torch.tensor(rollout.completion_ids)
        return cls(prompt_ids, completion_ids, torch.tensor(rollout.logprobs), advantage, group)

    @property
    def num_tokens(self) -> int:
        """Of prompt and completion together: what the forward pass costs."""
        return len(self.prompt_ids) + len(self.completion_ids)

    def to_dict(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Batch:
    """One micro-batch.

    Args:
        ids_BL, position_BL: the model's input. Positions count within each sequence, from 0.
        target_BL: the token that each position predicts.
        tokens: which positions are completion tokens' predictions, and all that the objective needs to know of them.
    """

    ids_BL: Tensor
    position_BL: Tensor
    target_BL: Tensor
    tokens: Tokens

    @property
    def target_N(self) -> Tensor:
        return self.tokens.pick(self.target_BL)

    def to(self, device: torch.device | str) -> Batch:
        return _moved(replace(self, tokens=_moved(self.tokens, device)), device)


def collate(
    experiences: Sequence[Experience],
    weights: Sequence[float] | Tensor | None = None,
    rows: Sequence[Sequence[int]] | None = None,
) -> Batch:
    """Tensors for these sequences.

    Args:
        weights: each sequence's share of the step's loss, from `Objective.weights`; None (zeros) without a loss.
        rows: which sequences share a row, one after the other (packing); None gives each a row of its own. Positions
            start again at 0 with each sequence, by which transformers keeps attention inside it.
    """
    rows = [[i] for i in range(len(experiences))] if rows is None else rows
    L = max(sum(experiences[i].num_tokens for i in row) for row in rows)
    ids_BL = torch.zeros(len(rows), L, dtype=torch.long)
    position_BL = torch.zeros(len(rows), L, dtype=torch.long)
    index: list[Tensor] = [torch.empty(0)] * len(experiences)
    for b, row in enumerate(rows):
        end = 0
        for i in row:
            item = experiences[i]
            start, end = end, end + item.num_tokens
            ids_BL[b, start:end] = torch.cat([item.prompt_ids, item.completion_ids])
            position_BL[b, start:end] = torch.arange(end - start)
            # The state before a token predicts it.
            index[i] = b * L + torch.arange(start + len(item.prompt_ids), end) - 1
        # Positions of the padding run on, so that it does not look like one more sequence.
        position_BL[b, end:] = position_BL[b, end - 1] + 1 + torch.arange(L - end)
    length_S = torch.tensor([len(item.completion_ids) for item in experiences])
    weight_S = torch.zeros(len(experiences)) if weights is None else torch.as_tensor(weights)
    advantage_S = torch.tensor([item.advantage for item in experiences], dtype=weight_S.dtype)
    tokens = Tokens(
        shape=ids_BL.shape,
        index_N=torch.cat(index),
        sequence_N=torch.arange(len(experiences)).repeat_interleave(length_S),
        num_sequences=len(experiences),
        advantage_N=advantage_S.repeat_interleave(length_S),
        weight_N=weight_S.repeat_interleave(length_S),
        old_logp_N=_joined([item.old_T for item in experiences]),
        sampler_logp_N=_joined([item.sampler_T for item in experiences]),
        ref_logp_N=_joined([item.reference_T for item in experiences]),
    )
    return Batch(ids_BL, position_BL, ids_BL.roll(-1, 1), tokens)


def micro_batches(lengths: Sequence[int], max_tokens: int) -> list[list[int]]:
    """Indices in groups of similar length, so that little is padding; a group's rectangle holds at most `max_tokens`.

    A sequence longer than that gets a group of its own. Every index occurs once.
    """
    groups: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        # Longest first: the first of a group sets the width of its rectangle.
        if groups and (len(groups[-1]) + 1) * lengths[groups[-1][0]] <= max_tokens:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def packed_rows(lengths: Sequence[int], row_length: int) -> list[list[int]]:
    """Indices packed into rows of at most `row_length` tokens, first fit, longest first; longer ones sit alone."""
    rows: list[list[int]] = []
    room: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        fit = next((r for r, free in enumerate(room) if free >= lengths[i]), None)
        if fit is None:
            rows.append([i])
            room.append(row_length - lengths[i])
        else:
            rows[fit].append(i)
            room[fit] -= lengths[i]
    return rows


def _moved(value: Any, device: torch.device | str) -> Any:
    """A dataclass with its tensors on the device."""
    tensors = {f.name: v.to(device) for f in fields(value) if isinstance(v := getattr(value, f.name), Tensor)}
    return replace(value, **tensors)


def _joined(parts: Sequence[Tensor | None]) -> Tensor | None:
    given = [part for part in parts if part is not None]
    return torch.cat(given) if given else None
