"""The passes over one tile of logits: everything that touches [C, V] besides the matrix products.

`tile_stats` reads the logits z and gives each row's log-probability and entropy; the objective turns those into
derivatives; `tile_gradient_` writes dL/dz over z, but for the target's, which it returns in float32: it is the largest
of its row, and a bfloat16 tile would round it. With s = softcap(z) / temperature, p = softmax(s), H the entropy, t the
target and J = ds/dz (1 / temperature without softcap),

    dL/dz_v = J_v (dL/dlogp (1[v = t] - p_v) - dL/dH p_v (log p_v + H))

1 - p_t is the sum of the others over the sum of all, not a difference, which for a confident token would cancel to
noise.

Each pass exists in Triton and in PyTorch. The PyTorch twin works through blocks of rows that fit the processor's cache,
so its eager operations read memory once: about 2.5 ns of processor time per logit for both passes in float32 and 4 in
bfloat16, next to some 55 and 27 for the three products of D = 896. torch.compile of the same passes saves next to
nothing of the whole in float32 and some 4 % in bfloat16, for 3 to 9 s of compiling in every process. So it is not
offered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

try:
    import triton
    import triton.language as tl
except ImportError:  # CPU wheels of torch come without it
    triton = None

CACHE_BYTES = 4 * 2**20
"""Float32 working set of a block on a CPU: a share of its L3. Smaller ones make the threads wait for each other more often,
which costs 3 % of the whole where they sleep meanwhile (OMP_WAIT_POLICY=passive) and nothing where they spin."""
CUDA_BLOCK_BYTES = 64 * 2**20


class TileStats(NamedTuple):
    """Per row, in float32 (float64 for a float64 tile). E = exp((softcap(z) - top) / temperature)."""

    logp: Tensor
    entropy: Tensor
    top: Tensor
    """The largest of softcap(z)."""
    total: Tensor
    """Sum of E."""
    others: Tensor
    """Sum of E without the target's."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """What the softmax is of: `softcap * tanh(z / softcap)` where there is a softcap, divided by the temperature."""

    temperature: float = 1.0
    softcap: float | None = None

    def __post_init__(self) -> None:
        if self.temperature <= 0 or (self.softcap is not None and self.softcap <= 0):
            raise ValueError(f"{self}: both must be positive; temperature 1 and softcap None change nothing.")


def tile_stats(z_CV: Tensor, target_C: Tensor, scaling: Scaling) -> TileStats:
    """The first pass. After it only `tile_gradient_` knows what the tile holds."""
    return (_stats_triton if _use_triton(z_CV) else _stats_torch)(z_CV, target_C, scaling)


def tile_gradient_(
    z_CV: Tensor, target_C: Tensor, scaling: Scaling, stats: TileStats, by_logp_C: Tensor, by_entropy_C: Tensor | None
) -> Tensor:
    """The second pass, given dL/dlogp and dL/dentropy (None where entropy is not in the loss).

    dL/dz goes into the tile, with 0 at the targets; theirs are returned, (C,) in the precision of the statistics.
    """
    write = _gradient_triton_ if _use_triton(z_CV) else _gradient_torch_
    write(z_CV, target_C, scaling, stats, by_logp_C, by_entropy_C)
    at_target_C = by_logp_C * stats.others / stats.total
    if by_entropy_C is not None:
        p_C = (stats.total - stats.others) / stats.total
        at_target_C = at_target_C - by_entropy_C * p_C * (stats.logp + stats.entropy)
    if scaling.softcap is not None:
        capped_C = scaling.temperature * (stats.logp + stats.total.log()) + stats.top
        at_target_C = at_target_C * (1 - (capped_C / scaling.softcap) ** 2)
    return at_target_C / scaling.temperature


def _use_triton(z_CV: Tensor) -> bool:
    return triton is not None and z_CV.is_cuda and z_CV.dtype != torch.float64


def _stats_torch(z_CV: Tensor, target_C: Tensor, scaling: Scaling) -> TileStats:
    blocks = []
    for rows, shifted, e in _blocks(z_CV, 2):
        target = target_C[rows, None]
        top = z_CV[rows].amax(1).to(e.dtype)
        if scaling.softcap is not None:
            top = scaling.softcap * torch.tanh(top / scaling.softcap)
        _shift(z_CV[rows], top, scaling, out=shifted)
        e = z_CV[rows] if _keeps_exponentials(z_CV, scaling) else e
        torch.exp(shifted, out=e)
        shifted_target, e_target = shifted.gather(1, target).squeeze(1), e.gather(1, target).squeeze(1)
        first_moment = shifted.mul_(e).sum(1)
        others = e.scatter_(1, target, 0.0).sum(1)
        total = others + e_target
        entropy = total.log() - first_moment / total
        blocks.append(TileStats(shifted_target - total.log(), entropy, top, total, others))
    return TileStats(*(torch.cat(columns) for columns in zip(*blocks)))


