"""The solution's end of a conversation with a tester: what may be asked of the process that runs the submission."""

from __future__ import annotations

import builtins
import sys

from verifiers.code.guest.objects import base_value, overwrite
from verifiers.code.guest.operations import call, describe, operate
from verifiers.code.guest.peer import Peer
from verifiers.code.guest.remote import proxies
from verifiers.code.guest.start import find
from verifiers.code.guest.values import library

TYPE_CHECKING = False  # the import of typing takes longer than most calls
if TYPE_CHECKING:
    from typing import Any

PURE = frozenset(
    """math cmath collections fractions decimal datetime itertools functools operator re string statistics heapq bisect
    copy random json typing numpy""".split()
)
"""Modules whose contents the tester looks up in its own process when the solution has them under their own name."""

_BUILTIN_VALUES = frozenset("len sum min max abs round sorted all any repr ord chr divmod pow hash".split())


def tester_takes(module: str, name: str) -> bool:
    """Whether the tester reads a name of the standard library as its own, instead of as a handle."""
    if module == "builtins":
        found = getattr(builtins, name, None)
        return name in _BUILTIN_VALUES or (isinstance(found, type) and found is not type and found is not super)
    return module.partition(".")[0] in PURE if name else module in sys.stdlib_module_names or module in PURE


def serve(channel: Any, message: bytes, names: dict[str, Any]) -> None:
    """Answer a tester: the message that came first, then all others until the caller hangs up."""
    functions: dict[str, Any] = {}
    peer = Peer(channel, functions, proxies(trusting=True), tester_takes, lambda module, name: True)
    functions.update(_functions(names, peer))
    peer.serve(message)


def _functions(names: dict[str, Any], peer: Peer) -> dict[str, Any]:
    """What the tester, or the caller in its place, may ask for."""

    def printing(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        import contextlib
        import io

        with contextlib.redirect_stdout(io.StringIO()) as printed:
            result = function(*args, **kwargs)
        return result, printed.getvalue()

    def update(item: Any, name: str, value: Any) -> None:
        overwrite(getattr(item, name), value)

    return {
        "global": lambda name: find(names, name),
        "call_global": lambda name, args, kwargs: find(names, name)(*args, **kwargs),
        "call": call,
        "call_printing": printing,
        "await": lambda number: library("asyncio").run(peer.exported(number)),
        "operate": operate,
        "describe": lambda number: describe(peer.exported(number)),
        "snapshot": base_value,
        "getattr": getattr,
        "attribute_of": lambda number, name: getattr(peer.exported(number), name),
        "setattr": setattr,
        "update": update,
        "delattr": delattr,
        "is_instance": isinstance,
        "is_subclass": issubclass,
    }
