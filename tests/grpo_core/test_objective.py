"""Objectives against loops in float64: the same value, the same gradient, whatever the batch looks like."""

import importlib.util
import itertools
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from grpo_core import presets
from grpo_core.corrections import KL, Mismatch, top_entropy_mask
from grpo_core.objective import Objective, token_logp
from grpo_core.statistics import mean_stats
from grpo_core.terms import Cispo, Clip, Dppo, Gmpo, Reinforce, Sapo, Vespo
from grpo_core.tokens import Tokens

spec = importlib.util.spec_from_file_location("reference", Path(__file__).with_name("reference.py"))
reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reference)

LENGTHS = [7, 3, 1, 0, 5]  # B=5 sequences, one of them without a loss token, in T=7
GROUPS = ["a", "b", "a", "b", "b"]
MAX_LENGTH = 11

TERMS = {
    Clip: reference.clip,
    Cispo: reference.cispo,
    Sapo: reference.sapo,
    Vespo: reference.vespo,
    Gmpo: reference.gmpo,
    Dppo: reference.dppo,
    Reinforce: reference.reinforce,
}
PRESETS = {name: getattr(presets, name)() for name in presets.__all__}


class Data:
    """A batch far enough off policy that every clip, bound and mask acts on some token and spares another."""

    def __init__(self, seed=0, spread=0.5):
        g = torch.Generator().manual_seed(seed)

        def noise(scale):
            return scale * torch.randn(len(LENGTHS), 7, generator=g, dtype=torch.float64)

        self.mask = torch.arange(7) < torch.tensor(LENGTHS)[:, None]
        self.logp = -0.1 - noise(1.0).abs()
        self.old = self.logp + noise(spread)
        self.sampler = self.old + noise(0.2)
        self.ref = self.logp + noise(0.5)
        self.advantages = torch.tensor([1.3, -0.7, 0.4, 0.9, -1.1], dtype=torch.float64)
        self.factor = (noise(1.0) > -0.5).double()

    def tokens(self, weights, **changes):
        given = {"old_logp": self.old, "sampler_logp": self.sampler, "ref_logp": self.ref} | changes
        return Tokens.of(self.mask, self.advantages, weights, **given)


def options_of(term):
    return {name: getattr(term, name) for name in term.__slots__}


def both(objective, data, on_policy=False, factor=None, advantages_BT=None):
    """(loss, gradient) from the objective and from the reference."""
    weights = objective.weights(LENGTHS, GROUPS, MAX_LENGTH)
    old = None if on_policy else data.old
    tokens = data.tokens(weights, old_logp=old, factor=factor)
    if advantages_BT is not None:
        tokens = replace(tokens, advantage_N=tokens.pick(advantages_BT))
    logp = data.logp.clone().requires_grad_()
    ours = objective(tokens.pick(logp), tokens)
    ours.loss.backward()

    theirs_logp = data.logp.clone().requires_grad_()
    if advantages_BT is None:
        advantages_BT = data.advantages[:, None].expand_as(data.logp)
    batch = reference.Batch(theirs_logp, data.mask, advantages_BT, old, data.sampler, data.ref, factor)
    kl, mismatch = objective.kl, objective.mismatch
    theirs = reference.loss(
        batch,
        TERMS[type(objective.term)],
        options_of(objective.term),
        objective.level,
        objective.aggregation,
        kl and (kl.beta, kl.estimator, kl.ratio, kl.target),
        mismatch and (mismatch.level, mismatch.rule, mismatch.low, mismatch.high),
        objective.off_policy_delta,
        objective.anchor,
        GROUPS,
        MAX_LENGTH,
    )
    theirs.backward()
    return (ours.loss.detach(), logp.grad), (theirs.detach(), theirs_logp.grad)


def agree(objective, **kwargs):
    for seed in range(3):
        ours, theirs = both(objective, Data(seed), **kwargs)
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("on_policy", [False, True])
@pytest.mark.parametrize("name", PRESETS)
def test_preset_equals_its_loop(name, on_policy):
    agree(PRESETS[name], on_policy=on_policy)


