"""Instructions on the form of the response: lists, highlights, sections, titles, placeholders, JSON.

Google checks these with regular expressions, some of which take quadratic time on a hostile text. Here each is one pass
that gives the same verdicts; tests/verifiers/instructions/test_against_patterns.py holds the two side by side.
"""

from __future__ import annotations

import json
import re

CONSTRAINED = ("My answer is yes.", "My answer is no.", "My answer is maybe.")


def number_placeholders(response: str, *, num_placeholders: int) -> bool:
    """At least so many [placeholders], each on one line."""
    count = 0
    for line in response.split("\n"):
        start = line.find("[")
        while start >= 0 and (end := line.find("]", start)) >= 0:
            count += 1
            start = line.find("[", end)
    return count >= num_placeholders


def number_bullet_lists(response: str, *, num_bullets: int) -> bool:
    """Exactly so many lines that begin with * or -; ** begins no bullet."""
    count, lines = 0, iter(response.split("\n"))
    for line in lines:
        text = line.lstrip()
        if text.startswith("-"):
            count += 1
        elif text == "*":
            # A lone star takes the line below as its item. A line that is a dash of its own counts there too.
            if (below := next(lines, None)) is not None:
                count += 1 + below.lstrip().startswith("-")
        elif text.startswith("*") and text[1] != "*":
            count += 1
    return count == num_bullets


def constrained_response(response: str) -> bool:
    """One of the three answers that IFEval offers occurs, word for word."""
    return any(option in response for option in CONSTRAINED)


_HIGHLIGHT = re.compile(r"\*[^\n*]*\*")
_DOUBLE_HIGHLIGHT = re.compile(r"\*\*[^\n*]*\*\*")


def number_highlighted_sections(response: str, *, num_highlights: int) -> bool:
    """At least so many *highlights* and **highlights**, not blank."""
    single = sum(bool(found.strip("*").strip()) for found in _HIGHLIGHT.findall(response))
    double = sum(bool(found[2:-2].strip()) for found in _DOUBLE_HIGHLIGHT.findall(response))
    return single + double >= num_highlights


def multiple_sections(response: str, *, section_spliter: str, num_sections: int) -> bool:
    """At least so many times the splitter and a number: "Section 1". (The data set spells it so.)"""
    found = re.compile(rf"{re.escape(section_spliter.strip())}\s?\d+").finditer(response)
    return sum(1 for _ in found) >= num_sections


def json_format(response: str) -> bool:
    """All of it is JSON as Python reads it, bare or in one code fence."""
    body = response.strip()
    for mark in ("```json", "```Json", "```JSON", "```"):
        body = body.removeprefix(mark)
    try:
        json.loads(body.removesuffix("```").strip())
    except (ValueError, RecursionError):
        return False
    return True


def title(response: str) -> bool:
    """A line holds a <<title>> that is not blank."""
    for line in response.split("\n"):
        start, end = line.find("<<"), line.rfind(">>")
        if start >= 0 and end > start + 2 and line[start : end + 2].lstrip("<").rstrip(">").strip():
            return True
    return False


def postscript(response: str, *, postscript_marker: str) -> bool:
    """The marker occurs, in any case; P.S. and P.P.S with or without spaces."""
    marker = postscript_marker.strip()
    pattern = {"P.P.S": r"p\.\s?p\.\s?s", "P.S.": r"p\.\s?s\."}.get(marker, re.escape(marker.lower()))
    return re.search(pattern, response.lower()) is not None
