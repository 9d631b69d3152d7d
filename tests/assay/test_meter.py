from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.meter import PartStats, metered, pooled
from verifiers import Problem, Sample, Score, gate, score_all, verifier


@verifier
def long(sample):
    return min(len(sample.completion) / 4, 1.0)


@verifier
def vowel(sample):
    return sample.completion[:1] in "aeiou"


@verifier
def down(sample):
    return None


SAMPLES = [Sample(Problem("p"), text) for text in ("abcd", "xy", "eeeee", "q")]


@pytest.mark.parametrize(
    "reward",
    [
        long,
        0.5 * long,
        0.7 * long + 0.3 * vowel,
        gate(vowel) * long,
        2 * (0.5 * long - vowel),
        vowel & long,
        vowel | down,
    ],
)
def test_metering_changes_no_score(reward):
    inner, _ = metered(reward)
    assert score_all(inner, SAMPLES) == score_all(reward, SAMPLES)
    assert repr(inner) == repr(reward)


def test_each_part_has_its_raw_mean_its_spread_and_its_weight():
    inner, meters = metered(0.7 * long + 0.3 * vowel)
    score_all(inner, SAMPLES)
    first, second = (meter.take() for meter in meters)
    values = [1.0, 0.5, 1.0, 0.25]
    assert (first.name, first.weight, first.seen) == ("long", 0.7, 4)
    assert first.mean == pytest.approx(fmean(values))
    assert first.std == pytest.approx(pstdev(values))
    assert (second.name, second.mean, second.weight) == ("vowel", 0.5, 0.3)


def test_nested_weights_multiply_and_a_gate_has_none():
    _, meters = metered(2 * (0.5 * long + 0.25 * vowel))
    assert [meter.weight for meter in meters] == [1.0, 0.5]
    _, meters = metered(gate(vowel) * long)
    assert [meter.weight for meter in meters] == [None, None]


def test_a_part_that_was_not_asked_says_so():
    inner, meters = metered(gate(vowel) * long)
    score_all(inner, SAMPLES)
    assert [meter.take().seen for meter in meters] == [4, 2]


def test_unscored_is_a_share_and_no_value():
    inner, meters = metered(long + down)
    score_all(inner, SAMPLES)
    stats = meters[1].take()
    assert (stats.mean, stats.std, stats.unscored) == (None, None, 1.0)


def test_an_account_is_of_the_time_since_the_last_one():
    inner, (meter,) = metered(long)
    score_all(inner, SAMPLES)
    meter.take()
    score_all(inner, SAMPLES[:1])
    assert meter.take().seen == 1
    assert meter.take() == PartStats("long", None, None, 1.0, 0, 0.0, 0.0)


@given(st.lists(st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=5), min_size=1, max_size=5))
def test_pooled_means_are_over_all_scored_samples(draws):
    whole = pooled([PartStats.of("p", 1.0, values, seconds=1.0) for values in draws])
    everything = [value for values in draws for value in values]
    known = [value for value in everything if value is not None]
    assert whole.mean == (pytest.approx(fmean(known)) if known else None)
    assert whole.unscored == pytest.approx(1 - len(known) / len(everything))
    assert whole.ms == pytest.approx(1000 * len(draws) / len(everything))


def test_scores_keep_their_parts_when_metered():
    inner, _ = metered(0.5 * long + 0.5 * vowel)
    score = score_all(inner, SAMPLES[:1])[0]
    assert [part.name for part in score.parts] == ["0.5 * long", "0.5 * vowel"]
    assert isinstance(score, Score)