def _gradient_torch_(
    z_CV: Tensor, target_C: Tensor, scaling: Scaling, stats: TileStats, by_logp_C: Tensor, by_entropy_C: Tensor | None
) -> None:
    scale_C = -by_logp_C / (stats.total * scaling.temperature)
    if by_entropy_C is not None:
        by_entropy_C = -by_entropy_C / (stats.total * scaling.temperature)
    for rows, shifted, e, slope in _blocks(z_CV, 3):
        if _keeps_exponentials(z_CV, scaling):
            e = z_CV[rows]
            if by_entropy_C is not None:
                torch.clamp(e, min=torch.finfo(e.dtype).tiny, out=shifted).log_()
        else:
            _shift(z_CV[rows], stats.top[rows], scaling, out=shifted, slope=slope)
            torch.exp(shifted, out=e)
        if by_entropy_C is None:
            e.mul_(scale_C[rows, None])
        else:
            log_p_plus_H = shifted.add_((stats.entropy - stats.total.log())[rows, None])
            e.mul_(log_p_plus_H.mul_(by_entropy_C[rows, None]).add_(scale_C[rows, None]))
        e.scatter_(1, target_C[rows, None], 0.0)
        if scaling.softcap is not None:
            e.mul_(slope)
        if e.data_ptr() != z_CV[rows].data_ptr():
            z_CV[rows] = e


def _keeps_exponentials(z_CV: Tensor, scaling: Scaling) -> bool:
    """Between the passes the PyTorch twin leaves E where z was, if that loses nothing, to spare a second exp."""
    return scaling.softcap is None and z_CV.dtype == torch.promote_types(z_CV.dtype, torch.float32)


def _shift(z: Tensor, top: Tensor, scaling: Scaling, out: Tensor, slope: Tensor | None = None) -> None:
    """(softcap(z) - top) / temperature into `out`, and the derivative of a softcap into `slope`."""
    if scaling.softcap is not None:
        z = out.copy_(z).div_(scaling.softcap).tanh_()
        if slope is not None:
            torch.mul(z, z, out=slope).neg_().add_(1)
        z.mul_(scaling.softcap)
    elif z.dtype != out.dtype:  # or `sub` would make itself a copy first
        z = out.copy_(z)
    torch.sub(z, top[:, None], out=out)
    if scaling.temperature != 1.0:
        out.div_(scaling.temperature)


