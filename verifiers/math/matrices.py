"""Matrices from their tokens, with a scalar before them or another matrix after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verifiers.math.errors import OverBudget, Unreadable
from verifiers.math.exact import Irrational, rational_value
from verifiers.math.expr import MINUS_ONE, ONE, Expr, num
from verifiers.math.lexer import Token
from verifiers.math.quantities import read_number
from verifiers.math.tokens import split
from verifiers.math.values import Matrix, Number, Value


def read_matrix(tokens: list[Token], read_cell: Callable[[list[Token]], Value]) -> Matrix:
    """The matrix that all these tokens make up; `read_cell` reads an entry.

    Raises:
        Unreadable: they make up none.
    """
    start = next(i for i, t in enumerate(tokens) if t.kind == "begin")
    end = _closes_environment(tokens, start)
    before, after = tokens[:start], tokens[end + 1 :]
    while before and after and before[-1].kind == "open" and after[0].kind == "close":
        before, after = before[:-1], after[1:]
    name = tokens[start].value
    if not before and after and after[0].kind == "begin":
        return _matrix_product(read_matrix(tokens[: end + 1], read_cell), read_matrix(after, read_cell))
    if after or ("matrix" not in name and name != "array") or name in ("vmatrix", "Vmatrix"):
        raise Unreadable(f"not a matrix: {name}")
    rows = []
    for line in split(tokens[start + 1 : end], "row"):
        if line:
            rows.append(tuple(read_cell(cell) for cell in split(line, "amp")))
    if before:
        sign = before[0].value == "-" and len(before) == 1
        factor = Number(MINUS_ONE) if sign else read_number(before[:-1] if before[-1].value == "*" else before)
        rows = [tuple(_scaled(factor, cell) for cell in row) for row in rows]
    if not rows or len({len(row) for row in rows}) != 1:
        raise Unreadable("a ragged matrix")
    return Matrix(tuple(rows))


def _matrix_product(left: Matrix, right: Matrix) -> Matrix:
    if len(left.rows[0]) != len(right.rows):
        raise Unreadable("no matrix product")
    if len(left.rows) * len(right.rows) * len(right.rows[0]) > 1_000:
        raise OverBudget("size")
    columns = list(zip(*right.rows))
    return Matrix(tuple(tuple(_dot(row, column) for column in columns) for row in left.rows))


def _dot(row: Sequence[Value], column: Sequence[Value]) -> Value:
    products = [_scaled(a, b) for a, b in zip(row, column)]
    total = Expr("add", tuple(p.expr for p in products if isinstance(p, Number)))
    return _scaled(Number(ONE), Number(total))


def _scaled(factor: Value, cell: Value) -> Value:
    if not isinstance(factor, Number) or not isinstance(cell, Number):
        raise Unreadable("not a scalar")
    product = Expr("mul", (factor.expr, cell.expr))
    try:
        return Number(num(rational_value(product)), literal=True)
    except Irrational:
        return Number(product)


def _closes_environment(tokens: list[Token], start: int) -> int:
    depth = 0
    for index in range(start, len(tokens)):
        depth += {"begin": 1, "end": -1}.get(tokens[index].kind, 0)
        if depth == 0:
            return index
    raise Unreadable("an environment without an end")
