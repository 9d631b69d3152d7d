"""What can be done to an object of the other side, by the names of special methods, and what its class offers."""

from __future__ import annotations

import collections
import operator

from verifiers.code.guest.values import library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

UNARY: dict[str, Callable[..., Any]] = {
    "__neg__": operator.neg,
    "__pos__": operator.pos,
    "__abs__": abs,
    "__invert__": operator.invert,
    "__int__": int,
    "__float__": float,
    "__complex__": complex,
    "__index__": operator.index,
    "__round__": round,
    "__trunc__": lambda item: library("math").trunc(item),
    "__floor__": lambda item: library("math").floor(item),
    "__ceil__": lambda item: library("math").ceil(item),
    "__bool__": bool,
    "__len__": len,
    "__hash__": hash,
    "__str__": str,
    "__repr__": repr,
    "__format__": format,
    "__bytes__": bytes,
    "__iter__": iter,
    "__next__": next,
    "__reversed__": reversed,
    "__getitem__": operator.getitem,
    "__setitem__": operator.setitem,
    "__delitem__": operator.delitem,
    "__enter__": lambda item: type(item).__enter__(item),
    "__exit__": lambda item, *error: type(item).__exit__(item, *error),
    "__copy__": lambda item: library("copy").copy(item),
    "__deepcopy__": lambda item, *_: library("copy").deepcopy(item),
}
"""Operations whose other operands, if any, are no secret: an index, a format."""

_ARITHMETIC = "add sub mul matmul truediv floordiv mod pow lshift rshift and or xor divmod".split()


def _plain_operator(name: str) -> Callable[..., Any]:
    return {"and": operator.and_, "or": operator.or_, "divmod": divmod}.get(name) or getattr(operator, name)


def _reflected(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a, b: function(b, a)


BINARY: dict[str, Callable[..., Any]] = {f"__{name}__": _plain_operator(name) for name in _ARITHMETIC}
BINARY |= {f"__r{name}__": _reflected(_plain_operator(name)) for name in _ARITHMETIC}
BINARY |= {f"__i{name}__": getattr(operator, f"i{name}") for name in _ARITHMETIC if name != "divmod"}
BINARY |= {f"__{name}__": getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne", "contains")}

OPERATIONS = UNARY | BINARY

IMMUTABLE = {kind.__name__: kind for kind in (int, float, complex, str, bytes, tuple, frozenset)}
MUTABLE = {kind.__name__: kind for kind in (list, dict, set, bytearray, collections.deque)}


def describe(kind: type) -> dict[str, Any]:
    """What a proxy class is made from: the operations, and which of them are not those of a builtin base."""
    builtin = next(
        (base for base in kind.__mro__ if base.__name__ in (IMMUTABLE | MUTABLE) and _is_builtin(base)), None
    )
    found: dict[str, bool] = {}
    for ancestor in reversed(kind.__mro__):
        for name, value in vars(ancestor).items():
            if value is None:
                found.pop(name, None)  # __hash__ = None: the operation is switched off
            else:
                found[name] = _is_builtin(ancestor)
    return {
        "name": kind.__name__,
        "module": kind.__module__,
        "operations": [name for name in OPERATIONS if name in found],
        "own": [name for name, inherited in found.items() if not inherited and name in OPERATIONS],
        "own_public": [n for n, inherited in found.items() if not inherited and n[0] != "_" and hasattr(builtin, n)],
        "base": builtin.__name__ if builtin else "",
        "callable": "__call__" in found,
        "is_class": issubclass(kind, type),
    }


def _is_builtin(kind: type) -> bool:
    return kind.__module__ == "builtins" or kind is collections.deque


def operate(name: str, item: Any, *others: Any) -> Any:
    return OPERATIONS[name](item, *others)


def call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return function(*args, **kwargs)
