import importlib
import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import strategies as st

from verifiers import Problem, Sample
from verifiers.audit import (
    RELATIONS,
    AuditFailure,
    Capabilities,
    audit,
    check_verifier,
    completions,
    parametrize_with_checks,
    relation,
    same,
)
from verifiers.audit.case import right, scored
from verifiers.audit.compare import compare
from verifiers.audit.explore import generate
from verifiers.audit.report import Rate
from verifiers.format import ThinkFormat

spec = importlib.util.spec_from_file_location("planted", Path(__file__).with_name("planted.py"))
planted = importlib.util.module_from_spec(spec)
spec.loader.exec_module(planted)

FEW = {"relations": ["gold", "inequivalence", "contract"], "examples": 20}


def without_timings(report):
    data = report.to_dict()
    del data["timings"]
    return json.dumps(data)


def test_another_seed_draws_other_cases():
    strategy = RELATIONS[0].kinds(planted.SCOPE)["repeated"]
    drawn = [[case.calls for case in generate(strategy, 20, seed, "repeated")] for seed in (0, 1)]
    assert drawn[0] != drawn[1]
    assert len(drawn[0]) == len(drawn[1]) == 20


def test_the_same_seed_gives_the_same_report():
    def grader():
        return planted.planted("last number")

    def fresh(seed):
        generate.cache_clear()  # So that it is drawn again, and not merely remembered.
        return without_timings(audit(grader(), seed=seed, **FEW))

    assert fresh(0) == fresh(0)


def test_a_failure_raises_with_the_report_and_shows_the_smallest_example():
    with pytest.raises(AuditFailure, match=r"integer: tiny difference") as raised:
        check_verifier(planted.planted("float with tolerance"), **FEW)
    (finding,) = raised.value.report.findings
    assert finding.complaint.fault == "false positive"
    assert len(finding.case.items[0][1]) < 50


def test_an_expected_failure_is_no_failure_and_a_missing_one_is():
    known = {"inequivalence/integer: tiny difference": "answers are rounded"}
    report = check_verifier(planted.planted("float with tolerance"), expected_failures=known, **FEW)
    status = {r.name: (r.status, r.reason) for r in report.relations}
    assert status["inequivalence"] == ("expected", "answers are rounded")
    with pytest.raises(AuditFailure, match="unexpected pass"):
        check_verifier(planted.BoxedInteger(), expected_failures={"gold": "it was broken once"}, **FEW)


def test_what_a_scope_forgives_is_not_asked():
    scope = Capabilities(answer_types=("integer",), notations="gold", forgives=("inequivalence/*: tiny*",))
    check_verifier(planted.planted("float with tolerance"), capabilities=scope, **FEW)


def test_shrinking_finds_a_smaller_example_than_the_first_that_failed():
    @relation("no long numbers", applies_to=["integer"])
    def long_number(draw, answer):
        """A number of any length is read."""
        n = draw(st.integers(0, 10**9))
        return right(str(n), f"\\boxed{{{n}}}")

    def short_sighted(gold, completion):
        return len(gold) < 5 and gold in completion

    report = audit(short_sighted, relations=[long_number], answers=["integer"], examples=60)
    (finding,) = report.findings
    assert finding.case.items == (("10000", "\\boxed{10000}"),)


UNORDERED = """
def first_of_a_set(gold, completion):
    words = set(completion.split()) | {"a", "b", "c"}
    return float(next(iter(words)) in ("a", "So"))
def sorted_first(gold, completion):
    return float(min(set(completion.split()) | {"a"}) == "a")
"""


def test_a_grader_that_depends_on_the_order_of_a_set_is_found(tmp_path, monkeypatch):
    (tmp_path / "unordered_rewards.py").write_text(UNORDERED)
    monkeypatch.syspath_prepend(str(tmp_path))
    rewards = importlib.import_module("unordered_rewards")
    options = {"relations": ["hash seed"], "answers": ["integer"], "examples": 20}
    (finding,) = audit(rewards.first_of_a_set, **options).findings
    assert "another hash seed changes" in finding.complaint.message
    assert audit(rewards.sorted_first, **options).passed
    assert audit(lambda gold, completion: float(hash(completion) % 2), **options).passed  # It cannot be sent.


