"""Is the answer the expected one? Comparison of decoded values and of program outputs; never a prefix, never a guess.

Both are stricter than they look on purpose: graders that compare with zip(), strip() or float() reward extra lines,
merged lines, "nan" and full-width digits.
"""

from __future__ import annotations

import decimal
import numbers
import re

TYPE_CHECKING = False  # this file also runs inside jobs, where typing is dear
if TYPE_CHECKING:
    from typing import Any

_NUMBER = re.compile(rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_INTEGER = re.compile(rb"[+-]?[0-9]+")
_MAX_DIGITS = 4000  # beyond, int() refuses; such tokens are compared as text
_BLANKS = b" \t\r\f\v"


def same_value(value: Any, expected: Any, tol: float | None = None) -> bool:
    """Whether a value equals the expected one by Python's `==`; with `tol`, numbers in lists and dicts may differ.

    Args:
        value: plain data, as `guest.values` reads it; its classes' own notions of equality have stayed behind.
    """
    if tol is None:
        return bool(value == expected)
    number, wanted = _real(value), _real(expected)
    if number is not None and wanted is not None:
        return bool(value == expected) or close(number, wanted, tol)
    if not isinstance(value, type(expected)):
        return False
    if isinstance(expected, list | tuple):
        return len(value) == len(expected) and all(same_value(a, b, tol) for a, b in zip(value, expected))
    if isinstance(expected, dict):
        return value.keys() == expected.keys() and all(same_value(value[k], b, tol) for k, b in expected.items())
    return bool(value == expected)


def _real(value: Any) -> float | None:
    """A real number as an int or a float, numpy's too; None for anything else, truth values among it."""
    if isinstance(value, bool):
        return None
    if isinstance(value, numbers.Integral):
        return int(value)
    return float(value) if isinstance(value, numbers.Real | decimal.Decimal) else None


def close(a: float, b: float, tol: float) -> bool:
    """Two numbers at most `tol` apart: absolutely, and also relative to the expected one `b` unless both are integers.

    An integer has no rounding error to forgive, so 1000001 is not 1000000 however generous a relative tolerance is.
    """
    try:
        apart = abs(a - b)
        scale = 1.0 if type(a) is int and type(b) is int else max(1.0, abs(float(b)))
        return bool(apart <= tol * scale) and apart != float("inf")
    except OverflowError:
        return False


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
