"""Tests whose answers never leave this process: of `assert f(2) == 4` the call goes to the job, the comparison stays.

A test is split when it is one assert statement over calls of the solution with literal arguments, literals, and a
few pure functions on plain values. What is left around the calls is evaluated on decoded values of exact builtin
types. Tests of any other shape go to the tester process as they are.
"""

from __future__ import annotations

import ast
import builtins
import functools
import marshal
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifiers.code.guest.start import DIRECT
from verifiers.code.naming import owned_names

_PURE = (
    *("abs", "all", "any", "bool", "complex", "dict", "float", "frozenset", "int", "isinstance", "len", "list", "max"),
    *("min", "round", "set", "sorted", "str", "sum", "tuple"),
)
_MATH = ("isclose", "fabs", "floor", "ceil", "sqrt", "pi", "e", "inf", "nan")
_NAMESPACE = {name: getattr(builtins, name) for name in _PURE} | {"math": math, "__builtins__": {}}
_CHEAP = (ast.Add, ast.Sub, ast.Div)
"""Arithmetic on results. `*`, `**` and `%` (of a string) can make a small value huge: they are left to the tester."""


@dataclass(frozen=True, slots=True)
class Split:
    """One test in two halves.

    Attributes:
        calls: messages that ask the solution's process for the results.
        holds: whether the test holds for those results. May raise what the same expression would raise in Python.
    """

    calls: tuple[bytes, ...]
    holds: Callable[[Sequence[Any]], bool]


def call_message(function: str, args: Iterable[Any], kwargs: Mapping[str, Any] | None = None) -> bytes:
    """The message that asks the solution's process to call one of its functions (see `guest.start`).

    Raises:
        ValueError: an argument that is not plain.
    """
    return DIRECT + marshal.dumps((function, tuple(args), dict(kwargs or {})))


def split_asserts(tests: Sequence[str]) -> list[Split] | None:
    """All tests split, or None when one of them cannot be."""
    owned = owned_names(tuple(tests))
    splits = [_split_source(test, owned) for test in tests]
    return None if None in splits else splits  # type: ignore[return-value]


@functools.lru_cache(maxsize=1024)
def split_check(test_code: str, entry_point: str) -> Split | None:
    """A `check(candidate)` that is nothing but asserts, as one test; None for any other."""
    body = ast.parse(test_code).body
    checks = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == "check"]
    if len(checks) != 1 or not all(node in checks or _is_idle(node) for node in body):
        return None
    check = checks[0]
    if ast.unparse(check.args).isidentifier() is False or check.decorator_list:
        return None
    names = {check.args.args[0].arg: entry_point}
    splits = [_split(node, frozenset(), names) for node in check.body if not _is_idle(node)]
    if None in splits or not splits:
        return None
    return _together(splits)  # type: ignore[arg-type]


def _together(splits: Sequence[Split]) -> Split:
    """Several tests as one, which holds when all of them do."""

    def holds(results: Sequence[Any]) -> bool:
        rest = list(results)
        for split in splits:
            size = len(split.calls)
            if not split.holds(rest[:size]):
                return False
            del rest[:size]
        return True

    return Split(tuple(call for split in splits for call in split.calls), holds)


def _is_idle(node: ast.stmt) -> bool:
    """A statement without effect on the tests: a docstring, `pass`, METADATA = {...}, `import math`."""
    if isinstance(node, ast.Assign):
        named = [target.id for target in node.targets if isinstance(target, ast.Name)]
        return named == ["METADATA"] and isinstance(node.value, ast.Dict)
    if isinstance(node, ast.Import):
        return all(alias.name == "math" and alias.asname is None for alias in node.names)
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


@functools.lru_cache(maxsize=8192)
def _split_source(test: str, owned: frozenset[str]) -> Split | None:
    body = [node for node in ast.parse(test).body if not _is_idle(node)]
    if not body:
        return Split((), lambda _: True)  # MBPP writes its imports as tests
    return _split(body[0], owned, {}) if len(body) == 1 else None


def _split(node: ast.stmt, owned: frozenset[str], aliases: Mapping[str, str]) -> Split | None:
    if not isinstance(node, ast.Assert):
        return None
    splitter = _Splitter(owned, aliases)
    try:
        expression = ast.fix_missing_locations(ast.Expression(splitter.visit(node.test)))
        code = compile(expression, "<test>", "eval")
    except (_NotSplittable, ValueError, RecursionError):
        return None

    def holds(results: Sequence[Any]) -> bool:
        return bool(eval(code, _NAMESPACE, {f"_{i}": result for i, result in enumerate(results)}))

    return Split(tuple(splitter.calls), holds)


class _NotSplittable(Exception):
    pass


class _Splitter(ast.NodeTransformer):
    """Replaces the calls of the solution by names for their results, and refuses whatever it does not know."""

    def __init__(self, owned: frozenset[str], aliases: Mapping[str, str]):
        self.owned, self.aliases = owned, aliases
        self.calls: list[bytes] = []

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if not isinstance(node, _SIMPLE):
            raise _NotSplittable
        return super().generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in _PURE or node.id in self.owned or node.id in self.aliases:
            raise _NotSplittable
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if not (isinstance(node.value, ast.Name) and node.value.id == "math" and node.attr in _MATH):
            raise _NotSplittable
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        if not isinstance(node.op, ast.And):  # the calls after a true `or` would not be made
            raise _NotSplittable
        return super().generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        before = len(self.calls)
        visited = super().generic_visit(node)
        if len(self.calls) > before and not isinstance(node.op, _CHEAP):
            raise _NotSplittable
        return visited

    def visit_Call(self, node: ast.Call) -> ast.AST:
        function = node.func
        if not isinstance(function, ast.Name) or (function.id in _PURE and function.id not in self.owned):
            return self.generic_visit(node)
        if hasattr(builtins, function.id) and function.id not in self.owned:
            raise _NotSplittable
        before = len(self.calls)
        args = [_value(self.visit(arg)) for arg in node.args]
        kwargs = {str(k.arg): _value(self.visit(k.value)) for k in node.keywords if k.arg}
        if len(self.calls) > before or len(kwargs) < len(node.keywords):
            raise _NotSplittable
        self.calls.append(call_message(self.aliases.get(function.id, function.id), args, kwargs))
        return ast.copy_location(ast.Name(f"_{len(self.calls) - 1}", ast.Load()), node)


_SIMPLE = (
    *(ast.Call, ast.keyword, ast.Compare, ast.cmpop, ast.boolop, ast.UnaryOp, ast.unaryop, ast.operator, ast.Constant),
    *(ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Subscript, ast.Slice, ast.expr_context),
)


def _value(node: ast.AST) -> Any:
    """The value of an expression without calls of the solution."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        pass
    expression = ast.fix_missing_locations(ast.Expression(node))  # type: ignore[arg-type]
    try:
        return eval(compile(expression, "<argument>", "eval"), _NAMESPACE)
    except Exception:
        raise _NotSplittable from None
