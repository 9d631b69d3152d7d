"""Advantages against loops over numpy float64, and what must hold of all of them."""

import math
import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grpo_core.advantage import gdpo, group_advantages, opo, pass_at_k, reinforce_pp

SCALES = ["std", "std_biased", "none", "batch", "mean", "leave_one_out", "leave_one_out_std"]


def loop(rewards, groups, scale, eps=1e-4):
    """Written sample by sample: look up the siblings, then the formula."""
    everyone = np.array([r for r in rewards if r is not None])
    out = []
    for i, (r, group) in enumerate(zip(rewards, groups)):
        siblings = np.array([x for x, g in zip(rewards, groups) if g == group and x is not None])
        others = np.array(
            [x for j, (x, g) in enumerate(zip(rewards, groups)) if g == group and j != i and x is not None]
        )
        if r is None or len(set(siblings)) <= 1:
            out.append(0.0)
        elif scale == "std":
            out.append((r - siblings.mean()) / (siblings.std(ddof=1) + eps))
        elif scale == "std_biased":
            out.append((r - siblings.mean()) / (siblings.std(ddof=0) + eps))
        elif scale == "none":
            out.append(r - siblings.mean())
        elif scale == "batch":
            out.append((r - siblings.mean()) / (everyone.std(ddof=1) + eps))
        elif scale == "mean":
            out.append((r - siblings.mean()) / siblings.mean() if siblings.mean() > 0 else 0.0)
        elif scale == "leave_one_out":
            out.append(len(siblings) / (len(siblings) - 1) * (r - siblings.mean()))  # RLOO's other form
        else:
            same = len(set(others)) == 1
            out.append((r - others.mean()) / (1.0 if same else others.std(ddof=1) + eps))
    return out


def example(seed, num=23):
    rng = random.Random(seed)
    rewards = [rng.choice([None, 0.0, 1.0, rng.gauss(0.3, 1)]) for _ in range(num)]
    groups = [rng.choice(["a", "b", 3, (4, 5)]) for _ in range(num)]
    lengths = [rng.randint(1, 9) for _ in range(num)]
    return rewards, groups, lengths


