"""Notations known by the look of the whole text: times of day, number bases, ordinals, repeating and European decimals."""

from __future__ import annotations

import re
from fractions import Fraction

from verifiers.math import units
from verifiers.math.expr import num
from verifiers.math.literals import rational
from verifiers.math.text import number_word
from verifiers.math.values import Based, Clock, Number, Ratio, Value

_CLOCK = re.compile(
    r"(?:\\(?:text|mathrm|textrm|mbox)\s*\{\s*)?(\d{1,2})(?::|\{:\})(\d{2})(?::00)?\s*\}?\s*(?:\\(?:text|mathrm|textrm|mbox)\s*\{\s*)?(?:([ap])\.?\s*m\.?)?\s*\}?\.?",
    re.IGNORECASE,
)
_HOUR = re.compile(r"(\d{1,2})\s*(?:\\(?:text|mathrm|textrm|mbox)\s*\{\s*)?([ap])\.?\s*m\.?\s*\}?\.?", re.IGNORECASE)
_BASED = re.compile(
    r"\(?(?:\\(?:text|mathrm)\s*\{\s*)?([0-9A-Za-z]+)\s*\}?\s*\)?\s*(?:_\s*(?:\{?\s*(?:\\text\s*\{)?\s*(?:base\s*)?"
    r"(\d{1,2}|\\?[a-z]{3,7})\s*\}*|\((\d{1,2})\))|(?:\\text\s*\{)?\s*\(?(?:in\s+)?base[\s}~-]*(?P<named>\d{1,2}|[a-z]{3,7})\)?\}?)"
)
_BASED_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
                "twelve": 12, "sixteen": 16}  # fmt: skip
_TO = re.compile(r"(\d+)\s*(?:\\text\s*\{\s*)?to\s*\}?\s*(\d+)")
_ORDINAL = re.compile(r"(\d+)\s*(?:\^\s*)?\{?\s*(?:\\(?:text|mathrm|textrm|mbox|rm)\s*\{?\s*)?(?:st|nd|rd|th)\s*\}*")
_DMS = re.compile(
    r"(\d+)\s*\^\s*\{?\s*\\(?:circ|textcirc)\s*\}?\s*(\d+(?:\.\d+)?)\s*(?:'|\^\s*\{?\\prime\}?)(?:\s*(\d+(?:\.\d+)?)\s*'')?"
)
_SPACED = re.compile(r"[-+]?\d{1,3}(?: \d{3})+(?:\.\d+)?")
_EUROPEAN = re.compile(r"([-+]?\d{1,3}(?:\.\d{3})+|[-+]?),(\d+)")
_REPEATING = (
    re.compile(r"([-+]?)(\d*\.\d*)\((\d+)\)(?:\.\.\.)?"),
    re.compile(r"([-+]?)(\d*\.\d*)\\dot\s*\{?(\d)\}?"),
    re.compile(r"([-+]?)(\d*\.\d*)\\dot\s*\{?(\d)\}?(\d*)\\dot\s*\{?(\d)\}?"),
    re.compile(r"([-+]?)(\d*\.\d*?)(\d{1,6}?)\3+(?:\.\.\.|\s*\\(?:l|c)?dots)"),
)
_PYTHON = {"Matrix": "{}", "FiniteSet": "\\{{{}\\}}", "Tuple": "({})"}


_ALIGNED = re.compile(
    r"\\begin\s*\{((?:aligned|align|split|gathered|gather|eqnarray|equation)\*?)\}(.*)\\end\s*\{\1\}", re.DOTALL
)
_PLAIN_RATE = re.compile(r"(-?[\d.,]*\d)\s+([A-Za-z]{1,3})\s?/\s?([A-Za-z]{1,3})((?:\s?\^\s?\{?\d\}?)?)")
_DEGREE_LETTER = re.compile(
    r"(?<=[\d}])\s*\^\s*(?:\{\s*)?(?:\\(?:text|mathrm|rm)\s*\{\s*o\s*\}|o(?![A-Za-z]))(?:\s*\})?"
)
_UNIT_FRACTION = re.compile(
    r"\\[dt]?frac\s*\{\s*\\(?:text|mathrm)\s*\{([^{}]*)\}\s*\}\s*\{\s*\\(?:text|mathrm)\s*\{([^{}]*)\}\s*((?:\^\s*\{?\d\}?)?)\s*\}"
)


def usual_notation(text: str) -> str:
    """Older and foreign notations in the usual one: {a \\over b}, ]0,1[, Matrix([...]), and doubled backslashes."""
    while text.endswith("\\\\"):  # The end of a line ends no answer.
        text = text[:-2].rstrip()
    if "begin" in text and (match := _ALIGNED.fullmatch(text)):
        text = re.sub(r"\\\\\s*(?=[&=]|$)", " ", match[2].strip()).replace("&", "").replace("\\\\", ",").strip()
    if "\\\\" in text and "begin" not in text:
        text = re.sub(r"(?<!\\)\\{2,}(?=[A-Za-z{}])", r"\\", text)
    if "\\over" in text:
        text = re.sub(r"\{([^{}]*)\\over(?![A-Za-z])([^{}]*)\}", r"\\frac{\1}{\2}", text)
    if "\\choose" in text:
        text = re.sub(r"\{([^{}]*)\\choose(?![A-Za-z])([^{}]*)\}", r"\\binom{\1}{\2}", text)
    if "o" in text and "^" in text:
        text = _DEGREE_LETTER.sub("^\\\\circ", text)
    if "frac" in text and ("{\\text" in text or "{\\mathrm" in text):
        text = _UNIT_FRACTION.sub(r"\\text{\1/\2}\3", text)
    if "/" in text and (match := _PLAIN_RATE.fullmatch(text)):
        if all(name in units.UNITS or name in units.SYMBOLS for name in match.groups()[1:3]):
            text = f"{match[1]}\\text{{ {match[2]}/{match[3]}}}{match[4]}"
    if "U" in text:
        text = re.sub(r"(?<=[\])}])\s*U\s*(?=[\[({\\])", r"\\cup ", re.sub(r"\bUS\s*(?=\\?\$)", "", text))
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
    if (text[:1].isalpha() or text.startswith("\\text")) and (counted := number_word(text)) is not None:
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
    if ("_" in text or "base" in text) and (match := _BASED.fullmatch(text)):
        base = match[2] or match[3] or match["named"]
        value = int(base) if base.isdigit() else _BASED_WORDS.get(base, 0)
        is_name = match[1].isalpha() and len(match[1]) == 1  # a_{12} is the twelfth a.
        if 2 <= value <= 36 and not is_name and all(int(x, 36) < value for x in match[1] if x.isalpha()):
            return Based(match[1].lstrip("0").upper() or "0", value)
    if "to" in text and (match := _TO.fullmatch(text)):
        return Ratio(tuple(Number(num(rational(term)), literal=True) for term in match.groups()))
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
            decimals, period = len(match[2].partition(".")[2]), "".join(match.groups()[2:])
            value = rational(match[2]) + Fraction(int(period), 10**decimals * (10 ** len(period) - 1))
            return Number(num(-value if match[1] == "-" else value), literal=True)
    return None


def _clock(hours: int, minutes: int, meridiem: str | None) -> Clock | None:
    if minutes > 59 or hours > 24:
        return None
    half = (meridiem or "").lower() + "m" if meridiem else ""
    if half and hours <= 12:
        hours = hours % 12 + (12 if half == "pm" else 0)
    return Clock(60 * hours + minutes, half)
