"""The passes over one tile of logits: everything that touches [C, V] besides the matrix products.

A tile comes in as logits and goes out, in place, as the unnormalised softmax that the backward products need. Let
s = softcap(z) / temperature, m its maximum in the row, E = exp(s - m), S its sum, t the target and J the softcap's
derivative (1 without it). The tile becomes

    e_v = J_v E_v for v != t,   e_t = -J_t R,   R = sum of E over v != t,       so that dlogp/dz = -e / (S temperature)

Normalising would be another pass over the tile; S goes into the small operands of the products instead. R is summed
without the target, because S - E_t cancels to noise for a confident token, whose gradient is all in 1 - p_t = R / S.

Each pass exists in Triton and in PyTorch. The PyTorch twin works through blocks of rows that fit the processor's cache,
so its eager operations read memory once: 1.7 ns per logit and core, where whole-tile operations take 5.8 and a compiled
pass 1.0, next to 52 ns for the three float32 products of D = 896. No compiler is worth having for the difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

try:
    import triton
    import triton.language as tl
except ImportError:  # CPU wheels of torch come without it
    triton = None

CACHE_BYTES = 2 * 2**20
"""Float32 working set of a block on a CPU: a core's L2 or a share of its L3; 1 to 4 MB measure the same."""
CUDA_BLOCK_BYTES = 64 * 2**20

ADDMM_WIDENS = tuple(map(int, torch.__version__.split(".")[:2])) >= (2, 8)
"""Can a CUDA product of bfloat16 operands be added to a float32 total without rounding it first?"""


class TileStats(NamedTuple):
    """Per row, in float32 (float64 for a float64 tile)."""

    logp: Tensor
    entropy: Tensor
    total: Tensor
    """S"""
    others: Tensor
    """R"""


def softmax_tile_(z_CV: Tensor, target_C: Tensor, temperature: float = 1.0, softcap: float | None = None) -> TileStats:
    """Turn a tile of logits into e, in place, and say what its rows hold."""
    if triton is not None and z_CV.is_cuda and z_CV.dtype != torch.float64:
        return softmax_tile_triton_(z_CV, target_C, temperature, softcap)
    return softmax_tile_torch_(z_CV, target_C, temperature, softcap)


def softmax_tile_torch_(
    z_CV: Tensor, target_C: Tensor, temperature: float = 1.0, softcap: float | None = None
) -> TileStats:
    """The twin in PyTorch."""
    blocks = []
    for rows, s, e in _blocks(z_CV):
        target = target_C[rows, None]
        slope = None
        if softcap is not None:
            s.div_(softcap).tanh_()
            slope = 1 - s * s
            s.mul_(softcap)
        s.sub_(s.amax(1, keepdim=True))
        if temperature != 1.0:
            s.div_(temperature)
        torch.exp(s, out=e)
        s_target, e_target = s.gather(1, target).squeeze(1), e.gather(1, target).squeeze(1)
        first_moment = torch.linalg.vecdot(e, s)
        others = e.scatter_(1, target, 0.0).sum(1)
        total = others + e_target
        e.scatter_(1, target, -others[:, None])
        z_CV[rows] = e if slope is None else e.mul_(slope)
        blocks.append(TileStats(s_target - total.log(), total.log() - first_moment / total, total, others))
    return TileStats(*(torch.cat(columns) for columns in zip(*blocks)))


def entropy_tile_(e_CV: Tensor, target_C: Tensor, stats: TileStats, by_logp_C: Tensor, by_entropy_C: Tensor) -> None:
    """Turn e, in place, into the tile f with dL/ds = -f / S, where L depends on both logp and entropy of a row.

    f = by_logp * e + by_entropy * E (s - m + H - log S), from dH/ds_v = -p_v (log p_v + H). No softcap here.
    """
    shift_C = stats.entropy - stats.total.log()
    e_target_C = stats.total - stats.others
    at_target_C = -by_logp_C * stats.others + by_entropy_C * e_target_C * (stats.logp + stats.entropy)
    for rows, e, f in _blocks(e_CV):
        target = target_C[rows, None]
        e.scatter_(1, target, 0.0)
        torch.special.xlogy(e, e, out=f)  # E (s - m), and 0 where E underflowed
        f.mul_(by_entropy_C[rows, None]).addcmul_(e, (by_logp_C + by_entropy_C * shift_C)[rows, None])
        f.scatter_(1, target, at_target_C[rows, None])
        e_CV[rows] = f


def compact_(tile_CV: Tensor, keep_K: Tensor) -> Tensor:
    """Move the rows `keep_K` (ascending) to the top of the tile, without a second tile, and return them."""
    for rows in range(0, len(keep_K), 32):
        # A row only ever moves up, so those still to be read have not been written.
        block = keep_K[rows : rows + 32]
        tile_CV[rows : rows + len(block)] = tile_CV[block]
    return tile_CV[: len(keep_K)]


