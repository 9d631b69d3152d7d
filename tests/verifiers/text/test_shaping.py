"""Length as a bonus and a punishment: soft overlong, cosine, repetition, steps."""

import hashlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample, verifier
from verifiers.text import CosineLength, ReasoningSteps, Repetition, SoftOverlong
from verifiers.text.words import words_of


def sample(text="", tokens=None, gold=None):
    return Sample(Problem("", gold), text, num_tokens=tokens)


@given(st.integers(0, 300), st.integers(0, 200), st.integers(0, 200))
def test_soft_overlong_is_equation_13_of_dapo(n, longest, cache):
    if cache > longest:
        with pytest.raises(ValueError, match="does not fit"):
            SoftOverlong(longest, cache)
        return
    if n <= longest - cache:
        expected = 0.0
    elif n <= longest:
        expected = ((longest - cache) - n) / cache
    else:
        expected = -1.0
    assert SoftOverlong(longest, cache).score(sample(tokens=n)).value == pytest.approx(expected)


right = verifier(lambda s: s.gold, name="right")


@given(st.integers(0, 400), st.booleans(), st.integers(1, 200))
def test_cosine_is_the_formula_up_to_its_end_and_stays_there(n, is_right, longest):
    value = CosineLength(right, longest).score(sample(tokens=n, gold=is_right)).value
    low, high = (0.5, 1.0) if is_right else (-0.5, -1.0)
    cosine = math.cos(math.pi * min(n, longest) / longest)
    assert value == pytest.approx(low + 0.5 * (high - low) * (1 + cosine))


@given(st.integers(0, 400))
def test_shorter_is_better_when_right_and_worse_when_wrong(n):
    cosine = CosineLength(right, 300)
    for is_right in (True, False):
        here, longer = (cosine.score(sample(tokens=k, gold=is_right)).value for k in (n, n + 1))
        assert here >= longer if is_right else here <= longer


def test_cosine_leaves_an_unscored_answer_unscored_and_punishes_what_exceeds():
    assert CosineLength(right, 10).score(sample(tokens=5)).reason == "none"
    assert CosineLength(right, 10).score(sample(gold=True)).reason == "no_token_count"
    assert CosineLength(right, 10, exceeded=-10).score(sample(tokens=11, gold=True)).value == -10.0


@given(st.lists(st.sampled_from("abc"), max_size=12), st.integers(1, 4))
def test_repetition_counts_the_ngrams_that_were_there_before(words, n):
    ngrams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
    repeated = sum(gram in ngrams[:i] for i, gram in enumerate(ngrams))
    expected = -repeated / len(ngrams) if ngrams else 0.0
    assert Repetition(n).score(sample(" ".join(words))).value == pytest.approx(expected)
    assert Repetition(n, tokenize=list).score(sample("".join(words))).value == pytest.approx(expected)


@pytest.mark.parametrize("loop", ["wait,", "ok.", "a/b/", "no-", "so...", "!?", "....", "=-", "x" * 50, "\\quad"])
def test_a_loop_that_leaves_out_the_spaces_is_seen(loop):
    assert Repetition().score(sample(loop * 300)).value < -0.8


def test_a_long_word_that_repeats_nothing_is_no_loop():
    text = "".join(hashlib.sha256(bytes([i])).hexdigest() for i in range(50))
    assert Repetition().score(sample(text)).value == 0.0


@pytest.mark.parametrize("form", ["Step {}:{}\n", "Step {}:\n{}\n", "{}. {}\n", "{}) {}\n\n", "# {}{}\n"])
def test_cues_without_steps_earn_nothing_and_with_steps_all(form):
    empty, filled = ("".join(form.format(i, step) for i in (1, 2, 3)) for step in ("", "add one"))
    assert ReasoningSteps().score(sample(filled)).value == 1.0
    if form[0] != "#":  # the number is the heading's text
        assert ReasoningSteps().score(sample(empty)).value == 0.0


def test_a_cue_at_the_start_of_a_numbered_line_leaves_the_line_its_step():
    assert ReasoningSteps().score(sample("1. Next, add\n2. Next, halve\n3. Next, stop")).value == 1.0


def test_a_loop_in_a_script_without_spaces_is_seen():
    for text in ("我觉得答案是四。" * 20, "これは四です。" * 20, "คำตอบคือสี่ " * 20):
        assert Repetition().score(sample(text)).value < -0.8, text
    assert words_of("答案 is 四.") == ["答", "案", "is", "四", "."]


def test_arguments_that_make_no_sense_are_refused():
    for make in (
        lambda: Repetition(0),
        lambda: Repetition(penalty=1.0),
        lambda: CosineLength(right, 0),
        lambda: ReasoningSteps(0),
    ):
        with pytest.raises(ValueError, match=r"\w+\("):
            make()


@given(st.lists(st.sampled_from(["Step 1: a", "2. b", "- c", "First, d", "Finally, e", "plain"]), max_size=8))
def test_steps_count_each_cue_once(lines):
    found = len(set(lines) - {"plain"})
    assert ReasoningSteps(4).score(sample("\n".join(lines))).value == min(1.0, found / 4)