@pytest.mark.parametrize("level", ["token", "sequence", "sequence_token", "sequence_sum"])
@pytest.mark.parametrize("term", [Clip(0.1, 0.3), Cispo(1.2, 0.8), Sapo(1.1, 0.9), Gmpo(0.1, 0.2), Vespo()])
def test_every_term_equals_its_loop_at_every_level(term, level):
    agree(Objective(term, level=level))


@pytest.mark.parametrize("aggregation", ["sequence_mean", "token_mean", "group_mean", "fixed_length", "sequence_sum"])
@pytest.mark.parametrize("level", ["token", "sequence"])
def test_every_aggregation_equals_its_loop(aggregation, level):
    agree(Objective(Clip(), level, aggregation))


@pytest.mark.parametrize("delta", [None, 1.4])
@pytest.mark.parametrize("dual", [None, 1.3])
def test_two_sided_and_dual_clip_equal_their_loops(delta, dual):
    if not (delta and dual):  # the loop, like the papers, knows them one at a time
        agree(Objective(Clip(0.1, 0.2, delta, dual)))


@pytest.mark.parametrize("estimator", ["k1", "abs", "k2", "k3", "k3+"])
@pytest.mark.parametrize("ratio", [False, True])
@pytest.mark.parametrize("level", ["token", "sequence", "sequence_token"])
def test_every_kl_equals_its_loop(estimator, ratio, level):
    agree(Objective(Clip(), level, kl=KL(0.3, estimator, ratio)))


@pytest.mark.parametrize("level", ["token", "sequence", "geometric"])
@pytest.mark.parametrize("rule", ["truncate", "mask"])
@pytest.mark.parametrize("on_policy", [False, True])
def test_every_mismatch_weight_equals_its_loop_and_leaves_the_kl_alone(level, rule, on_policy):
    agree(Objective(Clip(), mismatch=Mismatch(level, rule, 0.9, 1.1), kl=KL(0.3)), on_policy=on_policy)


@pytest.mark.parametrize("on_policy", [False, True])
def test_off_policy_sequence_mask_equals_its_loop(on_policy):
    agree(Objective(Clip(), off_policy_delta=0.05, kl=KL(0.1)), on_policy=on_policy)


@pytest.mark.parametrize("level", ["token", "sequence"])
def test_a_factor_stays_in_the_denominator_and_off_the_kl(level):
    for seed in range(3):
        data = Data(seed)
        ours, theirs = both(Objective(Clip(), level, "sequence_mean", kl=KL(0.2)), data, factor=data.factor)
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


def random_objective(seed):
    """Any parts together, most of which nobody has published as a whole."""
    rng = random.Random(seed)
    clip = Clip(rng.uniform(0, 0.4), rng.uniform(0, 0.5))
    terms = [
        clip,
        Clip(0.1, 0.2, delta=1.6),
        Clip(0.1, 0.2, dual=2.0),
        Cispo(1.5, 0.7),
        Sapo(),
        Vespo(),
        Gmpo(0.1, 0.3),
    ]
    estimator, target = rng.choice(["k1", "abs", "k2", "k3", "k3+"]), rng.choice(["reference", "sampler"])
    corrected = rng.choice(["token", "sequence", "geometric"]), rng.choice(["truncate", "mask"])
    return Objective(
        term=rng.choice([*terms, Dppo(0.05, 0.1), Reinforce()]),
        level=rng.choice(["token", "sequence", "sequence_token", "sequence_sum"]),
        aggregation=rng.choice(["sequence_mean", "token_mean", "group_mean", "fixed_length", "sequence_sum"]),
        kl=rng.choice([None, KL(0.2, estimator, rng.random() < 0.5, target)]),
        mismatch=rng.choice([None, Mismatch(*corrected, rng.uniform(0.5, 0.99), rng.uniform(1.01, 1.6))]),
        off_policy_delta=rng.choice([None, 0.0, 0.1]),
        anchor=rng.choice(["old", "sampler"]),
    )


