"""Boxed expressions: the spans of `\\boxed{...}` in a text, in one pass whatever the braces do."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """text[start:end] is the whole command, `content` what stands in its braces."""

    start: int
    end: int
    content: str


_COMMAND = re.compile(r"\\(?:boxed|fbox|framebox)(?![A-Za-z])")
_TOKEN = re.compile(r"\\(?:boxed|fbox|framebox)\s*\{|\\.|[{}]", re.DOTALL)
_UNBRACED = re.compile(r"\\boxed\s+(?P<content>[^\s{}$\\]+)")
_PLACEHOLDER = re.compile(
    r"(?:\\text|\\mathrm|\\textbf)?\W*(?:your|the|final|numerical|correct)?[\s_]*(?:answer|ans|result|solution)?(?:[\s_]*here)?"
    r"|\W*(?:\\[lc]?dots|\\square|\\quad|\\phantom|\\_|placeholder)\W*",
    re.IGNORECASE,
)

_SYMBOLS = frozenset("∞∅∄<>=≤≥≠+")
"""An answer may be nothing but one of these."""


def find_boxes(text: str) -> list[Box]:
    """The outermost closed boxes, in order; boxes without braces (`\\boxed 5`) where there are no others."""
    first = _COMMAND.search(text)
    if first is None:
        return []
    found: list[Box] = []
    stack: list[tuple[int, int]] = []  # (start of the command or -1, start of the content)
    for token in _TOKEN.finditer(text, first.start()):
        piece = token.group()
        if piece == "{":
            stack.append((-1, token.end()))
        elif piece == "}":
            if stack:
                start, content = stack.pop()
                if start >= 0:
                    while found and found[-1].start > start:
                        found.pop()
                    found.append(Box(start, token.end(), text[content : token.start()]))
        elif len(piece) > 2:
            stack.append((token.start(), token.end()))
    if not found:
        found = [Box(m.start(), m.end(), m["content"].rstrip(".,;")) for m in _UNBRACED.finditer(text)]
    return found


def is_placeholder(content: str) -> bool:
    """True for the box of a template: empty, dots, a question mark, "your answer"."""
    if len(content) > 60 or any(character.isdigit() or character in _SYMBOLS for character in content):
        return False
    if _COMMAND.match(content.strip()):
        content = _COMMAND.sub("", content).strip("{} ")
    return _PLACEHOLDER.fullmatch(content.strip()) is not None
