"""The passes over a tile: against log_softmax in float64, and Triton's against PyTorch's."""

import os
import re
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


def expected(z, target, scaling, by_logp, by_entropy):
    """(logp, entropy, dL/dz) by autograd, in float64."""
    z = z.double().clone().requires_grad_()
    s = (scaling.softcap * torch.tanh(z / scaling.softcap) if scaling.softcap else z) / scaling.temperature
    logp_CV = torch.log_softmax(s, -1)
    logp = logp_CV.gather(1, target[:, None]).squeeze(1)
    entropy = -(logp_CV.exp() * logp_CV).sum(1)
    (by_logp * logp + (0 if by_entropy is None else by_entropy * entropy)).sum().backward()
    return logp.detach(), entropy.detach(), z.grad


def whole_gradient(z, target, *rest):
    """dL/dz with the targets' entries, which the pass returns, put in; they are exact where z is rounded."""
    at_target = kernels.tile_gradient_(z, target, *rest)
    rows = torch.arange(len(z))
    assert (z[rows, target] == 0).all()
    return z.to(at_target.dtype).index_put((rows, target), at_target)


@pytest.mark.parametrize("cache_rows", [1, 2, 100])
@pytest.mark.parametrize("temperature", [1.0, 0.6])
@pytest.mark.parametrize("softcap", [None, 2.0])
@pytest.mark.parametrize("with_entropy", [False, True])
def test_a_tile_of_logits_becomes_its_gradient(monkeypatch, softcap, temperature, cache_rows, with_entropy):
    monkeypatch.setattr(kernels, "CACHE_BYTES", cache_rows * V * 8)
    z, target = tile()
    z[0, 3] = -1e4  # its exponential underflows
    scaling = kernels.Scaling(temperature, softcap)
    by_logp, by_entropy = torch.randn(2, C, dtype=torch.float64)
    by_entropy = by_entropy if with_entropy else None
    logp, entropy, gradient = expected(z, target, scaling, by_logp, by_entropy)
    tolerance = {"rtol": 1e-11, "atol": 1e-12}
    stats = kernels.tile_stats(z, target, scaling)
    torch.testing.assert_close(stats.logp, logp, **tolerance)
    torch.testing.assert_close(stats.entropy, entropy, **tolerance)
    torch.testing.assert_close(stats.others / stats.total, 1 - logp.exp(), **tolerance)
    torch.testing.assert_close(whole_gradient(z, target, scaling, stats, by_logp, by_entropy), gradient, **tolerance)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("softcap", [None, 2.0])
