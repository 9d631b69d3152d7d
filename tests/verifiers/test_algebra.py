"""The laws of the algebra, as properties over formulas and values."""

import itertools
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample, Score, Verifier, gate, verifier
from verifiers.algebra import All, Composed, Either, Gate, Product, Scaled, Sum


class Table(Verifier):
    """Gives the value that the test chose, and counts how often it was asked."""

    def __init__(self, name, value, range=(0.0, 1.0)):
        self.name, self.value, self.range, self.calls = name, value, range, 0

    def score(self, sample):
        self.calls += 1
        return Score(self.value, "table")

    def __repr__(self):
        return self.name


SAMPLE = Sample(Problem("", id="p"), "text")
NUMBERS = st.floats(0, 1)
SIXTEENTHS = st.integers(-16, 16).map(lambda n: n / 16)  # so that no product vanishes in rounding
VALUES = st.none() | st.sampled_from([0.0, 1.0]) | NUMBERS
SIGNED = st.none() | st.sampled_from([-1.0, 0.0, 1.0]) | SIXTEENTHS


@st.composite
def formulas(draw, values=SIGNED, leaves=5):
    """A formula in which each leaf stands once."""
    names = iter("abcdefgh"[:leaves])
    operators = [
        lambda x, y: x + y,
        lambda x, y: x - y,
        lambda x, y: x * y,
        lambda x, y: x & y,
        lambda x, y: x | y,
        lambda x, y: gate(x) * y,
        lambda x, y: 0.5 * x + -2 * y,
    ]
    parts = [Table(name, draw(values), (-1.0, 1.0)) for name in names]
    while len(parts) > 1:
        x = parts.pop(draw(st.integers(0, len(parts) - 1)))
        y = parts.pop(draw(st.integers(0, len(parts) - 1)))
        parts.append(draw(st.sampled_from(operators))(x, y))
    return parts[0]


def leaves_of(formula):
    if isinstance(formula, Composed):
        return [leaf for op in formula.operands for leaf in leaves_of(op)]
    return leaves_of(formula.inner) if isinstance(formula, Scaled | Gate) else [formula]


def plain_value(formula, values):
    """The formula as arithmetic on numbers: no laziness, no None."""
    if isinstance(formula, Scaled):
        return formula.weight * plain_value(formula.inner, values)
    if isinstance(formula, Gate):
        return float(plain_value(formula.inner, values) >= formula.at)
    if not isinstance(formula, Composed):
        return values[formula.name]
    numbers = [plain_value(op, values) for op in formula.operands]
    if isinstance(formula, Product):
        product = 1.0
        for number in numbers:
            product *= number
        return product
    return {Sum: sum, All: min, Either: max}[type(formula)](numbers)


@given(formulas(values=st.floats(-1, 1)))
def test_a_formula_of_known_values_is_its_arithmetic(formula):
    values = {leaf.name: leaf.value for leaf in leaves_of(formula)}
    assert formula.score(SAMPLE).value == pytest.approx(plain_value(formula, values), abs=1e-12)


def possible_values(formula):
    """What the formula can come to, whatever its unscored leaves are worth.

    Every operation is monotone in each operand and each leaf stands once, so the corners of the ranges show it.
    """
    known = {leaf.name: leaf.value for leaf in leaves_of(formula)}
    unknown = [name for name, value in known.items() if value is None]
    corners = itertools.product((-1.0, 1.0), repeat=len(unknown))
    return [plain_value(formula, known | dict(zip(unknown, corner))) for corner in corners]


@given(formulas())
def test_what_could_change_the_result_makes_it_none_and_is_never_counted_as_a_number(formula):
    score, possible = formula.score(SAMPLE), possible_values(formula)
    if score.value is None:
        assert score.reason == "table"
    else:
        assert min(possible) == pytest.approx(score.value, abs=1e-12)
        assert max(possible) == pytest.approx(score.value, abs=1e-12)


@given(st.sampled_from([Sum, Product, All, Either]), st.lists(SIGNED, min_size=2, max_size=4))
def test_one_operation_is_unscored_only_where_a_none_could_change_it(operation, values):
    formula = operation(*(Table(f"v{i}", value, (-1.0, 1.0)) for i, value in enumerate(values)))
    possible = possible_values(formula)
    assert (formula.score(SAMPLE).value is None) == (min(possible) != max(possible))


@given(formulas())
def test_the_value_lies_in_the_declared_range(formula):
    low, high = formula.range
    value = formula.score(SAMPLE).value
    assert value is None or low <= value <= high


@given(formulas())
def test_repr_reads_back_as_the_same_formula(formula):
    again = eval(repr(formula), {leaf.name: leaf for leaf in leaves_of(formula)} | {"gate": gate})
    assert repr(again) == repr(formula)
    assert again.score(SAMPLE) == formula.score(SAMPLE)


def sums_within(score):
    """Scores of the tree whose parts must add up: sums, and weighted parts over their raw value."""
    yield from (s for s in [score] if " + " in s.name)
    for part in score.parts:
        yield from sums_within(part)


@given(st.lists(st.tuples(SIXTEENTHS, SIGNED), min_size=2, max_size=5))
def test_parts_of_a_sum_add_up_to_the_total_and_keep_the_raw_values(terms):
    tables = [(weight, Table(f"v{i}", value, (-1.0, 1.0))) for i, (weight, value) in enumerate(terms)]
    total = Sum(*(weight * table for weight, table in tables)).score(SAMPLE)
    assert len(total.parts) == len(tables)
    for part, (weight, table) in zip(total.parts, tables):
        raw = part.parts[0].value if part.parts else None
        assert raw == (table.value if table.calls else None)
        assert part.value == (None if raw is None and table.calls else weight * (raw or 0.0))
    if total.value is not None:
        assert sum(part.value or 0.0 for part in total.parts) == total.value
        assert all(weight == 0 for weight, table in tables if table.value is None)


