"""The Hugging Face engine: what it samples, what it says about it, and where completions end."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grpo_core.rollout import HFEngine, Sampling, draw, encode_prompt, eos_ids
from grpo_core.tasks import arithmetic
from verifiers.types import Problem

PROBLEMS = [Problem("7+8=", id="short"), Problem("what is 12+345? think first.", id="long"), *arithmetic(3)]


def logps_one_by_one(model, rollout, temperature):
    """Of a completion, without padding, cache or batch."""
    ids = torch.tensor([rollout.prompt_ids + rollout.completion_ids])
    logp = (model(ids, use_cache=False).logits[0] / temperature).log_softmax(-1)
    return logp[len(rollout.prompt_ids) - 1 : -1].gather(1, ids[0, len(rollout.prompt_ids) :, None]).squeeze(1)


@pytest.mark.parametrize("temperature", [1.0, 0.7])
@pytest.mark.parametrize("max_rows", [256, 3])
def test_sampler_logprobs_are_those_of_an_unbatched_forward_pass(model, tokenizer, temperature, max_rows):
    # One prefill shared by a group, left padding, dropped rows and chunks must all leave no trace.
    model.double().generation_config.eos_token_id = list(
        range(20, 45)
    )  # a quarter of all tokens, so that rows end early
    engine = HFEngine(model, tokenizer, Sampling(temperature, 17), max_rows=max_rows)
    rollouts = engine.generate(PROBLEMS, 3, seed=1)
    assert sorted(len(r.completion_ids) for r in rollouts)[len(rollouts) // 2] < 8
    for rollout in rollouts:
        expected = logps_one_by_one(model, rollout, temperature)
        torch.testing.assert_close(torch.tensor(rollout.logprobs), expected.float(), rtol=0, atol=2e-6)


def test_rollouts_come_in_the_problems_order_with_siblings_together(model, tokenizer):
    rollouts = HFEngine(model, tokenizer, Sampling(1.0, 5)).generate(PROBLEMS, 2, seed=0)
    assert [r.sample.problem.id for r in rollouts] == [p.id for p in PROBLEMS for _ in range(2)]
    assert all(r.prompt_ids == encode_prompt(tokenizer, r.sample.problem) for r in rollouts)


def test_samples_do_not_depend_on_how_they_are_batched(model, tokenizer):
    model.double()
    by_rows = [
        HFEngine(model, tokenizer, Sampling(1.0, 12), max_rows=rows).generate(PROBLEMS, 4, seed=9) for rows in (4, 64)
    ]
    assert [r.completion_ids for r in by_rows[0]] == [r.completion_ids for r in by_rows[1]]


def test_seed_decides_everything_and_torchs_random_state_nothing(model, tokenizer):
    engine = HFEngine(model, tokenizer, Sampling(1.0, 8))
    first = engine.generate(PROBLEMS, 2, seed=1)
    torch.manual_seed(99)
    assert engine.generate(PROBLEMS, 2, seed=1) == first
    assert engine.generate(PROBLEMS, 2, seed=2) != first


def test_siblings_differ_and_so_do_draws_of_the_same_problem(model, tokenizer):
    rollouts = HFEngine(model, tokenizer, Sampling(1.0, 8)).generate(PROBLEMS[:1] * 2, 6, seed=1)
    assert len({tuple(r.completion_ids) for r in rollouts}) == 12


def test_completions_end_at_any_of_the_eos_ids_and_not_at_the_padding(model, tokenizer):
    # An untrained model draws every token often, so each of these ids ends some completion.
    ends = {tokenizer.eos_token_id, 20, 21}
    model.generation_config.eos_token_id = [20, 21]
    engine = HFEngine(model, tokenizer, Sampling(1.0, 150))
    rollouts = engine.generate(PROBLEMS, 16, seed=0)
    assert engine.eos_ids == ends
    assert {r.completion_ids[-1] for r in rollouts if r.sample.finish == "stop"} == ends
    for rollout in rollouts:
        assert not ends & set(rollout.completion_ids[:-1])
        assert (rollout.sample.finish == "stop") == (rollout.completion_ids[-1] in ends)
        assert len(rollout.completion_ids) == len(rollout.logprobs) == rollout.sample.num_tokens


def test_lengths_hold_where_pad_and_eos_are_one_id(model, tokenizer):
    twin = copy.deepcopy(tokenizer)
    twin.pad_token = twin.eos_token
    samples = [HFEngine(model, t, Sampling(1.0, 60)).generate(PROBLEMS, 8, seed=3) for t in (tokenizer, twin)]
    assert samples[0] == samples[1]
    assert {r.sample.finish for r in samples[1]} == {"stop", "length"}


def test_text_is_the_completion_without_its_end_of_turn(model, tokenizer):
    for rollout in HFEngine(model, tokenizer, Sampling(1.0, 60)).generate(PROBLEMS, 8, seed=3):
        ids = rollout.completion_ids[:-1] if rollout.sample.finish == "stop" else rollout.completion_ids
        assert rollout.sample.completion == tokenizer.decode(ids)


def test_greedy_takes_the_likeliest_token(model, tokenizer):
    rollout = HFEngine(model, tokenizer, Sampling(0.0, 6)).generate(PROBLEMS[1:2], 1)[0]
    logits = model(torch.tensor([rollout.prompt_ids + rollout.completion_ids])).logits[0]
    assert logits[len(rollout.prompt_ids) - 1 : -1].argmax(-1).tolist() == rollout.completion_ids


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.5, 1.0, 2.0]))
def test_draw_inverts_the_cumulative_distribution(seed, temperature):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(3, 11, generator=generator).double() * 3
    logits[:, 4] = -torch.inf
    p = (logits / temperature).softmax(-1)
    uniform = torch.rand(3, generator=generator)
    token, logp = draw(logits, uniform, Sampling(temperature))
    for row in range(3):
        below, upto = p[row, : token[row]].sum(), p[row, : token[row] + 1].sum()
        assert below - 1e-6 <= uniform[row] <= upto + 1e-6
    torch.testing.assert_close(logp.double(), p.gather(1, token[:, None]).log().squeeze(1), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("u", [0.0, 1 - 2**-24])
def test_a_token_of_probability_zero_is_never_drawn(u):
    logits = torch.tensor([[-torch.inf, 0.3, -torch.inf, 0.1, -torch.inf]])
    token, logp = draw(logits, torch.tensor([u]), Sampling(1.0))
    assert token.item() == (1 if u == 0 else 3)
    assert logp.isfinite().all()


def test_top_p_keeps_the_smallest_set_that_reaches_it_and_reports_its_logprobs():
    logits = torch.tensor([[0.5, 0.3, 0.15, 0.05]]).log()[:, [2, 0, 3, 1]]
    drawn = [draw(logits, torch.tensor([u]), Sampling(1.0, top_p=0.7)) for u in torch.linspace(0, 0.999, 50)]
    assert {token.item() for token, _ in drawn} == {1, 3}
    assert {round(logp.exp().item(), 4) for _, logp in drawn} == {0.625, 0.375}


def test_chat_messages_without_a_template_are_refused(model, tokenizer):
    bare = copy.deepcopy(tokenizer)
    bare.chat_template = None
    with pytest.raises(ValueError, match="no chat template"):
        HFEngine(model, bare, Sampling()).generate(arithmetic(1), 1)


def test_prompts_that_leave_no_room_are_refused_with_the_room_there_is(model, tokenizer):
    with pytest.raises(ValueError, match="write max_new_tokens=508 or less"):
        HFEngine(model, tokenizer, Sampling(1.0, 509)).generate(PROBLEMS[:1], 1)


def test_an_empty_prompt_is_refused(model, tokenizer):
    with pytest.raises(ValueError, match="problem 'x' has an empty prompt"):
        HFEngine(model, tokenizer, Sampling()).generate([Problem("", id="x")], 1)


def test_no_problems_give_no_rollouts(model, tokenizer):
    assert HFEngine(model, tokenizer, Sampling()).generate([], 4) == []


def test_a_second_model_samples_from_the_weights_it_was_given(model, tokenizer):
    other = copy.deepcopy(model)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.mul_(1.5)
    engine = HFEngine(model, tokenizer, Sampling(1.0, 8))
    before = engine.generate(PROBLEMS, 2, seed=0)
    engine.load_weights(other)
    assert engine.generate(PROBLEMS, 2, seed=0) != before
    assert engine.generate(PROBLEMS, 2, seed=0) == HFEngine(other, tokenizer, Sampling(1.0, 8)).generate(
        PROBLEMS, 2, seed=0
    )


@pytest.mark.parametrize("eos", [None, 20, [20, 1]])
def test_eos_ids_join_the_generation_configs_and_the_tokenizers(model, tokenizer, eos):
    model.generation_config.eos_token_id = eos
    assert eos_ids(model, tokenizer) == ({1} if eos is None else {1, 20})


@pytest.mark.parametrize("wrong", [{"temperature": -1}, {"max_new_tokens": 0}, {"top_p": 0.0}, {"top_p": 1.1}])
def test_sampling_refuses_numbers_that_mean_nothing(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}="):
        Sampling(**wrong)
