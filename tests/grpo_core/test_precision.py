"""bfloat16 gradients of the fused loss are no further from float32's than those of TRL's chunked head.

`rounded_head` is what such a head computes, written out: bfloat16 logits, dL/dlogits rounded to bfloat16, both products in
float32, rounded once. `trl_head` is TRL's own code (`pytest -m interop`, with trl 1.16 on the path).
"""

import pytest
import torch

from grpo_core import presets
from grpo_core.fused import linear_policy_loss
from grpo_core.tokens import Tokens

SHAPES = [(8, 64, 67, 4001), (3, 211, 130, 1009), (1, 257, 32, 8009)]  # B, T, D, V


def example(kind, num, length, dim, vocab, seed=0):
    """(hidden, weight, targets, advantages); `kind` is how the model's probabilities look."""
    g = torch.Generator().manual_seed(seed)
    weight = torch.randn(vocab, dim, generator=g) * dim**-0.5
    targets, rivals = torch.randint(vocab, (2, num, length), generator=g)
    noise = torch.randn(num, length, dim, generator=g)
    if kind == "flat":
        hidden = noise / 2
    elif kind == "peaked":  # from certain to undecided
        hidden = 1.5 * noise + weight[targets] * 12 * torch.randn(num, length, 1, generator=g).abs()
    else:  # "rivals": two tokens share the mass, so the target's logit has no more than half of the gradient
        hidden = 0.05 * noise + 25 * (weight[targets] + weight[rivals])
    return hidden.bfloat16(), weight.bfloat16(), targets, torch.randn(num, generator=g)


def float32_gradients(hidden, weight, targets, slope_N):
    """Of sum(slope * logp), in float64 but for what float32 rounds nowhere near bfloat16."""
    hidden, weight = (x.double().requires_grad_() for x in (hidden.flatten(0, 1), weight))
    logp_N = torch.log_softmax(hidden @ weight.T, -1).gather(1, targets.view(-1, 1)).squeeze(1)
    return torch.autograd.grad((slope_N * logp_N).sum(), (hidden, weight))


def rounded_head(hidden, weight, targets, slope_N):
    hidden, targets = hidden.flatten(0, 1), targets.flatten()
    g_NV = -slope_N.float()[:, None] * torch.softmax((hidden @ weight.T).float(), -1)
    g_NV[torch.arange(len(targets)), targets] += slope_N.float()
    g_NV = g_NV.bfloat16().float()
    return (g_NV @ weight.float()).bfloat16(), (g_NV.T @ hidden.float()).bfloat16()


def trl_head(hidden, weight, targets, slope_N):
    head = pytest.importorskip("trl.kernels.chunked_logprob").ChunkedLogProbFunction
    hidden, weight = hidden.flatten(0, 1).requires_grad_(), weight.clone().requires_grad_()
    logp_N, *_ = head.apply(hidden, weight, None, targets.flatten(), 1.0, 32_768, None, 1.0, ("entropy",))
    return torch.autograd.grad((slope_N.float() * logp_N).sum(), (hidden, weight))


@pytest.mark.parametrize("head", [rounded_head, pytest.param(trl_head, marks=pytest.mark.interop)])
@pytest.mark.parametrize("kind", ["flat", "peaked", "rivals"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("num_tiles", [1, 2, 9])
@pytest.mark.parametrize("name", ["dapo", "gspo"])
def test_bfloat16_gradients_are_no_further_from_float32(name, num_tiles, shape, kind, head):
    num, length, _, vocab = shape
    hidden, weight, targets, advantages = example(kind, *shape)
    objective = getattr(presets, name)()
    tokens = Tokens.of(torch.ones(num, length), advantages, objective.weights([length] * num))
    leaves = hidden.clone().requires_grad_(), weight.clone().requires_grad_()
    tile_bytes = -(-num * length // num_tiles) * vocab * 2
    out = linear_policy_loss(*leaves, targets, tokens, objective, tile_bytes=tile_bytes)
    out.loss.backward()

    exact = float32_gradients(hidden, weight, targets, out.grad_N.double())
    theirs = head(hidden, weight, targets, out.grad_N)
    for leaf, peer, truth in zip(leaves, theirs, exact):
        error, limit = (float((x.view(truth.shape).double() - truth).norm() / truth.norm()) for x in (leaf.grad, peer))
        # Between rivals all error is that of the bfloat16 logits, the same for both, and a draw decides the last digits.
        assert error <= limit * (1.01 if kind == "rivals" else 1.0), (error, limit)
