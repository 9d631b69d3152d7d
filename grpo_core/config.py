"""What a training run can be told: one frozen dataclass, and its reading from a table such as a TOML file holds."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias, get_args

from grpo_core import presets
from grpo_core.advantage import Scale
from grpo_core.corrections import KL
from grpo_core.objective import Objective

Schedule: TypeAlias = Literal["constant", "linear", "cosine"]


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Settings of a GRPO run.

    Args:
        objective: the loss; see `presets`.
        scale: how advantages are scaled, see `group_advantages`.
        steps: optimizer steps in all.
        prompts_per_step: problems drawn each time that rollouts are generated.
        group_size: completions of each problem (G); 4 to 16 is usual.
        mini_batches, epochs: optimizer steps that share one draw of rollouts: each epoch visits all of its groups, in
            `mini_batches` parts. With 1 and 1 every step is on policy.
        max_new_tokens, temperature: of the sampling. The loss uses the same temperature.
        learning_rate: its peak; `warmup_steps` lead up to it, `schedule` says what follows.
        max_grad_norm: gradients are scaled down to this norm.
        micro_batch_tokens: prompt and completion tokens, padding included, in one forward pass. It bounds the memory
            and leaves the gradient as it is.
        packing: put several sequences into one row of that length, instead of padding each. Pays with attention
            kernels that skip what lies outside a sequence (flash attention).
        reference_every: refresh the reference of the KL term to the current policy every so many steps; 0 keeps the
            initial policy.
        drop_truncated: leave completions cut off at the limit out of the loss (DAPO, arXiv:2503.14476, section 3.4).
        max_unscored: share of None among the rewards of one draw above which training stops.
        fused: train through `linear_policy_loss`, which never holds the logits; False is its readable twin.
        bf16: forward passes in bfloat16; weights and optimizer stay in float32.
        seed: decides order, sampling and mini-batches.
    """

    objective: Objective = field(default_factory=presets.grpo)
    scale: Scale = "std"
    steps: int = 100
    prompts_per_step: int = 16
    group_size: int = 8
    mini_batches: int = 1
    epochs: int = 1
    max_new_tokens: int = 256
    temperature: float = 1.0
    learning_rate: float = 1e-6
    warmup_steps: int = 0
    schedule: Schedule = "constant"
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    micro_batch_tokens: int = 16384
    packing: bool = False
    reference_every: int = 0
    drop_truncated: bool = False
    max_unscored: float = 0.1
    fused: bool = True
    bf16: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if self.group_size < 2:
            raise ValueError(
                f"group_size={self.group_size}: GRPO compares a completion with its siblings, so use at least 2."
            )
        for name in ("steps", "prompts_per_step", "mini_batches", "epochs", "micro_batch_tokens"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)}: use at least 1.")
        if self.mini_batches > self.prompts_per_step:
            raise ValueError(
                f"mini_batches={self.mini_batches} of prompts_per_step={self.prompts_per_step} groups: "
                "groups stay whole, so use at most one mini-batch a group."
            )
        if not self.temperature > 0:
            raise ValueError(f"temperature={self.temperature:g}: greedy samples are all alike; use a positive number.")
        if not (self.learning_rate > 0 and math.isfinite(self.learning_rate)):
            raise ValueError(f"learning_rate={self.learning_rate}: use a positive number, such as 1e-6.")
        for name, known in (("schedule", Schedule), ("scale", Scale)):
            if getattr(self, name) not in get_args(known):
                raise ValueError(f"{name}={getattr(self, name)!r}: write one of {', '.join(get_args(known))}.")
        if not 0 <= self.max_unscored <= 1:
            raise ValueError(f"max_unscored={self.max_unscored:g}: write a share between 0 and 1.")

    @property
    def steps_per_draw(self) -> int:
        return self.mini_batches * self.epochs

    @property
    def needs_reference(self) -> bool:
        return self.objective.kl is not None and self.objective.kl.target == "reference"

    def learning_rate_at(self, step: int) -> float:
        """Of optimizer step number `step`, from 0: linear warm-up, then the schedule, down to 0 at the end."""
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / (self.warmup_steps + 1)
        done = (step - self.warmup_steps) / max(1, self.steps - self.warmup_steps)
        shape = {"constant": 1.0, "linear": 1 - done, "cosine": (1 + math.cos(math.pi * done)) / 2}
        return self.learning_rate * shape[self.schedule]

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> TrainConfig:
        """A config from plain values, as `tomllib` reads them.

            preset = "dapo"                     # any name of `presets`; "grpo" where none is given
            objective = { high = 0.3 }          # numbers of the preset
            beta = 0.04                         # weight of the KL to the reference, for presets that take one
            steps = 60                          # and any other field of TrainConfig

        Raises:
            ValueError: a name that does not exist, with the one that was probably meant, or a value of the wrong type.
        """
        table = dict(table)
        preset = table.pop("preset", "grpo")
        _check_names([preset], presets.__all__, "preset")
        numbers = dict(table.pop("objective", {}))
        if beta := table.pop("beta", 0.0):
            numbers["kl"] = KL(beta)
        try:
            objective = getattr(presets, preset)(**numbers)
        except TypeError as error:
            raise ValueError(f"preset {preset!r} does not take that: {error}.") from error
        types = {f.name: f.type for f in fields(cls) if f.name != "objective"}
        _check_names(table, [*types, "preset", "objective", "beta"], "setting")
        if preset in SCALE_OF:
            table.setdefault("scale", SCALE_OF[preset])
        return cls(objective=objective, **{name: _typed(name, value, types[name]) for name, value in table.items()})


SCALE_OF = {"dr_grpo": "none", "rloo": "leave_one_out"}
"""Presets whose papers scale advantages otherwise than by the group's standard deviation."""


def _check_names(names: Iterable[str], known: list[str], what: str) -> None:
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(str(name), known, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"write one of {', '.join(known)}."
            raise ValueError(f"unknown {what} {name!r}: {hint}")


def _typed(name: str, value: Any, annotation: Any) -> Any:
    if annotation == "float" and type(value) is int:
        return float(value)
    expected = {"int": int, "float": float, "bool": bool}.get(str(annotation), str)
    if type(value) is not expected:
        raise ValueError(f"{name} = {value!r}: write a value of type {expected.__name__}.")
    return value
