"""From a spec to a problem: tests in one of four forms, and the program as each form wants it.

The gold is the mapping that `CodeVerifier` takes (docs/code.md); `golds.py` writes it as other libraries do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from verifiers.audit.programs.spec import NAME, Spec, filled
from verifiers.audit.programs.specs import SPECS

MODES = ("asserts", "check", "call", "stdio")
LIMITS: Mapping[str, Any] = {"time_s": 10, "memory_mb": 512}
"""Generous, so that a busy machine fails no honest program."""

READERS = {"int": "int(input())", "ints": "[int(word) for word in input().split()]", "text": "input()"}
PRINTERS = {"ints": "*{}"}
"""How a program reads an argument from a line, and prints what it gives."""


@dataclass(frozen=True)
class Program:
    """A program for a problem, and whether it is right.

    Args:
        gold: the problem's tests, in the form of docs/code.md.
        about: the spec, the mode and the way of writing or of missing it.
    """

    gold: Mapping[str, Any]
    source: str
    right: bool
    about: str

    def __repr__(self) -> str:
        return f"Program({'right' if self.right else 'wrong'}: {self.about})"


def gold_of(spec: Spec, constants: Mapping[str, int], mode: str, limits: Mapping[str, Any] = LIMITS) -> dict[str, Any]:
    """The tests of the spec's function, in this mode."""
    cases = spec.cases(constants)
    if mode == "stdio":
        tests: list[Any] = [
            {"stdin": _stdin(args), "stdout": _shown(spec.gives, value) + "\n"} for args, value in cases
        ]
        return {"mode": mode, "tests": tests, "limits": dict(limits)}
    if mode == "call":
        tests = [{"args": list(args), "expected": value} for args, value in cases]
        return {"mode": mode, "tests": tests, "entry_point": NAME, "limits": dict(limits)}
    if mode == "check":
        lines = [f"    assert candidate({_arguments(args)}) == {value!r}" for args, value in cases]
        test_code = "\n".join(["def check(candidate):", *lines]) + "\n"
        return {"mode": mode, "test_code": test_code, "entry_point": NAME, "limits": dict(limits)}
    tests = [f"assert {NAME}({_arguments(args)}) == {value!r}" for args, value in cases]
    return {"mode": mode, "tests": tests, "limits": dict(limits)}


def whole_program(spec: Spec, function: str) -> str:
    """The function as a program that reads its arguments and prints its value."""
    arguments = ", ".join(READERS[kind] for kind in spec.takes)
    shown = PRINTERS.get(spec.gives, "{}").format(f"{NAME}({arguments})")
    return f"{function}\nprint({shown})\n"


@st.composite
def written_programs(draw: st.DrawFn, specs: Iterable[Spec], mode: str, right: bool) -> Program:
    """A right or a wrong program for one of the specs, in one of the four forms."""
    spec = draw(st.sampled_from([spec for spec in specs if mode in spec.modes]))
    constants = draw(spec.constants)
    name, template = draw(st.sampled_from(list(spec.programs(right, mode).items())))
    source = filled(template, constants)
    if mode == "stdio":
        source = whole_program(spec, source)
    return Program(gold_of(spec, constants, mode), source, right, f"{spec.name}, {mode}: {name}")


def programs(mode: str | None = None, right: bool | None = None) -> SearchStrategy[Program]:
    """Programs with the tests of their problems, right and wrong ones.

    Args:
        mode: "asserts", "check", "call" or "stdio"; None for all.
        right: True or False for the ones alone.

    Raises:
        ValueError: there is no such mode.
    """
    if mode is not None and mode not in MODES:
        raise ValueError(f"mode {mode!r} is not known; there are {', '.join(MODES)}.")
    modes = MODES if mode is None else (mode,)
    verdicts = (True, False) if right is None else (right,)
    return st.one_of([written_programs(SPECS, m, verdict) for verdict in verdicts for m in modes])


def _arguments(args: tuple[Any, ...]) -> str:
    return ", ".join(map(repr, args))


def _stdin(args: tuple[Any, ...]) -> str:
    return "".join(_shown("ints" if isinstance(arg, list) else "text", arg) + "\n" for arg in args)


def _shown(kind: str, value: Any) -> str:
    return " ".join(map(str, value)) if kind == "ints" else str(value)
