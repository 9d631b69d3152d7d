"""The two cheap rungs: normalised strings, and plain numbers of any length compared digit by digit."""

from __future__ import annotations

import re

_DROPPED = re.compile(
    r"\\(?:left|right|mleft|mright|displaystyle|limits|bigl|bigr|Bigl|Bigr|big|Big)(?![A-Za-z])|\\[!,;:> ](?![\w])|\\!|[$]"
)
_FRACTIONS = re.compile(r"\\[dtc]frac(?![A-Za-z])")
# White space between two letters or digits may matter: 1 1/2 is not 11/2.
_SPACE = re.compile(r"(?<![0-9A-Za-z])\s+|\s+(?![0-9A-Za-z])")
_PLAIN = re.compile(r"([-+]?)(\d+|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?:\{,\}\d{3})+)?(?:\.(\d*))?")
_OUTER = re.compile(r"\\(?:text|mathrm|mathbf|textbf|mbox|boldsymbol)\s*\{([^{}]*)\}")


def canonical(text: str) -> str:
    """The text without layout. Equal canonical texts are equal answers; different ones may be equal still."""
    text = text.strip()
    if "\\" in text or "$" in text:
        if "\\$" not in text:
            text = _DROPPED.sub("", text)
        text = _FRACTIONS.sub(r"\\frac", text)
    return _SPACE.sub("", text)


def bare(text: str) -> str:
    """The text without math delimiters, markdown emphasis, and the full stop of its sentence."""
    text = text.strip()
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
