"""Mutation testing of the audit: a correct grader passes, and nearly every planted bug is found."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from verifiers.audit import RELATIONS, Capabilities, audit, check_verifier
from verifiers.exact import ExactMatch

spec = importlib.util.spec_from_file_location("planted", Path(__file__).with_name("planted.py"))
planted = importlib.util.module_from_spec(spec)
spec.loader.exec_module(planted)


PATIENT = replace(planted.SCOPE, time_limit_s=20)
"""So that a machine that stalls for seconds raises no alarm."""


def found(name):
    return audit(planted.planted(name), examples=60, budget_s=40, stop_at_first=True)


def test_a_correct_grader_that_declares_its_narrow_scope_raises_no_alarm():
    report = check_verifier(planted.BoxedInteger(), capabilities=PATIENT, examples=200, budget_s=600)
    assert report.passed
    assert report.fpr.errors == report.fnr.errors == 0
    asked = {r.name for r in report.relations if r.status == "passed"}
    assert asked == {relation.name for relation in RELATIONS if relation.kinds(planted.SCOPE)} | {"side effects"}
    assert "equivalence" not in asked


def test_our_exact_match_raises_no_alarm_in_its_scope():
    scope = Capabilities(
        answer_types=("integer", "word", "choice"), notations="gold", styles=("boxed", "statement", "tag")
    )
    check_verifier(ExactMatch(), capabilities=replace(scope, time_limit_s=20), examples=60, budget_s=600)


@pytest.mark.slow
def test_nearly_every_planted_bug_is_found():
    missed = [name for name in planted.ALL if found(name).passed]
    assert len(planted.ALL) >= 30
    assert len(missed) <= 0.05 * len(planted.ALL), missed


@pytest.mark.parametrize(
    ("name", "relation", "fault"),
    [
        ("hangs", "bounded time", "hang"),
        ("exits", "bounded time", "exit"),
        ("sys.exit", "attacks", "exit"),
        ("eats memory", "bounded time", "memory"),
        ("prints floods", "gold", "output"),
        ("changes directory", "gold", "state"),
        ("seeds the global generator", "gold", "state"),
        ("one score short", "contract", "raised"),
        ("reasoning counts", "attacks", "false positive"),
        ("nothing is right", "gold", "false negative"),
        ("abstains when wrong", "inequivalence", "unscored"),
        ("order dependence", "contract", "inconsistent"),
    ],
)
def test_a_fault_is_reported_as_what_it_is(name, relation, fault):
    report = audit(planted.planted(name), relations=[relation], examples=30, budget_s=40)
    assert fault in {finding.complaint.fault for finding in report.findings}, report.to_markdown()
