"""Any parts together, on batches as degenerate as they come: loops, closed form and fused agree, and no split matters.

Numbers are drawn at random, so that nothing sits exactly on the kink of a clip.
"""

import importlib.util
import itertools
import math
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given, note, settings
from hypothesis import strategies as st

from grpo_core import kernels
from grpo_core.corrections import KL, Mismatch
from grpo_core.fused import linear_policy_loss
from grpo_core.objective import Objective
from grpo_core.terms import Cispo, Clip, Dppo, Gmpo, Reinforce, Sapo, Vespo
from grpo_core.tokens import Tokens

spec = importlib.util.spec_from_file_location("reference", Path(__file__).with_name("reference.py"))
reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reference)

LOOPS = {
    Clip: reference.clip,
    Cispo: reference.cispo,
    Sapo: reference.sapo,
    Vespo: reference.vespo,
    Gmpo: reference.gmpo,
    Dppo: reference.dppo,
    Reinforce: reference.reinforce,
}
MAX_LENGTH = 11

TERMS = [
    Clip(0.2, 0.28),
    Clip(0.0, 0.0),
    Clip(1.0, 5.0),
    Clip(0.1, 0.2, delta=1.6),
    Clip(0.1, 0.2, dual=1.5),
    Cispo(1.5, 0.7),
    Cispo(),
    Sapo(),
    Sapo(2.0, 0.5),
    Vespo(),
    Gmpo(0.1, 0.3),
    Dppo(0.05, 0.1),
    Reinforce(),
]


def random_objective(rng):
    estimator, target = rng.choice(["k1", "abs", "k2", "k3", "k3+"]), rng.choice(["reference", "sampler"])
    kl = KL(rng.choice([0.0, 0.3, 0.3]), estimator, rng.random() < 0.5, target)
    corrected = rng.choice(["token", "sequence", "geometric"]), rng.choice(["truncate", "mask"])
    mismatch = Mismatch(*corrected, rng.choice([0.0, 0.9]), rng.choice([1.05, 2.0]))
    objective = Objective(
        term=rng.choice(TERMS),
        level=rng.choice(["token", "sequence", "sequence_token", "sequence_sum"]),
        aggregation=rng.choice(["sequence_mean", "token_mean", "group_mean", "fixed_length", "sequence_sum"]),
        kl=rng.choice([None, kl]),
        mismatch=rng.choice([None, mismatch]),
        off_policy_delta=rng.choice([None, -0.1, 0.1]),
        anchor=rng.choice(["old", "sampler"]),
        entropy_bonus=rng.choice([0.0, 0.0, 0.7]),
    )
    note(f"{objective}")
    return objective


class Batch:
    """Hidden states, an output layer, and all that a policy loss may want of the tokens."""

    def __init__(self, seed, lengths, signs, vocab, scale, temperature, softcap, on_policy, with_factor):
        g = torch.Generator().manual_seed(seed)

        def noise(*shape):
            return torch.randn(*shape, generator=g, dtype=torch.float64)

        shape = len(lengths), max(*lengths, 1)
        self.lengths, self.temperature, self.softcap, self.on_policy = lengths, temperature, softcap, on_policy
        self.groups = [i % 2 for i in range(len(lengths))]
        self.mask = torch.arange(shape[1]) < torch.tensor(lengths)[:, None]
        self.hidden, self.weight = scale * noise(*shape, 3), noise(vocab, 3)
        self.targets = torch.randint(vocab, shape, generator=g)
        self.advantages = torch.tensor(signs, dtype=torch.float64) * (0.1 + noise(len(lengths)).abs())
        logp, _ = self.scores(self.hidden, self.weight)
        self.old = logp + 0.4 * noise(*shape)
        self.sampler, self.ref = self.old + 0.2 * noise(*shape), logp + 0.4 * noise(*shape)
        self.factor = (noise(*shape) > -0.5).double() if with_factor else None

    def scores(self, hidden, weight):
        """logp and entropy of every position, by log_softmax."""
        z = hidden @ weight.T
        if self.softcap:
            z = self.softcap * torch.tanh(z / self.softcap)
        logp = torch.log_softmax(z / self.temperature, -1)
        return logp.gather(-1, self.targets[..., None]).squeeze(-1), -(logp.exp() * logp).sum(-1)

    def tokens(self, objective, rows=slice(None)):
        weights = objective.weights(self.lengths, self.groups, MAX_LENGTH)
        columns = {"sampler_logp": self.sampler, "ref_logp": self.ref, "factor": self.factor}
        columns["old_logp"] = None if self.on_policy else self.old
        columns = {name: None if values is None else values[rows] for name, values in columns.items()}
        return Tokens.of(self.mask[rows], self.advantages[rows], weights[rows], **columns)

    def leaves(self):
        return self.hidden.clone().requires_grad_(), self.weight.clone().requires_grad_()


