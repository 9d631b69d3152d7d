"""Procedural arithmetic."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grpo_core.tasks import arithmetic, short_form, solution
from verifiers.types import Problem


def problem(a, b):
    return Problem([{"role": "user", "content": f"{a}+{b}="}], str(a + b), f"{a}+{b}", {"a": a, "b": b})


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_every_line_of_a_worked_solution_is_true_and_it_ends_in_the_gold(a, b):
    text = solution(problem(a, b))
    reasoning, answer = re.fullmatch(r"<think>(.*)</think>\\boxed\{(\d+)\}", text).groups()
    assert int(answer) == a + b
    for line in reasoning.split(","):
        left, right = line.split("=")
        assert sum(map(int, left.split("+"))) == int(right)
    assert text.endswith(short_form(problem(a, b)))


def test_problems_are_different_and_their_golds_are_the_sums():
    problems = arithmetic(500, seed=5)
    assert len({p.id for p in problems}) == 500
    assert all(str(eval(p.prompt[0]["content"].rstrip("="))) == p.gold for p in problems)


@pytest.mark.parametrize("seeds", [(0, 0), (1, 2)])
def test_training_and_held_out_problems_never_meet(seeds):
    train, held_out = arithmetic(6000, seed=seeds[0]), arithmetic(1500, seed=seeds[1], split="held_out")
    assert not {p.id for p in train} & {p.id for p in held_out}


def test_seed_decides_the_order():
    assert arithmetic(20, seed=1) == arithmetic(20, seed=1)
    assert arithmetic(20, seed=1) != arithmetic(20, seed=2)


def test_asking_for_more_sums_than_there_are_is_refused():
    with pytest.raises(ValueError, match="n=10001: there are"):
        arithmetic(10_001)
    with pytest.raises(ValueError, match="split='test': write 'train' or 'held_out'"):
        arithmetic(1, split="test")


def test_three_digit_sums_can_be_asked_for():
    assert max(int(p.gold) for p in arithmetic(100, digits=3)) > 200
