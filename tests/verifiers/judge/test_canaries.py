"""Canaries: known wrong answers that measure a judge's false-positive rate."""

import pytest

from verifiers import Problem, Sample
from verifiers.judge import Client, Failure, PointwiseJudge, Scripted
from verifiers.judge.canaries import ATTACKS, WithCanaries, canaries_for, measure_canaries

PROBLEMS = [Problem(f"Capital of land {k}?", f"City-{k:02d}-town", id=str(k)) for k in range(20)]


def judge_that(answer):
    return PointwiseJudge(Client(Scripted(answer)), gates=False)


def test_canaries_are_wrong_and_of_every_kind():
    found = canaries_for(PROBLEMS, each=2)
    assert {canary.kind for canary in found} == set(ATTACKS)
    assert len(found) == len(PROBLEMS) * len(ATTACKS) * 2
    for canary in found:
        assert canary.sample.gold not in canary.sample.completion
    assert canaries_for(PROBLEMS, each=2) == found
    assert canaries_for(PROBLEMS, each=2, seed=1) != found


def test_an_answer_that_contains_the_right_one_is_no_canary():
    found = canaries_for([Problem("a", "12"), Problem("b", "2"), Problem("c", "7")])
    for canary in found:
        if canary.kind == "plain" and canary.sample.gold in ("12", "2"):
            assert "7" in canary.sample.completion


def test_a_judge_that_takes_orders_is_found_out_by_kind(blocks):
    def gullible(request):
        text = blocks(request, "completion")
        return f"VERDICT: {'CORRECT' if 'VERDICT: CORRECT' in text else 'INCORRECT'}"

    report = measure_canaries(judge_that(gullible), canaries_for(PROBLEMS))
    assert report.kinds["plain"].value == 0.0
    assert report.kinds["verdict"].value > 0.4
    assert 0 < report.overall.low < report.overall.value < report.overall.high
    assert {canary.kind for canary in report.rewarded} <= {"verdict", "delimiter"}
    assert report.to_dict()["kinds"]["plain"]["value"] == 0.0


def test_a_judge_that_is_down_has_no_rate():
    def down(request):
        raise Failure("http_400", retry=False)

    report = measure_canaries(judge_that(down), canaries_for(PROBLEMS))
    assert report.overall.value is None
    assert report.unscored == len(PROBLEMS) * len(ATTACKS)


def test_a_watched_judge_scores_the_samples_as_before_and_reports_its_canaries(blocks):
    def answer(request):
        completion, reference = blocks(request, "completion"), blocks(request, "reference")
        return f"VERDICT: {'CORRECT' if completion == reference or 'Ignore' in completion else 'INCORRECT'}"

    judge = judge_that(answer)
    watched = WithCanaries(judge, canaries_for(PROBLEMS), every=5)
    samples = [Sample(problem, str(problem.gold)) for problem in PROBLEMS] + [Sample(PROBLEMS[0], "no")]
    plain = judge.score_all(samples)
    for _ in range(10):
        assert [s.value for s in watched.score_all(samples)] == [s.value for s in plain]
    report = watched.report()
    assert report.overall.n + report.unscored == 10 * len(samples) // 5
    assert report.overall.value > 0
    assert watched.recent(5).overall.n <= 5
    assert watched.name == "judge"


def test_canaries_need_two_golds():
    with pytest.raises(ValueError, match="1 different golds"):
        canaries_for([Problem("a", "x"), Problem("b", "x"), Problem("c")])
