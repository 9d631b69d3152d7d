"""Labelled cases and recorded completions, where ASSAY_DATA says they are. None of them is copied here."""

import json
import os
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from verifiers.math import MathVerifier, check

DATA = os.environ.get("ASSAY_DATA")
needs_data = pytest.mark.skipif(
    not DATA, reason="ASSAY_DATA is not set: it names the folder with math500, gsm8k, recorded, ..."
)


def rows(*path):
    file = Path(DATA, *path)
    if not file.exists():
        pytest.skip(f"{file} is not there")
    return [json.loads(line) for line in file.read_text().splitlines()]


def mistakes(cases):
    """(false positives, false negatives) among (gold, completion, right) triples."""
    wrong = [
        (gold, completion, right)
        for gold, completion, right in cases
        if (check(gold, completion).value == 1.0) != right
    ]
    return [w for w in wrong if not w[2]], [w for w in wrong if w[2]]


@needs_data
def test_labelled_answers():
    cases = rows("..", "acceptance", "math_answers.jsonl")
    wrong, sizes = defaultdict(list), Counter(case["group"] for case in cases)
    for case in cases:
        if (check(case["gold"], case["pred"]).value == 1.0) != case["label"]:
            wrong[case["group"]].append(case)
    everything = [case for group in wrong.values() for case in group]
    assert len(everything) <= 0.015 * len(cases)
    assert sum(not case["label"] for case in everything) <= 2
    assert {group for group, size in sizes.items() if size >= 20 and len(wrong[group]) > 0.04 * size} == set()


@needs_data
def test_text_hacks():
    cases = [case for case in rows("..", "acceptance", "text_hacks.jsonl") if case["task"] == "answer"]
    positives, negatives = mistakes((c["gold"], c["completion"], bool(c["should_reward"])) for c in cases)
    assert positives == []
    assert len(negatives) <= 2


@needs_data
@pytest.mark.slow
def test_recorded_completions():
    cases = [
        case
        for name in ("atts", "crosslingual", "skythought", "zeroeval")
        for case in rows("recorded", f"{name}.jsonl")
    ]
    cases = [(case["gold"], case["completion"], case["checked"]) for case in cases if case["checked"] is not None]
    positives, negatives = mistakes(cases)
    assert len(positives) + len(negatives) <= 0.005 * len(cases)


@needs_data
@pytest.mark.parametrize(
    ("file", "field"),
    [("math500/test", "answer"), ("aime24/test", "answer"), ("aime25/test", "answer"), ("amc23/test", "answer"), ("gsm8k/test", "answer"),
     ("olympiadbench/oe_to_maths_en_comp", "final_answer"), ("minerva_math/test", "answer")],
)  # fmt: skip
def test_every_gold_accepts_itself(file, field):
    verifier = MathVerifier()
    golds = [row[field][0] if isinstance(row[field], list) else row[field] for row in rows(f"{file}.jsonl")]
    assert {gold: why for gold in golds if (why := verifier.check_gold(gold))} == {}
    for completion in ("{}", "Hence the answer is $\\boxed{{{}}}$."):
        assert [gold for gold in golds if verifier.check(gold, completion.format(gold)).value != 1.0] == []


@needs_data
@pytest.mark.parametrize(("file", "number"), [("math500/test", 500), ("gsm8k/test", 1319)])
def test_every_reference_solution_is_accepted(file, number):
    solutions = rows(f"{file}.jsonl")
    refused = [row["id"] for row in solutions if check(row["answer"], row["solution"]).value != 1.0]
    assert (len(solutions), refused) == (number, [])


@needs_data
def test_golds_in_python_notation_accept_their_latex_form():
    golds = [row["answer"] for row in rows("minerva_math", "test.jsonl")]
    scientific = [
        gold for gold in golds if "e" in gold and gold.replace("e", "").replace(".", "").replace("-", "").isdigit()
    ]
    assert len(scientific) > 50
    for gold in scientific:
        mantissa, exponent = gold.split("e")
        assert check(gold, f"\\boxed{{{mantissa} \\times 10^{{{exponent}}}}}").value == 1.0