@given(VALUES)
def test_v_and_v_is_v_and_v_or_v_is_v(value):
    v = Table("v", value)
    assert (v & v).score(SAMPLE).value == value
    assert (v | v).score(SAMPLE).value == value


@given(SIGNED, SIGNED, SIGNED)
def test_sum_product_all_and_any_commute_and_associate(x, y, z):
    a, b, c = (Table(n, v, (-1.0, 1.0)) for n, v in zip("abc", (x, y, z)))
    for join in (lambda p, q: p + q, lambda p, q: p * q, lambda p, q: p & q, lambda p, q: p | q):
        left, right = join(join(a, b), c).score(SAMPLE), join(a, join(b, c)).score(SAMPLE)
        back = join(c, join(b, a)).score(SAMPLE)
        assert left.value == right.value  # both flatten to one operation
        assert back.value == (None if left.value is None else pytest.approx(left.value, abs=1e-12))


@given(NUMBERS, NUMBERS)
def test_all_is_at_most_and_any_at_least_each_part(x, y):
    a, b = Table("a", x), Table("b", y)
    assert (a & b).score(SAMPLE).value <= min(x, y)
    assert (a | b).score(SAMPLE).value >= max(x, y)


def test_a_closed_gate_is_zero_and_calls_nothing_behind_it():
    judge = Table("judge", 1.0)
    formula = gate(Table("format", 0.0)) * judge
    assert formula.score(SAMPLE).value == 0.0
    assert judge.calls == 0


def test_a_gate_asks_only_for_the_samples_that_pass():
    passed = []

    @verifier
    def judge(sample):
        passed.append(sample.completion)
        return True

    fmt = verifier(lambda sample: sample.completion.startswith("ok"), name="fmt")
    scores = (gate(fmt) * judge).score_all([Sample(Problem(""), c) for c in ("ok 1", "bad", "ok 2")])
    assert [s.value for s in scores] == [1.0, 0.0, 1.0]
    assert passed == ["ok 1", "ok 2"]
    assert [len(s.parts) for s in scores] == [2, 1, 2]


@given(SIGNED, st.floats(-1, 1))
def test_a_gate_opens_at_its_mark(value, at):
    score = gate(Table("v", value, (-1.0, 1.0)), at=at).score(SAMPLE)
    assert score.value == (None if value is None else float(value >= at))


def test_what_is_too_large_to_be_a_number_is_unscored_and_spoils_no_other_sample():
    everything = (float("-inf"), float("inf"))
    size = verifier(lambda s: float(s.completion), name="size", range=everything)
    batch = [Sample(Problem(""), text) for text in ("1e308", "2")]
    for formula in (size + size, size * size, 10 * size):
        scores = formula.score_all(batch)
        assert (scores[0].value, scores[0].reason) == (None, "error:overflow"), formula
        assert scores[1].value in (4.0, 20.0), formula


def test_a_gate_on_values_without_an_upper_bound_must_say_where_it_opens():
    size = verifier(lambda s: float(s.completion), name="size", range=(0.0, float("inf")))
    with pytest.raises(ValueError, match="say where it opens"):
        gate(size)
    assert gate(size, at=3).score(Sample(Problem(""), "4")).value == 1.0


def test_an_outage_is_never_counted_as_zero_in_either_order():
    down, half, zero = Table("down", None), Table("half", 0.5), Table("zero", 0.0)
    for formula in (down + half, half + down, down * half, half * down, down & half, half & down, down | half):
        assert formula.score(SAMPLE).value is None, formula
    for formula in (down * zero, zero * down, down & zero, zero & down):
        assert formula.score(SAMPLE).value == 0.0, formula


class SeesGroup(Verifier):
    """Remembers which samples stood together."""

    name, groupwise = "sees_group", True

    def __init__(self):
        self.seen = []

    def score_all(self, samples):
        self.seen.append([s.completion for s in samples])
        return [Score.of(True) for _ in samples]


def of(problem, *completions):
    return [Sample(Problem(problem, id=problem), completion) for completion in completions]


def test_behind_a_gate_a_group_verifier_gets_whole_groups_or_nothing():
    group = SeesGroup()
    fmt = verifier(lambda sample: "ok" in sample.completion, name="fmt")
    batch = of("p", "p1 ok", "p2") + of("q", "q1", "q2") + of("p", "p3")
    scores = (gate(fmt) * (0.5 * group)).score_all(batch)
    assert group.seen == [["p1 ok", "p2", "p3"]]
    assert [s.value for s in scores] == [0.5, 0.0, 0.0, 0.0, 0.0]


def test_whoever_contains_a_group_verifier_is_one():
    group, plain = SeesGroup(), Table("v", 1.0)
    for formula in (group + plain, plain * group, 2 * group, gate(group), plain & (0.5 * group)):
        assert formula.groupwise, formula
    assert not (plain + gate(plain)).groupwise


def test_a_verifier_has_no_truth_value():
    with pytest.raises(TypeError, match="write `a & b`"):
        Table("a", 1.0) and Table("b", 1.0)


def test_operators_refuse_what_is_no_verifier_or_number():
    v = Table("v", 1.0)
    for combine in (lambda: v + 1, lambda: v * "2", lambda: v & True, lambda: v | None, lambda: v - 1):
        with pytest.raises(TypeError):
            combine()
    for weight in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="a weight is a finite number"):
            weight * v


def test_composed_rewards_travel_to_other_processes():
    formula = 0.5 * Table("v", 1.0) + gate(Table("w", 1.0))
    assert repr(pickle.loads(pickle.dumps(formula))) == repr(formula)