def _blocks(tile_CV: Tensor, num_scratch: int) -> Iterator[tuple[Any, ...]]:
    """Blocks of rows, each with scratch tensors of its shape in at least float32.

    Every operation on a block writes into scratch. Temporaries of this size, with small tensors made in between,
    fragment the heap: one left behind in each block, and the tile is in memory twice.
    """
    dtype = torch.promote_types(tile_CV.dtype, torch.float32)
    num_rows, vocab = tile_CV.shape
    step = min(max(block_bytes(tile_CV) // (vocab * dtype.itemsize), 1), max(num_rows, 1))
    scratch = tile_CV.new_empty((num_scratch, step, vocab), dtype=dtype)
    for start in range(0, num_rows, step):
        size = min(step, num_rows - start)
        yield slice(start, start + size), *scratch[:, :size]


def block_bytes(tensor: Tensor) -> int:
    return CUDA_BLOCK_BYTES if tensor.is_cuda else CACHE_BYTES


if triton is not None:
    # Slices of columns start anywhere: without this, each alignment of each of them would compile a kernel of its own.
    COLUMNS = [f"{name}_ptr" for name in ("target", *TileStats._fields, "by_logp", "by_entropy")]

    @triton.jit
    def _softcap(z, softcap, HAS_SOFTCAP: tl.constexpr):
        """softcap(z) and its derivative."""
        slope = z * 0.0 + 1.0
        if HAS_SOFTCAP:
            decay = tl.exp(-2.0 * tl.abs(z) / softcap)  # tanh by an exp that cannot overflow
            u = (1.0 - decay) / (1.0 + decay)
            slope = 1.0 - u * u
            z = tl.where(z < 0, -u, u) * softcap
        return z, slope

    @triton.jit(do_not_specialize_on_alignment=COLUMNS)
    def _stats_kernel(
        z_ptr,
        row_stride,
        target_ptr,
        logp_ptr,
        entropy_ptr,
        top_ptr,
        total_ptr,
        others_ptr,
        inv_temperature,
        softcap,
        V: tl.constexpr,
        HAS_SOFTCAP: tl.constexpr,
        BLOCK: tl.constexpr,
    ):
        """One program a row, read once; every sum is relative to the maximum so far."""
        row = tl.program_id(0).to(tl.int64)
        z_row = z_ptr + row * row_stride
        target = tl.load(target_ptr + row).to(tl.int32)
        y_target, _slope = _softcap(tl.load(z_row + target).to(tl.float32), softcap, HAS_SOFTCAP)
        top = y_target
        others = 0.0
        moment = 0.0
        for start in range(0, V, BLOCK):
            v = start + tl.arange(0, BLOCK)
            y, _slopes = _softcap(tl.load(z_row + v, mask=v < V, other=0.0).to(tl.float32), softcap, HAS_SOFTCAP)
            new_top = tl.maximum(top, tl.max(tl.where(v < V, y, float("-inf")), 0))
            rise = (top - new_top) * inv_temperature
            shifted = (y - new_top) * inv_temperature
            e = tl.where((v < V) & (v != target), tl.exp(shifted), 0.0)
            moment = tl.exp(rise) * (moment + rise * others) + tl.sum(tl.where(e > 0, e * shifted, 0.0), 0)
            others = tl.exp(rise) * others + tl.sum(e, 0)
            top = new_top
        shifted_target = (y_target - top) * inv_temperature
        e_target = tl.exp(shifted_target)
        total = others + e_target
        tl.store(logp_ptr + row, shifted_target - tl.log(total))
        tl.store(entropy_ptr + row, tl.log(total) - (moment + e_target * shifted_target) / total)
        tl.store(top_ptr + row, top)
        tl.store(total_ptr + row, total)
        tl.store(others_ptr + row, others)

    @triton.jit(do_not_specialize_on_alignment=COLUMNS)
    def _gradient_kernel(
        z_ptr,
        row_stride,
        target_ptr,
        entropy_ptr,
        top_ptr,
        total_ptr,
        by_logp_ptr,
        by_entropy_ptr,
        inv_temperature,
        softcap,
        V: tl.constexpr,
        HAS_SOFTCAP: tl.constexpr,
        HAS_ENTROPY: tl.constexpr,
        BLOCK: tl.constexpr,
    ):
        """One program for each block of a row."""
        row = tl.program_id(0).to(tl.int64)
        v = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
        z_block = z_ptr + row * row_stride + v
        total = tl.load(total_ptr + row)
        y, slope = _softcap(tl.load(z_block, mask=v < V, other=0.0).to(tl.float32), softcap, HAS_SOFTCAP)
        shifted = (y - tl.load(top_ptr + row)) * inv_temperature
        p = tl.exp(shifted) / total
        gradient = -tl.load(by_logp_ptr + row) * p
        if HAS_ENTROPY:
            log_p_plus_H = shifted - tl.log(total) + tl.load(entropy_ptr + row)
            gradient -= tl.load(by_entropy_ptr + row) * p * log_p_plus_H
        target = tl.load(target_ptr + row).to(tl.int32)
        gradient = tl.where(v == target, 0.0, gradient * slope * inv_temperature)
        tl.store(z_block, gradient.to(z_ptr.dtype.element_ty), mask=v < V)


def _stats_triton(z_CV: Tensor, target_C: Tensor, scaling: Scaling) -> TileStats:
    """On a CPU it runs in Triton's interpreter (TRITON_INTERPRET=1 before the import)."""
    num_rows, vocab = z_CV.shape
    stats = TileStats(*z_CV.new_empty((5, num_rows), dtype=torch.float32))
    options = _options(vocab, scaling)
    _stats_kernel[(num_rows,)](z_CV, z_CV.stride(0), target_C, *stats, *options.pop("scaling"), **options, num_warps=8)
    return stats


def _gradient_triton_(
    z_CV: Tensor, target_C: Tensor, scaling: Scaling, stats: TileStats, by_logp_C: Tensor, by_entropy_C: Tensor | None
) -> None:
    options = _options(z_CV.shape[1], scaling)
    _gradient_kernel[(len(z_CV), triton.cdiv(z_CV.shape[1], options["BLOCK"]))](
        z_CV,
        z_CV.stride(0),
        target_C,
        stats.entropy,
        stats.top,
        stats.total,
        by_logp_C,
        by_logp_C if by_entropy_C is None else by_entropy_C,
        *options.pop("scaling"),
        **options,
        HAS_ENTROPY=by_entropy_C is not None,
        num_warps=8,
    )


def _options(vocab: int, scaling: Scaling) -> dict[str, Any]:
    return {
        "scaling": (1.0 / scaling.temperature, scaling.softcap or 1.0),
        "V": vocab,
        "HAS_SOFTCAP": scaling.softcap is not None,
        "BLOCK": min(triton.next_power_of_2(vocab), 4096),
    }
