"""A number and its unit: which tokens measure, which merely name what is counted, and which make up the value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from verifiers.math import units
from verifiers.math.errors import Unreadable
from verifiers.math.expr import Expr, num, substituted, sym, symbols
from verifiers.math.lexer import Token
from verifiers.math.parser import parse_expression
from verifiers.math.values import Number, Text, Value
from verifiers.math.words import APPROXIMATIONS

_MAGNITUDES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_VETOES = frozenset(
    "not no never nor none neither except without less fewer least most than between plus times either undefined dne does exist "
    "... half third quarter twice thrice double triple squared cubed factorial choose below over under above multiple multiples "
    "factor factors divisor divisors divisible power root guess pretend suppose assume let "
    "nicht kein keine ne pas jamais nunca jamás não нет не".split()
)
"""Words that change the value of the number that they stand beside, so that it cannot be read without them."""
_DATES = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday thursday "
    "friday saturday sunday".split()
)


def read_number(tokens: list[Token], left: bool = False) -> Value:
    if tokens and tokens[0].kind == "fun" and tokens[0].value in ("max", "min") and len(tokens) == 1:
        return Text(tokens[0].value)
    body, unit, label = _strip_units(tokens)
    if any(word in _VETOES or "不" in word or "非" in word for word in label):
        return Text(" ".join(t.value for t in tokens))
    if not body:
        return Text(" ".join(t.value for t in tokens))
    if left and label:
        return Text(" ".join(t.value for t in tokens))
    expr = parse_expression(body)
    if len(body) > 1 and any(t.value in ("I", "j") for t in body) and (unknown := symbols(expr)) in ({"I"}, {"j"}):
        expr = substituted(expr, {sym(*unknown): Expr("const", ("i",))})  # 3 + 4*I, as sympy prints it.
    for word in label:
        if word in _MAGNITUDES and expr.op == "num":
            expr = num(expr.args[0] * _MAGNITUDES[word])
    half_ulp, digits = _decimal(body)
    return Number(expr, half_ulp, digits, units.make(unit), is_literal(expr), _name(tokens, label))


def _name(tokens: list[Token], label: list[str]) -> frozenset[str]:
    """The words that say which of several things is numbered: those before the number, and names of months and days."""
    before = len(label) if tokens[-1].kind not in ("word", "unit") else 0
    ahead = {t.value.lower() for t in tokens[: before or 1] if t.kind == "word"}
    return frozenset((ahead | (_DATES & set(label))) - APPROXIMATIONS)


def _strip_units(tokens: list[Token]) -> tuple[list[Token], list[tuple[str, int]], list[str]]:
    """The tokens without the units and words around them, the units, and the words."""
    start, end = 0, len(tokens)
    unit: list[tuple[str, int]] = []
    label: list[str] = []
    while start < end and tokens[start].kind in ("unit", "word"):
        if tokens[start].kind == "unit" and tokens[start].value in units.UNITS.values():
            unit.append((tokens[start].value, 1))
        else:
            label.append(tokens[start].value.lower())
        start += 1
    trail = _trailing_units(tokens, start, end)
    unit += _powers(tokens[trail:end], label)
    return tokens[start:trail], unit, label


def _trailing_units(tokens: list[Token], start: int, end: int) -> int:
    """Where the trailing run of units and words begins."""
    index = end
    while index > start:
        token = tokens[index - 1]
        if token.kind in ("unit", "word", "percent"):
            index -= 1
        elif token.kind == "degree" or (
            token.value == "}" and index - 2 > start and tokens[index - 2].kind == "degree"
        ):
            if any(t.kind == "fun" for t in tokens[start:index]):
                break  # \cos 20^\circ: the angle's, not the value's.
            index -= 1 if token.kind == "degree" else 2
            while index > start and tokens[index - 1].value in ("^", "{"):
                index -= 1
        elif (
            token.kind == "sym"
            and token.value in ("C", "F")
            and index - 2 > start
            and _ends_degree(tokens[start : index - 1])
        ):
            index -= 1
        elif (skip := _unit_power(tokens, start, index)) or (
            token.kind == "op" and token.value in ("/", "*") and index < end and tokens[index].kind == "unit"
            and index - 1 > start
        ):  # fmt: skip
            index -= skip or 1
        else:
            break
    return index


def _ends_degree(tokens: list[Token]) -> bool:
    return tokens[-1].kind == "degree" or (len(tokens) > 1 and tokens[-1].value == "}" and tokens[-2].kind == "degree")


def _unit_power(tokens: list[Token], start: int, index: int) -> int:
    """How many tokens of `cm^2`, `cm^{2}` or `s^{-1}` after the unit end at this index; 0 where it is no power of a unit."""
    for length in (4, 5) if tokens[index - 1].value == "}" else (2, 3):
        at = index - length
        if at > start and tokens[at].value == "^" and tokens[at - 1].kind in ("unit", "word"):
            return length
    if (
        index - 2 >= start
        and tokens[index - 1].kind == "num"
        and tokens[index - 2].kind == "unit"
        and not tokens[index - 1].spaced
    ):
        return 1  # cm2
    return 0


def _powers(tokens: list[Token], label: list[str]) -> list[tuple[str, int]]:
    """Units with their powers; words go to `label`."""
    found: list[tuple[str, int]] = []
    sign, prefix = 1, 0
    for index, token in enumerate(tokens):
        if token.kind == "percent":
            found.append(("percent", 1))
        elif token.kind == "degree":
            found.append(("degree", 1))
        elif token.kind == "sym" and found and found[-1][0] == "degree":
            found[-1] = ({"C": "celsius", "F": "fahrenheit"}.get(token.value, "degree"), 1)
        elif token.value == "/" or (token.kind == "word" and token.value.lower() in ("per", "an")):
            sign = -1
        elif token.kind == "unit" and token.value in units.UNIT_PREFIXES:
            power = units.UNIT_PREFIXES[token.value]
            if token.value.endswith("ed") and found:
                found[-1] = (found[-1][0], found[-1][1] * power)
            else:
                prefix = power
        elif token.kind == "unit":
            found.append((token.value, sign * (prefix or _following_power(tokens, index))))
            prefix = 0
        elif token.kind == "word":
            label.append(token.value.lower())
            prefix = 0  # square units
    if prefix:
        raise Unreadable("5 squared is no length")
    return found


def _following_power(tokens: list[Token], index: int) -> int:
    rest = [t.value for t in tokens[index + 1 : index + 5] if t.value not in ("{", "}")]
    if rest and rest[0] == "^":
        rest = rest[1:]
        sign = 1
        if rest and rest[0] == "-":
            sign, rest = -1, rest[1:]
        return sign * int(rest[0]) if rest and rest[0].isdigit() and len(rest[0]) == 1 else 1
    return int(rest[0]) if rest and rest[0].isdigit() and len(rest[0]) == 1 else 1


def _decimal(tokens: Sequence[Token]) -> tuple[Fraction | None, int]:
    """Half a unit of the last place, and the significant digits, of tokens that are one decimal literal (times 10^n)."""
    numbers = [t for t in tokens if t.kind == "num"]
    if not numbers or not ("." in numbers[0].value or "e" in numbers[0].value.lower()):
        return None, 0
    rest = [t for t in tokens if t is not numbers[0] and t.value not in ("-", "+")]
    scale = Fraction(1)
    if rest:
        shape = "".join(t.value for t in rest if t.value not in ("{", "}"))
        if not re.fullmatch(r"\*10\^\d{1,4}", shape):
            return None, 0
        negative = any(t.value == "-" for t in tokens[1:])
        scale = Fraction(10) ** (-int(shape[4:]) if negative else int(shape[4:]))
    mantissa, _, exponent = numbers[0].value.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    digits = len(mantissa.replace(".", "").lstrip("0"))
    if abs(int(exponent or 0)) > 10_000:
        return None, 0
    return scale * Fraction(10) ** (int(exponent or 0) - decimals) / 2, digits


def is_literal(x: Expr) -> bool:
    """Whether an expression is one number as one writes it: an integer, a decimal, a fraction, m * 10^n, with a sign."""
    if x.op == "num":
        return True
    if x.op == "mul":
        factors = [arg for arg in x.args if arg != ("num", (Fraction(-1),))]
        if len(factors) == 1:
            return is_literal(factors[0])
        return (
            len(factors) == 2
            and factors[0].op == "num"
            and (_is_reciprocal(factors[1]) or _is_power_of_ten(factors[1]))
        )
    return _is_reciprocal(x)


def _is_reciprocal(x: Expr) -> bool:
    return x.op == "pow" and x.args[1] == ("num", (Fraction(-1),)) and is_literal(x.args[0])


def _is_power_of_ten(x: Expr) -> bool:
    return x.op == "pow" and x.args[0] == ("num", (Fraction(10),)) and x.args[1].op == "num"
