"""What commits to an option, what hedges, and what names none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample, check_gold
from verifiers.choice import MultipleChoice, multiple_choice_problem

OPTIONS = ["Rome", "Berlin", "Paris", "Madrid"]
FORMS = [
    "{L}",
    "({L})",
    "{l}",
    "{L}.",
    "{L}) {T}",
    "({L}) {T}",
    "{L}: {T}",
    "{T}",
    "{T}.",
    "**{L}**",
    "\\boxed{{{L}}}",
    "\\boxed{{\\text{{({L})}}}}",
    "<answer>{L}</answer>",
    "Answer: {L}",
    "Answer: ({L})\n",
    "Final answer: **{L}) {T}**",
    "The answer is {L}.",
    "The answer is ({L}) {T}.",
    "The correct option is {L}) {T}.",
    "The answer is {T}.",
    "Option {L}: {T}",
    "So I'd go with option ({L}).",
    "Therefore, I choose {L}.",
    "{L} is correct.",
    "Let us see. The others are wrong. Hence the answer is {L}.",
    "<think>Is it X or Y? It is (D), no.</think>\n\n{L}",
]
HEDGES = [
    "{L} or {M}",
    "The answer is {L} or {M}.",
    "It's either ({L}) or ({M}).",
    "Answer: {L}, or maybe {M}",
    "{L}) {U}",
    "\\boxed{{{L}}} or \\boxed{{{M}}}",
    "Both {L} and {M} are possible.",
    "The answer could be {L}, but it may also be {M}.",
]
NOTHING = [
    "",
    "None of them fits.",
    "I do not know.",
    "A good question.",
    "Is it {L}?",
    "<think>{L}",
    "Capitals are nice.",
]
PAIRS = st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(lambda pair: pair[0] != pair[1])


def filled(form, right, other):
    return form.format(L="ABCD"[right], l="abcd"[right], T=OPTIONS[right], M="ABCD"[other], U=OPTIONS[other])


def score(completion, right, options=OPTIONS):
    return MultipleChoice().score(Sample(Problem("", right, meta={"options": options}), completion))


@pytest.mark.parametrize("form", FORMS)
@given(PAIRS)
def test_every_way_to_choose_is_understood_and_earns_only_the_option_chosen(form, pair):
    right, other = pair
    completion = filled(form, right, other)
    assert score(completion, right).value == 1.0, completion
    assert score(completion, other).value == 0.0, completion


@pytest.mark.parametrize("form", HEDGES)
@given(PAIRS)
def test_two_options_at_once_earn_nothing(form, pair):
    right, other = pair
    completion = filled(form, right, other)
    for gold in pair:
        assert score(completion, gold).value == 0.0, completion
    assert score(completion, right).reason == "ambiguous", completion


@pytest.mark.parametrize("form", NOTHING)
@given(PAIRS)
def test_a_text_that_chooses_nothing_earns_nothing(form, pair):
    completion = filled(form, *pair)
    assert score(completion, pair[0]).value == 0.0, completion


@pytest.mark.parametrize(
    "completion",
    [
        "A is wrong, B is wrong, so it must be C.",
        "At first I thought A. But the answer is C.",
        "The answer is not B, it is C.",
        "Not A. Not B. C.",
        "C is the answer; A, B and D are wrong.",
        "I considered B at first, but C is correct.",
        "We can rule out A and D. I choose C.",
        "A: no.\nB: no.\nC: yes.\nD: no.\n\nThe answer is C.",
    ],
)
def test_options_that_are_ruled_out_are_not_chosen(completion):
    assert score(completion, 2).value == 1.0
    for other in (0, 1, 3):
        assert score(completion, other).value == 0.0


def test_a_letter_beyond_the_options_chooses_nothing():
    assert score("The answer is E.", 0).reason == "no_choice"
    assert score("E", 4, [*OPTIONS, "Oslo"]).value == 1.0


def test_an_option_that_stands_twice_cannot_be_chosen_by_its_text():
    assert score("4", 0, ["4", "4", "5"]).value == 0.0
    assert score("A", 0, ["4", "4", "5"]).value == 1.0


@pytest.mark.parametrize(
    ("gold", "completion", "value"),
    [
        ("C", "C", 1.0),
        ("(c)", "C", 1.0),
        (2, "C", 1.0),
        ("Paris", "C", 1.0),
        ({"answer": "Paris", "options": OPTIONS}, "Paris", 1.0),
        ({"answer": "C", "choices": {"A": "x", "B": "y", "C": "z"}}, "z", 1.0),
        ("London", "C", None),
        (7, "C", None),
        (True, "C", None),
        (None, "C", None),
    ],
)
def test_a_gold_is_a_letter_a_position_or_a_text(gold, completion, value):
    assert score(completion, gold).value == value


def test_golds_that_name_no_option_are_listed():
    problems = [Problem("", {"answer": a, "options": OPTIONS}, id=str(a)) for a in ("C", 1, "Oslo", 9)]
    assert set(check_gold(MultipleChoice(), problems)) == {"Oslo", "9"}


@given(st.lists(st.text(min_size=1), min_size=2, max_size=6, unique=True), st.integers(0, 99), st.data())
def test_shuffling_moves_the_gold_with_its_option_and_a_seed_repeats_it(options, seed, data):
    answer = data.draw(st.integers(0, len(options) - 1))
    problem = multiple_choice_problem("Which?", options, answer, id="q", shuffle_seed=seed)
    assert problem == multiple_choice_problem("Which?", options, answer, id="q", shuffle_seed=seed)
    assert sorted(problem.meta["options"]) == sorted(options)
    position = "ABCDEF".index(problem.gold)
    assert problem.meta["options"][position] == options[answer]
    assert MultipleChoice().score(Sample(problem, problem.gold)).value == 1.0


def test_shuffled_golds_favour_no_letter():
    golds = [multiple_choice_problem("q", OPTIONS, 0, id=str(i), shuffle_seed=0).gold for i in range(400)]
    assert all(70 < golds.count(letter) < 130 for letter in "ABCD")


def test_too_few_options_are_refused():
    with pytest.raises(ValueError, match="give 2 to 26 options"):
        multiple_choice_problem("q", ["one"], 0)
