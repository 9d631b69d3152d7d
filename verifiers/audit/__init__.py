"""Can this reward be trusted? Property-based tests of a grader, and attacks on it, before a model is trained on it.

report = check_verifier(MathVerifier())             # raises AuditFailure where a demand is not met
report = audit(my_reward, raise_on_fail=False)      # any function of TRL, verl, open-r1 or OpenRLHF shape
print(report.to_markdown())
"""

from verifiers.audit.answers import Answer, AnswerType, equivalents, inequivalents, typed_answers
from verifiers.audit.attacks import attacks
from verifiers.audit.capabilities import Capabilities
from verifiers.audit.case import Case, not_above, right, same, scored, wrong
from verifiers.audit.programs import Program, programs
from verifiers.audit.pytest_checks import parametrize_with_checks
from verifiers.audit.relations import RELATIONS, Relation, relation
from verifiers.audit.report import AuditReport, Finding
from verifiers.audit.run import AuditFailure, audit, check_verifier
from verifiers.audit.soup import tex_soup
from verifiers.audit.styles import completions

__all__ = [
    "RELATIONS",
    "Answer",
    "AnswerType",
    "AuditFailure",
    "AuditReport",
    "Capabilities",
    "Case",
    "Finding",
    "Program",
    "Relation",
    "attacks",
    "audit",
    "check_verifier",
    "completions",
    "equivalents",
    "inequivalents",
    "not_above",
    "parametrize_with_checks",
    "programs",
    "relation",
    "right",
    "same",
    "scored",
    "tex_soup",
    "typed_answers",
    "wrong",
]
