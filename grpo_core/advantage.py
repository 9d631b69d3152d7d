"""Rewards -> advantages: how much better than its siblings was each sample?

Groups are given by an explicit id for each sample, never by position, so samples may come in any order. A reward of
None means that nobody could score the sample: it counts in no mean, no deviation and no group size, and its advantage
is 0. A group whose rewards agree has nothing to tell its members apart, which is decided by max == min: the float32
deviation of seven rewards of 100.1 is 8e-6, and an epsilon of 1e-8 makes advantages of 0.9 of it. All arithmetic is
Python's float64, variances in two passes (a batch has thousands of samples, not millions).

    group_advantages([1.0, 0.0, 0.0, None], groups=["a", "a", "a", "a"])        # GRPO
    group_advantages(rewards, groups, scale="none")                              # Dr. GRPO
    opo(rewards, groups, lengths)                                                # whose baseline weighs by length

Every function returns (N,) float64 in the order of its rewards, and raises ValueError where a reward is NaN or infinite
or the arguments differ in length.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias, get_args

import torch
from torch import Tensor

Rewards: TypeAlias = Sequence[float | None]
Groups: TypeAlias = Sequence[Hashable]
Scale: TypeAlias = Literal["std", "std_biased", "none", "batch", "mean", "leave_one_out", "leave_one_out_std"]


def group_advantages(rewards: Rewards, groups: Groups, scale: Scale = "std", eps: float = 1e-4) -> Tensor:
    """Reward minus the mean of its group, scaled (GRPO: DeepSeekMath, arXiv:2402.03300, section 4.1).

    Args:
        rewards: one number per sample, or None where it could not be scored.
        groups: the group id of each sample; samples with equal ids answered the same prompt.
        scale: what the difference is divided by.
            "std"                the group's deviation (n - 1), plus eps: TRL, verl, OpenRLHF
            "std_biased"         the same with n: GRPO-Zero, open-instruct
            "none"               1: Dr. GRPO (arXiv:2503.20783)
            "batch"              the deviation (n - 1) of all scored rewards of the batch, plus eps (arXiv:2508.08221)
            "mean"               the group's mean; 0 where that is not positive: MaxRL (arXiv:2602.02710)
            "leave_one_out"      1, and the mean is that of the OTHERS: RLOO (arXiv:2402.14740)
            "leave_one_out_std"  the others' deviation plus eps, or 1 where they agree, with the others' mean: NeMo-RL
        eps: TRL and torchtune have 1e-4, verl 1e-6, OpenRLHF 1e-9.
    Returns:
        0 for unscored samples, for groups that agree, and for a sample whose siblings all went unscored.
    """
    if scale not in get_args(Scale):
        raise ValueError(f"scale={scale!r}: write one of {', '.join(get_args(Scale))}.")
    out = [0.0] * len(rewards)
    batch = [r for _, scored in _scored(rewards, groups) for r in scored]
    for members, scored in _scored(rewards, groups):
        if _agree(scored):
            continue
        for k, i in enumerate(members):
            baseline = scored[:k] + scored[k + 1 :] if scale.startswith("leave_one_out") else scored
            difference = scored[k] - _mean(baseline)
            match scale:
                case "none" | "leave_one_out":
                    out[i] = difference
                case "std":
                    out[i] = difference / (_std(scored) + eps)
                case "std_biased":
                    out[i] = difference / (_std(scored, bessel=0) + eps)
                case "batch":
                    out[i] = difference / (_std(batch) + eps)
                case "mean":
                    out[i] = difference / _mean(scored) if _mean(scored) > 0 else 0.0
                case "leave_one_out_std":
                    out[i] = difference if _agree(baseline) else difference / (_std(baseline) + eps)
    return _tensor(out)


def opo(rewards: Rewards, groups: Groups, lengths: Sequence[int]) -> Tensor:
    """Reward minus the length-weighted mean of its group, the baseline of least variance (OPO, arXiv:2505.23585)."""
    _same_length(lengths=lengths, rewards=rewards)
    out = [0.0] * len(rewards)
    for members, scored in _scored(rewards, groups):
        n = [lengths[i] for i in members]
        if not _agree(scored) and sum(n) > 0:
            baseline = math.fsum(n_i * r for n_i, r in zip(n, scored)) / sum(n)
            for i, r in zip(members, scored):
                out[i] = r - baseline
    return _tensor(out)


def pass_at_k(rewards: Rewards, groups: Groups, scale: Literal["none", "std"] = "none", eps: float = 1e-6) -> Tensor:
    """Only the winner of a group learns, by its lead over the runner-up (arXiv:2503.19595; verl's grpo_passk).

    A shared first place has no lead: the whole group is 0. `scale="std"` divides by the group's deviation (n - 1) plus
    eps.
    """
    out = [0.0] * len(rewards)
    for members, scored in _scored(rewards, groups):
        if not _agree(scored):
            best, second = sorted(scored, reverse=True)[:2]
            lead = best - second
            out[members[scored.index(best)]] = lead / (_std(scored) + eps) if scale == "std" else lead
    return _tensor(out)


def reinforce_pp(rewards: Rewards, groups: Groups, lengths: Sequence[int], baseline: bool = True) -> Tensor:
    """Rewards (`baseline`: minus their group's mean), whitened over all loss tokens of the batch (arXiv:2501.03262).

    `(v - mean) / sqrt(var + 1e-8)`, where each sample counts once for each of its tokens and the variance divides by
    the tokens less one, as in verl. Whitening moves groups that agree away from 0: the method has it so. A batch whose
    values all agree is 0.
    """
    _same_length(lengths=lengths, rewards=rewards)
    value: dict[int, float] = {}
    for members, scored in _scored(rewards, groups):
        mu = _mean(scored) if baseline else 0.0
        value |= {i: 0.0 if baseline and _agree(scored) else r - mu for i, r in zip(members, scored)}
    tokens = sum(lengths[i] for i in value)
    if tokens < 2 or _agree(list(value.values())):
        return _tensor([0.0] * len(rewards))
    mu = math.fsum(lengths[i] * v for i, v in value.items()) / tokens
    var = math.fsum(lengths[i] * (v - mu) ** 2 for i, v in value.items()) / (tokens - 1)
    return _tensor([(value[i] - mu) / math.sqrt(var + 1e-8) if i in value else 0.0 for i in range(len(rewards))])


def gdpo(rewards: Mapping[str, Rewards], groups: Groups, weights: Mapping[str, float], eps: float = 1e-4) -> Tensor:
    """Several rewards, each normalised within its group, summed by weight, whitened over the batch (GDPO,
    arXiv:2601.05242).

    So a reward of small spread keeps its say next to one of large spread. Deviations divide by n - 1, as in TRL
    ("normalize_then_sum"). A reward of None counts as its group's mean; a sample without any is unscored.
    """
    if set(rewards) != set(weights):
        raise ValueError(f"rewards are {sorted(rewards)}, weights {sorted(weights)}: give one weight for each reward.")
    parts = {name: group_advantages(values, groups, "std", eps) for name, values in rewards.items()}
    totals = sum((weights[name] * part for name, part in parts.items()), torch.zeros(len(groups), dtype=torch.float64))
    scored = [any(values[i] is not None for values in rewards.values()) for i in range(len(groups))]
    known = [float(total) for total, ok in zip(totals, scored) if ok]
    if _agree(known):
        return torch.zeros(len(groups), dtype=torch.float64)
    mu, deviation = _mean(known), _std(known) + eps
    return _tensor([(float(total) - mu) / deviation if ok else 0.0 for total, ok in zip(totals, scored)])


def _scored(rewards: Rewards, groups: Groups) -> Iterator[tuple[list[int], list[float]]]:
    """For each group with a scored sample: the positions and rewards of those scored."""
    _same_length(groups=groups, rewards=rewards)
    members: dict[Hashable, list[int]] = {}
    values: dict[Hashable, list[float]] = {}
    for i, (reward, group) in enumerate(zip(rewards, groups)):
        if reward is None:
            continue
        if not math.isfinite(reward):
            raise ValueError(f"reward {i} is {reward}: give a finite number, or None for a sample without a score.")
        members.setdefault(group, []).append(i)
        values.setdefault(group, []).append(float(reward))
    return iter([(members[group], values[group]) for group in members])


def _agree(values: Sequence[float]) -> bool:
    return not values or max(values) == min(values)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _std(values: Sequence[float], bessel: int = 1) -> float:
    mu = _mean(values)
    return math.sqrt(math.fsum((v - mu) ** 2 for v in values) / max(len(values) - bessel, 1))


def _same_length(**columns: Sequence[object]) -> None:
    (name, column), (other, reference) = columns.items()
    if len(column) != len(reference):
        raise ValueError(f"{len(column)} {name} for {len(reference)} {other}: give one for each sample, in order.")


def _tensor(values: Sequence[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)
