"""The rows of a batch against the vocabulary, tile by tile: the matrix products, in one buffer, and their sums.

A tile of C rows by V logits is filled by one product, read and overwritten by the passes of `kernels.py`, and used up by
two more. The gradient of a target's logit stays out of those two and is added in float32. It is most of a row: of
g = c (onehot - p), the target has |c| (1 - p_t) and all others together have no more. So a bfloat16 tile rounds what is
small, and gradients come out closer to float32's than from a head that rounds g as a whole.
"""

from __future__ import annotations

import torch
from torch import Tensor

from grpo_core import kernels
from grpo_core.tokens import Tokens

TILE_BYTES = {"cpu": 128 * 2**20, "cuda": 384 * 2**20}
"""Default size of a tile. Larger tiles spare passes over the weight gradient; past these the gain is small on a CPU. On
CUDA it leaves room for what else a tile needs in 0.5 GB, for hidden sizes to 4096; its speed has not been measured."""

TORCH = tuple(map(int, torch.__version__.split(".")[:2]))


class Sweep:
    """The rows `index_N` of hidden against the vocabulary. `forward` and `backward` share the tile: call them in turns."""

    def __init__(
        self,
        hidden: Tensor,
        weight: Tensor,
        targets: Tensor,
        index_N: Tensor,
        scaling: kernels.Scaling,
        tile_bytes: int | None,
    ) -> None:
        self.hidden_MD, self.weight_VD, self.index_N, self.scaling = hidden.flatten(0, -2), weight, index_N, scaling
        self.hidden_shape = hidden.shape
        self.target_N, vocab = targets.reshape(-1)[index_N], len(weight)
        if len(index_N) and bool(((self.target_N < 0) | (self.target_N >= vocab)).any()):
            low, high = int(self.target_N.min()), int(self.target_N.max())
            raise ValueError(f"targets inside the mask reach from {low} to {high}, but V is {vocab}.")
        tile_bytes = tile_bytes or TILE_BYTES["cpu" if hidden.device.type == "cpu" else "cuda"]
        fitting = max(tile_bytes // (vocab * weight.element_size()), 1)
        num_tiles = max(-(-len(index_N) // fitting), 1)
        self.tile_rows = -(-len(index_N) // num_tiles)  # the fewest tiles, of equal size
        self.tile_CV = weight.new_empty((self.tile_rows, vocab))
        self.dtype = torch.promote_types(weight.dtype, torch.float32)
        self.logp_N, self.entropy_N = weight.new_zeros((2, len(index_N)), dtype=self.dtype)
        self.d_hidden: Tensor | None = None
        self.d_weight: Tensor | None = None
        self._untouched = True  # nothing has been put into d_weight
        self.skipped_bound = self.logp_N.new_zeros(())

    def tiles(self, span: slice) -> list[slice]:
        starts = range(span.start, span.stop, max(self.tile_rows, 1))
        return [slice(start, min(start + self.tile_rows, span.stop)) for start in starts]

    def sequence_spans(self, tokens: Tokens) -> list[slice]:
        """Whole sequences, as many as fit a tile; a sequence that does not fit is a span by itself."""
        spans: list[slice] = []
        start = stop = 0
        for length in tokens.sequence_N.unique_consecutive(return_counts=True)[1].tolist():
            if stop > start and stop + length - start > self.tile_rows:
                spans.append(slice(start, stop))
                start = stop
            stop += length
        return [*spans, slice(start, stop)] if stop > start else spans

    def prepare_gradients(self, wanted: tuple[bool, bool], one_tile: bool) -> None:
        """Memory to fill. The sum over several tiles needs float32; a single product has it inside."""
        for_hidden, for_weight = wanted
        self.d_hidden = torch.zeros_like(self.hidden_MD) if for_hidden else None
        dtype = self.weight_VD.dtype if one_tile else self.dtype
        self.d_weight = torch.empty_like(self.weight_VD, dtype=dtype) if for_weight else None

    def forward(self, rows: slice) -> kernels.TileStats:
        """Fill the tile with the logits of these rows, and note their logp and entropy."""
        z_CV = self.tile_CV[: rows.stop - rows.start]
        torch.mm(self.hidden_MD[self.index_N[rows]], self.weight_VD.t(), out=z_CV)
        stats = kernels.tile_stats(z_CV, self.target_N[rows], self.scaling)
        self.logp_N[rows], self.entropy_N[rows] = stats.logp, stats.entropy
        return stats

    def backward(
        self,
        rows: slice,
        stats: kernels.TileStats,
        by_logp_C: Tensor,
        by_entropy_C: Tensor | None,
        skip_mass: float,
    ) -> None:
        """Add the gradients of the rows whose logits are in the tile."""
        z_CV, index_C, target_C = self.tile_CV[: rows.stop - rows.start], self.index_N[rows], self.target_N[rows]
        if skip_mass:
            keep_K = self._certify(index_C, by_logp_C.abs() * stats.others / stats.total, skip_mass)
            if len(keep_K) == 0:
                return
            z_CV, index_C, target_C = compact_(z_CV, keep_K), index_C[keep_K], target_C[keep_K]
            stats, by_logp_C = kernels.TileStats(*(column[keep_K] for column in stats)), by_logp_C[keep_K]
        at_target_C1 = kernels.tile_gradient_(z_CV, target_C, self.scaling, stats, by_logp_C, by_entropy_C)[:, None]
        if self.d_hidden is not None:
            d_hidden_CD = at_target_C1 * self.weight_VD[target_C]
            d_hidden_CD += torch.mm(z_CV, self.weight_VD)
            self.d_hidden[index_C] = d_hidden_CD.to(self.d_hidden.dtype)
        if self.d_weight is not None:
            hidden_CD = self.hidden_MD[index_C]
            add_product_(self.d_weight, z_CV, hidden_CD, first=self._untouched)
            self._untouched = False
            add_rows_(self.d_weight, target_C, at_target_C1 * hidden_CD)

    def gradients(self) -> tuple[Tensor | None, Tensor | None]:
        """Of hidden and weight, in their shapes and dtypes. The sweep is over: the tile is given up."""
        del self.tile_CV  # before the weight gradient is in memory in two precisions
        if self.d_weight is not None and self._untouched:
            self.d_weight.zero_()
        d_hidden = None if self.d_hidden is None else self.d_hidden.view(self.hidden_shape)
        return d_hidden, None if self.d_weight is None else self.d_weight.to(self.weight_VD.dtype)

    def _certify(self, index_C: Tensor, mass_C: Tensor, skip_mass: float) -> Tensor:
        """Rows to keep: all but the smallest, which together hold at most `skip_mass` of the tile's sum |c| (1 - p_t).

        A row adds c (onehot - p) hidden^T / temperature to the weight gradient; |onehot - p|_2 <= sqrt(2) (1 - p_t).
        """
        order_C = mass_C.argsort()
        skip_C = torch.zeros_like(order_C, dtype=torch.bool)
        skip_C[order_C] = mass_C[order_C].cumsum(0) <= skip_mass * mass_C.sum()
        norm_C = self.hidden_MD[index_C].to(mass_C.dtype).norm(dim=1)
        self.skipped_bound += 2**0.5 / self.scaling.temperature * (mass_C * norm_C)[skip_C].sum()
        return (~skip_C).nonzero().squeeze(1)


def compact_(tile_CV: Tensor, keep_K: Tensor) -> Tensor:
    """Move the rows `keep_K` (ascending) to the top of the tile, without a second tile, and return them."""
    for rows in range(0, len(keep_K), 32):
        # A row only ever moves up, so those still to be read have not been written.
        block = keep_K[rows : rows + 32]
        tile_CV[rows : rows + len(block)] = tile_CV[block]
    return tile_CV[: len(keep_K)]


def add_product_(total_VD: Tensor, g_CV: Tensor, h_CD: Tensor, *, first: bool = False) -> None:
    """total += g^T h; the first is put there instead, whatever was there.

    On a CPU a bfloat16 product is rounded before it is added to a float32 total: PyTorch has no other there, and a
    float32 product takes twice the time. On CUDA nothing is rounded (from PyTorch 2.8 on).
    """
    beta = 0 if first else 1
    if total_VD.dtype == g_CV.dtype:
        torch.addmm(total_VD, g_CV.t(), h_CD, beta=beta, out=total_VD)
    elif total_VD.is_cuda and TORCH >= (2, 11):  # before, `out_dtype` wanted the total in the dtype of the operands
        torch.addmm(total_VD, g_CV.t(), h_CD, beta=beta, out_dtype=total_VD.dtype, out=total_VD)
    else:  # slice by slice, so that the product of each is still in the cache when it is added
        widens = total_VD.is_cuda and TORCH >= (2, 8)
        step = max(kernels.block_bytes(g_CV) // (total_VD.shape[1] * total_VD.element_size()), 1)
        for start in range(0, len(total_VD), step):
            g_CS = g_CV[:, start : start + step]
            product_SD = torch.mm(g_CS.t(), h_CD, total_VD.dtype) if widens else torch.mm(g_CS.t(), h_CD)
            if first:
                total_VD[start : start + step] = product_SD
            else:
                total_VD[start : start + step] += product_SD


def add_rows_(total_VD: Tensor, row_C: Tensor, value_CD: Tensor) -> None:
    """total[row] += value, rounded once to the total's dtype, however often a row occurs.

    CUDA adds in any order, which moves the last bit of a float32 total from run to run, unless
    `torch.use_deterministic_algorithms(True)`.
    """
    if total_VD.dtype == value_CD.dtype:
        total_VD.index_add_(0, row_C, value_CD)
    else:
        distinct, place_C = row_C.unique(return_inverse=True)
        sums = total_VD[distinct].to(value_CD.dtype).index_add_(0, place_C, value_CD)
        total_VD[distinct] = sums.to(total_VD.dtype)
