"""Clip, threshold, rename, time, schedule, normalise, cache: what each does to values, None and parts."""

import itertools
import math
import pickle
import statistics
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample, Score, Verifier, gate, verifier
from verifiers.combinators import cached, clip, normalized, renamed, scheduled, set_step, threshold, timed
from verifiers.example import Number
from verifiers.formula import read_formula

NUMBERS = st.floats(-10, 10)
VALUES = st.none() | NUMBERS


def sample(value, problem="p"):
    return Sample(Problem("", id=problem), "x" if value is None else repr(value))


def value_of(v, value):
    return v.score(sample(value)).value


@given(VALUES, NUMBERS, NUMBERS)
def test_clip_holds_values_between_its_bounds_and_keeps_the_raw_one(value, a, b):
    low, high = sorted((a, b))
    score = clip(Number(), low, high).score(sample(value))
    assert score.value == (None if value is None else min(max(value, low), high))
    assert score.parts[0].value == value
    assert clip(Number(), low, high).range == (max(low, -10), min(high, 10)) or low > 10 or high < -10
    if low < high:
        with pytest.raises(ValueError, match="the lower bound is the larger one"):
            clip(Number(), high, low)


@given(VALUES, NUMBERS, NUMBERS, NUMBERS)
def test_threshold_knows_two_values(value, at, below, above):
    expected = None if value is None else above if value >= at else below
    assert value_of(threshold(Number(), at, below=below, above=above), value) == expected


@given(VALUES)
def test_a_new_name_and_a_clock_change_no_value(value):
    plain = Number().score(sample(value))
    assert renamed(Number(), "size").score(sample(value)) == Score(plain.value, plain.reason, name="size")
    score = timed(Number()).score(sample(value))
    assert (score.value, score.reason) == (plain.value, plain.reason)
    assert score.detail["ms"] >= 0


@given(st.dictionaries(st.integers(0, 100), st.floats(-2, 2), min_size=1, max_size=4), st.integers(-5, 105), NUMBERS)
def test_a_schedule_goes_in_straight_lines_from_point_to_point(points, step, value):
    v = scheduled(Number(), points)
    set_step(v, step)
    steps = sorted(points)
    if step <= steps[0] or step >= steps[-1]:
        weight = points[steps[0] if step <= steps[0] else steps[-1]]
    else:
        a, b = next((a, b) for a, b in itertools.pairwise(steps) if a <= step <= b)
        weight = points[a] + (points[b] - points[a]) * (step - a) / (b - a)
    assert value_of(v, value) == pytest.approx(weight * value, abs=1e-9)
    assert v.range[0] - 1e-9 <= weight * value <= v.range[1] + 1e-9


def test_set_step_reaches_every_schedule_within_a_formula():
    inner = scheduled(Number(), {0: 0.0, 10: 1.0})
    formula = 0.5 * gate(Number(), at=0) * clip(Number() + inner, -10, 10)
    assert value_of(formula, 4.0) == 2.0
    set_step(formula, 10)
    assert value_of(formula, 4.0) == 4.0


@pytest.mark.parametrize("points", [{}, {0: math.nan}])
def test_a_schedule_without_points_is_refused(points):
    with pytest.raises(ValueError, match=r"give \{step: weight, ...\}"):
        scheduled(Number(), points)


@given(st.lists(st.tuples(st.sampled_from("pqr"), st.none() | st.integers(-5, 5)), max_size=12))
def test_normalised_values_are_z_scores_of_their_group_without_the_unscored(drawn):
    scores = normalized(Number(), eps=0.0).score_all([sample(v, p) for p, v in drawn])
    for problem in "pqr":
        pairs = [(v, s.value) for (p, v), s in zip(drawn, scores) if p == problem]
        raw = [v for v, _ in pairs if v is not None]
        for v, z in pairs:
            if v is None:
                assert z is None
            elif len(set(raw)) < 2:
                assert z == 0.0
            else:
                assert z == pytest.approx((v - statistics.mean(raw)) / statistics.stdev(raw))


