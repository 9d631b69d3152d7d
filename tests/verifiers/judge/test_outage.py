"""A judge that is down for the whole run: training stops with a sentence, an evaluation reports the share and no figure."""

import dataclasses

import pytest

from benchmarks.evaluate import evaluate, in_batches
from benchmarks.results import Attempt
from benchmarks.summary import summarize
from grpo_core import presets
from grpo_core.config import TrainConfig
from grpo_core.tasks import arithmetic
from grpo_core.tiny import tiny_model, tiny_tokenizer
from grpo_core.trainer import Trainer
from verifiers import Problem, Sample, as_reward
from verifiers.judge import Client, PointwiseJudge, Retry, openai_compatible

CONFIG = TrainConfig(presets.dapo(), steps=4, prompts_per_step=2, group_size=4, max_new_tokens=7, learning_rate=1e-3)


@pytest.fixture
def dead_judge(server):
    url = server.url
    server.close()
    return PointwiseJudge(Client(openai_compatible("judge", url), retry=Retry(attempts=2, base_s=0.01)), gates=False)


def test_training_stops_and_says_where_to_look(dead_judge):
    tokenizer = tiny_tokenizer()
    seen = []
    reward = as_reward(dead_judge, on_scores=lambda samples, scores: seen.extend(scores))
    trainer = Trainer(tiny_model(tokenizer, hidden_size=32, num_layers=2), tokenizer, arithmetic(4), reward, CONFIG)
    with pytest.raises(RuntimeError, match=r"100% of samples went unscored \(limit 10%\).*the judge is likely down"):
        trainer.step()
    assert {score.reason for score in seen} == {"transport_error:connect"}
    assert {score.value for score in seen} == {None}


def test_a_judge_that_fails_for_few_samples_is_trained_past(server):
    server.plan = lambda completion, attempt: (400, {}, "") if attempt == 1 else "VERDICT: CORRECT"
    judge = PointwiseJudge(Client(openai_compatible("judge", server.url)), gates=False)
    config = dataclasses.replace(CONFIG, max_unscored=1.0)
    tokenizer = tiny_tokenizer()
    model = tiny_model(tokenizer, hidden_size=32, num_layers=2)
    metrics = Trainer(model, tokenizer, arithmetic(4), as_reward(judge), config).step()
    assert metrics["reward/unscored"] > 0.5


def test_an_evaluation_reports_the_share_and_no_figure(dead_judge):
    attempts = [Attempt(Sample(Problem("?", "Canberra", id=str(k)), f"answer {k}"), run="r") for k in range(10)]
    summary = summarize(list(evaluate(in_batches(attempts), dead_judge)), dead_judge)
    assert summary.unscored == 1.0
    assert summary.pass_at_1 is None
    assert summary.interval is None
    assert summary.reasons == {"transport_error:connect": 10}
