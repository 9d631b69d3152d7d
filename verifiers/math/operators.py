"""Operators that bind a variable, and determinants: how the parser reads sums, products, integrals, limits and vmatrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifiers.math.errors import Unreadable
from verifiers.math.expr import MINUS_ONE, Expr, num, product, substituted, sym, symbols, total
from verifiers.math.literals import rational

if TYPE_CHECKING:
    from verifiers.math.parser import Parser


def big(parser: Parser, operator: str) -> Expr:
    """What follows \\sum, \\prod, \\int or \\lim: limits, then the body."""
    low = high = variable = None
    while parser.peek().kind == "op" and parser.peek().value in ("_", "^"):
        if parser.next().value == "^":
            high = _bound(parser)
        elif operator == "lim" or _binds(parser):
            variable, low = _binding(parser, operator)
        else:
            low = _bound(parser)
    if operator in ("int", "iint", "iiint", "oint"):
        return _integral(parser, operator, low, high)
    body = parser.term()
    if variable == Expr("const", ("i",)):  # An index, and no imaginary unit.
        body, variable = substituted(body, {variable: sym("i")}), sym("i")
    if operator in ("sum", "prod") and variable is not None and variable.op == "sym":
        body, variable = _renamed(body, variable.args[0])
    return Expr("big", (operator, variable, low, high, body))


def _renamed(body: Expr, index: str) -> tuple[Expr, Expr]:
    """The body with its index, and the index of x_i in it, under a name of their own: what it was called does not matter."""
    names = symbols(body)
    fresh = f"#{sum(name.startswith('#') for name in names)}"
    indexed = {sym(name): sym(name[: -len(index)] + fresh) for name in names if name.endswith("_" + index)}
    return substituted(body, indexed | {sym(index): sym(fresh)}), sym(fresh)


def _bound(parser: Parser) -> Expr | None:
    if parser.peek().value == "{" and parser.peek(1).value == "}":
        parser.position += 2
        return None
    if parser.peek().kind == "op" and parser.peek().value in ("-", "+"):
        return parser.factor()
    return parser.argument() if parser.peek().kind != "num" else num(rational(parser.next().value))


def _binds(parser: Parser) -> bool:
    return parser.peek().value == "{" and parser.peek(1).kind == "sym" and parser.peek(2).kind == "rel"


def _binding(parser: Parser, operator: str) -> tuple[Expr, Expr]:
    parser.expect("open", "{")
    variable = parser.atom()
    parser.expect("rel", "=", "to")
    low = parser.sum()
    if parser.accept("op", "^"):  # x \to 0^+
        braced = parser.accept("open", "{")
        low = Expr("apply", ("from " + parser.next().value, low))
        if braced:
            parser.expect("close", "}")
    parser.expect("close", "}")
    return variable, low


def _integral(parser: Parser, operator: str, low: Expr | None, high: Expr | None) -> Expr:
    """The integrand stands before `d x`; the tokens are searched for it, since `d` is also a letter."""
    depth = 0
    for index in range(parser.position, len(parser.tokens) - 1):
        token = parser.tokens[index]
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if token == ("sym", "d", token.spaced) and parser.tokens[index + 1].kind == "sym" and depth <= 1:
            return _integrand(parser, operator, low, high, index)
    raise Unreadable("an integral over nothing")


def _integrand(parser: Parser, operator: str, low: Expr | None, high: Expr | None, at: int) -> Expr:
    tokens = list(parser.tokens[parser.position : at])
    opened = sum({"open": 1, "close": -1}.get(t.kind, 0) for t in tokens)
    if opened:  # \int {x dx}
        tokens = tokens[1:]
    body = type(parser)(tokens).whole() if tokens else num(1)
    variable = sym(parser.tokens[at + 1].value)
    parser.position = at + 2
    if opened:
        parser.expect("close")
    return Expr("big", (operator, variable, low, high, body))


def determinant(parser: Parser) -> Expr:
    """What follows \\begin{vmatrix}."""
    rows: list[list[Expr]] = [[]]
    while not parser.accept("end", "vmatrix"):
        if parser.accept("row"):
            rows.append([])
        elif not parser.accept("amp"):
            rows[-1].append(parser.sum())
    rows = [row for row in rows if row]
    if not 0 < len(rows) <= 5 or any(len(row) != len(rows) for row in rows):
        raise Unreadable("not a square determinant")
    return _determinant(rows)


def _determinant(rows: list[list[Expr]]) -> Expr:
    """By cofactors of the first row; five rows are 120 products."""
    if len(rows) == 1:
        return rows[0][0]
    terms = []
    for column, entry in enumerate(rows[0]):
        minor = _determinant([row[:column] + row[column + 1 :] for row in rows[1:]])
        terms.append(product([entry, minor] if column % 2 == 0 else [MINUS_ONE, entry, minor]))
    return total(terms)
