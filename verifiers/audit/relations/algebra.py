"""The algebra: what must hold of compositions with the grader."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis.strategies import SearchStrategy

from verifiers.audit.capabilities import Capabilities
from verifiers.audit.case import Call, Case, Complaint, Outcome, Scale
from verifiers.audit.relations.items import plain_items
from verifiers.audit.relations.relation import Kinds, Relation


def _algebra(scope: Capabilities) -> Kinds:
    items = plain_items(scope)

    def law(variant: str, expected: Callable[[float], float]) -> SearchStrategy[Case]:
        def judge(outcomes: Sequence[Outcome], scale: Scale) -> Complaint | None:
            plain, composed = (o.value for o in outcomes)
            want = None if plain is None else expected(plain)
            if variant == "gate(0) * v":
                want = 0.0
            if (want is None) != (composed is None) or (want is not None and abs(want - (composed or 0.0)) > 1e-9):
                return Complaint("inconsistent", f"{variant} gives {composed} where v gives {plain}")
            return None

        return items.map(lambda item: Case((Call((item,)), Call((item,), variant=variant)), judge))

    laws = {"0.5 * v": law("0.5 * v", lambda v: v / 2), "gate(0) * v": law("gate(0) * v", lambda v: 0.0)}
    if scope.reward_range == (0.0, 1.0):
        laws |= {"v & v": law("v & v", lambda v: v), "v | v": law("v | v", lambda v: v)}
    return laws


ALGEBRA = Relation("algebra", "The grader can be composed: weights, gates, and, or.", _algebra)
