"""What a sentence states, and what it only asks, supposes, denies or lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.extract import extract
from verifiers.math import check
from verifiers.statements import is_question, readings, without_conjunction

UNSTATED = [
    "The answer is one of {other}, {n}.",
    "The answer is unknown, e.g. {n}.",
    "Suppose the answer is {n}. Then we get a contradiction.",
    "We assume the answer is {n} for now.",
    "If the answer is {n}, then something is off.",
    "What is 6*7? Is it {n}",
    "Problem: find x if x={n}.",
    "Numbers considered: {other}, {n}",
    "The answer lies between {other} and {n}.",
    "a multiple of {n}",
    "答案不是{n}",
    "La respuesta no es {n}.",
    "Die Antwort ist nicht {n}.",
    "La réponse n'est pas {n}.",
    "Ответ не {n}.",
    "$x = -\\boxed{{{n}}}$",
    "7\\boxed{{{n}}}",
    "Is the answer {n}",
    "Let us guess {n}.",
    "Pretend the answer is {n}.",
    "{n} is a multiple of the answer",
    '\\boxed{{__import__("os").system("echo {n}")}}',
]
STATED = [
    "Therefore, $AB = {n}$",
    "We find that $x = {n}$.",
    "The answer is {n} (since it is so).",
    "\\text{{Answer: }} {n}",
    "\\boxed{{\\text{{Answer: }}{n}}}",
    "If x = 3, the answer is {n}.",
    "What is the answer? It is {n}.",
    "Total: {n}",
    "Therefore, the answer is {n} because $1+1=2$.",
    "Now since 2 is 1+1, the angle is {n} degrees.",
    "She would have ${n} more than if she did it herself.",
    "Calculate the total: {n}.",
    "- \\boxed{{{n}}}",
    "因此共有{n}种不同的方法。",
    '{{"final_answer": {n}}}',
]


@pytest.mark.parametrize("form", UNSTATED)
@given(n=st.integers(20, 9_999))
def test_what_is_not_stated_is_no_answer(form, n):
    assert check(str(n), form.format(n=n, other=n + 1)).value == 0.0


@pytest.mark.parametrize("form", STATED)
@given(n=st.integers(20, 9_999))
def test_what_is_stated_is_the_answer(form, n):
    assert check(str(n), form.format(n=n, other=n + 1)).value == 1.0
    assert check(str(n + 1), form.format(n=n, other=n + 1)).value == 0.0


def test_point_is_where_it_is_said_to_be():
    assert check("(1, 2)", "Therefore the vertex is at (1, 2).").value == 1.0
    assert check("(1, 2)", "Therefore the vertex is at (2, 1).").value == 0.0


def test_conjunction_is_no_part_of_an_answer():
    assert without_conjunction("Thus, we get that $x = 3$") == "$x = 3$"
    assert without_conjunction("thirteen") == "thirteen"


def test_abbreviation_ends_no_sentence():
    assert "42" not in extract("The answer is unclear, e.g. 42.").readings


@pytest.mark.parametrize("text", ["Is it 4", "Find x when y = 2", "How many apples are left", "4?"])
def test_question_needs_no_question_mark(text):
    assert is_question(text)


@pytest.mark.parametrize("text", ["Do the sum: 4", "Find the sum: 2+2 = 4", "It is 4", "There are 4"])
def test_statement_is_no_question(text):
    assert not is_question(text)


def test_last_of_several_numbers_is_not_what_is_stated():
    assert "12" not in readings("the numbers that were tried are 10, 11, 12")
