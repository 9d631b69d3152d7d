"""Our own verifiers under the audit: at 100 examples a relation here, at 1,000 with `pytest -m slow`."""

import pytest

from verifiers.audit import Capabilities, check_verifier
from verifiers.choice import MultipleChoice
from verifiers.exact import ExactMatch
from verifiers.format import ThinkFormat
from verifiers.math import MathVerifier
from verifiers.numeric import NumberMatch
from verifiers.text import Length

SLOW_MACHINE = 20.0
"""Seconds a call may take here, so that a busy machine makes no finding; the default is 3."""
STYLES = ("boxed", "statement", "tag", "hash", "think")
# By policy a decimal gold of three digits or more is answered by what rounds to it; decimals="exact" is without.
ROUNDING = ("inequivalence/decimal: last digit",)
OWN = {
    "math": (MathVerifier(), Capabilities(styles=STYLES, forgives=ROUNDING, time_limit_s=SLOW_MACHINE)),
    "math, exact decimals": (
        MathVerifier(decimals="exact"),
        Capabilities(answer_types=("decimal", "fraction"), time_limit_s=SLOW_MACHINE),
    ),
    "exact": (
        ExactMatch(),
        Capabilities(
            answer_types=("integer", "word", "choice"), notations="gold", styles=("boxed", "statement", "tag")
        ),
    ),
    "number": (NumberMatch(), Capabilities(answer_types=("integer", "large integer"), styles=STYLES)),
    "choice": (MultipleChoice(), Capabilities(answer_types=("choice",), styles=STYLES)),
    "think_format": (ThinkFormat(), None),
    "length": (Length(max=512), Capabilities(task="any")),
}
KNOWN = {
    "number": {"equivalence/integer: spaced": "control spaces around a number are not read"},
}


@pytest.mark.parametrize("name", OWN)
def test_our_own_verifiers_keep_every_demand(name):
    grader, scope = OWN[name]
    report = check_verifier(grader, capabilities=scope, expected_failures=KNOWN.get(name), examples=100, budget_s=300)
    assert {r.status for r in report.relations} <= {"passed", "not applicable", "expected"}


@pytest.mark.slow
@pytest.mark.parametrize("name", OWN)
def test_our_own_verifiers_keep_every_demand_at_a_thousand_examples(name):
    grader, scope = OWN[name]
    check_verifier(grader, capabilities=scope, expected_failures=KNOWN.get(name), examples=1000, budget_s=1800)
