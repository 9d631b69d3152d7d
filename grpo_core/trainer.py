"""GRPO training: problems -> rollouts -> rewards -> advantages -> batch -> loss -> optimizer. The caller owns the loop.

    from grpo_core import presets
    from grpo_core.config import TrainConfig
    from grpo_core.metrics import append_jsonl
    from grpo_core.state import latest
    from grpo_core.trainer import Trainer

    config = TrainConfig(presets.dapo(), steps=60, group_size=8, learning_rate=3e-4)
    trainer = Trainer(model, tokenizer, problems, reward, config)      # reward: samples -> numbers or None
    if path := latest("runs/a"):                                       # None where there is no checkpoint yet
        trainer.load(path)                                             # goes on bit for bit where it was
    try:
        for metrics in trainer.train():                                # up to config.steps; one dict an optimizer step
            append_jsonl("runs/a/metrics.jsonl", metrics)
            if metrics["step"] % 20 == 0:
                trainer.save("runs/a", keep=2)                         # writes runs/a/step-000020, atomically
    except KeyboardInterrupt:                                          # at any moment, inside a step or between two
        trainer.save("runs/a")                                         # the state after the last whole step

`Trainer.step()` is one optimizer step and returns its metrics; `train()` only calls it. Rollouts are drawn when none
are left: `prompts_per_step` problems with `group_size` completions each, which `mini_batches * epochs` steps use up.
Until its last lines a step changes nothing that a checkpoint holds, and those lines cannot be interrupted.

Metrics are flat and plain numbers (None where there is nothing to say). Everything but `time/...` is the same, bit for
bit, for the same seed on the same machine:

    step                     optimizer steps taken, from 1
    reward/mean, reward/std  over scored samples; /unscored: share of None; /zero_std_groups: share of groups that agree
    rollout/length_mean, rollout/length_max    tokens of a completion;  rollout/truncated: share cut off at the limit
    policy/...               the objective's statistics (objective.py) over the tokens it acts on: loss, entropy,
                             kl (to the reference), clip_low, clip_high, ratio, mismatch_kl (sampler to trainer), ...
    policy/grad_norm, policy/lr, policy/skipped    before clipping; steps refused so far for a non-finite gradient
    time/..._ms              of generate, reward, score (old and reference log-probabilities), update
    time/..._tokens_per_s    of generate (completion tokens) and update (prompt and completion tokens)

`reward`, `rollout` and all times but that of `update` describe the draw that the step trains on; they repeat until the
next draw.
"""

from __future__ import annotations

import copy
import functools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from grpo_core import state
from grpo_core.advantage import group_advantages
from grpo_core.batch import Batch, Experience, collate, micro_batches, packed_rows
from grpo_core.config import TrainConfig
from grpo_core.metrics import Metrics, describe, per_second, timed
from grpo_core.objective import Loss
from grpo_core.policy import check_fusable, policy_loss, token_logps
from grpo_core.rollout import Engine, HFEngine, Rollout, Sampling
from grpo_core.statistics import mean_stats
from verifiers.types import Problem, RewardFn


class TooManyUnscored(RuntimeError):
    """The share of unscored samples in a draw passed `max_unscored`: training on would be training on an outage."""


