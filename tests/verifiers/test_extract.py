"""Extraction finds the one answer that a completion commits to, wherever it stands, and nothing in a text that has none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.extract import MAX_CHARS, extract


def answer(text, **settings):
    return extract(text, **settings).answer


@pytest.mark.parametrize(
    "text",
    [
        "So we get $\\boxed{42}$.",
        "\\boxed {42}",
        "\\[\n\\boxed{\n42\n}\n\\]",
        "\\fbox{42} i.e. \\boxed{42}",
        "Step 1: $\\boxed{12}$. Step 2: $12+30$. Final answer: $\\boxed{42}$",
        "\\boxed{41}? Wait, no. So it is \\boxed{42}.",
        "Put it in \\boxed{...}: \\boxed{42}",
        "<think>maybe \\boxed{41}</think>\\boxed{42}",
        "reasoning that the prompt opened \\boxed{41}</think>\n\\boxed{42}",
        "<|begin_of_thought|>\\boxed{41}<|end_of_thought|><|begin_of_solution|>\\boxed{42}<|end_of_solution|>",
        "<think>a</think><answer>42</answer>",
        "<think>a</think><answer>\\boxed{42}</answer>",
        "17 + 25 = 42\n#### 42",
        '```json\n{"reasoning": "17 and 25", "answer": "42"}\n```',
        "Therefore, the final answer is $42$. I hope it is correct.",
        "**Final Answer**\n\n42",
        "**Answer:** 42",
        "答案是42。",
        "La respuesta final es 42.",
        "Die Antwort lautet: 42",
        "Ответ: 42",
        "الجواب النهائي هو 42",
        "คำตอบคือ 42",
        "उत्तर: 42",
        "42",
        "$42$",
        "\\boxed{41} \\iffalse \\boxed{40} \\fi so the final answer is 42",
        "The answer is 42.<|im_end|>\n<|im_start|>user\nNo, the answer is 41.",
    ],
)
def test_designated_answer_is_found(text):
    assert answer(text).strip("$. \n") == "42"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "\u200b\u200b",
        "<think>17 + 25 = 42, so \\boxed{42}",
        "<think>17 + 25 = 42, so \\boxed{42}</think>",
        "<think>a</think><answer></answer>",
        "\\boxed{}",
        "\\boxed{\\boxed{}}",
        "\\boxed{ANSWER}",
        "\\boxed{?}",
        "It is definitely not \\boxed{42}",
        "\\boxed{42",
        "What is $x$ if $x=42$?",
        "{" * 1000,
    ],
)
def test_text_without_an_answer_has_none(text):
    assert extract(text).readings == ()


def test_box_that_is_cut_short_is_ambiguous():
    assert extract("\\boxed{1}2").how == "ambiguous"


@pytest.mark.parametrize("between", [" or ", ", ", " and ", " \\text{ and } ", "$ and $x = "])
def test_neighbouring_boxes_are_one_list(between):
    found = extract(f"$x = \\boxed{{2}}{between}\\boxed{{3}}$")
    assert found.parts == ("2", "3")
    assert found.answer == "2, 3"


def test_boxes_that_disagree_are_rivals():
    assert extract("It is \\boxed{41}. Or maybe that other number: \\boxed{42}.").rivals == ("41",)


@pytest.mark.parametrize(
    "text",
    [
        "The answer is 41. The answer is 42.",
        "<answer>41</answer><answer>42</answer>",
        "\\boxed{41} <answer>42</answer> \\boxed{41}",
        "#### 41\n#### 42",
    ],
)
def test_statements_that_disagree_are_rivals(text):
    found = extract(text)
    assert (found.answer, found.rivals) == ("42", ("41",))


def test_corrected_statement_is_no_rival():
    assert extract("The answer is 41. Wait, no. The answer is 42.").rivals == ()


def test_conclusion_after_a_box_supersedes_it():
    assert extract("\\boxed{12} is the first part. Therefore the total is \\boxed{42}.").rivals == ()


def test_later_statement_overrides_a_box():
    assert answer("First I thought \\boxed{42}, but that is wrong. The final answer is 43.") == "43"


def test_remark_on_the_answer_is_none():
    assert answer("Therefore it is \\boxed{44}. We may check: 17 * 44 = 9 * 83 + 1, so our answer is correct.") == "44"


def test_statement_that_is_thought_over_is_none():
    assert "42" not in extract("So the answer is 42. Wait, let me check this again, since 17 + 25 may be").readings


def test_sentence_is_read_literally_first_and_then_for_its_number():
    found = extract("**Answer:** Rosie can run 50 miles in 7 hours.")
    assert found.readings[0] == "Rosie can run 50 miles in 7 hours"
    assert found.readings[-1] == "50"


def test_prices_are_not_formulas():
    assert extract("She pays $5 for one and $7 for the other. Thus, the total is $12.").readings[-1] == "$12"


def test_bound_is_not_a_value():
    assert "5" not in extract("Therefore, the answer is at least 5.").readings


def test_last_number_counts_in_lenient_mode_only():
    text = "we compute and compute " * 40 + "and then 17 plus 25 gives 42 of"
    assert extract(text).readings == ()
    assert answer(text, lenient=True) == "42"


def test_conclusion_of_a_text_that_is_cut_off_is_none():
    complete = "We add the numbers. " * 40 + "So, in total there are 42 apples."
    assert "42" in extract(complete).readings
    assert extract(complete + " Then, for the second").readings == ()


def test_box_at_the_end_of_reasoning_stands_where_the_answer_was_cut_off():
    reasoning = "so the sum is 42.\n\n**Final Answer**\n\\boxed{42}\n</think>\n\n"
    restated = "To solve the problem, we start with the two numbers and add them, beginning with the"
    assert answer(reasoning + restated) == "42"
    assert extract(reasoning).readings == ()
    assert (
        extract(reasoning + "I refuse to answer this question, whatever I may have thought about it before.").answer
        != "42"
    )
    assert extract("<think>" + reasoning + restated).answer != "42"


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from('\\boxed{}$ answer is:#<>think/\n.,0aé\ud800%"*[]()'), max_size=300))
def test_any_text_at_all_is_read(text):
    found = extract(text, lenient=True)
    assert isinstance(found.readings, tuple)
    assert found == extract(text, lenient=True)


@settings(deadline=None)
@given(st.text(max_size=100))
def test_what_stands_in_the_reasoning_never_changes_the_answer(thought):
    thought = thought.replace("<", "")
    assert extract(f"<think>{thought}</think>So \\boxed{{42}}.").readings == ("42",)


def test_only_the_end_of_an_endless_text_is_read():
    assert answer("\\boxed{1} " * (MAX_CHARS // 5) + "\\boxed{42}" + " ." * 200) is not None
