"""A programming problem whose truth is known by construction: the function is drawn first, then programs that are it or miss it.

A `Spec` is a family of functions with constants. Its templates are programs as people write them; those under `right` compute
the function for all constants, those under `wrong` miss it on one of the inputs, which are chosen for that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

from hypothesis.strategies import SearchStrategy

NAME = "solve"
"""What the function is called, for all problems."""


@dataclass(frozen=True)
class Spec:
    """A family of functions.

    Args:
        takes, gives: types of the arguments and of the result: "int", "ints" (a list), "text", "bool", "counts" (a dict).
        constants: draws what `$a`, `$b`, ... stand for.
        meaning: the function itself: its value for constants and arguments.
        inputs: arguments of the tests, for constants; each wrong program fails on one of them.
        right, wrong: programs by name, with `$f` for the function's name.
        wrong_value: wrong because of the type of what is returned, which a printed line does not show.
    """

    name: str
    takes: tuple[str, ...]
    gives: str
    constants: SearchStrategy[Mapping[str, int]]
    meaning: Callable[..., Any]
    inputs: Callable[[Mapping[str, int]], Sequence[tuple[Any, ...]]]
    right: Mapping[str, str]
    wrong: Mapping[str, str]
    wrong_value: tuple[str, ...] = ()

    @property
    def modes(self) -> tuple[str, ...]:
        """Forms of test that can ask for it: a line of input and one of output hold no dict."""
        return ("asserts", "check", "call") if self.gives == "counts" else ("asserts", "check", "call", "stdio")

    def programs(self, right: bool, mode: str) -> dict[str, str]:
        """The templates that can be told right, or wrong, in this mode."""
        if right:
            return dict(self.right)
        return {name: text for name, text in self.wrong.items() if mode != "stdio" or name not in self.wrong_value}

    def cases(self, constants: Mapping[str, int]) -> list[tuple[tuple[Any, ...], Any]]:
        """Arguments and the result they must give."""
        return [(args, self.meaning(constants, *args)) for args in self.inputs(constants)]


def filled(template: str, constants: Mapping[str, int]) -> str:
    """The program: constants and the function's name put into a template."""
    return Template(template.strip("\n")).substitute(constants, f=NAME) + "\n"
