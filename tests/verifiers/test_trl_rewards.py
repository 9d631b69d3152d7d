"""TRL's rewards beside ours on random texts: they agree, or the difference is one that we can name.

pip install --no-deps --target PEERS trl==1.16.0
PYTHONPATH=PEERS pytest -m interop tests/verifiers/test_trl_rewards.py
"""

import random

import pytest

from verifiers import Problem, Sample
from verifiers.format import ThinkFormat, check
from verifiers.format.visible import is_blank
from verifiers.text import Repetition, SoftOverlong

pytestmark = pytest.mark.interop
PIECES = ["<think>", "</think>", "\n", " ", "reasoning", "4", "<answer>", "</answer>", "\u200b"]


@pytest.fixture(scope="module")
def rewards():
    return pytest.importorskip("trl.rewards", reason="TRL is not installed")


def texts(count=1000):
    rng = random.Random(0)
    for _ in range(count):
        if rng.random() < 0.5:
            yield "".join(rng.choices(PIECES, k=rng.randint(0, 8)))
        else:
            first, second, third = ("".join(rng.choices(PIECES[2:6], k=rng.randint(0, 3))) for _ in range(3))
            yield f"{rng.choice(['', '', first])}<think>{second}</think>{third}"


def test_think_format_differs_from_trl_only_where_trl_is_wrong(rewards):
    agree = 0
    for text in texts():
        [theirs] = rewards.think_format_reward([[{"content": text}]])
        ours = check(text).value
        agree += ours == theirs
        if ours and not theirs:
            assert text != text.lstrip(), text  # TRL refuses white space before the block
        if theirs and not ours:
            # A tag too many, nothing to see in a section, or a tag that opens a later line only.
            thinking, _, answer = text.lstrip().removeprefix("<think>").partition("</think>")
            again = "think>" in thinking + answer
            assert again or is_blank(thinking) or is_blank(answer) or not text.lstrip().startswith("<think>"), text
    assert agree > 500


def test_soft_overlong_agrees(rewards):
    rng = random.Random(0)
    for _ in range(1000):
        longest = rng.randint(1, 300)
        cache = rng.randint(1, longest)
        n = rng.randint(0, 400)
        [theirs] = rewards.get_soft_overlong_punishment(longest, cache)([[0] * n])
        ours = SoftOverlong(longest, cache).score(Sample(Problem(""), "", num_tokens=n)).value
        assert ours == pytest.approx(theirs)


def test_repetition_agrees_on_the_same_tokens(rewards):
    rng = random.Random(0)
    for _ in range(1000):
        text = "".join(rng.choices("abc", k=rng.randint(0, 30)))
        n = rng.randint(1, 4)
        [theirs] = rewards.get_repetition_penalty_reward(n, -1.0)([list(text)])
        ours = Repetition(n, tokenize=list).score(Sample(Problem(""), text)).value
        assert ours == pytest.approx(theirs)


def test_composed_rewards_keep_the_parts_that_trl_would_add_up(rewards):
    """TRL adds weighted columns; so does a sum of ours, on texts where both give the format its point."""
    text = "<think>reasoning</think>4"
    sample = Sample(Problem(""), text, num_tokens=90)
    [theirs_format] = rewards.think_format_reward([[{"content": text}]])
    [theirs_length] = rewards.get_soft_overlong_punishment(100, 20)([[0] * 90])
    assert (0.2 * ThinkFormat() + SoftOverlong(100, 20)).score(sample).value == 0.2 * theirs_format + theirs_length
