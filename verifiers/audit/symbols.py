"""Answer types with symbols: roots, multiples of pi, polynomials, equations."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from verifiers.audit.answers import AnswerType

SQUAREFREE = (2, 3, 5, 6, 7, 10, 11, 13)


def _coefficient(a: int) -> str:
    return {1: "", -1: "-"}.get(a, str(a))


ROOT = AnswerType(
    "root",
    st.tuples(st.integers(1, 12), st.sampled_from(SQUAREFREE)),
    lambda v: rf"{_coefficient(v[0])}\sqrt{{{v[1]}}}",
    same={
        "as it is": lambda v, k: rf"{_coefficient(v[0])}\sqrt{{{v[1]}}}",
        "bare digit": lambda v, k: rf"{_coefficient(v[0])}\sqrt{v[1]}" if v[1] < 10 else None,
        "dot": lambda v, k: rf"{v[0]} \cdot \sqrt{{{v[1]}}}",
        "under the root": lambda v, k: rf"\sqrt{{{v[0] ** 2 * v[1]}}}",
        "root first": lambda v, k: rf"\sqrt{{{v[1]}}} \cdot {v[0]}",
        "power": lambda v, k: rf"{v[0]} \cdot {v[1]}^{{1/2}}",
    },
    different={
        "coefficient off": lambda v, k: rf"{v[0] + k}\sqrt{{{v[1]}}}",
        "radicand off": lambda v, k: rf"{_coefficient(v[0])}\sqrt{{{v[1] + k}}}",
        "root forgotten": lambda v, k: str(v[0] * v[1]),
        "other sign": lambda v, k: rf"-{_coefficient(v[0])}\sqrt{{{v[1]}}}",
        "cube root": lambda v, k: rf"{_coefficient(v[0])}\sqrt[3]{{{v[1]}}}",
        "sum": lambda v, k: rf"{v[0]}+\sqrt{{{v[1]}}}",
        "decimal approximation": lambda v, k: f"{v[0] * v[1] ** 0.5:.{2 + k % 6}f}",
        "plus or minus": lambda v, k: rf"\pm {_coefficient(v[0])}\sqrt{{{v[1]}}}",
    },
)

PI = AnswerType(
    "multiple of pi",
    st.integers(1, 40),
    lambda a: rf"{_coefficient(a)}\pi",
    same={
        "as it is": lambda a, k: rf"{_coefficient(a)}\pi",
        "dot": lambda a, k: rf"{a} \cdot \pi",
        "letter": lambda a, k: f"{_coefficient(a)}π",
        "spaced": lambda a, k: rf"{_coefficient(a)}\, \pi",
    },
    different={
        "without pi": lambda a, k: str(a),
        "coefficient off": lambda a, k: rf"{a + k}\pi",
        "decimal approximation": lambda a, k: f"{a * 3.141592653589793:.{2 + k % 4}f}",
        "pi taken for 3.14": lambda a, k: f"{a * 3.14:.2f}",
        "squared": lambda a, k: rf"{_coefficient(a)}\pi^2",
        "other sign": lambda a, k: rf"-{_coefficient(a)}\pi",
    },
)


def _polynomial(terms: Iterable[tuple[int, int]], x: str = "x") -> str:
    """From (coefficient, exponent) pairs, in their order."""
    text = ""
    for a, e in terms:
        if a:
            power = "" if e == 0 else x if e == 1 else f"{x}^{e}"
            size = str(abs(a)) if abs(a) != 1 or e == 0 else ""
            text += ("-" if a < 0 else "+" if text else "") + size + power
    return text


def _expanded(roots: tuple[int, int], x: str = "x", lift: int = 0, backwards: bool = False) -> str:
    p, q = roots
    terms = [(1, 2), (-(p + q), 1), (p * q + lift, 0)]
    return _polynomial(reversed(terms) if backwards else terms, x)


def _factor(root: int) -> str:
    return f"({_polynomial([(1, 1), (-root, 0)])})" if root else "x"


_roots = st.integers(-9, 9).filter(bool)

POLYNOMIAL = AnswerType(
    "polynomial",
    st.tuples(_roots, _roots),
    _expanded,
    key=lambda r: (r[0] + r[1], r[0] * r[1]),
    same={
        "as it is": lambda r, k: _expanded(r),
        "other order": lambda r, k: _expanded(r, backwards=True),
        "factored": lambda r, k: _factor(r[0]) + _factor(r[1]),
        "braced exponent": lambda r, k: _expanded(r).replace("^2", "^{2}"),
    },
    different={
        "constant off": lambda r, k: _expanded(r, lift=k),
        "other variable": lambda r, k: _expanded(r, "y"),
        "other exponent": lambda r, k: _expanded(r).replace("^2", "^3"),
        "a root": lambda r, k: str(r[0]),
        "signs flipped": lambda r, k: f"-({_expanded(r)})",
        "one factor": lambda r, k: _factor(r[0]),
    },
)

EQUATION = AnswerType(
    "equation",
    st.integers(-60, 99),
    lambda n: f"x={n}",
    same={
        "as it is": lambda n, k: f"x={n}",
        "spaced": lambda n, k: f"x = {n}",
        "value alone": lambda n, k: str(n),
    },
    different={
        "other variable": lambda n, k: f"y={n}",
        "value off": lambda n, k: f"x={n + k}",
        "negated": lambda n, k: rf"x\neq {n}",
        "inequality": lambda n, k: (f"x>{n}", rf"x\le {n}")[k % 2],
        "tautology": lambda n, k: "x=x" if k == n else f"{k}={k}",
        "two solutions": lambda n, k: rf"x={n} \text{{ or }} x={n + k}",
    },
)

SYMBOLS = (ROOT, PI, POLYNOMIAL, EQUATION)