def test_a_relation_of_ones_own_is_checked_like_the_others():
    @relation("shouting keeps the verdict", applies_to=["integer"], kind="shouting")
    def shouting(draw, answer):
        """Exclamation marks are not part of the answer."""
        text = draw(completions(answer))
        return same(answer.gold, text, text + "!!!")

    def easily_shocked(gold, completion):
        return gold in completion and "!!" not in completion

    report = audit(easily_shocked, relations=[shouting], examples=20)
    assert [(f.relation, f.kind) for f in report.findings] == [("shouting keeps the verdict", "shouting")]
    assert report.relations[0].about == "Exclamation marks are not part of the answer."


def test_a_data_sets_golds_are_asked_about():
    problems = [Problem("", "42"), Problem("", "seven")]

    def integers_only(gold, completion):
        return int(gold) == 42 and "{42}" in completion

    report = audit(integers_only, problems, relations=[], extra=(), examples=20)
    (finding,) = [f for f in report.findings if f.kind == "accepts itself"]
    assert (finding.relation, finding.case.items[0][0]) == ("data set", "seven")


def test_running_out_of_budget_is_said_and_is_no_failure():
    report = audit(planted.BoxedInteger(), budget_s=1e-6, examples=20)
    assert {r.status for r in report.relations} <= {"out of time", "not applicable", "passed"}
    assert "kinds were not reached" in report.relations[0].reason


@pytest.mark.parametrize("options", [{"budget_s": 0.0}, {"budget_s": float("nan")}, {"examples": 0}])
def test_an_audit_that_could_ask_nothing_is_refused(options):
    with pytest.raises(ValueError, match="ask at least one case, in more than 0 seconds"):
        audit(planted.BoxedInteger(), **options)


def test_a_think_format_reward_is_held_to_the_forms():
    check_verifier(ThinkFormat(), capabilities=Capabilities(task="think_format"), relations=["format"], examples=60)
    naive = audit(
        lambda sample: "</think>" in sample.completion,
        capabilities=Capabilities(task="think_format"),
        relations=["format"],
    )
    assert {f.kind for f in naive.findings} >= {
        "closed twice",
        "never opened",
        "empty reasoning",
        "nothing after the tag",
    }


def test_two_graders_are_compared_on_the_same_cases():
    found = compare(planted.BoxedInteger(), planted.planted("first box"), examples=30)
    assert found.agreed < found.cases
    assert {d.kind for d in found.disagreements} >= {"attacks: hedge: right, then wrong", "layout: corrected"}
    assert found.right[0] == found.cases > found.right[1]
    assert "| layout: corrected |" in found.to_markdown()
    assert compare(planted.BoxedInteger(), planted.BoxedInteger(), examples=30).disagreements == []


@parametrize_with_checks(
    [planted.BoxedInteger()],
    examples=10,
    expected_failures={},
    capabilities=replace(planted.SCOPE, time_limit_s=20),
)
def test_pytest_gets_one_test_a_relation(grader, check):
    check(grader)


def test_scores_travel_in_the_report_and_hostile_text_does_not_break_it():
    def grader(gold, completion):
        if "\ud83d" in completion or "\x00" in completion:
            raise ValueError("odd text")
        return 0.0

    report = audit(grader, relations=["totality"], extra=[odd()], examples=60, answers=["integer"])
    assert {f.complaint.fault for f in report.findings} == {"raised"}
    for text in (report.to_markdown(), report.to_html(), report.to_json()):
        text.encode()
        assert "\x00" not in text
    assert json.loads(report.to_json())["relations"][0]["name"] == "totality"


def odd():
    @relation("odd", applies_to=["integer"])
    def drawn(draw, answer):
        return scored(answer.gold, "\ud83d<b>\x00")

    return drawn


def test_a_rate_is_shown_with_its_interval():
    assert str(Rate(1, 10)) == "10.0 % (1.8 to 40.4)"
    assert Rate(0, 0).interval == (0.0, 1.0)


def test_an_unknown_relation_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="relation 'golds' is not known; there are contract, gold"):
        check_verifier(planted.BoxedInteger(), relations=["golds"])


def test_an_unknown_capability_is_named_with_those_there_are():
    with pytest.raises(TypeError, match="capability 'answers' is not known; there are abstains, answer_types"):
        check_verifier(planted.BoxedInteger(), capabilities={"answers": ["integer"]})


def test_the_audit_leaves_the_graders_own_state_alone():
    grader = planted.BoxedInteger()
    audit(grader, **FEW)
    assert grader.calls == 0
    assert grader.score(Sample(Problem("", "1"), "\\boxed{1}")).value == 1.0
