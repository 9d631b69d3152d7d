"""GRPO training: problems -> rollouts -> rewards -> advantages -> batch -> loss -> optimizer. The caller owns the loop.

    from grpo_core.state import latest
    from grpo_core.trainer import TrainConfig, Trainer, append_jsonl

    config = TrainConfig(preset="dapo", steps=60, group_size=8, learning_rate=3e-4)
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

`Trainer.step()` is one optimizer step and returns its metrics; `train()` only calls it. Rollouts are drawn when none are
left: `prompts_per_step` problems with `group_size` completions each, which `mini_batches * epochs` optimizer steps use
up. A checkpoint holds the weights as a model directory that `AutoModelForCausalLM.from_pretrained` loads, the tokenizer, and
`trainer.pt`: optimizer, schedule, reference, random states, data cursor, and the rollouts not yet used.

Metrics are flat and plain numbers (None where there is nothing to say). Everything but `time/...` is the same, bit for
bit, for the same seed on the same machine:

    step                     optimizer steps taken, from 1
    reward/mean, reward/std  over scored samples; /unscored: share of None; /zero_std_groups: share of groups that agree
    rollout/length_mean, rollout/length_max    tokens of a completion;  rollout/truncated: share cut off at the limit
    rollout/mismatch_kl      mean of sampler log-prob minus trainer log-prob: 0 when the two engines agree
    policy/loss, policy/entropy, policy/kl, policy/clip_low, policy/clip_high, policy/grad_norm, policy/lr
    policy/skipped           steps refused so far because a gradient was not finite
    time/generate_ms, time/reward_ms, time/update_ms, time/generate_tokens_per_s, time/update_tokens_per_s
"""