def close(ours, theirs):
    torch.testing.assert_close(ours, torch.tensor(theirs, dtype=torch.float64), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("seed", range(4))
def test_group_advantages_equal_their_loop(scale, seed):
    rewards, groups, _ = example(seed)
    close(group_advantages(rewards, groups, scale), loop(rewards, groups, scale))


@pytest.mark.parametrize("seed", range(4))
def test_opo_weighs_its_baseline_by_length(seed):
    rewards, groups, lengths = example(seed)
    expected = []
    for r, group in zip(rewards, groups):
        siblings = [(x, n) for x, g, n in zip(rewards, groups, lengths) if g == group and x is not None]
        baseline = sum(x * n for x, n in siblings) / max(sum(n for _, n in siblings), 1)
        expected.append(0.0 if r is None or len({x for x, _ in siblings}) == 1 else r - baseline)
    close(opo(rewards, groups, lengths), expected)


@pytest.mark.parametrize("scale", ["none", "std"])
@pytest.mark.parametrize("seed", range(4))
def test_pass_at_k_rewards_the_winner_by_its_lead(scale, seed):
    rewards, groups, _ = example(seed)
    expected = []
    for i, (r, group) in enumerate(zip(rewards, groups)):
        others = [x for j, (x, g) in enumerate(zip(rewards, groups)) if g == group and j != i and x is not None]
        siblings = [x for x, g in zip(rewards, groups) if g == group and x is not None]
        leads = r is not None and others and r > max(others)
        divisor = np.std(siblings, ddof=1) + 1e-6 if scale == "std" and leads else 1.0
        expected.append((r - max(others)) / divisor if leads else 0.0)
    close(pass_at_k(rewards, groups, scale), expected)


@pytest.mark.parametrize("baseline", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_reinforce_pp_whitens_over_tokens(baseline, seed):
    rewards, groups, lengths = example(seed)
    centered = loop(rewards, groups, "none") if baseline else [r or 0.0 for r in rewards]
    tokens = np.array([v for v, r, n in zip(centered, rewards, lengths) if r is not None for _ in range(n)])
    scale = math.sqrt(tokens.var(ddof=1) + 1e-8)
    expected = [0.0 if r is None else (v - tokens.mean()) / scale for v, r in zip(centered, rewards)]
    close(reinforce_pp(rewards, groups, lengths, baseline), expected)


@pytest.mark.parametrize("seed", range(4))
def test_gdpo_normalises_each_reward_before_the_sum(seed):
    (first, groups, _), (second, _, _) = example(seed), example(seed + 100)
    total = 0.25 * np.array(loop(first, groups, "std")) + 3 * np.array(loop(second, groups, "std"))
    scored = [a is not None or b is not None for a, b in zip(first, second)]
    known = total[scored]
    expected = [(t - known.mean()) / (known.std(ddof=1) + 1e-4) if ok else 0.0 for t, ok in zip(total, scored)]
    close(gdpo({"math": first, "fmt": second}, groups, {"math": 0.25, "fmt": 3.0}), expected)


ANY = {scale: (lambda r, g, n, s=scale: group_advantages(r, g, s)) for scale in SCALES} | {
    "opo": opo,
    "pass_at_k": lambda r, g, n: pass_at_k(r, g),
    "pass_at_k_std": lambda r, g, n: pass_at_k(r, g, "std"),
    "reinforce_pp": reinforce_pp,
    "reinforce_pp_raw": lambda r, g, n: reinforce_pp(r, g, n, baseline=False),
    "gdpo": lambda r, g, n: gdpo({"a": r, "b": r[::-1]}, g, {"a": 1.0, "b": 0.5}),
}
REWARDS = st.lists(
    st.tuples(st.one_of(st.none(), st.floats(-1e6, 1e6)), st.integers(0, 3), st.integers(1, 9)), min_size=1, max_size=20
)


@pytest.mark.parametrize("name", ANY)
@given(samples=REWARDS)
@settings(max_examples=30, deadline=None)
def test_advantages_are_finite_and_zero_for_the_unscored(name, samples):
    rewards, groups, lengths = map(list, zip(*samples))
    advantages = ANY[name](rewards, groups, lengths)
    assert torch.isfinite(advantages).all()
    if name != "gdpo":
        assert all(a == 0 for a, r in zip(advantages, rewards) if r is None)


@pytest.mark.parametrize("name", sorted(set(ANY) - {"pass_at_k", "pass_at_k_std", "gdpo"}))  # a tie has one winner
def test_advantages_follow_their_samples_in_any_order(name):
    rewards, groups, lengths = example(7)
    order = random.Random(0).sample(range(len(rewards)), len(rewards))
    shuffled = ANY[name](*[[column[i] for i in order] for column in (rewards, groups, lengths)])
    torch.testing.assert_close(shuffled, ANY[name](rewards, groups, lengths)[order], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("value", [0.0, 1.0, 100.1, 0.1 + 0.2])
def test_a_group_that_agrees_has_no_advantage(scale, value):
    rewards = [float(np.float32(value))] * 7 + [0.0, 1.0]
    advantages = group_advantages(rewards, ["a"] * 7 + ["b"] * 2, scale, eps=1e-12)
    assert (advantages[:7] == 0).all()
    assert (advantages[7:] != 0).all()


@pytest.mark.parametrize("scale", ["std", "std_biased", "none", "batch", "mean", "leave_one_out"])
def test_a_group_that_barely_differs_does_not_agree(scale):
    assert (group_advantages([1.0, 1.0 + 1e-15], "aa", scale, eps=1e-30) != 0).all()


@pytest.mark.parametrize("scale", SCALES)
def test_an_unscored_sample_is_as_if_it_were_not_there(scale):
    rewards, groups, _ = example(3)
    kept = [i for i, r in enumerate(rewards) if r is not None]
    alone = group_advantages([rewards[i] for i in kept], [groups[i] for i in kept], scale)
    assert torch.equal(group_advantages(rewards, groups, scale)[kept], alone)


def test_variance_survives_a_large_common_offset():
    near, far = [0.0, 1.0, 2.0], [1e9, 1e9 + 1, 1e9 + 2]
    torch.testing.assert_close(group_advantages(far, "aaa"), group_advantages(near, "aaa"))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("name", ANY)
def test_a_reward_that_is_not_finite_is_refused(name, bad):
    with pytest.raises(ValueError, match=r"reward [12] is"):
        ANY[name]([0.0, bad, 1.0, 0.0], [0, 0, 0, 0], [1, 1, 1, 1])


def test_unequal_columns_and_unknown_scales_are_refused():
    with pytest.raises(ValueError, match="3 groups for 2 rewards"):
        group_advantages([0.0, 1.0], [0, 0, 0])
    with pytest.raises(ValueError, match="1 lengths for 2 rewards"):
        opo([0.0, 1.0], [0, 0], [3])
    with pytest.raises(ValueError, match="write one of"):
        group_advantages([0.0, 1.0], [0, 0], "sdt")
    with pytest.raises(ValueError, match="one weight for each reward"):
        gdpo({"a": [0.0]}, [0], {"b": 1.0})
