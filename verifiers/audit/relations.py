"""What is demanded of a grader: relations, each a set of kinds of cases."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from verifiers.audit import case as cases
from verifiers.audit.answers import Answer, AnswerType, Writer, answers_of, typed_answers, types_named, written
from verifiers.audit.attacks import ATTACKS, HONEST, HONEST_THINKING, Attack
from verifiers.audit.capabilities import Capabilities
from verifiers.audit.case import Call, Case, Complaint, Outcome, Scale
from verifiers.audit.formats import ILL_FORMED, REASONINGS, WELL_FORMED
from verifiers.audit.soup import BOMBS, HUGE, tex_soup
from verifiers.audit.styles import NEUTRAL_PREFIXES, NEUTRAL_SUFFIXES, completion

Kinds: TypeAlias = Mapping[str, SearchStrategy[Case]]


@dataclass(frozen=True)
class Relation:
    """One demand.

    Args:
        name: what reports, `expected_failures` and pytest call it.
        about: the demand as a sentence.
        kinds: its kinds of cases, for a grader of these capabilities; empty where it does not apply.
    """

    name: str
    about: str
    kinds: Callable[[Capabilities], Kinds]


def kinds_of(relation: Relation, scope: Capabilities) -> Kinds:
    """The relation's kinds; the same strategies for the same scope, so that what they drew is kept (see `generate`)."""
    try:
        return _kinds_of(relation, scope)
    except TypeError:  # A gold that has no hash.
        return relation.kinds(scope)


@functools.lru_cache(maxsize=256)
def _kinds_of(relation: Relation, scope: Capabilities) -> Kinds:
    return relation.kinds(scope)


def relation(
    name: str, *, applies_to: Iterable[str] | None = None, kind: str = "own"
) -> Callable[[Callable[[st.DrawFn, Answer], Case]], Relation]:
    """Make a function that draws a case for an answer a relation.

        @relation("shouting keeps the verdict", applies_to=["integer"])
        def shouting(draw, answer):
            text = draw(completions(answer))
            return same(answer.gold, text, text + "!!!")

    Args:
        applies_to: answer types; all that the grader declares by default.
        kind: the row of the report that its cases count under.
    """

    def make(function: Callable[[st.DrawFn, Answer], Case]) -> Relation:
        def kinds(scope: Capabilities) -> Kinds:
            names = [n for n in scope.types() if applies_to is None or n in applies_to]
            if not names or scope.task != "answer":
                return {}
            drawn = st.composite(lambda draw: function(draw, draw(typed_answers(names))))
            return {kind: drawn()}

        return Relation(name, (function.__doc__ or name).strip().split("\n")[0], kinds)

    return make


def _types(scope: Capabilities) -> list[AnswerType]:
    return types_named(scope.types()) if scope.task == "answer" else []


def _plain_items(scope: Capabilities) -> SearchStrategy[tuple[Any, str]]:
    """A gold with a right, a wrong or any text, in the grader's own task."""
    if scope.task != "answer":
        return st.tuples(st.just(scope.gold), tex_soup() | _formed(WELL_FORMED) | _formed(ILL_FORMED))
    style = scope.styles[0]

    @st.composite
    def item(draw: st.DrawFn) -> tuple[Any, str]:
        kind = draw(st.sampled_from(_types(scope)))
        writers = [*kind.same.values(), *kind.different.values()]
        gold, text = draw(written(kind, draw(st.sampled_from(writers))))
        return gold, completion(text, style)

    return item()


def _formed(forms: Mapping[str, str]) -> SearchStrategy[str]:
    return st.sampled_from(sorted(forms.values())).flatmap(_filled)


def _filled(form: str) -> SearchStrategy[str]:
    return st.builds(lambda t, n: form.format(t=t, n=n), st.sampled_from(REASONINGS), st.integers(1, 99))


EASY_GOLDS = {"choice": "B", "word": "Paris"}
"""Where the first type that a grader takes is no number."""


# Contract.


def _contract(scope: Capabilities) -> Kinds:
    items = st.lists(_plain_items(scope), min_size=2, max_size=4)

    def both_orders(batch: list[tuple[Any, str]]) -> Case:
        n = len(batch)
        calls = (Call(tuple(batch)), Call(tuple(reversed(batch))), *(Call((item,)) for item in batch))

        def judge(outcomes: Sequence[Outcome], scale: Scale) -> Complaint | None:
            if raised := next((o for o in outcomes if o.raised), None):
                return Complaint("raised", f"the grader raised ({raised.reason})")
            first, reverse, alone = outcomes[:n], outcomes[n : 2 * n][::-1], outcomes[2 * n :]
            for what, others in (("in another order", reverse), ("one at a time", alone)):
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
        "range": _plain_items(scope).map(lambda item: Case((Call((item,)),), in_range)),
        "repeated": st.builds(again, _plain_items(scope), items),
    }
    if scope.task == "answer":
        kinds["other gold"] = _other_gold(scope)
    return kinds


