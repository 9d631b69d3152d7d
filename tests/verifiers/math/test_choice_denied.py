"""Option letters in sentences: a letter that is denied, doubted as a question, or one of several is not the answer."""

import pytest

from verifiers.math import check

DENIED = [
    "The answer is not B.", "Not B", "It isn't B.", "The answer is not (B).", "B is not correct.", "B is wrong", "B) is wrong",
    "Option B is incorrect.", "The answer cannot be B.", "neither A nor B", "I would not choose B.", "Is it B?",
    "B, but not B", "all except B", "Eliminate B", "A or B",
]  # fmt: skip
STATED = [
    "It cannot be A, so the answer is B.", "The correct answer is B because it isn't hot", "(B) Not enough information",
    "B. No solution", "The answer is (B) no solution", "B, since A is wrong", "I'd pick B", "The answer is B, not A.",
    "Answer: B. It can't be A.", "B is the right option",
]  # fmt: skip


@pytest.mark.parametrize("answer", DENIED)
def test_a_letter_that_is_not_stated_is_not_the_answer(answer):
    assert check("B", answer).value == 0.0


@pytest.mark.parametrize("answer", STATED)
def test_denying_another_letter_takes_nothing_from_the_one_that_is_stated(answer):
    assert check("B", answer).value == 1.0


@pytest.mark.parametrize("answer", ["৬০", "٦٠", "\\boxed{६०}", "答案：６０", "คำตอบคือ ๖๐", "x = ६०"])
def test_digits_of_any_script_are_digits(answer):
    assert check("60", answer).value == 1.0
    assert check("61", answer).value == 0.0
