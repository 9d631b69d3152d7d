"""Is the final answer the right number, near enough?"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Any

from verifiers.base import Verifier
from verifiers.exact import golds_of, readings_of
from verifiers.extract import extract
from verifiers.types import Sample, Score


class NumberMatch(Verifier):
    """1.0 when the completion's final answer is a number within the tolerance of the gold.

        |answer - gold| <= max(absolute, relative * |gold|)

    Numbers are compared exactly, as fractions: with no tolerance, 0.1 + 0.2 equals 0.3 and 10^20 + 1 does not equal
    10^20. Read are decimals, thousands commas, fractions (3/4), powers of ten (1.5e3, 1.5 \\times 10^3), a sign, and
    around them a currency or percent sign and a unit, which are not looked at; where units matter, use
    `verifiers.math`.

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
        golds = [value for gold in golds_of(sample.gold) if (value := parse_number(str(gold))) is not None]
        found = extract(sample.completion)
        if not found.readings:
            return Score.of(False, found.how)
        if not all(self._matches(rival, golds) for rival in found.rivals):
            return Score.of(False, "ambiguous", found.answer)
        readings = found.readings[:1] if _SCALED.search(found.readings[0]) else readings_of(found)
        if any(self._matches(reading, golds) for reading in readings):
            return Score.of(True, "equal", found.answer)
        is_number = any(parse_number(reading) is not None for reading in readings)
        return Score.of(False, "different" if is_number else "no_number", found.answer)

    def _matches(self, text: str, golds: list[Fraction]) -> bool:
        value = parse_number(text)
        if value is None:
            return False
        absolute, relative = Fraction(self.absolute), Fraction(self.relative)
        return any(abs(value - gold) <= max(absolute, relative * abs(gold)) for gold in golds)

    def check_gold(self, gold: Any) -> str | None:
        golds = golds_of(gold)
        if golds and all(not isinstance(g, bool) and parse_number(str(g)) is not None for g in golds):
            return None
        return f"gold {gold!r:.100} is no number: write digits, e.g. 42, '3/4' or '1.5e3'."


_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<int>\d{1,3}(?:,\d{3})+|\d*)(?:\.(?P<frac>\d*))?"
    r"(?:[eE](?P<e>[+-]?\d+)|(?:\*|×|\\times|\\cdot)10\^\{?(?P<power>[+-]?\d+)\}?)?"
    r"(?:/(?P<den>\d+))?"
)
# Words that make another number of it, or a second one, are no units.
_SCALES = "hundred|thousand|million|billion|trillion|dozen"
_NO_UNIT = f"or|and|to|but|not|nor|vs|of|minus|plus|times|over|{_SCALES}"
_SCALED = re.compile(rf"\d\s*(?:{_SCALES})\b", re.IGNORECASE)
_UNIT = rf"(?:(?!(?:{_NO_UNIT})\b)[A-Za-z°µΩ]{{1,20}}(?:[ /·*-]?(?!(?:{_NO_UNIT})\b)[A-Za-z²³]{{1,20}}|\^-?\d){{0,3}})"
_AROUND = re.compile(
    rf"^[a-zA-Z]\w{{0,10}}\s*=\s*|^(?:about|approximately|exactly|around|≈|~)\s+|\s+{_UNIT}$|[°%]$|°[CF]$"
)
MAX_CHARS = 200


def parse_number(text: str) -> Fraction | None:
    """The number that a text is, and nothing else.

    >>> parse_number("$1,234.50"), parse_number("3/4"), parse_number("1.5 \\\\times 10^{3}"), parse_number("4 or 5")
    (Fraction(2469, 2), Fraction(3, 4), Fraction(1500, 1), None)
    """
    if len(text) > MAX_CHARS:
        return None
    text = (
        unicodedata.normalize("NFKC", text).replace("−", "-").replace("⁄", "/").replace("{,}", ",").replace("\\,", "")
    )
    text = re.sub(r"\\[dt]?frac\s*\{(\d+)\}\s*\{(\d+)\}", r"\1/\2", text)
    text = re.sub(r"\\(?:text|mathrm)\s*\{([^{}]*)\}", r" \1", text)
    text = text.strip(" \t\n*_`").rstrip(".").strip("$ ").replace("\\%", "%").replace("\\$", "")
    for _ in range(3):
        text = _AROUND.sub("", text).strip()
    text = re.sub(r"\s*([*×/^]|\\times|\\cdot)\s*", r"\1", re.sub(r"^([+-]?)\s*[$€£¥]\s*", r"\1", text))
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
        (42, "The answer is forty-two.", 0.0),
        (10**20, "100000000000000000001", 0.0),
        (42, "<think>42", 0.0),
        ("many", "42", None),
        (None, "42", None),
    ],
    NumberMatch(absolute=0.01): [(3.14159, "3.14", 1.0), (3.14159, "3.1", 0.0)],
    NumberMatch(relative=0.05): [(200, "\\boxed{209}", 1.0), (200, "\\boxed{211}", 0.0)],
}
