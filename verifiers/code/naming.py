"""What the names in tests mean: which builtins the solution replaces, and which of its classes the tests are about.

Both are read from the text of the tests, over which a solution has no power.
"""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Iterable, Iterator


@functools.lru_cache(maxsize=1024)
def owned_names(tests: tuple[str, ...]) -> frozenset[str]:
    """Names of builtins that the tests mean as functions of the solution: those called where nothing else is.

    `assert sum(10, 15) == 6` tests a sum of the solution's; in `assert sum(f(3)) == 6` it is f that is tested.
    """
    called: list[set[str]] = []
    for test in tests:
        nodes = list(ast.walk(ast.parse(test)))
        if all(isinstance(node, ast.Module | ast.Import | ast.ImportFrom | ast.alias) for node in nodes):
            continue
        stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} | {"math"}
        if any(isinstance(n, ast.Name) and n.id not in stored and not hasattr(builtins, n.id) for n in nodes):
            return frozenset()
        names = {n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        called.append({name for name in names - stored if not isinstance(getattr(builtins, name), type)})
    return frozenset(set.intersection(*called)) if called else frozenset()


@functools.lru_cache(maxsize=1024)
def classes_under_test(tests: tuple[str, ...], entry_point: str = "") -> frozenset[str]:
    """Names that the tests use as classes with an interface of their own, so that operators are part of it.

    That takes more than a call, since F(2.0) may be meant as a function: a capital, and an instance whose attributes
    are used or items set (`s = Stack(); s.push(1)`), or with which another is compared (`V(1) * 2 == V(2)`).

    Args:
        entry_point: what the argument of `check(candidate)` stands for.
    """
    trees = [ast.parse(test) for test in tests]
    functions = (node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef))
    checks = (function for function in functions if function.name == "check")
    stands_for = {check.args.args[0].arg: entry_point for check in checks if check.args.args}
    names = (stands_for.get(name, name) for tree in trees for name in _classes_in(tree))
    return frozenset(name for name in names if name[:1].isupper())


def _classes_in(tree: ast.Module) -> Iterator[str]:
    made: dict[str, str] = {}  # variable -> the name whose call it was assigned
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and (name := _called(node.value)):
            made |= {target.id: name for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.withitem) and (name := _called(node.context_expr)):
            yield name
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for side in sides:
                if (name := _called(side)) and name in _calls(other for other in sides if other is not side):
                    yield name
    for node in ast.walk(tree):
        changed = isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load)
        if isinstance(node, ast.Attribute) or changed:
            owner = node.value  # type: ignore[attr-defined]
            name = made.get(owner.id, owner.id) if isinstance(owner, ast.Name) else _called(owner)
            if name:
                yield name


def _called(node: ast.AST) -> str | None:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None


def _calls(nodes: Iterable[ast.AST]) -> set[str | None]:
    return {_called(inner) for node in nodes for inner in ast.walk(node)}