def test_normalising_parts_tells_apart_what_a_sum_runs_together():
    """GDPO's example: two rewards of 0 or 1; (1, 0) and (0, 1) have one sum, but in a group the rarer one is worth more."""
    first = verifier(lambda s: s.completion[0] == "1", name="first")
    second = verifier(lambda s: s.completion[1] == "1", name="second")
    group = [Sample(Problem("", id="p"), c) for c in ("10", "01", "10", "10")]
    assert {s.value for s in (first + second).score_all(group)} == {1.0}
    values = [s.value for s in (normalized(first) + 2 * normalized(second)).score_all(group)]
    assert values[1] > values[0] == values[2] == values[3]


class Counting(Verifier):
    name = "counting"

    def __init__(self):
        self.seen = []

    def score_all(self, samples):
        self.seen += [s.completion for s in samples]
        return [
            Score.unscored("down") if s.completion == "down" else Score(len(s.completion) / 10, "n") for s in samples
        ]


def of(*completions):
    return [Sample(Problem("", id=f"p{i}"), c) for i, c in enumerate(completions)]


@pytest.mark.parametrize("on_disk", [False, True])
def test_each_text_is_asked_about_once_and_an_outage_again(on_disk, tmp_path):
    inner = Counting()
    v = cached(inner, path=tmp_path / "scores.db" if on_disk else None)
    batch = of("a", "bb", "a", "down")
    first, second = v.score_all(batch), v.score_all(batch)
    assert first == second
    assert [s.value for s in first] == [0.1, 0.2, 0.1, None]
    assert inner.seen == ["a", "bb", "down", "down"]


def test_scores_on_disk_outlive_the_process_that_made_them(tmp_path):
    path = tmp_path / "scores.db"
    cached(Counting(), path=path).score_all(of("a\ud800", "bb"))
    inner = Counting()
    again = cached(inner, path=path)
    assert [s.value for s in again.score_all(of("bb", "a\ud800", "new"))] == [0.2, 0.2, 0.3]
    assert inner.seen == ["new"]


def test_a_cache_tells_apart_whatever_a_score_can_depend_on():
    base = Sample(Problem("q", "gold", meta={"a": 1}), "text", 5, "stop")
    others = [
        Sample(Problem("r", "gold", meta={"a": 1}), "text", 5, "stop"),
        Sample(Problem("q", "silver", meta={"a": 1}), "text", 5, "stop"),
        Sample(Problem("q", "gold", meta={"a": 2}), "text", 5, "stop"),
        Sample(base.problem, "text2", 5, "stop"),
        Sample(base.problem, "text", 6, "stop"),
        Sample(base.problem, "text", 5, "length"),
    ]
    inner = Counting()
    cached(inner).score_all([base, *others])
    assert len(inner.seen) == 7


def test_a_full_memory_forgets_what_was_used_longest_ago():
    inner = Counting()
    v = cached(inner, size=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        v.score_all(of(text))
    assert inner.seen == ["a", "b", "c", "b"]


def test_many_threads_share_one_cache(tmp_path):
    v = cached(Counting(), path=tmp_path / "scores.db")
    results = []
    threads = [threading.Thread(target=lambda: results.append(v.score_all(of("a", "bb", "ccc")))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert all([s.value for s in scores] == [0.1, 0.2, 0.3] for scores in results)


def test_what_depends_on_the_group_and_what_is_no_cache_is_refused(tmp_path):
    with pytest.raises(ValueError, match="its scores depend on the whole group"):
        cached(normalized(Number()))
    (tmp_path / "notes.txt").write_text("no database at all, but longer than a header of one")
    with pytest.raises(ValueError, match="is no cache of scores"):
        cached(Number(), path=tmp_path / "notes.txt")


@pytest.mark.parametrize(
    "made",
    [
        clip(Number(), 0, 1),
        threshold(Number(), 0.5),
        threshold(Number(), 0.5, below=-1),
        scheduled(0.5 * Number(), {0: 1.0, 10: 0.0}),
        normalized(Number()) + 2 * normalized(Number(), eps=0.1),
        timed(renamed(Number(), "size")),
        cached(Number() | clip(Number(), 0, 1)),
        gate(Number(), at=0.5) * Number() & Number() - Number(),
    ],
    ids=repr,
)
def test_repr_reads_back_and_travels_to_other_processes(made):
    again = read_formula(repr(made), {"Number": Number})
    assert repr(again) == repr(made)
    assert repr(pickle.loads(pickle.dumps(made))) == repr(made)
    for value in (-3.0, 0.25, 4.0, None):
        assert value_of(again, value) == value_of(made, value)
