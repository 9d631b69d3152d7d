"""A reward's formula, read from text: the inverse of a verifier's repr.

    read_formula("0.8 * answer + 0.2 * gate(form)", {"answer": MathVerifier(), "form": ThinkFormat()})

Only arithmetic, the operators of the algebra, names, and calls are read; nothing is evaluated as Python.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from verifiers.base import Verifier, gate
from verifiers.combinators import cached, clip, normalized, renamed, scheduled, threshold, timed
from verifiers.sections import on_answer, on_thinking

COMBINATORS: dict[str, Callable[..., Verifier]] = {
    fn.__name__: fn
    for fn in (gate, cached, clip, normalized, renamed, scheduled, threshold, timed, on_answer, on_thinking)
}
MAX_CHARS = 10_000
_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.BitAnd: lambda a, b: a & b,
    ast.BitOr: lambda a, b: a | b,
}


class FormulaError(ValueError):
    """What of a formula cannot be read, and what to write instead."""


def read_formula(text: str, names: Mapping[str, Any]) -> Verifier:
    """The verifier that a formula describes.

    Args:
        names: the verifiers, and the classes and functions that make verifiers, by the names that the formula uses.
            Those of the combinators (gate, clip, ...) are known.

    Raises:
        FormulaError: with what was seen and what to write instead.
    """
    if len(text) > MAX_CHARS:
        raise FormulaError(f"a formula of {len(text)} characters; write at most {MAX_CHARS}, and name its parts.")
    try:
        value = _read(ast.parse(text.strip(), mode="eval").body, {**COMBINATORS, **names})
    except (SyntaxError, RecursionError, MemoryError, ValueError, TypeError) as error:
        if isinstance(error, FormulaError):
            raise
        raise FormulaError(f"{text!r} is no formula: {error}.") from None
    if not isinstance(value, Verifier):
        raise FormulaError(
            f"{text!r} is a {type(value).__name__}, no verifier: name at least one of {', '.join(names)}."
        )
    return value


def _read(node: ast.expr, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            if node.id not in names:
                raise FormulaError(f"{node.id!r} is not among {', '.join(names)}.")
            return names[node.id]
        case ast.UnaryOp(op=ast.USub()):
            return -_read(node.operand, names)
        case ast.BinOp() if type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](_read(node.left, names), _read(node.right, names))
        case ast.Call(func=ast.Name()):
            arguments = [_read(argument, names) for argument in node.args]
            options = {word.arg: _read(word.value, names) for word in node.keywords if word.arg}
            return _read(node.func, names)(*arguments, **options)
        case ast.Tuple() | ast.List():
            items = [_read(item, names) for item in node.elts]
            return tuple(items) if isinstance(node, ast.Tuple) else items
        case ast.Dict():
            return {_read(k, names): _read(v, names) for k, v in zip(node.keys, node.values) if k is not None}
    raise FormulaError(
        f"{ast.unparse(node)!r} cannot be read: use numbers, names, + - * & | and calls like gate(name) or clip(name, 0, 1)."
    )