class Trainer:
    """Trains `model` in place.

    Args:
        model: a causal language model of transformers, on its device. Half-precision weights are made float32: an
            update of 1e-6 is lost in bfloat16's eight bits.
        problems: drawn in an order shuffled anew each time all have been seen.
        reward: one finite number for each sample in order, None for what could not be scored.
        engine: what generates; None samples from `model` itself with `HFEngine`.

    Attributes:
        num_steps: optimizer steps taken.
        num_drawn: problems drawn; the data cursor.
        window: what the current rollouts are still to be used for, one list of experiences for each optimizer step.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        problems: Sequence[Problem],
        reward: RewardFn,
        config: TrainConfig,
        *,
        engine: Engine | None = None,
    ):
        if not problems:
            raise ValueError("there are no problems to train on: give at least one.")
        if next(model.parameters()).dtype in (torch.bfloat16, torch.float16):
            model.float()
        self.model, self.tokenizer, self.problems, self.reward = model.eval(), tokenizer, problems, reward
        self.config = config
        if config.fused:
            check_fusable(model)
        sampling = Sampling(config.temperature, config.max_new_tokens)
        autocast = torch.bfloat16 if config.bf16 else None
        self.engine = engine or HFEngine(model, tokenizer, sampling, autocast=autocast)
        if self.engine.sampling != sampling:
            raise ValueError(
                f"the engine samples with {self.engine.sampling} and the loss is for {sampling}: the ratios would be "
                "biased; give both the same temperature and max_new_tokens, and top_p=1."
            )
        parameters = [p for p in model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(parameters, lr=0.0, betas=(0.9, 0.99), weight_decay=config.weight_decay)
        self.reference = copy.deepcopy(model).requires_grad_(False) if config.needs_reference else None
        self.num_steps = self.num_drawn = self.num_skipped = 0
        self.window: list[list[Experience]] = []
        self.draw_metrics: Metrics = {}

    def train(self) -> Iterator[Metrics]:
        """Steps until `config.steps` are done, with the metrics of each."""
        while self.num_steps < self.config.steps:
            yield self.step()

    def step(self) -> Metrics:
        """One optimizer step."""
        if not self.window:
            self._draw()
        times: Metrics = {}
        experiences = self.window[0]
        with timed(times, "update"):
            stats = self._backward(experiences)
            norm = float(
                torch.nn.utils.clip_grad_norm_(self.optimizer.param_groups[0]["params"], self.config.max_grad_norm)
            )
            lr = self.config.learning_rate_at(self.num_steps)
            with state.uninterrupted():
                self._commit(lr, apply=math.isfinite(norm))
        num_tokens = sum(e.num_tokens for e in experiences)
        times["time/update_tokens_per_s"] = per_second(num_tokens, times["time/update_ms"])
        policy = {f"policy/{name}": value for name, value in stats.items()}
        policy |= {"policy/grad_norm": norm, "policy/lr": lr, "policy/skipped": self.num_skipped}
        return {"step": self.num_steps, **self.draw_metrics, **policy, **times}

    def _draw(self) -> None:
        """Fill the window: problems -> rollouts -> rewards -> advantages -> experiences."""
        config = self.config
        metrics: Metrics = {}
        problems = self._next_problems()
        with timed(metrics, "generate"):
            self.engine.load_weights(self.model)
            rollouts = self.engine.generate(problems, config.group_size, seed=config.seed * 1_000_003 + self.num_drawn)
        with timed(metrics, "reward"):
            rewards = self._rewards(rollouts)
        groups = [i // config.group_size for i in range(len(rollouts))]
        advantages = group_advantages(rewards, groups, config.scale).tolist()
        metrics |= describe(rollouts, rewards, groups)
        metrics["time/generate_tokens_per_s"] = per_second(
            sum(len(r.completion_ids) for r in rollouts), metrics["time/generate_ms"]
        )
        # Unscored samples leave the loss altogether, tokens and normaliser: it is as if they had not been drawn.
        experiences = [
            Experience.of(rollout, advantage, group)
            for rollout, reward, advantage, group in zip(rollouts, rewards, advantages, groups)
            if reward is not None and not (config.drop_truncated and rollout.sample.finish == "length")
        ]
        with timed(metrics, "score"):
            experiences = self._scored(experiences)
        window = self._mini_batches(experiences)
        with state.uninterrupted():
            self.window, self.draw_metrics = window, metrics
            self.num_drawn += config.prompts_per_step

    def _next_problems(self) -> list[Problem]:
        """The next ones in an order that depends on the seed and the cursor only, so resuming needs nothing else."""
        n, seed = len(self.problems), self.config.seed
        numbers = range(self.num_drawn, self.num_drawn + self.config.prompts_per_step)
        return [self.problems[shuffled(n, seed, i // n)[i % n]] for i in numbers]

    def _rewards(self, rollouts: Sequence[Rollout]) -> list[float | None]:
        rewards = list(self.reward([rollout.sample for rollout in rollouts]))
        if len(rewards) != len(rollouts):
            raise ValueError(
                f"reward returned {len(rewards)} values for {len(rollouts)} samples; return one per sample, in order."
            )
        unscored = sum(reward is None for reward in rewards) / len(rewards)
        if unscored > self.config.max_unscored:
            raise TooManyUnscored(
                f"{unscored:.0%} of samples went unscored (limit {self.config.max_unscored:.0%}). "
                "Read the `reason` of their scores: the sandbox or the judge is likely down."
            )
        return rewards

    def _scored(self, experiences: list[Experience]) -> list[Experience]:
        """With the log-probabilities of old policy and reference, where the objective will ask for them."""
        # In the only step on its own rollouts the policy is the old policy: the ratio is 1, and no pass is needed.
        if self.config.steps_per_draw > 1:
            old = self._logps(self.model, experiences)
            experiences = [replace(e, old_T=logp_T) for e, logp_T in zip(experiences, old)]
        if self.reference is not None:
            reference = self._logps(self.reference, experiences)
            experiences = [replace(e, reference_T=logp_T) for e, logp_T in zip(experiences, reference)]
        return experiences

    def _logps(self, model: Any, experiences: list[Experience]) -> list[torch.Tensor]:
        logps: list[torch.Tensor] = [torch.empty(0)] * len(experiences)
        for indices, batch in self._batches(experiences):
            logp_N = token_logps(model, batch.to(model.device), self.config).cpu()
            lengths = [len(experiences[i].completion_ids) for i in indices]
            for i, logp_T in zip(indices, logp_N.split(lengths)):
                logps[i] = logp_T.clone()
        return logps

    def _mini_batches(self, experiences: list[Experience]) -> list[list[Experience]]:
        """The optimizer steps of a draw: whole groups, shuffled anew for each epoch."""
        window = []
        for epoch in range(self.config.epochs):
            rng = random.Random(f"{self.config.seed}/{self.num_drawn}/{epoch}")
            groups = list(range(self.config.prompts_per_step))
            rng.shuffle(groups)
            for part in range(self.config.mini_batches):
                chosen = set(groups[part :: self.config.mini_batches])
                window.append([e for e in experiences if e.group in chosen])
        return window

    def _backward(self, experiences: list[Experience]) -> dict[str, float]:
        """Accumulate the gradient of one optimizer step, micro-batch by micro-batch."""
        self.optimizer.zero_grad(set_to_none=True)
        lengths = [len(e.completion_ids) for e in experiences]
        weights = self.config.objective.weights(lengths, [e.group for e in experiences], self.config.max_new_tokens)
        # A completion without gradient stays in the weights of the others, but need not be computed.
        live = [i for i, e in enumerate(experiences) if e.advantage != 0 or self._always_acts]
        losses: list[Loss] = []
        for _, batch in self._batches([experiences[i] for i in live], weights[live]):
            loss = policy_loss(self.model, batch.to(self.model.device), self.config)
            loss.loss.backward()
            losses.append(loss)
        return mean_stats(losses)

    @property
    def _always_acts(self) -> bool:
        return self.config.objective.kl is not None or self.config.objective.entropy_bonus != 0

    def _batches(
        self, experiences: list[Experience], weights: torch.Tensor | None = None
    ) -> Iterator[tuple[list[int], Batch]]:
        """Micro-batches of at most `micro_batch_tokens`, with the indices of their experiences."""
        lengths = [e.num_tokens for e in experiences]
        plan = packed_rows if self.config.packing else micro_batches
        for indices in plan(lengths, self.config.micro_batch_tokens):
            rows = [list(range(len(indices)))] if self.config.packing else None
            part = None if weights is None else weights[indices]
            yield indices, collate([experiences[i] for i in indices], part, rows)

    def _commit(self, lr: float, apply: bool) -> None:
        """All that a step changes for good."""
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        if apply:
            self.optimizer.step()
        self.num_skipped += not apply
        self.window = self.window[1:]
        self.num_steps += 1
        every = self.config.reference_every
        if self.reference is not None and every and self.num_steps % every == 0:
            self.reference.load_state_dict(self.model.state_dict())

    def save(self, directory: str | Path, keep: int = 2) -> Path:
        """Write `directory/step-NNNNNN` and leave the `keep` newest; see `state`."""
        return state.save(self, directory, keep)

    def load(self, path: str | Path) -> None:
        """Go on from a checkpoint that `save` wrote, of a trainer with the same model, problems and config."""
        state.load(self, path)


@functools.lru_cache(maxsize=2)
def shuffled(n: int, seed: int, epoch: int) -> list[int]:
    """The order in which an epoch visits `n` problems."""
    return random.Random(f"{seed}/{epoch}").sample(range(n), n)
