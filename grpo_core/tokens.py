"""The loss tokens of a (micro-)batch: one row of tokens with all that the objective knows of each.

The only place that looks at masks. What lies outside a mask is never read, so padding may hold anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Tokens:
    """The loss tokens of a (micro-)batch in one row, whatever padding or packing they come from. Build it with `of`."""

    shape: torch.Size
    """Of the batch."""
    index_N: Tensor
    """Position of each token in the flattened batch."""
    sequence_N: Tensor
    """Which of the B sequences it belongs to."""
    num_sequences: int
    advantage_N: Tensor
    weight_N: Tensor
    """w: its share of the step's loss, from `Objective.weights`."""
    old_logp_N: Tensor | None = None
    """Under the policy the ratio is taken against; None on policy, where it is logp itself."""
    sampler_logp_N: Tensor | None = None
    ref_logp_N: Tensor | None = None
    factor_N: Tensor | None = None
    """Multiplies the policy term, for instance a top-entropy mask."""
    mismatch_N: Tensor | None = None
    """Likewise: the mismatch weights, where fused.py had them before logp."""

    @classmethod
    def of(
        cls,
        mask: Tensor,
        advantages: Tensor,
        weights: Tensor,
        *,
        old_logp: Tensor | None = None,
        sampler_logp: Tensor | None = None,
        ref_logp: Tensor | None = None,
        factor: Tensor | None = None,
        sequence: Tensor | None = None,
    ) -> Tokens:
        """Pick the loss tokens of a padded or packed batch. What lies outside the mask is never read, not even a NaN.

        Args:
            mask: (B, T), or any shape for a packed batch; nonzero where a token counts in the loss.
            advantages, weights: one per sequence, or one per token in the shape of `mask`.
            old_logp, sampler_logp, ref_logp, factor: in the shape of `mask`.
            sequence: for a packed batch, the number 0..B-1 of each token's sequence, in the shape of `mask`. Without
                it, the rows of `mask` are the sequences.
        Raises:
            ValueError: shapes that do not match.
        """
        index_N = mask.reshape(-1).nonzero().squeeze(1)
        if sequence is None:
            if mask.dim() != 2:
                raise ValueError(f"mask has shape {tuple(mask.shape)}: give `sequence` for a batch that is not (B, T).")
            sequence_N, num_sequences = index_N // mask.shape[1], mask.shape[0]
        else:
            sequence_N = sequence.reshape(-1)[index_N]
            num_sequences = int(sequence_N.max()) + 1 if len(index_N) else 0

        def pick(name: str, values: Tensor, per_sequence: bool = False) -> Tensor:
            values = values.detach().to(mask.device)
            if values.shape == mask.shape:
                picked = values.reshape(-1)[index_N]
            elif per_sequence and values.dim() == 1 and len(values) >= num_sequences:
                picked = values[sequence_N]
            else:
                hint = f" or ({num_sequences},)" if per_sequence else ""
                raise ValueError(f"{name} has shape {tuple(values.shape)}; needed {tuple(mask.shape)}{hint}.")
            return picked

        optional = {"old_logp": old_logp, "sampler_logp": sampler_logp, "ref_logp": ref_logp, "factor": factor}
        return cls(
            shape=mask.shape,
            index_N=index_N,
            sequence_N=sequence_N,
            num_sequences=num_sequences,
            advantage_N=pick("advantages", advantages, per_sequence=True),
            weight_N=pick("weights", weights, per_sequence=True),
            **{f"{name}_N": pick(name, values) for name, values in optional.items() if values is not None},
        )

    def __len__(self) -> int:
        return len(self.index_N)

    def pick(self, batch: Tensor) -> Tensor:
        """The loss tokens' entries of a tensor of the batch's shape, further axes kept: (B, T, D) gives (N, D)."""
        if batch.shape[: len(self.shape)] != self.shape:
            raise ValueError(
                f"a tensor of shape {tuple(batch.shape)} does not start with the mask's {tuple(self.shape)}."
            )
        return batch.reshape(-1, *batch.shape[len(self.shape) :])[self.index_N]

    def require_finite(self) -> None:
        """Refuse a NaN or an infinity, by name; every loss does so before it looks at a token."""
        values = {f.name.removesuffix("_N"): getattr(self, f.name) for f in fields(self)}
        floats = {name: v for name, v in values.items() if isinstance(v, Tensor) and v.is_floating_point()}
        if not bool(torch.stack([v.isfinite().all() for v in floats.values()]).all()):  # one wait for a GPU, not six
            for name, value in floats.items():
                require_finite(name, value)

    def sequence_sum(self, value_N: Tensor) -> Tensor:
        """The sum over its sequence, at each token."""
        return value_N.new_zeros(self.num_sequences).index_add_(0, self.sequence_N, value_N)[self.sequence_N]

    def sequence_mean(self, value_N: Tensor) -> Tensor:
        return self.sequence_sum(value_N) / self.sequence_sum(torch.ones_like(value_N))

    def rows(self, rows: Tensor | slice) -> Tokens:
        """Some of the tokens: by mask, indices or slice."""
        return self._map(lambda value: value[rows])

    def to(self, dtype: torch.dtype) -> Tokens:
        """Log-probabilities, advantages, weights and factors in another precision."""
        return self._map(lambda value: value.to(dtype) if value.is_floating_point() else value)

    def _map(self, change: Callable[[Tensor], Tensor]) -> Tokens:
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        changed: dict[str, Any] = {name: change(v) for name, v in values.items() if isinstance(v, Tensor)}
        return replace(self, **changed)


def require_finite(name: str, value_N: Tensor) -> None:
    """Refuse a NaN or an infinity among the loss tokens, saying where."""
    finite_N = torch.isfinite(value_N)
    if not bool(finite_N.all()):
        first = int((~finite_N).nonzero()[0])
        bad = int((~finite_N).sum())
        raise ValueError(
            f"{name} is {float(value_N[first])} at loss token {first} ({bad} of {len(value_N)} are not finite): "
            f"mask such tokens out, or put a number in their place."
        )
