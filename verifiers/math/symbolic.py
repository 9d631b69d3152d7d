"""The last rung: math-verify's LaTeX parser and sympy. Runs only inside a worker of the pool, which may be killed at any time."""

from __future__ import annotations

import logging
from typing import Any

import sympy
from latex2sympy2_extended import latex2sympy, normalize_latex
from latex2sympy2_extended.latex2sympy2 import NormalizationConfig

logging.disable(logging.CRITICAL)

_CONFIG = NormalizationConfig(malformed_operators=True, boxed="none")


def equal(gold: str, answer: str) -> bool | None:
    """Whether two expressions are equal to sympy; None where either cannot be read."""
    left, right = _parsed(gold), _parsed(answer)
    if left is None or right is None:
        return None
    return _same(left, right)


def _parsed(text: str) -> Any:
    try:
        return latex2sympy(normalize_latex(text, _CONFIG), is_real=True, normalization_config=None)
    except Exception:
        return None


def _same(left: Any, right: Any) -> bool:
    if left == right:
        return not _is_undefined(left)
    if isinstance(left, sympy.MatrixBase) or isinstance(right, sympy.MatrixBase):
        if not (
            isinstance(left, sympy.MatrixBase) and isinstance(right, sympy.MatrixBase) and left.shape == right.shape
        ):
            return False
        return all(_same(a, b) for a, b in zip(left, right))
    if isinstance(left, sympy.Expr) and isinstance(right, sympy.Expr):
        left, right = left.doit(), right.doit()
        difference = sympy.simplify(left - right)
        return difference == 0 or (difference.equals(0) is True and not _is_undefined(left))
    if type(left) is type(right) and isinstance(left, sympy.Tuple | sympy.Eq):
        return (
            all(_same(a, b) for a, b in zip(left.args, right.args, strict=True))
            if len(left.args) == len(right.args)
            else False
        )
    if isinstance(left, sympy.Set) and isinstance(right, sympy.Set):
        return bool(sympy.simplify(left) == sympy.simplify(right))
    return False


def _is_undefined(value: Any) -> bool:
    return isinstance(value, sympy.Expr) and value.has(sympy.nan, sympy.zoo)


def warm_up() -> None:
    """Settles a few pairs, so that what parsers and sympy cache is there before the first real one, and after every kill.

    A cold comparison takes thirty times as long as a warm one, which is the difference between a verdict and a deadline.

    Raises:
        RuntimeError: a pair came out wrong, so that this sympy cannot be relied on.
    """
    for gold, answer in _KNOWN_EQUAL:
        if equal(gold, answer) is not True:
            raise RuntimeError(f"sympy {sympy.__version__} does not see that {answer} equals {gold}")


_KNOWN_EQUAL = [
    ("\\frac{n(n+1)}{2}", "\\sum_{k=1}^{n} k"),
    ("\\frac{1}{2}", "\\int_0^1 x dx"),
    ("1", "\\lim_{x \\to 0} \\frac{\\sin{x}}{x}"),
]
