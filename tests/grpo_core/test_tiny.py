"""The embedded model and tokenizer."""

import string

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM, AutoTokenizer

from grpo_core.tiny import tiny_model, tiny_tokenizer

TOKENIZER = tiny_tokenizer()


@given(st.text(alphabet=string.digits + string.ascii_letters + string.punctuation + " \n"))
def test_printable_ascii_survives_the_round_trip(text):
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@pytest.mark.parametrize("mark", ["<think>", "</think>", "\\boxed{"])
def test_marks_are_one_token_and_no_decoding_drops_them(mark):
    ids = TOKENIZER.encode(mark)
    assert len(ids) == 1
    assert TOKENIZER.decode(ids, skip_special_tokens=True) == mark


def test_what_a_user_writes_cannot_end_the_turn():
    # Characters that spell a mark become the mark's token; pad and end differ from every character's token.
    ids = TOKENIZER.encode("a}b")
    assert TOKENIZER.eos_token_id not in ids
    assert TOKENIZER.pad_token_id not in ids
    assert TOKENIZER.eos_token_id != TOKENIZER.pad_token_id


def test_chat_template_opens_the_assistants_turn():
    text = TOKENIZER.apply_chat_template(
        [{"role": "user", "content": "1+1="}], add_generation_prompt=True, tokenize=False
    )
    assert text == "<|user|>1+1=<|end|><|assistant|>"


def test_default_model_has_half_a_million_parameters(tokenizer):
    assert 400_000 < sum(p.numel() for p in tiny_model(tokenizer).parameters()) < 600_000


def test_seed_decides_the_weights_and_leaves_torchs_random_state_alone(tokenizer):
    before = torch.get_rng_state()
    first, again, other = (tiny_model(tokenizer, seed=s, hidden_size=16, num_layers=1) for s in (1, 1, 2))
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters()))
    assert not torch.equal(first.lm_head.weight, other.lm_head.weight)


def test_saved_directory_loads_with_the_auto_classes(tokenizer, pristine, tmp_path):
    pristine.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    model, loaded = AutoModelForCausalLM.from_pretrained(tmp_path), AutoTokenizer.from_pretrained(tmp_path)
    ids = torch.tensor([loaded.encode("<think>1+2=3</think>\\boxed{3}")])
    assert torch.equal(model(ids).logits, pristine(ids).logits)
    assert loaded.chat_template == tokenizer.chat_template
    assert model.generation_config.eos_token_id == loaded.eos_token_id
