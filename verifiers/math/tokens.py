"""Cutting a row of tokens where it is not inside brackets."""

from __future__ import annotations

from collections.abc import Sequence

from verifiers.math.errors import Unreadable
from verifiers.math.lexer import Token


def split(tokens: Sequence[Token], kind: str) -> list[list[Token]]:
    """Cuts tokens at those of a kind that stand outside all brackets."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"open": 1, "begin": 1, "round": 1, "close": -1, "end": -1, "endround": -1}.get(token.kind, 0)
        if token.kind == kind and depth <= 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def outer(tokens: Sequence[Token], kind: str) -> list[Token]:
    found, depth = [], 0
    for token in tokens:
        depth += {"open": 1, "begin": 1, "round": 1, "close": -1, "end": -1, "endround": -1}.get(token.kind, 0)
        if token.kind == kind and depth <= 0:
            found.append(token)
    return found


def closes(tokens: Sequence[Token]) -> int:
    """Where the bracket that the tokens start with is closed."""
    depth = 0
    for index, token in enumerate(tokens):
        depth += {"open": 1, "begin": 1, "close": -1, "end": -1}.get(token.kind, 0)
        if depth == 0:
            return index
    raise Unreadable("unbalanced brackets")
