"""Strict and loose, prompt and instruction level, and Google's 541 prompts."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample, check_gold
from verifiers.instructions import IFEval, problem_from_row
from verifiers.instructions.verifier import loose_variants

CHECKS = {
    "punctuation:no_comma": {},
    "startend:quotation": {},
    "detectable_format:title": {},
    "keywords:existence": {"keywords": ["joy"]},
    "length_constraints:number_words": {"relation": "at least", "num_words": 3},
}
KINDS = st.lists(st.sampled_from(sorted(CHECKS)), min_size=1, max_size=5, unique=True)
RESPONSES = st.lists(st.sampled_from(["joy", ", ", '"', "<<Joy>>", "\n", "*", " word "]), max_size=12).map("".join)


def gold(*kinds):
    return {"instruction_id_list": list(kinds), "kwargs": [CHECKS[kind] for kind in kinds]}


def value(response, gold, **options):
    return IFEval(**options).score(Sample(Problem("", gold), response)).value


@given(RESPONSES, KINDS)
def test_the_prompt_is_followed_where_each_instruction_is(response, kinds):
    single = [value(response, gold(kind)) for kind in kinds]
    assert value(response, gold(*kinds)) == float(all(single))
    assert value(response, gold(*kinds), level="instruction") == sum(single) / len(single)


@given(RESPONSES, KINDS)
def test_loose_is_the_best_of_the_variants_for_each_instruction(response, kinds):
    for kind in kinds:
        best = max(value(variant, gold(kind)) for variant in loose_variants(response))
        assert value(response, gold(kind), loose=True) == best
    assert value(response, gold(*kinds), loose=True) >= value(response, gold(*kinds))


def test_the_variants_are_those_of_the_published_code():
    assert loose_variants("*a\nb\nc*") == ["*a\nb\nc*", "b\nc*", "*a\nb", "b", "a\nb\nc", "b\nc", "a\nb"]
    assert loose_variants("a") == ["a", ""]


def test_parts_name_the_instructions_and_the_reason_the_first_one_broken():
    score = IFEval().score(Sample(Problem("", gold("punctuation:no_comma", "startend:quotation")), "a, b"))
    assert [(part.name, part.value) for part in score.parts] == [
        ("punctuation:no_comma", 0.0),
        ("startend:quotation", 0.0),
    ]
    assert score.reason == "not_followed:punctuation:no_comma"


def test_the_thinking_is_no_part_of_the_response():
    problem = Problem("", gold("punctuation:no_comma"))
    for response, followed in (("<think>a, b</think>c", 1.0), ("a, b</think>c", 1.0), ("<think>a b", 0.0)):
        assert IFEval().score(Sample(problem, response)).value == followed


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"instruction_id_list": ["a:b"], "kwargs": [{}]}, "'a:b' is no kind of instruction known here"),
        ({"instruction_id_list": ["startend:quotation"], "kwargs": []}, "lists of one length"),
        ({"instruction_id_list": [], "kwargs": []}, "not empty"),
        ({"kwargs": []}, "no row of IFEval"),
        ("text", "no row of IFEval"),
        (gold("punctuation:no_comma") | {"kwargs": [{"relation": "at least"}]}, "unexpected keyword argument"),
        ({"instruction_id_list": ["keywords:existence"], "kwargs": [{}]}, "missing a required"),
        ({"instruction_id_list": ["keywords:existence"], "kwargs": [{"keywords": "joy"}]}, "not a list of words"),
        (
            {
                "instruction_id_list": ["length_constraints:number_words"],
                "kwargs": [{"relation": "at most", "num_words": 3}],
            },
            "neither 'at least' nor 'less than'",
        ),
        (
            {
                "instruction_id_list": ["keywords:letter_frequency"],
                "kwargs": [{"letter": "ab", "let_relation": "at least", "let_frequency": 3}],
            },
            "not one character",
        ),
    ],
)
def test_a_gold_that_cannot_be_checked_is_unscored_with_a_sentence(bad, sentence):
    score = IFEval().score(Sample(Problem("", bad), "text"))
    assert (score.value, score.reason) == (None, "gold_unusable")
    assert sentence in score.detail["message"]


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="use 'prompt' or 'instruction'"):
        IFEval(level="word")


@pytest.fixture(scope="module")
def problems():
    if "ASSAY_DATA" not in os.environ:
        pytest.skip("ASSAY_DATA is not set: no IFEval prompts")
    lines = (Path(os.environ["ASSAY_DATA"]) / "ifeval" / "input_data.jsonl").read_text(encoding="utf-8").splitlines()
    return [problem_from_row(json.loads(line)) for line in lines]


def test_all_541_prompts_load_with_a_usable_gold(problems):
    assert len(problems) == 541
    assert sum(len(problem.gold["kwargs"]) for problem in problems) == 834
    assert check_gold(IFEval(), problems) == {}


def test_all_541_prompts_score_their_own_prompt_as_the_response(problems):
    samples = [Sample(problem, problem.prompt) for problem in problems]
    pytest.importorskip("pycld2")
    strict, loose = ([s.value for s in IFEval(loose=loose).score_all(samples)] for loose in (False, True))
    assert all(a is not None and a <= b for a, b in zip(strict, loose))
    assert 0 < sum(strict) < sum(loose) < 541


def test_repeating_the_request_follows_that_instruction_on_every_prompt_that_has_it(problems):
    kind = "combination:repeat_prompt"
    for problem in problems:
        for i, name in enumerate(problem.gold["instruction_id_list"]):
            if name == kind:
                only = {"instruction_id_list": [kind], "kwargs": [problem.gold["kwargs"][i]]}
                assert value(only["kwargs"][0]["prompt_to_repeat"] + "\n\nSure.", only) == 1.0