def loops(objective, batch):
    hidden, weight = batch.leaves()
    logp, entropy = batch.scores(hidden, weight)
    advantages_BT = batch.advantages[:, None].expand_as(logp)
    old = None if batch.on_policy else batch.old
    ragged = reference.Batch(
        logp, batch.mask, advantages_BT, old, batch.sampler, batch.ref, batch.factor, entropy_BT=entropy
    )
    term, kl, mismatch = objective.term, objective.kl, objective.mismatch
    loss = reference.loss(
        ragged,
        LOOPS[type(term)],
        {name: getattr(term, name) for name in term.__slots__},
        objective.level,
        objective.aggregation,
        kl and (kl.beta, kl.estimator, kl.ratio, kl.target),
        mismatch and (mismatch.level, mismatch.rule, mismatch.low, mismatch.high),
        objective.off_policy_delta,
        objective.anchor,
        batch.groups,
        MAX_LENGTH,
        objective.entropy_bonus,
    )
    return (loss + 0 * (hidden.sum() + weight.sum()), hidden, weight)


def plain(objective, batch):
    hidden, weight = batch.leaves()
    tokens = batch.tokens(objective)
    logp, entropy = batch.scores(hidden, weight)
    return objective(tokens.pick(logp), tokens, tokens.pick(entropy)).loss, hidden, weight


def fused(objective, batch, tile_rows=100, split=(slice(None),)):
    hidden, weight = batch.leaves()
    options = {"temperature": batch.temperature, "softcap": batch.softcap, "tile_bytes": tile_rows * len(weight) * 8}
    loss = 0.0
    for rows in split:
        tokens = batch.tokens(objective, rows)
        loss = loss + linear_policy_loss(hidden[rows], weight, batch.targets[rows], tokens, objective, **options).loss
    return loss, hidden, weight


def gradients(loss, hidden, weight):
    loss.backward()
    return loss.detach(), hidden.grad, weight.grad


def random_batch(rng):
    """A third are of one token or none, of a vocabulary of one, or without any advantage."""
    num = rng.randint(1, 5)
    signs = rng.choice([[1, -1], [1, -1, 0], [1, -1, 0], [0]])
    lengths = rng.choice([[0, 1, 2, 3, 5, 7], [1, 3, 6], [0, 1]])
    structure = {
        "lengths": [rng.choice(lengths) for _ in range(num)],
        "signs": [rng.choice(signs) for _ in range(num)],
        "vocab": rng.choice([1, 2, 11, 37]),
        "scale": rng.choice([0.0, 1.0, 1.0, 30.0]),
        "temperature": rng.choice([0.6, 1.0, 2.0]),
        "softcap": rng.choice([None, 2.0]),
        "on_policy": rng.random() < 0.3,
        "with_factor": rng.random() < 0.3,
    }
    note(f"{structure}")
    return Batch(rng.randrange(2**31), **structure)


# The structure comes from a seed, since Hypothesis' own draws crowd at the simplest batches, in which nothing happens.
seeds = st.integers(0, 2**63)


@given(seed=seeds)
@settings(max_examples=100, deadline=None)
def test_the_closed_form_equals_the_loops(seed):
    rng = random.Random(seed)
    objective, batch = random_objective(rng), random_batch(rng)
    ours, theirs = gradients(*plain(objective, batch)), gradients(*loops(objective, batch))
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-11)


@given(seed=seeds)
@settings(max_examples=150, deadline=None)
def test_fused_equals_plain(seed):
    rng = random.Random(seed)
    objective, batch = random_objective(rng), random_batch(rng)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "CACHE_BYTES", rng.choice([1, 3, 999]) * len(batch.weight) * 8)
        ours = gradients(*fused(objective, batch, tile_rows=rng.choice([1, 2, 3, 4, 100])))
    torch.testing.assert_close(ours, gradients(*plain(objective, batch)), rtol=1e-10, atol=1e-11)


