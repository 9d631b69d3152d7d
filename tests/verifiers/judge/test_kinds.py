"""Rubrics, probabilities and panels."""

import math

import pytest

from verifiers import Problem, Sample
from verifiers.judge import Client, Failure, PointwiseJudge, Reply, Scripted
from verifiers.judge.panel import Panel
from verifiers.judge.probability import ProbabilityJudge
from verifiers.judge.rubric import Criterion, RubricJudge

SAMPLE = Sample(Problem("Capital of Australia?"), "It is Canberra.")
ORDERED = {"POOR": 0.0, "FAIR": 0.5, "GOOD": 1.0}


def client_of(answers, blocks):
    """A judge that answers each criterion as told."""
    return Client(Scripted(lambda request: answers[blocks(request, "criterion")]))


@pytest.mark.parametrize(
    ("weights", "verdicts", "value"),
    [
        ((1, 1), ("YES", "NO"), 0.5),
        ((3, 1), ("YES", "NO"), 0.75),
        ((3, 1), ("YES", "YES"), 1.0),
        ((2, -1), ("YES", "YES"), 0.5),
        ((2, -1), ("YES", "NO"), 1.0),
        ((1, -4), ("YES", "YES"), 0.0),
    ],
)
def test_a_rubric_is_the_weighted_mean_of_its_verdicts(weights, verdicts, value, blocks):
    rubric = [Criterion(name, weight) for name, weight in zip("ab", weights)]
    judge = RubricJudge(client_of({n: f"VERDICT: {v}" for n, v in zip("ab", verdicts)}, blocks), rubric)
    score = judge.score(SAMPLE)
    assert score.value == pytest.approx(value)
    assert [part.name for part in score.parts] == ["a", "b"]


def test_ordered_choices_give_part_marks_and_reasons_come_first(blocks):
    asked = []

    def answer(request):
        asked.append(request.text)
        return "So-so.\nVERDICT: FAIR"

    judge = RubricJudge(Client(Scripted(answer)), [Criterion("Is it clear?", choices=ORDERED)])
    assert judge.score(SAMPLE).value == 0.5
    assert asked[0].index("Give your reasons") < asked[0].index("VERDICT: POOR\nVERDICT: FAIR\nVERDICT: GOOD")


def test_one_criterion_without_a_verdict_leaves_the_sample_unscored_and_keeps_the_others(blocks):
    judge = RubricJudge(
        client_of({"a": "VERDICT: YES", "b": "I cannot say."}, blocks), [Criterion("a"), Criterion("b")]
    )
    score = judge.score(SAMPLE)
    assert (score.value, score.reason) == (None, "refused")
    assert [part.value for part in score.parts] == [1.0, None]


def test_a_rubric_can_come_with_the_problem(blocks):
    judge = RubricJudge(client_of({"mine": "VERDICT: YES"}, blocks), lambda problem: problem.meta["rubric"])
    assert judge.score(Sample(Problem("q", meta={"rubric": [Criterion("mine")]}), "x")).value == 1.0
    assert judge.score(Sample(Problem("q"), "x")).reason == "error:KeyError"


def test_rubrics_that_cannot_work_are_refused():
    with pytest.raises(ValueError, match="worst first"):
        Criterion("a", choices={"GOOD": 1.0, "POOR": 0.0})
    with pytest.raises(ValueError, match="weight other than 0"):
        Criterion("a", weight=0)
    with pytest.raises(ValueError, match="positive weight"):
        RubricJudge(Client(Scripted(lambda request: "")), [Criterion("a", weight=-1)])


def probability(options, **settings):
    reply = Reply("Yes", options={name: math.log(p) for name, p in options.items()})
    return ProbabilityJudge(Client(Scripted(lambda request: reply)), **settings).score(SAMPLE)


def test_a_probability_is_normalised_over_the_verdicts():
    assert probability({"Yes": 0.6, "No": 0.2}).value == pytest.approx(0.75)
    assert probability({"Yes": 0.9}).value == pytest.approx(1.0)


def test_a_judge_about_to_say_something_else_is_unscored():
    score = probability({"Yes": 0.2, "No": 0.1})
    assert (score.value, score.reason) == (None, "unparseable")
    assert "30.0%" in score.detail["why"]
    assert probability({"Yes": 0.2, "No": 0.1}, min_mass=0.25).value == pytest.approx(2 / 3)


def test_a_server_that_ignores_log_probabilities_is_not_trusted_with_its_text():
    score = probability({})
    assert (score.value, score.reason) == (None, "unparseable")


def member(verdict):
    def answer(request):
        if verdict is None:
            raise Failure("http_400", retry=False)
        return f"VERDICT: {verdict}"

    return PointwiseJudge(Client(Scripted(answer)))


@pytest.mark.parametrize(
    ("votes", "value", "reason"),
    [
        (("CORRECT", "CORRECT", "INCORRECT"), 1.0, "correct"),
        (("INCORRECT", "CORRECT", "INCORRECT"), 0.0, "incorrect"),
        (("CORRECT", "CORRECT", None), 1.0, "correct"),
        (("CORRECT", "INCORRECT", None), None, "no_majority"),
        (("CORRECT", None, None), None, "transport_error:http_400"),
        ((None, None, None), None, "transport_error:http_400"),
    ],
)
def test_a_panel_follows_its_majority_and_abstains_without_one(votes, value, reason):
    score = Panel([member(vote) for vote in votes]).score(SAMPLE)
    assert (score.value, score.reason) == (value, reason)
    assert [part.value for part in score.parts] == [{"CORRECT": 1.0, "INCORRECT": 0.0, None: None}[v] for v in votes]


def test_the_quorum_can_be_set_and_must_be_reachable():
    assert Panel([member("CORRECT"), member(None), member(None)], quorum=1).score(SAMPLE).value == 1.0
    assert Panel([member("CORRECT"), member("CORRECT"), member(None)], quorum=3).score(SAMPLE).value is None
    with pytest.raises(ValueError, match="quorum=4 of 3"):
        Panel([member("CORRECT")] * 3, quorum=4)
    with pytest.raises(ValueError, match="of 0 judges"):
        Panel([])


def test_the_same_judge_thrice_votes_three_times_on_its_own(tmp_path):
    replies = iter(["VERDICT: CORRECT", "VERDICT: INCORRECT", "VERDICT: CORRECT"])
    transport = Scripted(lambda request: next(replies))
    judge = PointwiseJudge(Client(transport, cache=tmp_path / "c.db", concurrency=1), temperature=1.0)
    panel = Panel([judge] * 3)
    assert panel.score(SAMPLE).value == 1.0
    assert transport.calls == 3
    assert panel.score(SAMPLE).value == 1.0  # from the cache, each seat its own
    assert transport.calls == 3


def test_a_bug_in_one_member_is_a_missing_vote():
    def buggy(request):
        raise KeyError("oops")

    panel = Panel([member("CORRECT"), member("CORRECT"), PointwiseJudge(Client(Scripted(buggy)))])
    score = panel.score(SAMPLE)
    assert score.value == 1.0
    assert score.parts[2].reason == "error:KeyError"
