"""Is a decoded value the expected one? By Python's `==`, with a tolerance where the problem gives one."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # this file also runs inside jobs, where each import is dear
if TYPE_CHECKING:
    from typing import Any


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
    if isinstance(value, int | float):
        return value
    numbers, decimal = sys.modules.get("numbers"), sys.modules.get("decimal")  # who made another kind has imported them
    if numbers and isinstance(value, numbers.Integral):
        return int(value)
    other = (numbers and isinstance(value, numbers.Real)) or (decimal and isinstance(value, decimal.Decimal))
    return float(value) if other else None


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
