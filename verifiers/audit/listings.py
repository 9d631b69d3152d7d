"""Answer types of several numbers: points, sets, intervals, matrices."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from verifiers.audit.answers import AnswerType

_small = st.integers(-30, 60)


def _listed(values: Sequence[int], between: str = ", ") -> str:
    return between.join(map(str, values))


def _rotated(values: Sequence[int], k: int) -> list[int]:
    k = k % (len(values) - 1) + 1
    return [*values[k:], *values[:k]]


POINT = AnswerType(
    "point",
    st.tuples(_small, _small).filter(lambda v: v[0] != v[1]),
    lambda v: f"({_listed(v)})",
    same={
        "as it is": lambda v, k: f"({_listed(v)})",
        "tight": lambda v, k: f"({_listed(v, ',')})",
        "left and right": lambda v, k: rf"\left( {_listed(v)} \right)",
        "spaced": lambda v, k: rf"(\, {_listed(v)} \,)",
    },
    different={
        "swapped": lambda v, k: f"({v[1]}, {v[0]})",
        "set": lambda v, k: rf"\{{{_listed(v)}\}}",
        "coordinate off": lambda v, k: f"({v[0]}, {v[1] + k})",
        "coordinate added": lambda v, k: f"({_listed(v)}, {k})",
        "coordinate dropped": lambda v, k: str(v[0]),
        "product": lambda v, k: rf"{v[0]} \cdot ({v[1]})" if v[0] * v[1] else None,
    },
)

SET = AnswerType(
    "set",
    st.lists(_small, min_size=2, max_size=4, unique=True).map(tuple),
    lambda v: rf"\{{{_listed(v)}\}}",
    key=frozenset,
    same={
        "as it is": lambda v, k: rf"\{{{_listed(v)}\}}",
        "other order": lambda v, k: rf"\{{{_listed(_rotated(v, k))}\}}",
        "left and right": lambda v, k: rf"\left\{{ {_listed(v)} \right\}}",
    },
    different={
        "member missing": lambda v, k: rf"\{{{_listed(v[:-1])}\}}",
        "member added": lambda v, k: rf"\{{{_listed(v)}, {max(v) + k}\}}",
        "member off": lambda v, k: rf"\{{{_listed((*v[:-1], max(v) + k))}\}}",
        "one member": lambda v, k: str(v[0]),
        "union with the wrong": lambda v, k: rf"\{{{_listed(v)}\}} \cup \{{{max(v) + k}\}}",
    },
)

ASSIGNMENTS = AnswerType(
    "list",
    st.tuples(_small, _small).filter(lambda v: v[0] < v[1]),
    lambda v: _listed(v, ","),
    same={"as it is": lambda v, k: _listed(v, ","), "spaced": lambda v, k: _listed(v)},
    different={
        "assignments": lambda v, k: f"x={v[1]}, y={v[0]}",
        "member missing": lambda v, k: str(v[0]),
        "member added": lambda v, k: f"{_listed(v)}, {v[1] + k}",
        "member off": lambda v, k: f"{v[0]}, {v[1] + k}",
    },
)

OPEN, CLOSED = "()", "[]"


def _interval(v: tuple[int, int, bool, bool], left: str = "", right: str = "") -> str:
    a, b, shut_a, shut_b = v
    return f"{left}{'[' if shut_a else '('}{a},{b}{right}{']' if shut_b else ')'}"


def _inequality(v: tuple[int, int, bool, bool]) -> str:
    below, above = (r"\le" if shut else "<" for shut in v[2:])
    return f"{v[0]} {below} x {above} {v[1]}"


INTERVAL = AnswerType(
    "interval",
    st.tuples(st.integers(-20, 5), st.integers(6, 120), st.booleans(), st.booleans()),
    _interval,
    same={
        "as it is": lambda v, k: _interval(v),
        "left and right": lambda v, k: _interval(v, r"\left", r"\right"),
        "spaced": lambda v, k: _interval(v).replace(",", ", "),
        "inequality": lambda v, k: _inequality(v),
    },
    different={
        "left end": lambda v, k: _interval((v[0], v[1], not v[2], v[3])),
        "right end": lambda v, k: _interval((v[0], v[1], v[2], not v[3])),
        "bound off": lambda v, k: _interval((v[0], v[1] + k, v[2], v[3])),
        "bounds as a set": lambda v, k: rf"\{{{v[0]},{v[1]}\}}",
        "complement": lambda v, k: rf"(-\infty,{v[0]}) \cup ({v[1]},\infty)",
        "length": lambda v, k: str(v[1] - v[0]),
    },
)


def _matrix(rows: Sequence[Sequence[int]], name: str = "pmatrix", space: str = " ") -> str:
    inner = rf"{space}\\{space}".join(f"{space}&{space}".join(map(str, row)) for row in rows)
    return rf"\begin{{{name}}}{space}{inner}{space}\end{{{name}}}"


MATRIX = AnswerType(
    "matrix",
    st.tuples(st.tuples(_small, _small), st.tuples(_small, _small)).filter(lambda m: m[0][1] != m[1][0]),
    _matrix,
    same={
        "as it is": lambda m, k: _matrix(m),
        "brackets": lambda m, k: _matrix(m, "bmatrix"),
        "tight": lambda m, k: _matrix(m, space=""),
    },
    different={
        "transposed": lambda m, k: _matrix(list(zip(*m))),
        "entry off": lambda m, k: _matrix((m[0], (m[1][0], m[1][1] + k))),
        "row missing": lambda m, k: _matrix(m[:1]),
        "negated": lambda m, k: "-" + _matrix(m) if any(m[0] + m[1]) else None,
    },
)

COLLECTIONS = (POINT, SET, ASSIGNMENTS, INTERVAL, MATRIX)