def test_arithmetic_is_float32_on_the_logits_as_stored(dtype, softcap):
    z, target = tile(dtype)
    scaling = kernels.Scaling(0.7, softcap)
    logp, entropy, gradient = expected(z, target, scaling, torch.ones(C), None)
    stats = kernels.tile_stats(z, target, scaling)
    assert stats.logp.dtype == torch.float32
    torch.testing.assert_close(stats.logp.double(), logp, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(stats.entropy.double(), entropy, rtol=1e-5, atol=1e-6)
    z = whole_gradient(z, target, scaling, stats, torch.ones(C), None)
    rounding = 2**-8 if dtype == torch.bfloat16 else 1e-5  # bfloat16 rounds once, to half of 2^-8
    torch.testing.assert_close(z.double(), gradient, rtol=rounding, atol=1e-7)


def test_logits_far_apart_neither_overflow_nor_lose_the_last_of_1_minus_p():
    z = torch.tensor([[1e4, 0.0, -1e4], [30.0, 0.0, 0.0], [-1e4, 0.0, 1e4]])
    target = torch.tensor([0, 0, 0])
    stats = kernels.tile_stats(z, target, kernels.Scaling())
    torch.testing.assert_close(stats.logp, torch.tensor([0.0, 0.0, -2e4]))
    torch.testing.assert_close(stats.entropy[[0, 2]], torch.zeros(2))
    z = whole_gradient(z, target, kernels.Scaling(), stats, torch.ones(3), torch.ones(3))
    assert torch.isfinite(z).all()
    stats = kernels.tile_stats(confident := torch.tensor([[30.0, 0.0, 0.0]]), target[:1], kernels.Scaling())
    confident = whole_gradient(confident, target[:1], kernels.Scaling(), stats, torch.ones(1), None)
    p = float(torch.exp(torch.tensor(-30.0)))  # far below the spacing of float32 at 1
    torch.testing.assert_close(confident, torch.tensor([[2 * p, -p, -p]]), rtol=1e-5, atol=0)


TWINS = """
import torch
from grpo_core import kernels

def twins_agree(num_rows, vocab, dtype, scaling, with_entropy, device="cpu", scale=4):
    torch.manual_seed(0)
    z = (scale * torch.randn(num_rows, vocab + 3, device=device)).to(dtype)[:, :vocab]  # rows of a wider buffer
    target = torch.randint(vocab, (num_rows,), device=device)
    target[:2] = torch.tensor([0, vocab - 1])
    by_logp, by_entropy = torch.randn(2, num_rows, device=device)
    by_entropy = by_entropy if with_entropy else None
    ours, theirs = z.clone(), z
    a, b = kernels._stats_torch(ours, target, scaling), kernels._stats_triton(theirs, target, scaling)
    for name, x, y in zip(a._fields, a, b):
        torch.testing.assert_close(y, x, rtol=2e-5, atol=4e-6 * scale, msg=lambda m: f"{name}: {m}")
    kernels._gradient_torch_(ours, target, scaling, a, by_logp, by_entropy)
    kernels._gradient_triton_(theirs, target, scaling, b, by_logp, by_entropy)
    rounding = 1e-2 if dtype == torch.bfloat16 else 1e-4
    torch.testing.assert_close(theirs.float(), ours.float(), rtol=rounding, atol=1e-6 * scale)
"""

IN_THE_INTERPRETER = """
import itertools, sys
sys.path.insert(0, "tests/grpo_core")
from dataclasses import replace
import test_fused
from grpo_core import tiles

F32, BF16 = torch.float32, torch.bfloat16
scalings = [(1.0, None), (0.6, None), (1.3, 2.0)]
for vocab, dtype, scaling, with_entropy in itertools.product((1, 2, 37, 64), (F32, BF16), scalings, (False, True)):
    twins_agree(3, vocab, dtype, kernels.Scaling(*scaling), with_entropy)
for vocab in (4095, 4096, 4097, 9001):  # one block, and the edges of several
    twins_agree(2, vocab, BF16, kernels.Scaling(0.8), True)
twins_agree(2, 5003, F32, kernels.Scaling(), True, scale=2000)
twins_agree(2, 5003, F32, kernels.Scaling(1.0, 30.0), True, scale=2000)

kernels._use_triton = lambda z_CV: True  # the whole loss through the Triton passes
for name, softcap in itertools.product(("dapo", "gspo", "kl", "bonus"), (None, 1.5)):
    objective = test_fused.OBJECTIVES.get(name) or replace(test_fused.OBJECTIVES["dapo"], entropy_bonus=0.3)
    data = test_fused.Data(F32, softcap=softcap, temperature=0.7)
    fused = data.fused(objective, tile_bytes=4 * test_fused.V * 4)
    test_fused.assert_same(fused, data.plain(objective), rtol=1e-4, atol=1e-5)
print("twins agree")
"""

needs_triton = pytest.mark.skipif(find_spec("triton") is None, reason="Triton is not installed (pip install triton)")


@needs_triton
def test_triton_agrees_with_its_twin_in_the_interpreter():
    env = os.environ | {"TRITON_INTERPRET": "1", "PYTHONPATH": os.pathsep.join([os.getcwd(), *sys.path])}
    command = [sys.executable, "-c", TWINS + IN_THE_INTERPRETER]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    assert "twins agree" in done.stdout, done.stderr


@needs_triton
@pytest.mark.parametrize("kernel", ["_stats_kernel", "_gradient_kernel"])
@pytest.mark.parametrize("dtype", ["bf16", "fp32"])
@pytest.mark.parametrize("softcap", [False, True])
@pytest.mark.parametrize("with_entropy", [False, True])
def test_triton_compiles_for_a_gpu_that_need_not_be_there(tmp_path, monkeypatch, kernel, dtype, softcap, with_entropy):
    """The interpreter forgives what the compiler does not, such as a name that holds two types."""
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    function = getattr(kernels, kernel)
    constants = {"V": 151_936, "HAS_SOFTCAP": softcap, "BLOCK": 4096, "HAS_ENTROPY": with_entropy}
    constants = {name: value for name, value in constants.items() if name in function.arg_names}
    types = {"z_ptr": f"*{dtype}", "target_ptr": "*i64", "row_stride": "i32"} | dict.fromkeys(constants, "constexpr")
    columns = {name: "*fp32" if name.endswith("_ptr") else "fp32" for name in function.arg_names}
    aligned = {(function.arg_names.index(name),): [["tt.divisibility", 16]] for name in ("z_ptr", "row_stride")}
    source = ASTSource(function, {name: types.get(name, columns[name]) for name in columns}, constants, aligned)
    compiled = triton.compile(source, target=GPUTarget("cuda", 90, 32), options={"num_warps": 8})
    assert len(compiled.asm["cubin"]) > 0
    assert re.search(r"ld\.global\S*\.v4", compiled.asm["ptx"])  # the tile is read 16 bytes at a time


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("softcap", [None, 2.0])
@pytest.mark.parametrize("with_entropy", [False, True])
def test_triton_agrees_with_its_twin_on_the_gpu(softcap, with_entropy):
    scope = {}
    exec(TWINS, scope)
    scope["twins_agree"](64, 5003, torch.bfloat16, kernels.Scaling(0.8, softcap), with_entropy, "cuda")
