"""A judge in this process, on a model written by hand whose verdicts are known."""

import time

import pytest

from verifiers import Problem, Sample
from verifiers.judge import Client, PointwiseJudge, Request
from verifiers.judge.local import LocalModel
from verifiers.judge.loop import run
from verifiers.judge.probability import ProbabilityJudge
from verifiers.judge.prompt import ONE_WORD, REFERENCE, Prompt

WORD = Prompt(REFERENCE.system, closing=ONE_WORD)


@pytest.fixture(scope="module")
def local(tiny_judge):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    return LocalModel(AutoModelForCausalLM.from_pretrained(tiny_judge), AutoTokenizer.from_pretrained(tiny_judge))


def samples(*completions):
    return [Sample(Problem("Capital of Australia?", "Canberra"), c) for c in completions]


def test_a_local_model_judges(local):
    scores = PointwiseJudge(Client(local), prompt=WORD).score_all(
        samples("It is Canberra.", "Sydney", "Perth", "Canberra")
    )
    assert [s.value for s in scores] == [1.0, 0.0, 0.0, 1.0]
    assert scores[0].detail["reply"] == "CORRECT"


def test_its_log_probabilities_are_those_of_the_model(local):
    import torch

    messages = ({"role": "user", "content": "<reference- Canberra"},)
    reply = run(
        Client(local).ask(Request(messages, options=("CORRECT", "INCORRECT", "Canberra CORRECT"), max_tokens=1))
    )
    prompt = local.tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    with torch.no_grad():
        logp = local.model(**prompt).logits[0, -1].log_softmax(-1)
    for option in ("CORRECT", "INCORRECT"):
        token = local.tokenizer.convert_tokens_to_ids(option)
        assert reply.options[option] == pytest.approx(logp[token].item(), abs=1e-4)
    assert reply.options.get("Canberra CORRECT", -1e9) < -20


def test_probabilities_follow_the_model(local):
    scores = ProbabilityJudge(Client(local), prompt=WORD).score_all(samples("It is Canberra.", "Sydney"))
    assert scores[0].value > 0.9
    assert scores[1].value < 0.1


def test_a_reply_cut_off_is_truncated(local):
    judge = PointwiseJudge(Client(local), prompt=WORD, max_tokens=1, resamples=0)
    assert [s.reason for s in judge.score_all(samples("Canberra"))] == ["truncated"]


def test_the_models_own_special_tokens_are_broken_in_data(local):
    assert {"<s>", "</s>", "<pad>", "<reference-"} <= set(local.special_tokens)
    assert "Canberra" not in local.special_tokens


def test_the_model_is_left_in_the_mode_it_was_in(local):
    local.model.train()
    run(Client(local).ask(Request(({"role": "user", "content": "?"},), max_tokens=2)))
    assert local.model.training
    assert all(p.grad is None and p.requires_grad for p in local.model.parameters())
    local.model.eval()


def test_a_template_without_a_system_role_gets_one_user_turn(local):
    template = local.tokenizer.chat_template
    local.tokenizer.chat_template = (
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}" + template
    )
    try:
        scores = PointwiseJudge(Client(local), prompt=WORD).score_all(samples("Canberra"))
    finally:
        local.tokenizer.chat_template = template
    assert scores[0].value == 1.0


def test_a_deadline_holds_for_a_model_that_is_slow(local):
    class Slow(LocalModel):
        def _text(self, request):
            time.sleep(0.5)
            return super()._text(request)

    slow = Slow(local.model, local.tokenizer)
    (score,) = PointwiseJudge(Client(slow, deadline_s=0.1)).score_all(samples("Canberra"))
    assert score.reason == "transport_error:deadline"