def _other_gold(scope: Capabilities) -> SearchStrategy[Case]:
    """One completion for two golds: a verdict that is remembered by the completion alone gives itself away."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Case:
        kind = draw(st.sampled_from(_types(scope)))
        a, b = draw(st.tuples(answers_of(kind), answers_of(kind)))
        assume(kind.key(a.value) != kind.key(b.value))
        text = completion(a.gold, scope.styles[0])
        calls = (Call(((a.gold, text),)), Call(((b.gold, text),)))

        def judge(outcomes: Sequence[Outcome], scale: Scale) -> Complaint | None:
            second = outcomes[1]
            if second.value is not None and scale.is_right(second.value):
                return Complaint("false positive", f"the answer to another problem got {second.value:g}")
            return None

        return Case(calls, judge)

    return drawn()


def _values(outcomes: Sequence[Outcome]) -> str:
    return str([o.value for o in outcomes])


# Robustness.


def _totality(scope: Capabilities) -> Kinds:
    golds = st.just(scope.gold) if scope.task != "answer" else typed_answers(scope.types()).map(lambda a: a.gold)
    soup = {"soup": st.builds(cases.scored, golds, tex_soup())}
    huge = {name: st.just(cases.scored(_some_gold(scope), text)) for name, text in HUGE.items()}
    return soup | huge


def _bounded_time(scope: Capabilities) -> Kinds:
    if scope.task != "answer":
        return {}

    def bomb(text: str, thread: bool) -> SearchStrategy[Case]:
        return st.just(cases.scored(_some_gold(scope), completion(text, scope.styles[0]), thread))

    threads = {"": False, ", off the main thread": True} if scope.thread_safe else {"": False}
    return {name + where: bomb(text, thread) for name, text in BOMBS.items() for where, thread in threads.items()}


def _some_gold(scope: Capabilities) -> Any:
    """A gold for cases that are about the completion."""
    if scope.task != "answer":
        return scope.gold
    return EASY_GOLDS.get(scope.types()[0], "42")


def _thread(scope: Capabilities) -> Kinds:
    if not scope.thread_safe:
        return {}

    def both(item: tuple[Any, str]) -> Case:
        return Case((Call((item,)), Call((item,), thread=True)), cases.judge_same)

    return {"off the main thread": _plain_items(scope).map(both)}


# Truth.


def _gold(scope: Capabilities) -> Kinds:
    def accepts_itself(style: str, answer: Answer) -> Case:
        return cases.right(answer.gold, completion(answer.gold, style))

    return {
        f"{kind.name}, {style}": answers_of(kind).map(functools.partial(accepts_itself, style))
        for kind in _types(scope)
        for style in scope.styles
        if style != "think" or scope.uses_think
    }


def _equivalence(scope: Capabilities) -> Kinds:
    if scope.notations == "gold":
        return {}
    return {
        f"{t.name}: {name}": _written(t, w, scope, cases.right) for t in _types(scope) for name, w in t.same.items()
    }


def _inequivalence(scope: Capabilities) -> Kinds:
    return {
        f"{t.name}: {name}": _written(t, w, scope, cases.wrong)
        for t in _types(scope)
        for name, w in t.different.items()
    }


def _written(
    kind: AnswerType, writer: Writer, scope: Capabilities, verdict: Callable[[Any, str], Case]
) -> SearchStrategy[Case]:
    return written(kind, writer).map(lambda pair: verdict(pair[0], completion(pair[1], scope.styles[0])))


def _attacked(attack: Attack, verdict: Callable[[Any, str], Case]) -> SearchStrategy[Case]:
    return st.builds(
        lambda n, k: verdict(str(n), attack(str(n), str(n + k))), st.integers(30, 9_999), st.integers(1, 9)
    )


def _has_integers(scope: Capabilities) -> bool:
    return scope.task == "answer" and "integer" in scope.types()


def _attacks(scope: Capabilities) -> Kinds:
    if not _has_integers(scope):
        return {}
    return {
        f"{group}: {name}": _attacked(attack, cases.wrong)
        for group, kinds in ATTACKS.items()
        if group != "thinking" or scope.uses_think
        for name, attack in kinds.items()
    }


def _layout(scope: Capabilities) -> Kinds:
    if not _has_integers(scope) or "boxed" not in scope.styles:
        return {}
    honest = {**HONEST, **(HONEST_THINKING if scope.uses_think else {})}
    return {name: _attacked(layout, cases.right) for name, layout in honest.items()}


# Text.


def _text(scope: Capabilities) -> Kinds:
    if scope.task != "answer":
        return {}
    items = _plain_items(scope)
    kinds = {
        "neutral prefix": st.builds(
            lambda item, before: cases.same(item[0], item[1], before + item[1]),
            items,
            st.sampled_from(NEUTRAL_PREFIXES),
        ),
        "neutral suffix": st.builds(
            lambda item, after: cases.same(item[0], item[1], item[1] + after), items, st.sampled_from(NEUTRAL_SUFFIXES)
        ),
        "line ends": st.builds(
            lambda item: cases.same(item[0], f"We add.\n\n{item[1]}\n", f"We add.\r\n\r\n{item[1]}\r\n"), items
        ),
        "answer removed": typed_answers(scope.types()).map(
            lambda a: cases.wrong(a.gold, "We simplify and collect terms.")
        ),
    }
    if scope.uses_think:
        kinds["reasoning edited"] = st.builds(_edited, items, items)
    if _has_integers(scope) and "boxed" in scope.styles:
        kinds["candidate added"] = _two_numbers(
            lambda a, b: cases.not_above(a, f"So \\boxed{{{a}}}.", f"So \\boxed{{{a}}} or \\boxed{{{b}}}.")
        )
        kinds["candidate added to a wrong one"] = _two_numbers(
            lambda a, b: cases.not_above(a, f"So \\boxed{{{b}}}.", f"So \\boxed{{{b}}} or \\boxed{{{a}}}.")
        )
        kinds["later answer replaces"] = _two_numbers(
            lambda a, b: cases.wrong(a, f"First \\boxed{{{a}}}. Then the final answer is \\boxed{{{b}}}.")
        )
        kinds["later answer counts"] = _two_numbers(
            lambda a, b: cases.right(a, f"First I get \\boxed{{{b}}}. Then the final answer is \\boxed{{{a}}}.")
        )
    return kinds


def _edited(item: tuple[Any, str], other: tuple[Any, str]) -> Case:
    def thought(text: str) -> str:
        return f"<think>\n{text}\n</think>\n{item[1]}"

    return cases.same(item[0], thought("Let me see."), thought(other[1]))


def _two_numbers(make: Callable[[str, str], Case]) -> SearchStrategy[Case]:
    return st.builds(lambda n, k: make(str(n), str(n + k)), st.integers(2, 9_999), st.integers(1, 99))


# Algebra.


def _algebra(scope: Capabilities) -> Kinds:
    items = _plain_items(scope)

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


def _think_format(scope: Capabilities) -> Kinds:
    if scope.task != "think_format":
        return {}
    good = {name: _filled(form).map(functools.partial(cases.right, scope.gold)) for name, form in WELL_FORMED.items()}
    bad = {name: _filled(form).map(functools.partial(cases.wrong, scope.gold)) for name, form in ILL_FORMED.items()}
    return good | bad


RELATIONS: tuple[Relation, ...] = (
    Relation("contract", "Values are in range, and depend on neither order, batch nor history.", _contract),
    Relation("gold", "Every gold is right for itself.", _gold),
    Relation("equivalence", "The same value in another notation is right.", _equivalence),
    Relation("inequivalence", "Another value in a similar notation is wrong.", _inequivalence),
    Relation("attacks", "Completions that put no single right answer forward are not paid.", _attacks),
    Relation("layout", "A right answer is recognised in unusual surroundings.", _layout),
    Relation("format", "Reasoning between tags and then an answer, and nothing else, is well formed.", _think_format),
    Relation("text", "Text that is not the answer does not change the verdict.", _text),
    Relation("threads", "The verdict is the same from any thread.", _thread),
    Relation("algebra", "The grader can be composed: weights, gates, and, or.", _algebra),
    Relation("totality", "Every text gets a score.", _totality),
    Relation("bounded time", "No answer takes longer than the time limit.", _bounded_time),
)
"""In the order in which they run: what costs most and tells least comes last."""