def add_product_(total_VD: Tensor, e_CV: Tensor, h_CD: Tensor) -> None:
    """total += e^T h, the sum in the total's dtype."""
    if total_VD.dtype == e_CV.dtype:
        torch.addmm(total_VD, e_CV.t(), h_CD, out=total_VD)
    elif total_VD.is_cuda and ADDMM_WIDENS:
        torch.addmm(total_VD, e_CV.t(), h_CD, out_dtype=total_VD.dtype, out=total_VD)
    else:  # slice by slice, so that the product of each is still in the cache when it is added
        step = max(_block_bytes(e_CV) // (total_VD.shape[1] * total_VD.element_size()), 1)
        for start in range(0, len(total_VD), step):
            total_VD[start : start + step] += e_CV[:, start : start + step].t() @ h_CD


def _blocks(tile_CV: Tensor) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """Blocks of rows: the slice, its content in at least float32 (the tile itself if it is), and scratch space."""
    dtype = torch.promote_types(tile_CV.dtype, torch.float32)
    num_rows, vocab = tile_CV.shape
    step = min(max(_block_bytes(tile_CV) // (vocab * dtype.itemsize), 1), max(num_rows, 1))
    scratch = tile_CV.new_empty((1 if dtype == tile_CV.dtype else 2, step, vocab), dtype=dtype)
    for start in range(0, num_rows, step):
        rows = slice(start, min(start + step, num_rows))
        size = rows.stop - start
        content = tile_CV[rows] if len(scratch) == 1 else scratch[1, :size].copy_(tile_CV[rows])
        yield rows, content, scratch[0, :size]


def _block_bytes(tensor: Tensor) -> int:
    return CUDA_BLOCK_BYTES if tensor.is_cuda else CACHE_BYTES


if triton is not None:

    @triton.jit
    def _scaled_logits(z_row, v, inv_temperature, softcap, V: tl.constexpr, HAS_SOFTCAP: tl.constexpr):
        """s and J of one block of a row; -inf and 0 beyond the vocabulary."""
        z = tl.load(z_row + v, mask=v < V, other=0.0).to(tl.float32)
        slope = 1.0
        if HAS_SOFTCAP:
            # tanh from exp of a negative number, which cannot overflow
            decay = tl.exp(-2.0 * tl.abs(z) / softcap)
            u = (1.0 - decay) / (1.0 + decay)
            slope = 1.0 - u * u
            z = tl.where(z < 0, -u, u) * softcap
        return tl.where(v < V, z * inv_temperature, float("-inf")), slope

    @triton.jit
    def _softmax_kernel(
        z_ptr,
        row_stride,
        target_ptr,
        logp_ptr,
        entropy_ptr,
        total_ptr,
        others_ptr,
        inv_temperature,
        softcap,
        V: tl.constexpr,
        HAS_SOFTCAP: tl.constexpr,
        BLOCK: tl.constexpr,
    ):
        """One program a row: read it once for the running maximum and sums, and once more to write e."""
        row = tl.program_id(0).to(tl.int64)
        z_row = z_ptr + row * row_stride
        target = tl.load(target_ptr + row)
        s_target, _ = _scaled_logits(z_row, target, inv_temperature, softcap, V, HAS_SOFTCAP)

        top = s_target  # every sum is relative to the maximum so far
        others = 0.0
        moment = 0.0
        for start in range(0, V, BLOCK):
            v = start + tl.arange(0, BLOCK)
            s, _ = _scaled_logits(z_row, v, inv_temperature, softcap, V, HAS_SOFTCAP)
            new_top = tl.maximum(top, tl.max(s, 0))
            shrink = tl.exp(top - new_top)
            e = tl.where(v == target, 0.0, tl.exp(s - new_top))
            moment = shrink * (moment + (top - new_top) * others)
            moment += tl.sum(tl.where(e > 0, e * (s - new_top), 0.0), 0)
            others = shrink * others + tl.sum(e, 0)
            top = new_top

        e_target = tl.exp(s_target - top)
        total = others + e_target
        moment += e_target * (s_target - top)
        tl.store(logp_ptr + row, s_target - top - tl.log(total))
        tl.store(entropy_ptr + row, tl.log(total) - moment / total)
        tl.store(total_ptr + row, total)
        tl.store(others_ptr + row, others)

        for start in range(0, V, BLOCK):
            v = start + tl.arange(0, BLOCK)
            s, slope = _scaled_logits(z_row, v, inv_temperature, softcap, V, HAS_SOFTCAP)
            e = tl.where(v == target, -others, tl.exp(s - top)) * slope
            tl.store(z_row + v, e.to(z_ptr.dtype.element_ty), mask=v < V)


def softmax_tile_triton_(
    z_CV: Tensor, target_C: Tensor, temperature: float = 1.0, softcap: float | None = None
) -> TileStats:
    """The twin in Triton; on a CPU it runs in Triton's interpreter (TRITON_INTERPRET=1 before the import)."""
    num_rows, vocab = z_CV.shape
    stats = TileStats(*z_CV.new_empty((4, num_rows), dtype=torch.float32))
    block = min(triton.next_power_of_2(vocab), 4096)
    _softmax_kernel[(num_rows,)](
        z_CV,
        z_CV.stride(0),
        target_C,
        *stats,
        1.0 / temperature,
        softcap or 1.0,
        V=vocab,
        HAS_SOFTCAP=softcap is not None,
        BLOCK=block,
        num_warps=8,
    )
    return stats
