"""A model of a few thousand weights, built once; tests that train take a copy."""

import copy

import pytest
import torch

from grpo_core.tiny import tiny_model, tiny_tokenizer


@pytest.fixture(scope="session")
def tokenizer():
    return tiny_tokenizer()


@pytest.fixture(scope="session")
def pristine(tokenizer):
    return tiny_model(tokenizer, seed=3, hidden_size=32, num_layers=2)


@pytest.fixture
def model(pristine):
    torch.manual_seed(0)
    return copy.deepcopy(pristine)
