"""Small faults put into a program, and a plain run that says which of them the tests notice.

`python mutation.py < programs.json` runs trusted sources, each in a fork of its own, and says which came to their end.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence

_SWAPS: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


def mutants(source: str) -> Iterator[str]:
    """Programs that differ from the source in one place: operators, constants, conditions, statements; then results."""
    tree = ast.parse(source)
    nodes = list(enumerate(ast.walk(tree)))
    for changes in (_changes, _other_results):
        yield from _changed(tree, nodes, changes)


def _changed(tree: ast.Module, nodes: list, changes: Callable[[ast.AST], list]) -> Iterator[str]:
    for position, node in nodes:
        for change in changes(node):
            other = copy.deepcopy(tree)
            target = next(n for i, n in enumerate(ast.walk(other)) if i == position)
            change(target)
            with contextlib.suppress(ValueError, IndexError):
                yield ast.unparse(ast.fix_missing_locations(other))


def _changes(node: ast.AST) -> list:
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in _SWAPS:
        return [lambda n: setattr(n, "op", _SWAPS[type(n.op)]())]
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPS:
        return [lambda n: n.ops.__setitem__(0, _SWAPS[type(n.ops[0])]())]
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return [lambda n: setattr(n, "value", n.value + 1)]
    if isinstance(node, ast.If | ast.IfExp):
        return [lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))]
    if isinstance(node, ast.FunctionDef) and len(node.body) > 1:
        return [lambda n: n.body.pop(), lambda n: n.body.pop(0)]
    return []


def _other_results(node: ast.AST) -> list:
    if not isinstance(node, ast.Return) or node.value is None:
        return []
    return [
        lambda n: setattr(n, "value", ast.Constant(None)),
        lambda n: setattr(n, "value", ast.UnaryOp(ast.Not(), n.value)),
        lambda n: setattr(n, "value", ast.List([n.value], ast.Load())),
        lambda n: setattr(n, "value", ast.Tuple([n.value, n.value], ast.Load())),
    ]


def plain_verdicts(programs: Sequence[str], timeout_s: int = 2) -> list[str]:
    """ "passed", "failed" or "slow" for each program together with its tests."""
    command = [sys.executable, __file__, str(timeout_s)]
    done = subprocess.run(command, input=json.dumps(list(programs)), capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _run(program: str, timeout_s: int) -> str:
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        os.dup2(1, 2)
        signal.alarm(timeout_s)
        try:
            exec(compile(program, "program.py", "exec"), {"__name__": "__main__"})
        except BaseException:
            os._exit(1)
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    return "slow" if os.WIFSIGNALED(status) else "failed" if status else "passed"


if __name__ == "__main__":
    print(json.dumps([_run(program, int(sys.argv[1])) for program in json.load(sys.stdin)]))
