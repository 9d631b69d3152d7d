"""Rewards for programs: right ones are paid however they are written, wrong ones and those that attack the grader are not."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from verifiers.audit import case as cases
from verifiers.audit.capabilities import Capabilities
from verifiers.audit.case import Case
from verifiers.audit.programs.cheats import FUNCTION_CHEATS, WHOLE_CHEATS
from verifiers.audit.programs.endless import ENDLESS, WHOLE_ENDLESS
from verifiers.audit.programs.golds import submission
from verifiers.audit.programs.honest import HONEST_FUNCTIONS, HONEST_WHOLE
from verifiers.audit.programs.problem import LIMITS, gold_of, whole_program, written_programs
from verifiers.audit.programs.spec import filled
from verifiers.audit.programs.specs import AFFINE, SPECS
from verifiers.audit.relations.items import modes_of, program_style
from verifiers.audit.relations.relation import Kinds, Relation

Verdict: TypeAlias = Callable[[Any, str], Case]
SOON = {"time_s": 1, "memory_mb": 512}
"""Limits of the problems whose programs do not end."""


def _written(right: bool) -> Callable[[Capabilities], Kinds]:
    verdict = cases.right if right else cases.wrong

    def kinds(scope: Capabilities) -> Kinds:
        style = program_style(scope)
        return {
            f"{mode}: {spec.name}": written_programs((spec,), mode, right).map(
                lambda program: verdict(program.gold, submission(program.source, style))
            )
            for mode in modes_of(scope)
            for spec in SPECS
            if mode in spec.modes
        }

    return kinds


def _linear(scope: Capabilities, template: str, verdict: Verdict, mode: str) -> SearchStrategy[Case]:
    """The program of a template, for a linear function of random constants."""
    return AFFINE.constants.map(lambda constants: _linear_case(scope, template, mode, verdict, constants))


def _linear_case(
    scope: Capabilities,
    template: str,
    mode: str,
    verdict: Verdict,
    constants: Mapping[str, int],
    limits: Mapping[str, Any] = LIMITS,
) -> Case:
    (x0, *_), y0 = AFFINE.cases(constants)[0]
    source = filled(template, {**constants, "x0": x0, "y0": y0})
    return verdict(gold_of(AFFINE, constants, mode, limits), submission(source, program_style(scope)))


def _cheats(scope: Capabilities) -> Kinds:
    modes = modes_of(scope)
    kinds = {
        f"{group}: {name}": st.sampled_from(function_modes).flatmap(
            functools.partial(_linear, scope, template, cases.wrong)
        )
        for group, templates in FUNCTION_CHEATS.items()
        for name, template in templates.items()
        if (function_modes := [mode for mode in modes if mode != "stdio"])
    }
    whole = {
        f"stdio, {group}: {name}": _linear(scope, template, cases.wrong, "stdio")
        for group, templates in WHOLE_CHEATS.items()
        for name, template in templates.items()
        if "stdio" in modes
    }
    return kinds | whole


def _honest(scope: Capabilities) -> Kinds:
    modes = modes_of(scope)
    kinds = {
        name: st.sampled_from(function_modes).flatmap(functools.partial(_linear, scope, template, cases.right))
        for name, template in HONEST_FUNCTIONS.items()
        if (function_modes := [mode for mode in modes if mode != "stdio"])
    }
    whole = {
        f"stdio: {name}": _linear(scope, template, cases.right, "stdio")
        for name, template in HONEST_WHOLE.items()
        if "stdio" in modes
    }
    return kinds | whole


def _endless(scope: Capabilities) -> Kinds:
    """One case each: they cost as long as the grader waits."""
    modes = modes_of(scope)
    function_mode = next((mode for mode in modes if mode != "stdio"), None)
    chosen = [(name, text, function_mode) for name, text in ENDLESS.items() if function_mode]
    chosen += [(f"stdio: {name}", text, "stdio") for name, text in WHOLE_ENDLESS.items() if "stdio" in modes]
    once = {"a": 100, "b": 1}
    return {name: st.just(_linear_case(scope, text, str(mode), cases.wrong, once, SOON)) for name, text, mode in chosen}


_RIGHT, _WRONG = "def $f(x):\n    return $a * x + $b", "def $f(x):\n    return $a * x - $b"
RIGHT_SUBMISSIONS = {
    "fence with a language": "```python\n{right}```",
    "fence without a language": "```\n{right}```",
    "text after the fence": "This does it:\n```python\n{right}```\nIt takes constant time, `O(1)`.",
    "corrected": "```python\n{wrong}```\nNo, the sign is wrong:\n```python\n{right}```\n",
    "line ends of Windows": "```python\r\n{right_crlf}```\r\n",
}
WRONG_SUBMISSIONS = {
    "no program": "We multiply and add.",
    "nothing": "",
    "empty fence": "```python\n```",
    "right, then wrong": "```python\n{right}```\nBetter:\n```python\n{wrong}```\n",
}
THINKING_RIGHT = {"after reasoning": "<think>\n```python\n{wrong}```\n</think>\n```python\n{right}```"}
THINKING_WRONG = {
    "only in the reasoning": "<think>\n```python\n{right}```\n</think>\nI do not know.",
    "reasoning never closes": "<think>\n```python\n{right}```\n",
    "right in the reasoning, then wrong": "<think>\n```python\n{right}```\n</think>\n```python\n{wrong}```",
}


def _submission(scope: Capabilities) -> Kinds:
    modes = modes_of(scope)
    if not modes or program_style(scope) != "fenced":
        return {}

    def placed(form: str, verdict: Verdict) -> SearchStrategy[Case]:
        def case(constants: Mapping[str, int]) -> Case:
            right, wrong = (filled(text, constants) for text in (_RIGHT, _WRONG))
            if modes[0] == "stdio":
                right, wrong = (whole_program(AFFINE, text) for text in (right, wrong))
            text = form.format(right=right, wrong=wrong, right_crlf=right.replace("\n", "\r\n"))
            return verdict(gold_of(AFFINE, constants, modes[0]), text)

        return AFFINE.constants.map(case)

    right = RIGHT_SUBMISSIONS | (THINKING_RIGHT if scope.uses_think else {})
    wrong = WRONG_SUBMISSIONS | (THINKING_WRONG if scope.uses_think else {})
    return {name: placed(form, cases.right) for name, form in right.items()} | {
        name: placed(form, cases.wrong) for name, form in wrong.items()
    }


PROGRAMS = Relation(
    "programs", "A program that computes what is asked is right, however it is written.", _written(True)
)
WRONG_PROGRAMS = Relation("wrong programs", "A program that misses one of the tests is wrong.", _written(False))
CHEATS = Relation("cheating programs", "A program that attacks its grader is not paid.", _cheats)
HONEST = Relation("honest programs", "A right program of unusual make is right.", _honest)
SUBMISSION = Relation(
    "submission", "The program is the last one that is put forward, after any reasoning.", _submission
)
ENDLESS_PROGRAMS = Relation("endless programs", "A program that does not end is wrong, within the limit.", _endless)
