"""From ragged rollouts to tensors."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grpo_core.batch import Experience, collate, micro_batches, packed_rows

LENGTHS = st.lists(st.integers(1, 30), min_size=1, max_size=25)


def experience(prompt, completion, advantage=1.0, group=0):
    logps = -torch.arange(1.0, len(completion) + 1)
    return Experience(torch.tensor(prompt), torch.tensor(completion), logps, advantage, group)


RAGGED = [experience([5, 6], [7, 0, 0], 2.0), experience([8], [9, 1], -1.0), experience([2, 2, 2, 2], [0], 3.0)]


@pytest.mark.parametrize("rows", [None, [[2, 0], [1]], [[1, 2, 0]]])
def test_each_completion_token_is_predicted_from_the_position_before_it(rows):
    batch = collate(RAGGED, rows=rows)
    assert batch.target_N.tolist() == [7, 0, 0, 9, 1, 0]
    # The token at the source is the one that stands before the target: the prompt's last, then the completion's own.
    assert batch.tokens.pick(batch.ids_BL).tolist() == [6, 7, 0, 8, 9, 2]
    assert batch.tokens.pick(batch.position_BL).tolist() == [1, 2, 3, 0, 1, 3]


@pytest.mark.parametrize("rows", [None, [[2, 0], [1]]])
def test_masks_come_from_lengths_though_completion_and_padding_share_the_id_0(rows):
    tokens = collate(RAGGED, rows=rows).tokens
    assert tokens.sequence_N.tolist() == [0, 0, 0, 1, 1, 2]
    assert tokens.advantage_N.tolist() == [2, 2, 2, -1, -1, 3]
    assert tokens.sampler_logp_N.tolist() == [-1, -2, -3, -1, -2, -1]
    assert tokens.num_sequences == 3


def test_padding_never_looks_like_the_start_of_a_sequence():
    position_BL = collate(RAGGED, rows=[[2, 0], [1]]).position_BL
    starts = (position_BL.diff(dim=1) != 1).sum().item() + len(position_BL)
    assert starts == len(RAGGED)


def test_weights_reach_every_token_of_their_sequence():
    assert collate(RAGGED, [0.5, 0.25, 0.125]).tokens.weight_N.tolist() == [0.5, 0.5, 0.5, 0.25, 0.25, 0.125]


@given(LENGTHS, st.integers(1, 100))
def test_micro_batches_hold_every_index_once_within_the_limit(lengths, max_tokens):
    groups = micro_batches(lengths, max_tokens)
    assert sorted(i for group in groups for i in group) == list(range(len(lengths)))
    for group in groups:
        assert len(group) == 1 or len(group) * max(lengths[i] for i in group) <= max_tokens


@given(LENGTHS, st.integers(1, 100))
def test_micro_batches_are_of_similar_lengths(lengths, max_tokens):
    groups = [[lengths[i] for i in group] for group in micro_batches(lengths, max_tokens)]
    assert all(min(longer) >= max(shorter) for longer, shorter in pairwise(groups))


@given(LENGTHS, st.integers(1, 100))
def test_packed_rows_hold_every_index_once_within_the_row(lengths, row_length):
    rows = packed_rows(lengths, row_length)
    assert sorted(i for row in rows for i in row) == list(range(len(lengths)))
    for row in rows:
        assert len(row) == 1 or sum(lengths[i] for i in row) <= row_length


@given(LENGTHS)
def test_packing_wastes_less_than_half(lengths):
    rows = packed_rows(lengths, 30)
    # First fit: at most one row is no more than half full, or two of them would have been one.
    assert sum(sum(lengths[i] for i in row) <= 15 for row in rows) <= 1


def test_an_experience_survives_its_dictionary():
    again = Experience(**RAGGED[0].to_dict())
    assert again.to_dict().keys() == RAGGED[0].to_dict().keys()
    assert torch.equal(again.completion_ids, RAGGED[0].completion_ids)
    assert again.advantage == 2.0
    assert again.old_T is None
