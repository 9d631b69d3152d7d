"""Reward functions of other libraries' shapes, audited as they are. Each is the same correct grader in another dress."""

import re

import pytest

from verifiers import Problem, Sample, verifier
from verifiers.audit import Capabilities, audit
from verifiers.audit.foreign import adapted, guessed, shape_of
from verifiers.base import scores_of

SCOPE = Capabilities(answer_types=("integer",), notations="gold")


def grade(gold, text):
    boxes = re.findall(r"\\boxed\{([^{}]*)\}", text)
    return float(bool(boxes) and boxes[-1] == gold)


def trl(completions, solution, **kwargs):
    return [grade(gold, c[0]["content"]) for c, gold in zip(completions, solution, strict=True)]


def trl_other_column(prompts, completions, completion_ids, answer, trainer_state=None):
    assert len(prompts) == len(completion_ids) == len(completions)
    return [grade(gold, c[0]["content"]) for c, gold in zip(completions, answer, strict=True)]


def open_r1(completions, **kwargs):
    return [grade(gold, c[0]["content"]) for c, gold in zip(completions, kwargs["solution"], strict=True)]


def verl(data_source, solution_str, ground_truth, extra_info=None):
    return grade(ground_truth, solution_str)


def verl_dict(solution_str, ground_truth, extra_info=None, **kwargs):
    return {"score": grade(ground_truth, solution_str), "acc": True}


def openrlhf(queries, prompts, labels):
    texts = [query[len(prompt) :] for query, prompt in zip(queries, prompts)]
    return {"rewards": [grade(gold, text) for gold, text in zip(labels, texts)], "scores": None}


def pair(gold, completion):
    return grade(gold, completion) == 1.0


def other_pair(response, answer):
    return grade(answer, response)


def of_sample(sample):
    return grade(sample.gold, sample.completion)


def of_samples(samples):
    return [grade(s.gold, s.completion) for s in samples]


@verifier
def ours(sample):
    return grade(sample.gold, sample.completion)


GRADERS = [trl, trl_other_column, open_r1, verl, verl_dict, openrlhf, pair, other_pair, of_sample, of_samples, ours]


@pytest.mark.parametrize("grader", GRADERS, ids=lambda g: getattr(g, "__name__", "ours"))
def test_every_shape_gives_the_same_verdicts(grader):
    samples = [Sample(Problem("", "42"), text) for text in ("\\boxed{42}", "\\boxed{41}", "42", "")]
    assert [s.value for s in scores_of(adapted(grader, SCOPE), samples)] == [1.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("grader", [trl, verl, openrlhf, pair], ids=lambda g: g.__name__)
def test_every_shape_is_audited_as_it_is(grader):
    report = audit(grader, capabilities=SCOPE, relations=["gold", "inequivalence", "attacks"], examples=30)
    kinds = {finding.kind for finding in report.findings}
    # A last box is all that this grader looks at.
    assert "denial: negated box" in kinds
    assert "thinking: think only" in kinds
    assert report.fnr.errors == 0


def test_a_function_of_no_known_shape_is_refused_with_advice():
    with pytest.raises(TypeError, match=r"no reward function of a known shape; wrap it as f\(gold, completion\)"):
        shape_of(lambda a, b, c: 0.0)
    with pytest.raises(TypeError, match="is a int: give a Verifier or a reward function"):
        adapted(7, SCOPE)


def test_a_format_reward_of_trl_shape_is_known_by_its_name_and_its_columns():
    def think_format_reward(completions, **kwargs): ...
    def format_and_answer(completions, solution): ...

    assert guessed(think_format_reward).task == "think_format"
    assert guessed(format_and_answer).task == "answer"


def test_the_way_golds_are_written_is_found_by_trying():
    def wants_dollars(gold, completion):
        assert gold.startswith("$"), "no maths in the gold"
        return grade(gold.strip("$"), completion.replace("$", ""))

    report = audit(wants_dollars, relations=["gold"], answers=["integer"], examples=20)
    assert report.gold_form == "$GOLD$"
    assert report.passed
