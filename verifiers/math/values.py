"""What an answer can be, once it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from verifiers.math.expr import Expr
from verifiers.math.units import Unit


@dataclass(frozen=True, slots=True)
class Number:
    """A number, or an expression in variables, with its unit.

    Args:
        half_ulp: for a decimal literal, half a unit of its last digit; None for what is exact.
        digits: for a decimal literal, its significant digits.
        unit: what it is measured in, percent and degree included; () where it says nothing.
        literal: it is written as one number (also a fraction or a power of ten), not as a calculation.
        name: words that say which of several things is numbered: "june" in "June 5".
    """

    expr: Expr
    half_ulp: Fraction | None = None
    digits: int = 0
    unit: Unit = ()
    literal: bool = False
    name: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Based:
    """An integer written in a base: 4343_6."""

    digits: str
    base: int


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, in minutes after midnight; `meridiem` is "am", "pm" or "" where it is not said."""

    minutes: int
    meridiem: str


@dataclass(frozen=True, slots=True)
class Ratio:
    """2:3:5"""

    terms: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Congruence:
    """3 (mod 7)"""

    residue: Number
    modulus: Number


@dataclass(frozen=True, slots=True)
class Text:
    """Words."""

    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Several values. `opening` and `closing` are its brackets: "" for a bare list, "\\{" for a set, "(" "[" for the rest."""

    items: tuple[Value, ...]
    opening: str = ""
    closing: str = ""
    joint: str = field(default="", compare=False)  # "or" where the text says so

    @property
    def is_set(self) -> bool:
        return self.opening == "\\{"

    @property
    def is_bare(self) -> bool:
        return self.opening == ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of entries; brackets do not matter, except that bars would make it a determinant."""

    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class SetOperation:
    """A union, intersection or difference of two sets."""

    operator: str
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Relation:
    """sides[0] ops[0] sides[1] ops[1] ..."""

    sides: tuple[Value, ...]
    ops: tuple[str, ...]


Value = Number | Based | Clock | Ratio | Congruence | Text | Listing | Matrix | SetOperation | Relation


def bare_list(items: Sequence[Value], joint: str = "") -> Value:
    return items[0] if len(items) == 1 else Listing(tuple(items), joint=joint)
