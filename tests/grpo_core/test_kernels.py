"""The passes over a tile: against log_softmax in float64, and Triton's against PyTorch's."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest
import torch

from grpo_core import kernels

C, V = 5, 37


def tile(dtype=torch.float64, scale=3.0, seed=0):
    g = torch.Generator().manual_seed(seed)
    z = (scale * torch.randn(C, V, generator=g, dtype=torch.float64)).to(dtype)
    return z, torch.randint(V, (C,), generator=g)


def expected(z, target, temperature, softcap):
    """(logp, entropy, dlogp/dz) by autograd, in float64."""
    z = z.double().clone().requires_grad_()
    s = (softcap * torch.tanh(z / softcap) if softcap else z) / temperature
    logp_CV = torch.log_softmax(s, -1)
    logp = logp_CV.gather(1, target[:, None]).squeeze(1)
    logp.sum().backward()
    return logp.detach(), -(logp_CV.exp() * logp_CV).sum(1).detach(), z.grad


@pytest.mark.parametrize("cache_rows", [1, 2, 100])
@pytest.mark.parametrize("temperature", [1.0, 0.6])
@pytest.mark.parametrize("softcap", [None, 2.0])
def test_a_tile_becomes_the_derivative_of_logp(monkeypatch, softcap, temperature, cache_rows):
    monkeypatch.setattr(kernels, "CACHE_BYTES", cache_rows * V * 8)
    z, target = tile()
    logp, entropy, slope = expected(z, target, temperature, softcap)
    stats = kernels.softmax_tile_(z, target, temperature, softcap)
    tolerance = {"rtol": 1e-11, "atol": 1e-12}
    torch.testing.assert_close(stats.logp, logp, **tolerance)
    torch.testing.assert_close(stats.entropy, entropy, **tolerance)
    torch.testing.assert_close(-z / (stats.total[:, None] * temperature), slope, **tolerance)
    torch.testing.assert_close(stats.others / stats.total, 1 - logp.exp(), **tolerance)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_statistics_are_float32_of_the_logits_as_stored(dtype):
    z, target = tile(dtype)
    logp, entropy, _ = expected(z, target, 1.0, None)
    stats = kernels.softmax_tile_(z, target)
    assert stats.logp.dtype == torch.float32
    torch.testing.assert_close(stats.logp.double(), logp, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(stats.entropy.double(), entropy, rtol=1e-5, atol=1e-6)


def test_logits_far_apart_neither_overflow_nor_lose_the_last_of_1_minus_p():
    z = torch.tensor([[1e4, 0.0, -1e4], [30.0, 0.0, 0.0], [-1e4, 0.0, 1e4]])
    stats = kernels.softmax_tile_(z, torch.tensor([0, 0, 0]))
    assert torch.isfinite(z).all()
    torch.testing.assert_close(stats.logp, torch.tensor([0.0, 0.0, -2e4]))
    torch.testing.assert_close(stats.entropy[[0, 2]], torch.zeros(2))
    torch.testing.assert_close(
        stats.others[1], 2 * torch.exp(torch.tensor(-30.0))
    )  # 1 - p_t, far below float32's 1 - 1


def test_entropy_tile_is_the_derivative_of_both(monkeypatch):
    monkeypatch.setattr(kernels, "CACHE_BYTES", 2 * V * 8)
    z, target = tile()
    z[0, 3] = -1e6  # underflows
    by_logp, by_entropy = torch.randn(2, C, dtype=torch.float64)
    leaf = z.clone().requires_grad_()
    logp_CV = torch.log_softmax(leaf, -1)
    entropy = -(logp_CV.exp() * logp_CV).sum(1)
    (by_logp * logp_CV.gather(1, target[:, None]).squeeze(1) + by_entropy * entropy).sum().backward()
    stats = kernels.softmax_tile_(z, target)
    kernels.entropy_tile_(z, target, stats, by_logp, by_entropy)
    torch.testing.assert_close(-z / stats.total[:, None], leaf.grad, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("keep", [[], [0], [2, 3, 69], list(range(1, 70, 2)), list(range(70))])
def test_compact_moves_rows_up_in_place(keep):
    tile_CV = torch.arange(70 * 3.0).view(70, 3)
    rows = tile_CV[keep].clone()
    assert torch.equal(kernels.compact_(tile_CV, torch.tensor(keep, dtype=torch.long)), rows)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_products_are_added_in_the_dtype_of_the_total(monkeypatch, dtype):
    monkeypatch.setattr(kernels, "CACHE_BYTES", 24)  # slices of a few rows
    e, h, total = torch.randn(C, V).to(dtype), torch.randn(C, 3).to(dtype), torch.randn(V, 3)
    wanted = total.double() + e.double().t() @ h.double()
    kernels.add_product_(total, e, h)
    torch.testing.assert_close(total.double(), wanted, rtol=1e-2 if dtype == torch.bfloat16 else 1e-5, atol=1e-2)


TWINS = """
import itertools, torch
from grpo_core import kernels
for dtype, vocab, temperature, softcap in [
    (torch.float32, 37, 1.0, None), (torch.float32, 64, 0.6, None), (torch.float32, 37, 1.3, 2.0),
    (torch.bfloat16, 37, 1.0, None), (torch.float32, 5000, 0.8, None),
]:
    torch.manual_seed(0)
    z = (4 * torch.randn(3, vocab + 3)).to(dtype)[:, :vocab]  # rows of a wider buffer
    target = torch.tensor([0, vocab - 1, vocab // 2])
    ours, theirs = z.clone(), z
    a = kernels.softmax_tile_torch_(ours, target, temperature, softcap)
    b = kernels.softmax_tile_triton_(theirs, target, temperature, softcap)
    for name, x, y in zip(a._fields, a, b):
        torch.testing.assert_close(y, x, rtol=2e-5, atol=2e-6, msg=lambda m: f"{name}: {m}")
    torch.testing.assert_close(theirs.float(), ours.float(), rtol=1e-2 if dtype == torch.bfloat16 else 1e-4, atol=1e-6)
print("twins agree")
"""


@pytest.mark.skipif(find_spec("triton") is None, reason="Triton is not installed (pip install triton)")
def test_triton_agrees_with_its_twin_in_the_interpreter():
    env = os.environ | {"TRITON_INTERPRET": "1", "PYTHONPATH": os.pathsep.join([os.getcwd(), *sys.path])}
    done = subprocess.run([sys.executable, "-c", TWINS], env=env, capture_output=True, text=True, timeout=300)
    assert "twins agree" in done.stdout, done.stderr


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("softcap", [None, 2.0])
def test_triton_agrees_with_its_twin_on_the_gpu(softcap):
    z = (4 * torch.randn(64, 5003, device="cuda")).bfloat16()
    target = torch.randint(5003, (64,), device="cuda")
    ours, theirs = z.clone(), z
    a = kernels.softmax_tile_torch_(ours, target, 0.8, softcap)
    b = kernels.softmax_tile_triton_(theirs, target, 0.8, softcap)
    for x, y in zip(a, b):
        torch.testing.assert_close(y, x, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(theirs, ours, rtol=1e-2, atol=1e-6)
