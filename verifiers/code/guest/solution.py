"""The trusted half of the process that runs a submission: loads it, then answers calls with data.

The submission owns this process and may forge whatever is said here. It gains nothing: the other side takes results for
results, knows the answers, and never sends them.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import io
import linecache
import sys
import types
from typing import Any

from verifiers.code.guest.peer import Peer, base_value
from verifiers.code.guest.remote import call, describe, operate, proxies
from verifiers.code.guest.values import dumps

PURE = frozenset(
    "math cmath collections fractions decimal datetime itertools functools operator re string statistics heapq bisect copy "
    "random json typing numpy".split()
)
"""Modules whose contents the tester looks up in its own process when the solution has them under their own name."""

_BUILTIN_VALUES = frozenset("len sum min max abs round sorted all any repr ord chr divmod pow hash".split())


def tester_takes(module: str, name: str) -> bool:
    """Whether the tester reads a name of the standard library as its own, instead of as a handle."""
    if module == "builtins":
        found = getattr(builtins, name, None)
        return name in _BUILTIN_VALUES or (isinstance(found, type) and found is not type and found is not super)
    return module.partition(".")[0] in PURE if name else module in sys.stdlib_module_names or module in PURE


def serve(channel: Any, code: str) -> None:
    """Run the program as a module, report, then answer until the caller hangs up."""
    path = sys.argv[0]
    space = types.ModuleType("solution")
    space.__file__ = path
    # For tracebacks and inspect.getsource; None as the time says that there is no file to look at.
    linecache.cache[path] = (len(code), None, code.splitlines(keepends=True), path)
    # Not "__main__" by name, so that a main guard does not run; importable under both, which pickle needs.
    sys.modules["solution"] = sys.modules["__main__"] = space
    functions: dict[str, Any] = {}
    peer = Peer(channel, functions, proxies(trusting=True), tester_takes, lambda module, name: True)
    functions.update(_functions(space.__dict__, peer))
    try:
        exec(compile(code, path, "exec"), space.__dict__)
    except BaseException as error:
        channel.send(dumps(["!", peer.describe_exception(error)]))
        return
    channel.send(dumps(["=", [None], []]))
    peer.serve()


def _functions(names: dict[str, Any], peer: Peer) -> dict[str, Any]:
    """What the tester, or the caller in its place, may ask for."""

    def global_(name: str) -> Any:
        if name not in names:
            raise NameError(f"name {name!r} is not defined")
        return names[name]

    def printing(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            result = function(*args, **kwargs)
        return result, printed.getvalue()

    return {
        "global": global_,
        "call_global": lambda name, args, kwargs: global_(name)(*args, **kwargs),
        "call": call,
        "call_printing": printing,
        "await": lambda number: importlib.import_module("asyncio").run(peer.exported(number)),
        "operate": operate,
        "describe": lambda number: describe(peer.exported(number)),
        "snapshot": base_value,
        "getattr": getattr,
        "attribute_of": lambda number, name: getattr(peer.exported(number), name),
        "setattr": setattr,
        "delattr": delattr,
        "is_instance": isinstance,
        "is_subclass": issubclass,
    }
