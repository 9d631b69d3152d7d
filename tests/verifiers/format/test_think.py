"""Think first, once, then answer."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample
from verifiers.format import ThinkFormat, check
from verifiers.format.visible import is_blank

SPACE = st.text(" \n\t\r", max_size=3)
# Text that a reader sees and that holds no tag, not even when it is joined to another one.
PROSE = st.text(min_size=1).filter(lambda t: not is_blank(t) and "<" not in t and ">" not in t)
BLANK = st.text(" \n\t\u200b\u00a0\u2800\ufeff\u3164", max_size=4)


@given(SPACE, PROSE, PROSE)
def test_a_think_block_and_an_answer_are_well_formed(space, reasoning, answer):
    assert check(f"{space}<think>{reasoning}</think>{answer}").value == 1.0
    assert check(f"{reasoning}</think>{answer}", opened=True).value == 1.0


@given(SPACE, PROSE, PROSE)
def test_answer_tags_allow_white_space_around_them_and_nothing_else(space, reasoning, answer):
    body = f"<think>{reasoning}</think>{space}<answer>{answer}</answer>{space}"
    assert check(body, answer_tags=True).value == 1.0
    assert check(body + answer, answer_tags=True).reason == "format:text_after_answer"
    assert check(f"<think>{reasoning}</think>{answer}<answer>1</answer>", answer_tags=True).value == 0.0


@given(
    PROSE, PROSE, st.sampled_from(["<think>", "</think>", "<THINK>", "</Think>", "< think >", "</ think>", "<think/>"])
)
def test_a_further_tag_anywhere_is_refused(reasoning, answer, tag):
    text = f"<think>{reasoning}</think>{answer}"
    assert check(text).value == 1.0
    end = len(f"<think>{reasoning}")
    for position in (0, len("<think>"), (len("<think>") + end) // 2, end, end + len("</think>"), len(text)):
        assert check(text[:position] + tag + text[position:]).value == 0.0


@given(BLANK, PROSE)
def test_a_block_in_which_nothing_is_seen_is_refused(blank, text):
    assert check(f"<think>{blank}</think>{text}").reason == "format:blank_think"
    assert check(f"<think>{text}</think>{blank}").reason == "format:no_answer"
    assert check(f"<think>{text}</think><answer>{blank}</answer>", answer_tags=True).reason == "format:no_answer"


@given(PROSE.filter(lambda t: t.strip()), PROSE)
def test_text_before_the_block_is_refused(before, text):
    assert check(f"{before}<think>{text}</think>{text}").reason == "format:text_before"


@given(PROSE, PROSE)
def test_order_and_closing_matter(reasoning, answer):
    for text in (
        f"</think>{reasoning}<think>{answer}",
        f"<think>{reasoning} {answer}",
        f"{answer}<think>{reasoning}</think>",
        f"<THINK>{reasoning}</THINK>{answer}",
        f"{reasoning} {answer}",
    ):
        assert check(text).value == 0.0


@pytest.mark.parametrize("token", ["<|im_end|>", "<|endoftext|>", "</s>", "<｜end▁of▁sentence｜>", "<eos>"])
def test_a_special_token_is_no_answer(token):
    assert check(f"<think>r</think>\n{token}").reason == "format:no_answer"
    assert check(f"<think>r</think>\n4{token}").value == 1.0


def test_tags_can_have_other_names():
    fmt = ThinkFormat(think="reasoning", answer="solution", answer_tags=True)
    good = Sample(Problem(""), "<reasoning>r</reasoning><solution>4</solution>")
    assert fmt.score(good).value == 1.0
    assert repr(fmt) == "ThinkFormat(answer_tags=True, think='reasoning', answer='solution')"


@pytest.mark.skipif("ASSAY_DATA" not in os.environ, reason="ASSAY_DATA is not set: no acceptance cases")
def test_the_acceptance_cases_of_the_format_task_without_a_mistake():
    lines = (Path(os.environ["ASSAY_DATA"]) / ".." / "acceptance" / "text_hacks.jsonl").read_text().splitlines()
    cases = [case for case in map(json.loads, lines) if case["task"] == "format"]
    assert cases
    for case in cases:
        assert check(case["completion"]).value == case["should_reward"], case


@pytest.mark.parametrize("inside", ["", " ", "\n\n", "\u200b"])
def test_answer_tags_around_nothing_are_no_answer(inside):
    for reply in (
        f"<answer>{inside}</answer>",
        f"{inside}</answer>",
        f"<answer>{inside}",
        f"< Answer>{inside}</ANSWER >",
    ):
        assert check(f"<think>r</think>{reply}").reason == "format:no_answer"
    assert check(f"<think>r</think><answer>{inside}4</answer>").value == 1.0
    assert check(f"<think>r</think><solution>{inside}</solution>", answer="solution").value == 0.0
