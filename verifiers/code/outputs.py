"""Do two outputs agree? Never a prefix, never a guess.

Stricter than it looks on purpose: graders that compare with zip(), strip() or float() reward extra lines, merged lines,
"nan" and full-width digits.
"""

from __future__ import annotations

import re

from verifiers.code.compare import close

_NUMBER = re.compile(rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_INTEGER = re.compile(rb"[+-]?[0-9]+")
_MAX_DIGITS = 4000  # beyond, int() refuses; such tokens are compared as text
_BLANKS = b" \t\r\f\v"


def same_output(printed: bytes, expected: bytes, tol: float | None = None) -> bool:
    """Whether two outputs agree line by line; white space at the ends of lines and blank lines at the end do not count.

    With `tol`, tokens that are both plain ASCII decimal numbers compare as numbers; nan and inf are no numbers.
    """
    ours, theirs = _lines(printed), _lines(expected)
    if tol is None or ours == theirs:
        return ours == theirs
    return len(ours) == len(theirs) and all(_same_line(a, b, tol) for a, b in zip(ours, theirs))


def _lines(output: bytes) -> list[bytes]:
    lines = [line.rstrip(_BLANKS) for line in output.split(b"\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _same_line(a: bytes, b: bytes, tol: float) -> bool:
    ours, theirs = a.split(), b.split()
    return len(ours) == len(theirs) and all(x == y or _same_number(x, y, tol) for x, y in zip(ours, theirs))


def _same_number(a: bytes, b: bytes, tol: float) -> bool:
    if max(len(a), len(b)) > _MAX_DIGITS or not (_NUMBER.fullmatch(a) and _NUMBER.fullmatch(b)):
        return False
    return close(_number(a), _number(b), tol)


def _number(token: bytes) -> float:
    return int(token) if _INTEGER.fullmatch(token) else float(token)
