"""In which form a grader takes its golds: as declared, or found out by trying which it reads best."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from verifiers.audit import case as cases
from verifiers.audit.capabilities import Capabilities
from verifiers.audit.case import Call, Case
from verifiers.audit.programs.golds import CODE_FORMS, PROGRAM_STYLES, code_form, submission
from verifiers.audit.programs.problem import gold_of, whole_program
from verifiers.audit.programs.spec import filled
from verifiers.audit.programs.specs import AFFINE
from verifiers.audit.questions import QUESTIONS
from verifiers.audit.relations.items import modes_of, program_style
from verifiers.audit.styles import completion

GOLD_FORMS = ("GOLD", "$GOLD$", "\\boxed{GOLD}")
TRIAL_GOLDS = ("42", r"\frac{1}{2}", r"\sqrt{2}", "(1, 2)", r"3\pi", "x^2+x-2")

Trial: TypeAlias = Mapping[str, Sequence[Case]]
"""Cases by name, all of which a grader that reads this form gets right."""


def settled(scope: Capabilities, accepts: Callable[[Case], bool]) -> Capabilities:
    """The scope with its gold form chosen: the one of which most trials succeed, the first of equals.

    A code reward is asked only about the modes that it was found to read, where there are any.
    """
    if scope.gold_form is not None or scope.task not in ("answer", "code"):
        return scope
    best, most = scope, -1
    for candidate, trial in _code_trials(scope) if scope.task == "code" else _answer_trials(scope):
        read = [name for name, trials in trial.items() if all(accepts(case) for case in trials)]
        if len(read) > most:
            modes = tuple(read) if scope.task == "code" and read else candidate.modes
            best, most = replace(candidate, modes=modes), len(read)
    return best


def described(scope: Capabilities) -> str:
    """The form that golds were written in, for the report."""
    if scope.task != "code":
        return scope.gold_form or "GOLD"
    return f"{scope.gold_form or 'GOLD'}; {program_style(scope)}; {', '.join(modes_of(scope))}"


def as_drawn(scope: Capabilities) -> Capabilities:
    """The scope without what only matters when the grader is asked, so that graders share what was drawn for one."""
    return replace(scope, gold=None, time_limit_s=None, memory_mb=0, forgives=())


def writer_of(scope: Capabilities) -> Callable[[Any], Any]:
    """From a gold as the relations draw it to the form that the grader takes."""
    if scope.task == "code":
        return code_form(scope.gold_form).write
    if scope.task in ("any", "think_format"):
        return lambda gold: scope.gold
    form = scope.gold_form or "GOLD"
    return lambda gold: form.replace("GOLD", gold) if isinstance(gold, str) else gold


def _answer_trials(scope: Capabilities) -> Iterator[tuple[Capabilities, Trial]]:
    for form in GOLD_FORMS:
        style = scope.styles[0]
        yield (
            replace(scope, gold_form=form),
            {gold: [cases.right(form.replace("GOLD", gold), completion(gold, style))] for gold in TRIAL_GOLDS},
        )


def _code_trials(scope: Capabilities) -> Iterator[tuple[Capabilities, Trial]]:
    """Of each mode a right and a wrong program, so that a grader that cannot read a form tells nothing apart in it."""
    for form in CODE_FORMS:
        for style in PROGRAM_STYLES:
            candidate = replace(scope, gold_form=form.name, styles=(style,))
            yield candidate, {mode: _pair(mode, style, form.write) for mode in modes_of(candidate)}


def _pair(mode: str, style: str, write: Callable[[Any], Any]) -> list[Case]:
    gold = gold_of(AFFINE, _ONE, mode)
    pair = [cases.right(gold, submission(_program(_RIGHT, mode), style))]
    pair.append(cases.wrong(gold, submission(_program(_WRONG, mode), style)))
    return [case.with_gold(write) for case in pair]


def warm_up_calls(scope: Capabilities) -> tuple[Call, ...]:
    """Calls that load what the grader loads late."""
    if scope.task == "code":
        modes = modes_of(scope)
        calls = [
            Call(((gold_of(AFFINE, _ONE, m), submission(_program(_RIGHT, m), program_style(scope))),)) for m in modes
        ]
        return tuple(call.with_gold(writer_of(scope)) for call in calls)
    if scope.task == "judge":
        question, gold, _ = QUESTIONS[0]
        return (Call(((gold, f"The answer is {gold}."),), prompt=question),)
    if scope.task != "answer":
        return (Call(((scope.gold, "<think>\nx\n</think>\n1"),)),)
    texts = ("42", r"\frac{1}{2}", r"\sqrt{2}")
    return tuple(Call(((text, completion(text, scope.styles[0])),)) for text in texts)


_ONE = {"a": 100, "b": 1}
_RIGHT, _WRONG = "def $f(x):\n    return $a * x + $b", "def $f(x):\n    return $a * x - $b"


def _program(function: str, mode: str) -> str:
    source = filled(function, _ONE)
    return whole_program(AFFINE, source) if mode == "stdio" else source