@given(seed=seeds)
@settings(max_examples=100, deadline=None)
def test_no_split_into_micro_batches_matters(seed):
    rng = random.Random(seed)
    objective, batch = random_objective(rng), random_batch(rng)
    order = rng.sample(range(len(batch.lengths)), len(batch.lengths))
    cuts = [0, *sorted(rng.choices(range(len(order) + 1), k=2)), len(order)]
    split = [order[a:b] for a, b in itertools.pairwise(cuts) if a < b]
    ours, whole = gradients(*fused(objective, batch, split=split)), gradients(*fused(objective, batch))
    torch.testing.assert_close(ours, whole, rtol=1e-10, atol=1e-12)


def one_token(logp, advantage, **columns):
    mask = torch.ones(1, 1)
    filled = {name: torch.full((1, 1), value, dtype=logp.dtype) for name, value in columns.items()}
    return Tokens.of(mask, torch.tensor([advantage], dtype=logp.dtype), torch.ones(1), **filled)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("term", [Clip(), Clip(delta=2.0), Clip(dual=3.0), Cispo(), Sapo(), Vespo(), Gmpo(), Dppo()])
@pytest.mark.parametrize("advantage", [1.0, -1.0])
@pytest.mark.parametrize("log_ratio", [-1e4, 1e4])
def test_a_ratio_that_overflows_is_bounded_wherever_the_term_bounds_it(term, advantage, log_ratio, dtype):
    """Only what the formula itself leaves unbounded is infinite: a negative advantage under plain clip, gmpo and dppo."""
    logp = torch.tensor([-1e4 if log_ratio < 0 else -1.0], dtype=dtype)
    tokens = one_token(logp, advantage, old_logp=float(logp) - log_ratio)
    out = Objective(term)(logp, tokens)
    unbounded = isinstance(term, Dppo) or (
        isinstance(term, Gmpo | Clip) and term not in (Clip(delta=2.0), Clip(dual=3.0))
    )
    if log_ratio > 0 and advantage < 0 and unbounded:
        assert math.isinf(out.per_token_N)
    else:
        assert torch.isfinite(out.loss)
        assert torch.isfinite(out.grad_N).all()


@pytest.mark.parametrize("dropped_by", ["mismatch", "factor", "advantage"])
def test_a_token_that_is_dropped_cannot_spoil_the_loss_by_its_ratio(dropped_by):
    """0 * inf is no number. The KL keeps such tokens live."""
    logp = torch.tensor([-1.0])
    objective = Objective(Clip(), kl=KL(0.5, "k2"), mismatch=Mismatch("token", "mask", 0.5, 2.0))
    columns = {"old_logp": -1e4, "sampler_logp": -1e4, "ref_logp": -3.0, "factor": 1.0}
    columns |= {"mismatch": {"sampler_logp": -2e4}, "factor": {"factor": 0.0}, "advantage": {}}[dropped_by]
    tokens = one_token(logp, 0.0 if dropped_by == "advantage" else -1.0, **columns)
    out = objective(logp, tokens)
    assert float(out.loss) == pytest.approx(0.5 * 2.0**2 / 2)
    assert float(out.grad_N) == pytest.approx(0.5 * 2.0)


@pytest.mark.parametrize("logit", [1e4, -1e4])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_logits_of_ten_thousand_have_finite_gradients(logit, dtype):
    batch = Batch(0, [3, 5], [1, -1], 11, 1.0, 1.0, None, on_policy=True, with_factor=False)
    batch.hidden, batch.weight = batch.hidden.to(dtype), batch.weight.to(dtype)
    batch.hidden[..., 0] = abs(logit) ** 0.5
    batch.weight[:, 0] = logit / abs(logit) ** 0.5
    batch.weight[3, 0] = 0
    loss, d_hidden, d_weight = gradients(*fused(replace(Objective(), entropy_bonus=0.1), batch, tile_rows=4))
    assert torch.isfinite(loss)
    assert torch.isfinite(d_hidden).all()
    assert torch.isfinite(d_weight).all()
