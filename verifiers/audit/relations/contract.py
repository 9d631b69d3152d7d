"""The contract: values in range, and a score that depends on the sample alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from verifiers.audit import case as cases
from verifiers.audit.answers import answers_of
from verifiers.audit.capabilities import Capabilities
from verifiers.audit.case import Call, Case, Complaint, Outcome, Scale
from verifiers.audit.programs.golds import submission
from verifiers.audit.programs.problem import gold_of, written_programs
from verifiers.audit.programs.specs import SPECS
from verifiers.audit.relations.items import modes_of, plain_items, program_style, types_of
from verifiers.audit.relations.relation import Kinds, Relation
from verifiers.audit.styles import completion


def _contract(scope: Capabilities) -> Kinds:
    items = st.lists(plain_items(scope), min_size=2, max_size=4)

    def both_orders(batch: list[tuple[Any, str]]) -> Case:
        n = len(batch)
        calls = (Call(tuple(batch)), Call(tuple(reversed(batch))), *(Call((item,)) for item in batch))

        def judge(outcomes: Sequence[Outcome], scale: Scale) -> Complaint | None:
            if raised := next((o for o in outcomes if o.raised), None):
                return Complaint("raised", f"the grader raised ({raised.reason})")
            first, reverse, alone = outcomes[:n], outcomes[n : 2 * n][::-1], outcomes[2 * n :]
            singles = () if scope.groupwise else (("one at a time", alone),)
            for what, others in (("in another order", reverse), *singles):
                if any(a.value != b.value for a, b in zip(first, others)):
                    return Complaint("inconsistent", f"a batch scores {_values(first)}, and {what} {_values(others)}")
            return None

        return Case(calls, judge)

    def in_range(outcomes: Sequence[Outcome], scale: Scale) -> Complaint | None:
        values = [o.value for o in outcomes if o.value is not None]
        if wild := [v for v in values if not scale.low <= v <= scale.high]:
            return Complaint(
                "out of range", f"{wild[0]:g} is not in the declared range {scale.low:g} to {scale.high:g}"
            )
        if raised := next((o for o in outcomes if o.raised), None):
            return Complaint("raised", f"the grader raised ({raised.reason})")
        return None

    def again(item: tuple[Any, str], others: list[tuple[Any, str]]) -> Case:
        calls = (Call((item,)), Call((item,)), *(Call((other,)) for other in others), Call((item,)))

        def judge(outcomes: Sequence[Outcome], scale: Scale) -> Complaint | None:
            return cases.judge_same([*outcomes[:2], outcomes[-1]], scale)

        return Case(calls, judge)

    kinds = {
        "batch and order": items.map(both_orders),
        "range": plain_items(scope).map(lambda item: Case((Call((item,)),), in_range)),
        "repeated": st.builds(again, plain_items(scope), items),
    }
    if scope.task == "code":
        kinds["other gold"] = _other_tests(scope)
    if scope.task == "answer":
        kinds["other gold"] = _other_gold(scope)
    return kinds


def _hash_seed(scope: Capabilities) -> Kinds:
    def everywhere(batch: list[tuple[Any, str]]) -> Case:
        calls = tuple(Call(tuple(batch), variant=variant) for variant in ("", "hash seed 1", "hash seed 2"))

        def judge(outcomes: Sequence[Outcome], scale: Scale) -> Complaint | None:
            n = len(batch)
            runs = [[o.value for o in outcomes[k * n : (k + 1) * n]] for k in range(3)]
            if different := [i for i in range(n) if len({run[i] for run in runs}) > 1]:
                return Complaint("inconsistent", f"another hash seed changes {len(different)} of {n} verdicts")
            return None

        return Case(calls, judge)

    return {"two seeds": st.lists(plain_items(scope), min_size=12, max_size=12).map(everywhere)}


def _other_gold(scope: Capabilities) -> SearchStrategy[Case]:
    """One completion for two golds: a verdict that is remembered by the completion alone gives itself away."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Case:
        kind = draw(st.sampled_from(types_of(scope)))
        a, b = draw(st.tuples(answers_of(kind), answers_of(kind)))
        assume(kind.key(a.value) != kind.key(b.value))
        text = completion(a.gold, scope.styles[0])
        return _for_both(a.gold, b.gold, text)

    return drawn()


def _other_tests(scope: Capabilities) -> SearchStrategy[Case]:
    """The same for programs: one that is right, put to the tests of another function."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Case:
        mode = draw(st.sampled_from(modes_of(scope)))
        one, other = draw(st.permutations([s for s in SPECS if mode in s.modes and s.takes == ("ints",)]))[:2]
        program = draw(written_programs((one,), mode, True))
        others = gold_of(other, draw(other.constants), mode)
        return _for_both(program.gold, others, submission(program.source, program_style(scope)))

    return drawn()


def _for_both(own: Any, other: Any, text: str) -> Case:
    def judge(outcomes: Sequence[Outcome], scale: Scale) -> Complaint | None:
        second = outcomes[1]
        if second.value is not None and scale.is_right(second.value):
            return Complaint("false positive", f"the answer to another problem got {second.value:g}")
        return None

    return Case((Call(((own, text),)), Call(((other, text),))), judge)


def _values(outcomes: Sequence[Outcome]) -> str:
    return str([o.value for o in outcomes])


CONTRACT = Relation("contract", "Values are in range, and depend on neither order, batch nor history.", _contract)
HASH_SEED = Relation(
    "hash seed", "The verdict does not depend on the order in which Python keeps a set.", _hash_seed, most=1
)
