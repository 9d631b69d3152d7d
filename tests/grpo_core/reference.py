"""Every objective once more, written as loops over sequences and tokens straight from the papers, in float64.

Nothing is shared with grpo_core. A loss is built from scalars, and autograd differentiates it; `.detach()` stands where
the paper stops the gradient. Slow, and plain enough to be checked by eye.
"""

import math

import torch


def mean(values):
    return sum(values) / len(values)


class Batch:
    """logp etc. are lists (one per sequence) of lists of scalar tensors; only loss tokens are in them."""

    def __init__(
        self,
        logp_BT,
        mask_BT,
        advantages_BT,
        old_BT=None,
        sampler_BT=None,
        ref_BT=None,
        factor_BT=None,
        entropy_BT=None,
    ):
        def ragged(values):
            if values is None:
                return None
            return [[values[i, t] for t in range(mask_BT.shape[1]) if mask_BT[i, t]] for i in range(mask_BT.shape[0])]

        self.logp, self.advantage = ragged(logp_BT), ragged(advantages_BT)
        self.old = ragged(logp_BT.detach() if old_BT is None else old_BT)
        self.sampler, self.ref, self.factor = ragged(sampler_BT), ragged(ref_BT), ragged(factor_BT)
        self.entropy = ragged(entropy_BT)
        self.lengths = [len(row) for row in self.logp]


def clip(r, logp, a, low=0.2, high=0.2, delta=None, dual=None):
    bounded = torch.clamp(r, 1 - low, 1 + high)
    free = r if delta is None else torch.clamp(r, max=delta)
    loss = -torch.min(free * a, bounded * a)
    if dual is not None and a < 0:
        loss = -torch.max(torch.min(r * a, bounded * a), torch.full_like(r, dual * a))
    return loss


def cispo(r, logp, a, cap=5.0, floor=0.0):
    return -torch.clamp(r, floor, cap).detach() * a * logp


def sapo(r, logp, a, positive=1.0, negative=1.05):
    tau = positive if a > 0 else negative
    return -(4 / tau) * a / (1 + torch.exp(-tau * (r - 1)))


def vespo(r, logp, a, positive=(2.0, 3.0), negative=(3.0, 2.0)):
    k, lam = positive if a >= 0 else negative
    w = torch.clamp(r, 1e-8, math.exp(20))
    return -(math.exp(lam) * w**k * torch.exp(-lam * w)).detach() * a * logp


def gmpo(r, logp, a):
    return -a * r


def dppo(r, logp, a, low=0.2, high=0.2):
    moved = float((torch.exp(logp) - torch.exp(logp) / r).detach())
    if (a > 0 and moved > high) or (a <= 0 and moved < -low):
        return 0 * logp
    return -a * r


def reinforce(r, logp, a):
    return -a * logp


def token_log_ratio(term, d, a, options):
    """What happens to a token's log-ratio before the sequence is looked at."""
    if term is vespo:
        return torch.clamp(d, -20, 20)
    if term is gmpo:
        sign = 1.0 if a >= 0 else -1.0
        return sign * torch.min(sign * d, sign * torch.clamp(d, -options["low"], options["high"]))
    return d


def ratios(batch, i, term, level, anchor, options):
    base = (batch.old if anchor == "old" else batch.sampler)[i]
    d = [token_log_ratio(term, logp - b, a, options) for logp, b, a in zip(batch.logp[i], base, batch.advantage[i])]
    if level == "token":
        return [torch.exp(x) for x in d]
    if level == "sequence":
        return [torch.exp(mean(d))] * len(d)
    if level == "sequence_sum":
        return [torch.exp(sum(d))] * len(d)
    return [torch.exp(mean(d)).detach() * torch.exp(x - x.detach()) for x in d]  # sequence_token


def kl_penalty(estimator, logp, target):
    x = logp - target
    if estimator == "k1":
        return x
    if estimator == "abs":
        return torch.abs(x)
    if estimator == "k2":
        return x**2 / 2
    k3 = torch.exp(-x) - 1 + x
    return k3 if estimator == "k3" else k3.detach() + x**2 / 2 - (x**2 / 2).detach()


def mismatch_weights(batch, i, level, rule, low, high):
    y = [float(o) - float(s) for o, s in zip(batch.old[i], batch.sampler[i])]
    out = []
    for y_t in y:
        q = math.exp(y_t)
        decides = {"token": q, "sequence": math.exp(sum(y)), "geometric": math.exp(sum(y) / len(y))}[level]
        if rule == "truncate":
            out.append(min(max(decides, low), high))
        elif low <= decides <= high:
            out.append(decides if level == "sequence" else q)
        else:
            out.append(0.0)
    return out


def aggregate(per_token, lengths, how, groups=None, max_length=None):
    """The step's loss from its per-token losses, as the papers write it."""
    num = len(lengths)
    if how == "sequence_mean":
        return sum(mean(row) for row in per_token if row) / num
    if how == "token_mean":
        return sum(sum(row) for row in per_token) / max(sum(lengths), 1)
    if how == "fixed_length":
        return sum(sum(row) for row in per_token) / (num * max_length)
    if how == "sequence_sum":
        return sum(sum(row) for row in per_token) / num
    names = sorted(set(groups))
    group_means = []
    for name in names:
        tokens = [x for row, g in zip(per_token, groups) if g == name for x in row]
        group_means.append(mean(tokens) if tokens else 0.0)
    return mean(group_means)


def loss(
    batch,
    term,
    options,
    level="token",
    aggregation="token_mean",
    kl=None,
    mismatch=None,
    off_policy_delta=None,
    anchor="old",
    groups=None,
    max_length=None,
    entropy_bonus=0.0,
):
    """`kl` is (beta, estimator, ratio, target), `mismatch` (level, rule, low, high)."""
    per_token = []
    for i, length in enumerate(batch.lengths):
        if length == 0:
            per_token.append([])
            continue
        r = ratios(batch, i, term, level, anchor, options)
        weights = [1.0] * length if mismatch is None else mismatch_weights(batch, i, *mismatch)
        drift = None
        if off_policy_delta is not None:
            behaviour = batch.old if batch.sampler is None else batch.sampler
            drift = mean([float(b - logp.detach()) for b, logp in zip(behaviour[i], batch.logp[i])])
        row = []
        for t in range(length):
            logp, a = batch.logp[i][t], float(batch.advantage[i][t])
            factor = weights[t] * (1.0 if batch.factor is None else float(batch.factor[i][t]))
            if drift is not None and a < 0 and drift > off_policy_delta:
                factor = 0.0
            term_options = {} if term is gmpo else options
            value = factor * term(r[t], logp, a, **term_options)
            if kl is not None:
                beta, estimator, with_ratio, target = kl
                penalty = kl_penalty(estimator, logp, (batch.ref if target == "reference" else batch.sampler)[i][t])
                ratio = r[t]
                if level == "sequence_sum":  # a token's KL has the token's ratio
                    ratio = torch.exp(logp - (batch.old if anchor == "old" else batch.sampler)[i][t])
                value = value + beta * (ratio * penalty if with_ratio else penalty)
            if entropy_bonus:
                value = value - entropy_bonus * batch.entropy[i][t]
            row.append(value)
        per_token.append(row)
    return aggregate(per_token, batch.lengths, aggregation, groups, max_length)