@pytest.mark.parametrize("seed", range(40))
def test_any_composition_equals_its_loop(seed):
    data = Data(seed)
    ours, theirs = both(random_objective(seed), data, seed % 3 == 0, data.factor if seed % 2 else None)
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", PRESETS)
def test_an_advantage_may_differ_from_token_to_token(name):
    data = Data(1)
    advantages_BT = torch.randn(5, 7, dtype=torch.float64)
    if name in ("gmpo", "vespo"):  # whose bounds look at the sign of the sequence's advantage
        advantages_BT = advantages_BT.abs()
    ours, theirs = both(PRESETS[name], data, advantages_BT=advantages_BT)
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("log_ratios", [[30.0, -19.0, -4.0, -6.0, 0.0, 0.0, 0.0], [-3.0] * 7, [4.0] * 7])
def test_vespo_bounds_tokens_to_20_and_sequences_to_1e_minus_8(log_ratios):
    data = Data()
    data.old = data.logp - torch.tensor(log_ratios, dtype=torch.float64)
    data.advantages.fill_(0.5)
    ours, theirs = both(presets.vespo(), data)
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=0)


@pytest.mark.parametrize("anchor", ["old", "sampler"])
def test_the_closed_form_derivative_passes_gradcheck(anchor):
    """Finite differences of the value, for the terms whose gradient is that of their value (nothing stopped)."""
    data = Data(2)
    weights = torch.rand(5, 7, dtype=torch.float64)  # one for each token: they must be inside the sums over a sequence
    for term, level in itertools.product((Clip(0.1, 0.3), Sapo(), Gmpo()), ("token", "sequence", "sequence_sum")):
        objective = Objective(term, level, kl=KL(0.1, ratio=True), anchor=anchor)
        tokens = data.tokens(weights)
        logp_N = tokens.pick(data.logp).requires_grad_()
        assert torch.autograd.gradcheck(lambda x: objective(x, tokens).loss, logp_N)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("split", [[[0, 1, 2, 3, 4]], [[3, 0], [4, 1, 2]], [[4], [2], [0], [3], [1]]])
