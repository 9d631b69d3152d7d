"""The kinds of task: reproducible, solvable, of any difficulty, and checked exactly."""

import contextlib
import itertools
from fractions import Fraction
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample, check_gold
from verifiers.tasks import arithmetic, bases, countdown, knights, linear, sorting
from verifiers.tasks.expressions import NotAnExpression, evaluate

KINDS = {
    "arithmetic": arithmetic.verifier,
    "bases": bases.NumberBase(),
    "countdown": countdown.Countdown(),
    "knights": knights.KnightsAndKnaves(),
    "linear": linear.LinearSystem(),
    "sorting": sorting.SortedList(),
}


def written(kind, gold):
    """A right answer, as a model would write it. Countdown's is found by trying."""
    match kind:
        case "bases":
            return gold["digits"]
        case "countdown":
            return solved(gold["numbers"], gold["target"])
        case "knights":
            return "\\text{" + ", ".join(f"{name} is a {role}" for name, role in gold.items()) + "}"
        case "linear":
            return ", ".join(f"{name} = {value}" for name, value in gold.items())
        case "sorting":
            return ", ".join(map(str, gold))
    return str(gold)


def solved(numbers, target):
    """Brute force over all ways to join the numbers two by two."""
    stack = [[(Fraction(n), str(n)) for n in numbers]]
    while stack:
        state = stack.pop()
        if len(state) == 1:
            if state[0][0] == target:
                return state[0][1]
            continue
        for (i, (a, x)), (j, (b, y)) in itertools.permutations(enumerate(state), 2):
            rest = [s for k, s in enumerate(state) if k not in (i, j)]
            joined = [(a + b, f"({x} + {y})"), (a - b, f"({x} - {y})"), (a * b, f"({x} * {y})")]
            joined += [(a / b, f"({x} / {y})")] if b else []
            stack += [[*rest, one] for one in joined]
    raise AssertionError(f"{numbers} never come to {target}")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", [1, 2])
def test_the_right_answer_earns_1_and_that_of_another_problem_0(kind, level):
    verifier = KINDS[kind]
    problems = import_module(f"verifiers.tasks.{kind}").make(12, level=level, seed=3)
    assert check_gold(verifier, problems) == {}
    for problem, other in itertools.pairwise(problems):
        right = f"<think>Let me see.</think>The answer is \\boxed{{{written(kind, problem.gold)}}}."
        wrong = f"The answer is \\boxed{{{written(kind, other.gold)}}}."
        assert verifier.score(Sample(problem, right)).value == 1.0, right
        if problem.gold != other.gold:
            assert verifier.score(Sample(problem, wrong)).value == 0.0, (problem, wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_problems_repeat_with_the_seed_differ_without_it_and_are_never_twice_the_same(kind):
    make = import_module(f"verifiers.tasks.{kind}").make
    problems = make(30, level=2, seed=1)
    assert problems == make(30, level=2, seed=1)
    assert problems[:10] == make(10, level=2, seed=1)
    assert len({p.prompt for p in problems}) == len({p.id for p in problems}) == 30
    assert {p.prompt for p in problems} != {p.prompt for p in make(30, level=2, seed=2)}
    assert all(p.meta == {"task": kind, "level": 2} for p in problems)


@pytest.mark.parametrize("kind", KINDS)
def test_levels_go_up_and_start_at_1(kind):
    make = import_module(f"verifiers.tasks.{kind}").make
    assert len(make(2, level=5, seed=0)) == 2
    with pytest.raises(ValueError, match="levels start at 1"):
        make(1, level=0)


def test_asking_for_more_problems_than_there_are_says_so():
    with pytest.raises(ValueError, match="raise the level"):
        knights.make(10**6, level=1)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_puzzle_of_knights_and_knaves_has_one_solution(level):
    """Solved a second time, from the words of the puzzle."""
    for problem in knights.make(15, level=level, seed=7):
        names = list(problem.gold)
        said = dict(line.split(" says: ") for line in problem.prompt.splitlines() if " says: " in line)
        worlds = (dict(zip(names, bits)) for bits in itertools.product((True, False), repeat=len(names)))
        solutions = [w for w in worlds if all(is_true(said[n].strip('"'), n, w) == w[n] for n in names)]
        assert [{n: "knight" if k else "knave" for n, k in w.items()} for w in solutions] == [problem.gold]


def is_true(text, speaker, world):
    for joint, combine in ((", and ", all), (", or ", any)):
        if joint in text:
            return combine(is_true(part, speaker, world) for part in text.split(joint))
    if " and I are " in text:
        other, kind = text.split(" and I are ")
        return (world[other] == world[speaker]) == (kind == "of the same kind")
    name, role = text.split(" is a ")
    return world[name] == (role == "knight")


@given(st.recursive(st.integers(0, 99).map(str), lambda e: st.tuples(e, st.sampled_from("+-*/"), e).map(
    lambda t: f"({t[0]} {t[1]} {t[2]})"), max_leaves=8))  # fmt: skip
def test_expressions_come_to_what_python_makes_of_them(text):
    import re

    exact = re.sub(r"\d+", lambda m: f"Fraction({m[0]})", text)
    try:
        expected = eval(exact, {"Fraction": Fraction})
    except ZeroDivisionError:
        with pytest.raises(NotAnExpression, match="division by zero"):
            evaluate(text)
        return
    assert evaluate(text) == (expected, [int(n) for n in re.findall(r"\d+", text)])


@given(st.text() | st.text("0123456789+-*/() .^", max_size=30))
def test_any_text_is_an_expression_or_says_why_not(text):
    with contextlib.suppress(NotAnExpression):
        assert isinstance(evaluate(text)[0], Fraction)


@pytest.mark.parametrize(
    "text", ["2**3", "2^3", "1.5", "9" * 19, "(" * 60 + "1" + ")" * 60, "1 2", "", "()", "1+", "a"]
)
def test_what_is_no_simple_arithmetic_is_refused(text):
    with pytest.raises(NotAnExpression):
        evaluate(text)


@given(st.integers(0, 10**12), st.integers(2, 36))
def test_digits_are_written_as_they_are_read(value, base):
    digits = bases.write_digits(value, base)
    assert int(digits, base) == value
    assert bases.read_digits(digits, base) == value
    assert bases.read_digits(f"{digits.upper()}_{{{base}}}", base) == value
    assert bases.read_digits(f"{digits}_{base % 35 + 2}", base) == (value if base % 35 + 2 == base else None)


@given(st.lists(st.integers(-99, 99), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_only_the_sorted_order_earns_anything(numbers, rng):
    gold, shuffled = sorted(numbers), numbers[:]
    rng.shuffle(shuffled)
    for form in ("\\boxed{%s}", "<answer>[%s]</answer>"):
        sample = Sample(Problem("", gold), form % ", ".join(map(str, shuffled)))
        assert sorting.SortedList().score(sample).value == float(shuffled == gold)
