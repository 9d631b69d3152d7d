"""What goes around the policy term: the KL penalty added to it, and the off-policy weights that multiply it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor

from grpo_core.tokens import Tokens

Estimator = Literal["k1", "abs", "k2", "k3", "k3+"]
MismatchLevel = Literal["token", "sequence", "geometric"]
Rule = Literal["truncate", "mask"]


@dataclass(frozen=True, slots=True)
class KL:
    """`beta * estimator(x)` per token, x = logp - target (Schulman, "Approximating KL Divergence", 2020).

    Args:
        beta: its weight in the loss.
        estimator: "k1" = x, "abs" = |x|, "k2" = x^2/2, "k3" = exp(-x) - 1 + x (GRPO, arXiv:2402.03300, eq. 4), or
            "k3+": the value of k3 with the gradient of k2, which is the gradient of the reverse KL that k3's own is not
            (arXiv:2512.21852; verl's name). k1 as a loss has a gradient of mean zero: use it with `ratio`.
        ratio: times the importance ratio, gradient included: unbiased off policy, and in its gradient also on policy
            (DeepSeek-V3.2, arXiv:2512.02556, section 3.1). The ratio is that of the objective's level, as in TRL; but at
            level "sequence_sum" it is the token's own.
        target: "reference", or "sampler" for a pull towards the policy that sampled (dppo).

    Nothing is clamped here; verl and NeMo-RL clamp x to +-20 and k3 to +-10.
    """

    beta: float
    estimator: Estimator = "k3"
    ratio: bool = False
    target: Literal["reference", "sampler"] = "reference"

    def __post_init__(self) -> None:
        require_one_of("estimator", self.estimator, get_args(Estimator))
        require_one_of("target", self.target, ("reference", "sampler"))

    def __call__(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The estimate and its derivative by x, both without beta and ratio."""
        match self.estimator:
            case "k1":
                return x, torch.ones_like(x)
            case "abs":
                return x.abs(), x.sign()
            case "k2":
                return x * x / 2, x
            case "k3":
                return torch.expm1(-x) + x, -torch.expm1(-x)
            case "k3+":
                return torch.expm1(-x) + x, x


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Weight for tokens whose sampler (the inference engine) was not quite the policy that trains; never
    differentiated.

    With y = old - sampler, q = exp(y), Q = exp(sum y) and g = exp(mean y) over the sequence, the weight is

        rule        level "token"               "sequence"         "geometric"
        truncate    clamp(q, low, high)         clamp(Q, ...)      clamp(g, ...)
        mask        q if low <= q <= high       Q if ...           q if low <= g <= high    (0 otherwise)

    token/truncate is TIS (Yao et al. 2025, "Your efficient RL framework secretly brings you off-policy training"),
    token/mask IcePop (Ring-1T, arXiv:2510.18855; 0.5 to 5), sequence/mask MIS (Liu et al. 2025; TRL's default, high =
    3), geometric/mask OpenRLHF's and NeMo-RL's seq-mask-tis (0.999 to 1.002). It multiplies the policy term, never the
    KL, and a token of weight 0 stays in the normaliser. (verl's rejection removes it there too: edit the mask for
    that.)
    """

    level: MismatchLevel = "token"
    rule: Rule = "truncate"
    low: float = 0.0
    high: float = 2.0

    def __post_init__(self) -> None:
        require_one_of("level", self.level, get_args(MismatchLevel))
        require_one_of("rule", self.rule, get_args(Rule))
        if not 0 <= self.low <= self.high:
            raise ValueError(f"Mismatch(low={self.low}, high={self.high}): bounds of a weight, so 0 <= low <= high.")

    def __call__(self, y_N: Tensor, tokens: Tokens) -> Tensor:
        match self.level:
            case "token":
                decides = y_N.exp()
            case "sequence":
                decides = tokens.sequence_sum(y_N).exp()
            case "geometric":
                decides = tokens.sequence_mean(y_N).exp()
        if self.rule == "truncate":
            return decides.clamp(self.low, self.high)
        weight = y_N.exp() if self.level == "geometric" else decides
        return torch.where((decides >= self.low) & (decides <= self.high), weight, 0.0)


def off_policy_sequence_mask(logp_N: Tensor, tokens: Tokens, delta: float) -> Tensor:
    """0 for sequences of negative advantage that the policy has left, `mean(sampled - logp) > delta`, else 1.

    Off-policy sequence masking (DeepSeek-V3.2, arXiv:2512.02556, section 3.1); the sampler's log-probabilities count,
    the old policy's where there are none.
    """
    sampled_N = tokens.sampler_logp_N if tokens.sampler_logp_N is not None else tokens.old_logp_N
    if sampled_N is None:  # on policy: nothing has drifted
        return torch.ones_like(logp_N)
    drift_N = tokens.sequence_mean(sampled_N - logp_N)
    return ((tokens.advantage_N >= 0) | (drift_N <= delta)).to(logp_N.dtype)


def top_entropy_mask(entropy_N: Tensor, share: float) -> Tensor:
    """1 for the `share` of tokens of highest entropy (arXiv:2506.01939): pass it as `factor` to `Tokens.of`.

    Compute it once over all loss tokens of the optimizer step, from the entropies of the scoring pass, so that neither
    micro-batches nor ranks decide who is high.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share={share}: the share of tokens to keep lies in (0, 1], e.g. 0.2.")
    return (entropy_N >= torch.quantile(entropy_N.double(), 1 - share)).to(entropy_N.dtype)


def require_one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name}={value!r}: write one of {', '.join(known)}.")