def test_gradient_does_not_depend_on_micro_batches_or_their_order(name, split):
    objective, data = PRESETS[name], Data(3)
    weights = objective.weights(LENGTHS, GROUPS, MAX_LENGTH)
    whole = objective(data.tokens(weights).pick(data.logp), data.tokens(weights))
    logp = data.logp.clone().requires_grad_()
    total = 0.0
    for rows in split:
        tokens = Tokens.of(
            data.mask[rows],
            data.advantages[rows],
            weights[rows],
            old_logp=data.old[rows],
            sampler_logp=data.sampler[rows],
            ref_logp=data.ref[rows],
        )
        out = objective(tokens.pick(logp[rows]), tokens)
        out.loss.backward()
        total += float(out.loss.detach())
    assert total == pytest.approx(float(whole.loss), rel=1e-10)
    torch.testing.assert_close(logp.grad[data.mask], whole.grad_N, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", PRESETS)
def test_padding_side_and_packing_change_nothing(name):
    objective, data = PRESETS[name], Data(4)
    weights = objective.weights(LENGTHS, GROUPS, MAX_LENGTH)
    right = data.tokens(weights)
    expected = objective(right.pick(data.logp), right)

    columns = {"old_logp": data.old, "sampler_logp": data.sampler, "ref_logp": data.ref}
    left = Tokens.of(data.mask.flip(1), data.advantages, weights, **{k: v.flip(1) for k, v in columns.items()})
    flipped = objective(left.pick(data.logp.flip(1)), left)
    torch.testing.assert_close(flipped.loss, expected.loss, rtol=1e-10, atol=1e-14)

    order = torch.randperm(int(data.mask.sum()))
    packed = Tokens.of(
        torch.ones(1, len(order)),
        data.advantages,
        weights,
        sequence=right.sequence_N[order][None],
        **{k: v[data.mask][order][None] for k, v in columns.items()},
    )
    mixed = objective(packed.pick(data.logp[data.mask][order][None]), packed)
    torch.testing.assert_close(mixed.loss, expected.loss, rtol=1e-10, atol=1e-14)
    torch.testing.assert_close(mixed.grad_N, expected.grad_N[order], rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("poison", [float("nan"), float("inf"), 1e308])
def test_what_padding_holds_is_never_read(poison):
    data = Data(5)
    objective = Objective(Clip(), kl=KL(0.1), mismatch=Mismatch())
    clean = data.tokens(objective.weights(LENGTHS))
    expected = objective(clean.pick(data.logp), clean)
    for name in ("old", "sampler", "ref", "logp"):
        setattr(data, name, torch.where(data.mask, getattr(data, name), poison))
    tokens = data.tokens(objective.weights(LENGTHS))
    logp = data.logp.clone().requires_grad_()
    out = objective(tokens.pick(logp), tokens)
    out.loss.backward()
    assert torch.equal(out.loss, expected.loss)
    assert torch.equal(logp.grad[data.mask], expected.grad_N)
    assert (logp.grad[~data.mask] == 0).all()


@pytest.mark.parametrize("name", ["old", "sampler", "ref", "logp", "advantages"])
@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_non_finite_input_inside_the_mask_is_refused_by_name(name, value):
    data = Data()
    getattr(data, name)[1] = value
    objective = Objective()
    with pytest.raises(ValueError, match=f"^{name.removesuffix('s')}.* at loss token"):
        objective(data.tokens(objective.weights(LENGTHS)).pick(data.logp), data.tokens(objective.weights(LENGTHS)))


def test_a_missing_part_is_named():
    data = Data()
    weights = Objective().weights(LENGTHS)
    for objective, needed in [
        (Objective(kl=KL(0.1)), "ref_logp"),
        (Objective(mismatch=Mismatch()), "sampler_logp"),
        (Objective(anchor="sampler"), "sampler_logp"),
    ]:
        tokens = data.tokens(weights, sampler_logp=None, ref_logp=None)
        with pytest.raises(ValueError, match=needed):
            objective(tokens.pick(data.logp), tokens)


def test_on_policy_the_ratio_is_exactly_one_and_the_gradient_is_reinforce():
    data, objective = Data(), presets.dapo()
    tokens = data.tokens(objective.weights(LENGTHS), old_logp=None)
    logp_N = tokens.pick(data.logp)
    out = objective(logp_N, tokens)
    assert float(out.stats["ratio"]) == 1.0
    assert torch.equal(out.grad_N, presets.reinforce()(logp_N, tokens).grad_N)


def test_tokens_without_advantage_have_no_gradient_even_where_their_ratio_overflows():
    data, objective = Data(), presets.dapo()
    data.advantages[0] = 0.0
    data.old[0] = -1e6
    tokens = data.tokens(objective.weights(LENGTHS))
    out = objective(tokens.pick(data.logp), tokens)
    assert torch.isfinite(out.loss)
    assert (out.grad_N[tokens.sequence_N == 0] == 0).all()
    assert int(out.stats["tokens"]) == sum(LENGTHS[1:])


def test_entropy_bonus_is_aggregated_like_the_loss_and_differentiable():
    data = Data()
    objective = Objective(Clip(), aggregation="sequence_mean", entropy_bonus=0.3)
    tokens = data.tokens(objective.weights(LENGTHS))
    entropy_N = torch.rand(len(tokens), dtype=torch.float64).requires_grad_()
    logp_N = tokens.pick(data.logp)
    out = objective(logp_N, tokens, entropy_N)
    out.loss.backward()
    plain = replace(objective, entropy_bonus=0.0)(logp_N, tokens)
    bonus = sum(float(entropy_N[tokens.sequence_N == i].mean()) for i, n in enumerate(LENGTHS) if n) / len(LENGTHS)
    assert float(plain.loss - out.loss.detach()) == pytest.approx(0.3 * bonus, rel=1e-10)
    torch.testing.assert_close(entropy_N.grad, -0.3 * tokens.weight_N)
    with pytest.raises(ValueError, match="entropy_N"):
        objective(logp_N, tokens)


def test_top_entropy_mask_keeps_the_share_asked_for():
    mask_N = top_entropy_mask(torch.arange(10.0), 0.2)
    assert mask_N.tolist() == [0] * 8 + [1] * 2
    assert top_entropy_mask(torch.arange(10.0), 1.0).all()


def test_statistics_say_which_side_was_clipped():
    objective = Objective(Clip(0.2, 0.2))
    logp = torch.log(torch.tensor([[1.5, 0.5, 1.5, 0.5, 1.0]], dtype=torch.float64)) - 3
    advantages = torch.tensor([[1.0, 1.0, -1.0, -1.0, 1.0]], dtype=torch.float64)
    mask = torch.ones(1, 5)
    tokens = Tokens.of(mask, advantages, objective.weights([5]), old_logp=torch.full((1, 5), -3.0).double())
    stats = objective(tokens.pick(logp), tokens).stats
    assert float(stats["clip_high"]) == pytest.approx(1 / 5)
    assert float(stats["clip_low"]) == pytest.approx(1 / 5)
    assert float(stats["ratio"]) == pytest.approx(1.0)


def test_gmpo_counts_the_tokens_it_bounds():
    data = Data()
    tokens = data.tokens(presets.gmpo().weights(LENGTHS))
    stats = presets.gmpo(0.1, 0.2)(tokens.pick(data.logp), tokens).stats
    d_N, positive_N = tokens.pick(data.logp - data.old), tokens.advantage_N > 0
    assert float(stats["clip_high"]) == pytest.approx(float((positive_N & (d_N > 0.2)).double().mean()))
    assert float(stats["clip_low"]) == pytest.approx(float((~positive_N & (d_N < -0.1)).double().mean()))


def test_a_step_without_sequences_has_no_weights():
    for aggregation in ("sequence_mean", "token_mean", "fixed_length", "sequence_sum"):
        assert Objective(aggregation=aggregation).weights([], max_length=3).shape == (0,)


def test_statistics_of_micro_batches_join_to_those_of_the_batch():
    data, objective = Data(), Objective(kl=KL(0.1))
    weights = objective.weights(LENGTHS)
    whole = data.tokens(weights)
    outs = []
    for rows in ([0, 1], [2, 3, 4]):
        tokens = whole.rows(torch.isin(whole.sequence_N, torch.tensor(rows)))
        outs.append(objective(tokens.pick(data.logp), tokens))
    joined, expected = mean_stats(outs), mean_stats([objective(whole.pick(data.logp), whole)])
    assert joined == pytest.approx(expected, rel=1e-10)


def test_token_logp_reads_low_precision_logits_in_float32():
    logits_NV = torch.randn(3, 11).bfloat16()
    expected = torch.log_softmax(logits_NV.float() / 0.7, -1)[torch.arange(3), torch.tensor([1, 5, 10])]
    got = token_logp(logits_NV, torch.tensor([1, 5, 10]), temperature=0.7)
    assert got.dtype == torch.float32
    torch.testing.assert_close(got, expected)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Clip(low=-0.1),
        lambda: Clip(high=0.3, delta=1.2),
        lambda: Clip(dual=0.5),
        lambda: Objective(level="tokens"),
        lambda: Objective(aggregation="mean"),
        lambda: Objective(anchor="reference"),
        lambda: KL(0.1, "k4"),
        lambda: KL(0.1, target="old"),
        lambda: Mismatch("batch"),
        lambda: Mismatch("token", "clip"),
        lambda: Mismatch(low=2.0, high=0.5),
        lambda: Objective(aggregation="fixed_length").weights([3, 4]),
        lambda: Objective(aggregation="fixed_length").weights([3, 4], max_length=3),
        lambda: Objective(aggregation="group_mean").weights([3, 4]),
        lambda: top_entropy_mask(torch.rand(3), 0.0),
        lambda: Tokens.of(torch.ones(2, 3), torch.ones(2), torch.ones(2), old_logp=torch.ones(2, 4)),
        lambda: Tokens.of(torch.ones(6), torch.ones(2), torch.ones(2)),
    ],
)
def test_what_makes_no_sense_is_refused(build):
    with pytest.raises(ValueError, match=r"=|shape"):
        build()
