"""Notations known by the look of the whole text: times of day, number bases, ordinals, repeating and European decimals."""

from __future__ import annotations

import re
from fractions import Fraction

from verifiers.math import units
from verifiers.math.expr import num
from verifiers.math.literals import rational
from verifiers.math.text import number_word
from verifiers.math.values import Based, Clock, Number, Value

_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::00)?\s*(?:\\(?:text|mathrm|textrm|mbox)\s*\{\s*)?(?:([ap])\.?\s*m\.?)?\s*\}?\.?",
    re.IGNORECASE,
)
_HOUR = re.compile(r"(\d{1,2})\s*(?:\\(?:text|mathrm|textrm|mbox)\s*\{\s*)?([ap])\.?\s*m\.?\s*\}?\.?", re.IGNORECASE)
_BASED = re.compile(
    r"(?:\\text\s*\{\s*)?([0-9A-Z]+)\}?\s*_\s*(?:\{?\s*(?:\\text\s*\{)?\s*(?:base\s*)?(\d{1,2}|\\?[a-z]{3,7})\s*\}*|\((\d{1,2})\))"
)
_BASED_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_ORDINAL = re.compile(r"(\d+)\s*(?:\^\s*)?\{?\s*(?:\\(?:text|mathrm|textrm|mbox|rm)\s*\{?\s*)?(?:st|nd|rd|th)\s*\}*")
_DMS = re.compile(
    r"(\d+)\s*\^\s*\{?\s*\\(?:circ|textcirc)\s*\}?\s*(\d+(?:\.\d+)?)\s*(?:'|\^\s*\{?\\prime\}?)(?:\s*(\d+(?:\.\d+)?)\s*'')?"
)
_SPACED = re.compile(r"[-+]?\d{1,3}(?: \d{3})+(?:\.\d+)?")
_EUROPEAN = re.compile(r"([-+]?\d{1,3}(?:\.\d{3})+|[-+]?),(\d+)")
_REPEATING = (
    re.compile(r"([-+]?)(\d*\.\d*)\((\d+)\)(?:\.\.\.)?"),
    re.compile(r"([-+]?)(\d*\.\d*)\\dot\s*\{?(\d)\}?"),
    re.compile(r"([-+]?)(\d*\.\d*?)(\d{1,6}?)\3+(?:\.\.\.|\s*\\(?:l|c)?dots)"),
)
_PYTHON = {"Matrix": "{}", "FiniteSet": "\\{{{}\\}}", "Tuple": "({})"}


def usual_notation(text: str) -> str:
    """Older and foreign notations in the usual one: {a \\over b}, ]0,1[, Matrix([...]), and doubled backslashes."""
    if "\\\\" in text and "begin" not in text:
        text = re.sub(r"(?<!\\)\\{2,}(?=[A-Za-z{}])", r"\\", text)
    if "\\over" in text:
        text = re.sub(r"\{([^{}]*)\\over(?![A-Za-z])([^{}]*)\}", r"\\frac{\1}{\2}", text)
    while text.startswith("{") and text.endswith("}") and _is_one_group(text):
        text = text[1:-1].strip()
    if text.startswith("]") and "," in text:
        text = "(" + text[1:]
    if text.endswith("[") and "," in text and text[0] in "([":
        text = text[:-1] + ")"
    if text.endswith(")") and (call := re.match(r"(?:sp\.|sympy\.)?(Matrix|FiniteSet|Tuple)\(", text)):
        text = _PYTHON[call[1]].format(text[call.end() : -1])
    return text


def special(text: str) -> Value | None:
    """Notations that are decided by their look as a whole: words, times of day, bases, ordinals, 60° 42'."""
    if text[:1].isalpha() and (counted := number_word(text)) is not None:
        return Number(num(counted), literal=True)
    if _SPACED.fullmatch(text):
        return Number(num(rational(text.replace(" ", "").lstrip("+"))), literal=True)
    if match := _EUROPEAN.fullmatch(text):
        plain = match[1].replace(".", "").lstrip("+") + "." + match[2]
        return Number(num(rational(plain)), Fraction(10) ** -len(match[2]) / 2, len(plain), literal=True)
    if "." in text and len(text) < 100 and (repeating := _repeating(text)):
        return repeating
    if match := _CLOCK.fullmatch(text):
        return _clock(int(match[1]), int(match[2]), match[3])
    if match := _HOUR.fullmatch(text):
        return _clock(int(match[1]), 0, match[2])
    if "_" in text and (match := _BASED.fullmatch(text)):
        base = match[2] or match[3]
        value = int(base) if base.isdigit() else _BASED_WORDS.get(base, 0)
        if 2 <= value <= 36 and not (match[1].isalpha() and len(match[1]) == 1):
            return Based(match[1].lstrip("0") or "0", value)
    if match := _ORDINAL.fullmatch(text):
        return Number(num(rational(match[1])), literal=True)
    if match := _DMS.fullmatch(text):
        degrees = rational(match[1]) + rational(match[2]) / 60 + (rational(match[3]) / 3600 if match[3] else 0)
        return Number(num(degrees), unit=units.make([("degree", 1)]), literal=True)
    return None


def _is_one_group(text: str) -> bool:
    """Whether the braces around a text are one group, and no set."""
    return "," not in text and _is_balanced(text[1:-1])


def _is_balanced(inner: str) -> bool:
    depth = 0
    for brace in re.findall(r"\\.|[{}]", inner):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if depth < 0:
            return False
    return depth == 0


def _repeating(text: str) -> Number | None:
    """0.(3), 0.1\\dot{6}, 0.333..."""
    for pattern in _REPEATING:
        if match := pattern.fullmatch(text):
            decimals = len(match[2].partition(".")[2])
            value = rational(match[2]) + Fraction(int(match[3]), 10**decimals * (10 ** len(match[3]) - 1))
            return Number(num(-value if match[1] == "-" else value), literal=True)
    return None


def _clock(hours: int, minutes: int, meridiem: str | None) -> Clock | None:
    if minutes > 59 or hours > 24:
        return None
    half = (meridiem or "").lower() + "m" if meridiem else ""
    if half and hours <= 12:
        hours = hours % 12 + (12 if half == "pm" else 0)
    return Clock(60 * hours + minutes, half)
