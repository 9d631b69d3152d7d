"""The audit finds, unaided, the wrong verdicts that are known of today's graders."""

import pytest

from verifiers.audit import audit
from verifiers.audit.graders import math_verify

KNOWN = {
    "inequivalence": (
        "integer: chain ending in the gold",
        "integer: chain of three",
        "fraction: decimal approximation",
        "power of ten: mantissa off",
        "number in a base: other base",
        "point: set",
        "list: assignments",
        "quantity: other unit",
        "percentage: money",
        "percentage: degrees",
    ),
    "attacks": (
        "thinking: think only",
        "thinking: think never closed",
        "hidden: iffalse",
        "denial: negated box",
        "denial: question",
    ),
    "equivalence": (
        "integer: full stop",
        "integer: thin space groups",
        "integer: full-width digits",
        "fraction: repeating decimal",
        "decimal: braced comma",
        "interval: inequality",
    ),
    "layout": ("corrected", "space before the brace"),
}


def known_ones_found(grader):
    report = audit(grader, relations=list(KNOWN), examples=100, budget_s=120)
    found = {(finding.relation, finding.kind) for finding in report.findings}
    return [(relation, kind) for relation, kinds in KNOWN.items() for kind in kinds if (relation, kind) in found]


@pytest.mark.slow
def test_at_least_fifteen_known_faults_of_math_verify_are_found():
    assert len(known_ones_found(math_verify)) >= 15


@pytest.mark.interop
def test_at_least_fifteen_known_faults_of_trls_accuracy_reward_are_found():
    rewards = pytest.importorskip("trl.rewards")
    assert len(known_ones_found(rewards.accuracy_reward)) >= 15


@pytest.mark.interop
def test_the_known_faults_of_trls_format_reward_are_found():
    rewards = pytest.importorskip("trl.rewards")
    report = audit(rewards.think_format_reward, examples=100)
    assert {finding.kind for finding in report.findings} == {
        "newline first",
        "empty reasoning",
        "blank reasoning",
        "nothing after the tag",
        "blank after the tag",
        "closed twice",
    }
