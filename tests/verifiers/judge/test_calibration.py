"""Judges with known faults, and whether calibration finds them."""

import json
import random

import pytest

from verifiers import Problem, Sample
from verifiers.judge import Client, Failure, PointwiseJudge, Scripted
from verifiers.judge.agreement import length_bias
from verifiers.judge.calibration import Labelled, LabelledPair, calibrate, load_labelled
from verifiers.judge.pairwise import PairwiseJudge
from verifiers.judge.statistics import Counter, bootstrap, cohens_kappa, estimated_share


def items(n, right=0.5, seed=0):
    rng = random.Random(seed)
    made = []
    for k in range(n):
        label = rng.random() < right
        made.append(Labelled(Sample(Problem("q", "gold"), f"{label} {k} " + "x" * rng.randrange(200)), label))
    return made


def judge_by(rule, blocks):
    """A judge that is told the label by the completion, and follows a rule of (label, number, length)."""

    def answer(request):
        text = blocks(request, "completion")
        label, k, *_ = text.split(" ")
        return rule(label == "True", int(k), len(text))

    return PointwiseJudge(Client(Scripted(answer)))


def says(positive):
    return f"VERDICT: {'CORRECT' if positive else 'INCORRECT'}"


def test_rates_are_those_of_a_judge_that_errs_as_told(blocks):
    """Every 5th wrong one is let through, every 10th right one is refused."""
    data = [Labelled(Sample(Problem("q", "gold"), f"{k % 2 == 0} {k}"), k % 2 == 0) for k in range(200)]
    judge = judge_by(lambda label, k, n: says((k // 2) % 10 != 0 if label else (k // 2) % 5 == 0), blocks)
    found = calibrate(judge, data).estimates
    assert found["false_positive_rate"].value == pytest.approx(0.2)
    assert found["false_negative_rate"].value == pytest.approx(0.1)
    assert found["accuracy"].value == pytest.approx(0.85)
    assert found["kappa"].value == pytest.approx(0.7)
    assert (found["false_positive_rate"].n, found["false_negative_rate"].n) == (100, 100)
    for estimate in found.values():
        assert estimate.low <= estimate.value <= estimate.high


def test_a_judge_that_likes_length_is_found_out_and_a_fair_one_is_not(blocks):
    data = items(600)
    fair = calibrate(judge_by(lambda label, k, n: says(label if k % 10 else not label), blocks), data)
    fond = calibrate(judge_by(lambda label, k, n: says(label or n > 150), blocks), data)
    assert fair.estimates["length_bias"].low < 0 < fair.estimates["length_bias"].high
    assert fond.estimates["length_bias"].low > 0.1


def test_right_answers_being_longer_is_no_bias():
    # Right completions are long and wrong ones short; the judge is perfect.
    cells = Counter({(True, True, True): 5, (True, True, False): 5, (False, False, True): 5, (False, False, False): 5})
    assert length_bias(cells) == 0.0


def test_items_without_a_verdict_count_in_no_rate_and_are_reported(blocks):
    def rule(label, k, n):
        if k % 4 == 0:
            raise Failure("http_400", retry=False)
        return says(label)

    found = calibrate(judge_by(rule, blocks), items(100))
    assert found.scored == 75
    assert found.outcomes["transport_error:http_400"] == 25
    assert found.estimates["accuracy"].value == 1.0
    assert "**25% of the items have no verdict.**" in found.to_markdown()


def test_a_judge_that_is_down_has_no_figures_at_all():
    def down(request):
        raise Failure("http_400", retry=False)

    found = calibrate(PointwiseJudge(Client(Scripted(down))), items(10))
    assert {e.value for e in found.estimates.values()} == {None}
    assert "100% of the items have no verdict" in found.to_markdown()
    json.loads(found.to_json())


def pairs(n, seed=0):
    rng = random.Random(seed)
    return [
        LabelledPair(
            "q",
            f"{k} l " + "x" * rng.randrange(1, 100),
            f"{k} r " + "x" * rng.randrange(1, 100),
            float(rng.random() < 0.5),
        )
        for k in range(n)
    ]


def pair_judge(rule, blocks):
    def answer(request):
        return f"VERDICT: {rule(blocks(request, 'completion_a'), blocks(request, 'completion_b'))}"

    return PairwiseJudge(Client(Scripted(answer)))


def test_a_pairwise_judge_that_likes_the_first_is_found_out(blocks):
    data = pairs(100)
    labels = {pair.first.split()[0]: pair.label for pair in data}

    def half_blind(a, b):
        k = a.split()[0]
        if int(k) % 2:
            return "A"
        return "A" if (" l " in a) == (labels[k] == 1.0) else "B"

    found = calibrate(pair_judge(half_blind, blocks), data).estimates
    assert found["inconsistency"].value == pytest.approx(0.5)
    assert found["position_bias"].value == pytest.approx(0.25)
    assert found["position_bias"].low > 0.1
    assert found["accuracy"].value == pytest.approx(0.5)


def test_a_pairwise_judge_that_likes_length_is_found_out(blocks):
    found = calibrate(pair_judge(lambda a, b: "A" if len(a) > len(b) else "B", blocks), pairs(200)).estimates
    assert found["length_bias"].low > 0.3
    assert found["position_bias"].value == pytest.approx(0.0, abs=0.02)
    assert abs(found["kappa"].value) < 0.2


def test_pairs_need_a_judge_of_pairs():
    with pytest.raises(ValueError, match="need a PairwiseJudge"):
        calibrate(PointwiseJudge(Client(Scripted(lambda request: ""))), pairs(2))


def test_labelled_files_are_read_and_faults_are_named_by_line(tmp_path):
    path = tmp_path / "data.jsonl"
    sample = {"question": "q", "reference": "r", "completion": "c", "label": True}
    path.write_text(json.dumps(sample) + "\n\n" + json.dumps({**sample, "label": 0, "reference": None}) + "\n")
    assert [(item.label, item.sample.gold) for item in load_labelled(path)] == [(True, "r"), (False, None)]
    pair = {"question": "q", "first": "a", "second": "b", "label": "TIE"}
    path.write_text(json.dumps(pair) + "\n")
    assert load_labelled(path)[0].label == 0.5
    faults = {
        json.dumps({**sample, "label": "maybe"}): ":1 is no labelled item: label='maybe' is neither true nor false",
        json.dumps({**pair, "label": "left"}): "none of first, second, tie",
        json.dumps({"question": "q", "completion": "c"}): "the field 'label' is missing",
        "[1]": ":1 is no labelled item",
        "{": ":1 is no labelled item",
        "": "0 items of 0 kinds",
        json.dumps(sample) + "\n" + json.dumps(pair): "2 items of 2 kinds",
    }
    for text, message in faults.items():
        path.write_text(text + "\n")
        with pytest.raises(ValueError, match=message):
            load_labelled(path)


@pytest.mark.parametrize(
    ("table", "value"),
    [
        # The example of Cohen's kappa in most textbooks: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no.
        ({(1, 1): 20, (1, 0): 5, (0, 1): 10, (0, 0): 15}, 0.4),
        ({(1, 1): 45, (1, 0): 15, (0, 1): 25, (0, 0): 15}, 0.1304),
        ({(1, 1): 25, (1, 0): 35, (0, 1): 5, (0, 0): 35}, 0.2593),
        ({(1, 1): 10, (0, 0): 10}, 1.0),
        ({(1, 0): 10, (0, 1): 10}, -1.0),
        ({(1, 1): 10}, None),
        ({}, None),
    ],
)
def test_kappa_is_cohens(table, value):
    found = cohens_kappa(table)
    assert found is None if value is None else found == pytest.approx(value, abs=1e-4)


def test_the_bootstrap_interval_is_that_of_a_binomial_and_is_reproducible():
    cells = [("hit",)] * 300 + [("miss",)] * 700
    statistic = {"share": (lambda c: c["hit",] / c.total(), 1000)}
    found = bootstrap(cells, statistic)["share"]
    sd = (0.3 * 0.7 / 1000) ** 0.5
    assert found.low == pytest.approx(0.3 - 1.96 * sd, abs=0.003)
    assert found.high == pytest.approx(0.3 + 1.96 * sd, abs=0.003)
    assert bootstrap(cells, statistic)["share"] == found


def test_wilson_is_sensible_at_the_ends():
    # Reference values: 0 of 10 -> [0, 0.2775], 5 of 10 -> [0.2366, 0.7634].
    assert (estimated_share(0, 10).low, estimated_share(0, 10).high) == (0.0, pytest.approx(0.2775, abs=1e-4))
    assert (estimated_share(5, 10).low, estimated_share(5, 10).high) == (
        pytest.approx(0.2366, abs=1e-4),
        pytest.approx(0.7634, abs=1e-4),
    )
    assert estimated_share(0, 0).value is None
