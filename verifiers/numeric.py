"""Is the final answer the right number, near enough?"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from verifiers.base import Verifier
from verifiers.exact import golds_of, readings_of
from verifiers.extract import extract
from verifiers.plain import plain_unicode
from verifiers.types import Sample, Score


class NumberMatch(Verifier):
    """1.0 when the completion's final answer is a number within the tolerance of the gold.

        |answer - gold| <= max(absolute, relative * |gold|)

    Numbers are compared exactly, as fractions: with no tolerance, 0.1 + 0.2 equals 0.3 and 10^20 + 1 does not equal
    10^20. Read are decimals, thousands commas, fractions (3/4), powers of ten (1.5e3, 1.5 \\times 10^3), a sign, and
    around them a currency, a percent sign or a unit. A unit may be missing, from the answer or the gold, but not be
    another one; nothing is converted, for which there is `verifiers.math`.

    Args:
        absolute, relative: the tolerance; 0 by default.

    The gold is a number, a text that is one, or a list of them of which any will do.
    """

    name = "number"

    def __init__(self, *, absolute: float = 0.0, relative: float = 0.0):
        if not (0 <= absolute < float("inf") and 0 <= relative < float("inf")):
            raise ValueError(
                f"NumberMatch(absolute={absolute}, relative={relative}): a tolerance is finite and not negative."
            )
        self.absolute, self.relative = absolute, relative

    def score(self, sample: Sample) -> Score:
        if why := self.check_gold(sample.gold):
            return Score.unscored("gold_unusable", message=why)
        golds = [value for gold in golds_of(sample.gold) if (value := parse_quantity(str(gold))) is not None]
        found = extract(sample.completion)
        if not found.readings:
            return Score.of(False, found.how)
        if not all(self._matches(rival, golds) for rival in found.rivals):
            return Score.of(False, "ambiguous", found.answer)
        # What the literal reading says of unit and scale must not get lost in a shorter one.
        literal = found.readings[0]
        clear = parse_quantity(literal) is not None or _SCALED.search(literal) is not None
        readings = (literal,) if clear else readings_of(found)
        # The same answer in two boxes is read as a list of both.
        twice = len(found.parts) > 1 and all(self._matches(part, golds) for part in found.parts)
        if twice or any(self._matches(reading, golds) for reading in readings):
            return Score.of(True, "equal", found.answer)
        is_number = any(parse_number(reading) is not None for reading in readings)
        return Score.of(False, "different" if is_number else "no_number", found.answer)

    def _matches(self, text: str, golds: list[tuple[Fraction, str]]) -> bool:
        quantity = parse_quantity(text)
        if quantity is None:
            return False
        absolute, relative = Fraction(self.absolute), Fraction(self.relative)
        return any(
            abs(quantity[0] - gold) <= max(absolute, relative * abs(gold)) and (quantity[1] in ("", unit) or not unit)
            for gold, unit in golds
        )

    def check_gold(self, gold: Any) -> str | None:
        golds = golds_of(gold)
        if golds and all(not isinstance(g, bool) and parse_number(str(g)) is not None for g in golds):
            return None
        return f"gold {gold!r:.100} is no number: write digits, e.g. 42, '3/4' or '1.5e3'."


_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<int>[1-9]\d{0,2}(?:,\d{3})+|\d*)(?:\.(?P<frac>\d*))?"
    r"(?:[eE](?P<e>[+-]?\d+)|(?:\*|×|\\times|\\cdot)10\^\{?(?P<power>[+-]?\d+)\}?)?"
    r"(?:/(?P<den>\d+))?"
)
# Words that make another number of it, or a second one, are no units.
_SCALES = "hundred|thousand|million|billion|trillion|dozen"
_NO_UNIT = f"or|and|to|but|not|nor|vs|of|minus|plus|times|over|{_SCALES}"
_SCALED = re.compile(rf"\d\s*(?:{_SCALES})\b", re.IGNORECASE)
_UNIT = rf"(?:(?!(?:{_NO_UNIT})\b)[A-Za-z°µΩ]{{1,20}}(?:[ /·*-]?(?!(?:{_NO_UNIT})\b)[A-Za-z²³]{{1,20}}|\^-?\d){{0,3}})"
_BEFORE = re.compile(r"^[a-zA-Z]\w{0,10}\s*=\s*|^(?:about|approximately|exactly|around|≈|~)\s*(?=[\d.$€£¥+-])")
_UNIT_AFTER = re.compile(rf"\s+{_UNIT}$|\s*[°%]$|\s*°[CF]$")
_CURRENCY = re.compile(r"([+-]?)\s*([$€£¥])\s*(?=[\d.])")
# TeX's spaces, and the backslash of a control space whose blank was stripped.
_SPACE_AT_THE_ENDS = re.compile(
    r"^(?:\\[ ,;:!>]|\\q?quad(?![A-Za-z])|~|\s)+|(?:\\[ ,;:!>]|\\q?quad|~|\s)*(?:(?<!\\)\\)?$"
)
MAX_CHARS = 200


def parse_number(text: str) -> Fraction | None:
    """The number that a text is, and nothing else.

    >>> parse_number("$1,234.50"), parse_number("3/4"), parse_number("1.5 \\\\times 10^{3}"), parse_number("4 or 5")
    (Fraction(2469, 2), Fraction(3, 4), Fraction(1500, 1), None)
    """
    quantity = parse_quantity(text)
    return None if quantity is None else quantity[0]


def parse_quantity(text: str) -> tuple[Fraction, str] | None:
    """The number that a text is, and its unit: a word, a percent or degree sign, a currency, or "".

    >>> parse_quantity("about 15 cm^2"), parse_quantity("$12"), parse_quantity("36\\\\%")
    ((Fraction(15, 1), 'cm^2'), (Fraction(12, 1), '$'), (Fraction(36, 1), '%'))
    """
    if len(text) > MAX_CHARS:
        return None
    text = _SPACE_AT_THE_ENDS.sub("", text)
    text = plain_unicode(text).replace("−", "-").replace("\\,", "").replace("\\!", "").replace("\\ ", " ")
    # In TeX a comma in braces is one of thousands or a decimal one.
    text = re.sub(r"(?<!\b0)\{,\}(?=\d{3}(?!\d))", ",", text).replace("{,}", ".")
    text = re.sub(r"\\[dt]?frac\s*\{(\d+)\}\s*\{(\d+)\}", r" \1/\2", text)
    text = (
        re.sub(r"\\(?:text|mathrm|mbox|mathbf|textbf)\s*\{([^{}]*)\}", r" \1", text)
        .replace("\\%", "%")
        .replace("^{\\circ}", "°")
    )
    text = text.replace("^\\circ", "°").replace("\\$", "$").strip(" \t\n*_`").rstrip(".")
    if text.endswith("$") or text.count("$") > 1:  # the dollars of TeX, not of money
        text = text.strip("$ ")
    unit = ""
    for _ in range(3):
        text = _BEFORE.sub("", text).strip()
        if found := _UNIT_AFTER.search(text):
            text, unit = text[: found.start()], found.group().strip() + unit
    if found := _CURRENCY.match(text):
        text, unit = found[1] + text[found.end() :], unit + found[2]
    text = re.sub(r"^([+-])\s+", r"\1", text)
    if mixed := re.fullmatch(r"(-?)\s*(\d{1,30})\s+(\d{1,30})/(\d{1,30})", text.strip()):  # 4 1/2
        whole, above, below = (int(mixed[i]) for i in (2, 3, 4))
        value = (whole + Fraction(above, below)) * (-1 if mixed[1] else 1) if below else None
        return None if value is None else (value, unit)
    value = _value(re.sub(r"\s*([*×/^]|\\times|\\cdot)\s*", r"\1", text.strip()))
    return None if value is None else (value, unit)


def _value(text: str) -> Fraction | None:
    match = _NUMBER.fullmatch(text)
    if match is None or not (match["int"] or match["frac"]):
        return None
    exponent = int((match["e"] or match["power"] or "0")[:6])
    denominator = int(match["den"] or 1)
    if abs(exponent) > 400 or not denominator:
        return None
    fraction = match["frac"] or ""
    digits = (match["int"].replace(",", "") + fraction) or "0"
    value = Fraction(int(digits), 10 ** len(fraction)) * Fraction(10) ** exponent / denominator
    return -value if match["sign"] == "-" else value


EXAMPLES = {
    NumberMatch(): [
        (42, "The answer is 42.", 1.0),
        ("1234.5", "The total is $1,234.50.", 1.0),
        (0.75, "\\boxed{\\frac{3}{4}}", 1.0),
        (3e8, "The answer is 3 \\times 10^8 m/s.", 1.0),
        (-2, "The answer is −2", 1.0),
        (42, "The answer is 42 or 43.", 0.0),
        (42, "The answer is 41.9999999", 0.0),
        (42, "The answer is 42 apples per day.", 1.0),
        (42, "The answer is 42 million.", 0.0),
        ("15 cm", "15", 1.0),
        ("15 cm", "15 m", 0.0),
        ("36%", "$36", 0.0),
        (42, "\\boxed{4²}", 0.0),
        (42, "The answer is forty-two.", 0.0),
        (10**20, "100000000000000000001", 0.0),
        (42, "<think>42", 0.0),
        ("many", "42", None),
        (None, "42", None),
    ],
    NumberMatch(absolute=0.01): [(3.14159, "3.14", 1.0), (3.14159, "3.1", 0.0)],
    NumberMatch(relative=0.05): [(200, "\\boxed{209}", 1.0), (200, "\\boxed{211}", 0.0)],
}
