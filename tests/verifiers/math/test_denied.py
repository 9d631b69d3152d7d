"""What a completion denies, rules out or only asks about is not its answer."""

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


@pytest.mark.parametrize(
    "completion",
    [
        "42 is wrong",
        "anything but 42",
        "42 or more",
        "It is 42 or less.",
        "\\boxed{42} is not the answer.",
        "\\boxed{42}\\text{ is wrong}",
        "$\\boxed{42}$ isn't right.",
    ],
)
def test_an_answer_that_is_called_wrong_is_none(completion):
    assert check("42", completion).value == 0.0


@pytest.mark.parametrize(
    "completion",
    [
        "\\boxed{42} is the answer.",
        "\\boxed{42} is correct.",
        "\\boxed{42} is not a prime.",
        "$\\boxed{42}$ is not wrong.",
    ],
)
def test_what_is_said_of_an_answer_otherwise_takes_nothing_from_it(completion):
    assert check("42", completion).value == 1.0


@pytest.mark.parametrize(
    "formula",
    ["2RC+R+C", "\\frac{C}{S}", "C_1 e^t", "\\sin t + C", "2 C x = 5", "R C", "C = 5", "f(C)", "x^C", "\\frac{t^2}{2}+C", "e^{-t/R C}"],
)  # fmt: skip
def test_letter_in_a_formula_is_no_option(formula):
    assert check("\\text{(C)}", formula).value == 0.0
    assert check("C", f"\\boxed{{{formula}}}").value == 0.0


@pytest.mark.parametrize(
    "sentence", ["It is C", "So it must be (C).", "It cannot be A, thus C.", "故选C", "The answer is $C$ since $x = 5$"]
)
def test_letter_in_a_sentence_is_an_option(sentence):
    assert check("C", sentence).value == 1.0
    assert check("D", sentence).value == 0.0
