"""The two cheap rungs: normalised strings, and plain numbers, of any length digit by digit, or simple fractions."""

from __future__ import annotations

import re
from fractions import Fraction

_DROPPED = re.compile(
    r"\\(?:left|right|mleft|mright|displaystyle|limits|bigl|bigr|Bigl|Bigr|big|Big)(?![A-Za-z])|\\[!,;:> ](?![\w])|\\!|[$]"
)
_FRACTIONS = re.compile(r"\\[dtc]frac(?![A-Za-z])")
# White space between two letters or digits may matter: 1 1/2 is not 11/2.
_SPACE = re.compile(r"(?<![0-9A-Za-z])\s+|\s+(?![0-9A-Za-z])")
_PLAIN = re.compile(r"([-+]?)(\d+|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?:\{,\}\d{3})+)?(?:\.(\d*))?", re.ASCII)
_FRACTION = re.compile(r"(-?)(?:\\[dtc]?frac\{(\d{1,15})\}\{(\d{1,15})\}|(\d{1,15})/(\d{1,15}))", re.ASCII)


def canonical(text: str) -> str:
    """The text without layout. Equal canonical texts are equal answers; different ones may be equal still."""
    text = text.strip()
    if text.isalnum():
        return text
    if "\\" in text or "$" in text:
        if "\\$" not in text:
            text = _DROPPED.sub("", text)
        text = _FRACTIONS.sub(r"\\frac", text)
    return _SPACE.sub("", text)


def bare(text: str) -> str:
    """The text without math delimiters, markdown emphasis, and the full stop of its sentence."""
    text = text.strip()
    if not text or (text[0] not in "*$\\`" and text[-1] not in ".,;:。，"):
        return text
    for _ in range(4):
        before = text
        if text.startswith("**") and text.endswith("**") and len(text) > 4:
            text = text[2:-2].strip()
        for opening, closing in (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"), ("`", "`")):
            if text.startswith(opening) and text.endswith(closing) and len(text) > len(opening) + len(closing):
                inside = text[len(opening) : -len(closing)]
                if opening not in inside.replace("\\$", "") and not inside.endswith("\\"):
                    text = inside.strip()
        if text.endswith((".", ",", ";", ":", "。", "，")) and not text.endswith("..") and not text.endswith("\\,"):
            text = text[:-1].rstrip()
        if text == before:
            break
    return text


class Decimal(tuple[str, str, str]):
    """(sign, digits before the point, digits after it), without zeros that say nothing. Equality is exact at any length."""

    __slots__ = ()

    def fraction(self) -> Fraction | None:
        """The value, where it is short."""
        sign, whole, decimals = self
        if len(whole) + len(decimals) > 30:
            return None
        return Fraction(int(f"{sign}{whole}{decimals}" if whole or decimals else "0"), 10 ** len(decimals))


def simple_fraction(text: str) -> Fraction | None:
    """The value of `a/b` and `\\frac{a}{b}` with integers in digits; None for any other text."""
    match = _FRACTION.fullmatch(text)
    if match is None:
        return None
    sign, above, below, numerator, denominator = match.groups()
    value = int(above or numerator), int(below or denominator)
    return Fraction(-value[0] if sign else value[0], value[1]) if value[1] else None


def plain_number(text: str) -> Decimal | None:
    """A number in digits alone, with thousands separators at most; None for any other text."""
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    sign, whole, decimals = match.groups()
    if not whole and not decimals:
        return None
    whole = (whole or "").replace("{,}", "").replace(",", "").lstrip("0")
    decimals = (decimals or "").rstrip("0")
    return Decimal(("-" if sign == "-" and (whole or decimals) else "", whole, decimals))
