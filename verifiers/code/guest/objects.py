"""What an object is whatever its class says: the plain value inside, its name in a library, contents to overwrite."""

from __future__ import annotations

import collections
import sys
import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


def base_value(item: Any) -> Any:
    """The plain value inside an instance of a subclass of a builtin, whatever it overrides; None for other objects."""
    kind = type(item)  # not isinstance: an object may lie about its __class__
    for base, read in _BASE_READERS.items():
        if issubclass(kind, base):
            return read(item)
    if numbers := sys.modules.get("numbers"):  # those of other libraries register there
        if issubclass(kind, numbers.Integral):
            return int(item)
        if issubclass(kind, numbers.Rational):
            from fractions import Fraction

            return Fraction(int(item.numerator), int(item.denominator))
    return None


_BASE_READERS: dict[type, Callable[[Any], Any]] = {
    int: int.__pos__,
    float: float.__pos__,
    complex: complex.__pos__,
    str: str.__str__,
    bytes: lambda item: bytes(bytes.__iter__(item)),
    tuple: lambda item: tuple(tuple.__iter__(item)),
    frozenset: lambda item: frozenset(frozenset.__iter__(item)),
    list: lambda item: list(list.__iter__(item)),
    dict: lambda item: dict(dict.items(item)),
    set: lambda item: set(set.__iter__(item)),
    bytearray: lambda item: bytearray(bytearray.__iter__(item)),
    collections.deque: lambda item: collections.deque(collections.deque.__iter__(item)),
}


def standard_name(item: Any) -> tuple[str, str] | None:
    """(module, name) of a class or function of the standard library or numpy; None for everything else."""
    if not isinstance(item, (type, types.FunctionType, types.BuiltinFunctionType)) and type(item).__name__ != "ufunc":
        return None
    module, name = getattr(item, "__module__", None), getattr(item, "__name__", None)
    if type(item).__name__ == "ufunc":
        module = "numpy"
    if type(module) is not str or type(name) is not str:
        return None
    top = module.partition(".")[0]
    if top == "__main__" or (top not in sys.stdlib_module_names and top != "numpy"):
        return None
    # `math.gcd.__module__` is right, `collections.Counter` too; `os.path.join` says posixpath, which is also right.
    found = getattr(sys.modules.get(module), name, None)
    return (module, name) if found is item else None


def mutable_arguments(args: Sequence[Any]) -> list[Any]:
    """The arguments that a call can change, of a request with (name or function, positional, keywords)."""
    if len(args) != 3 or type(args[1]) is not tuple or type(args[2]) is not dict:
        return []
    return [item for item in (*args[1], *args[2].values()) if type(item) in _CHANGEABLE or _is_array(item)]


def _is_array(item: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(item) is numpy.ndarray


_CHANGEABLE = frozenset(
    (
        list,
        dict,
        set,
        bytearray,
        collections.deque,
        collections.Counter,
        collections.OrderedDict,
        collections.defaultdict,
    )
)


def overwrite(old: Any, new: Any) -> Any:
    """Give `old` the contents of `new` in place, inner containers too, so that other names for them see the change."""
    if _is_array(old) and _is_array(new) and (old.shape, old.dtype) == (new.shape, new.dtype):
        old[...] = new
        return old
    if type(old) is not type(new) or type(old) not in _CHANGEABLE:
        return new
    if isinstance(old, dict):
        merged = {key: overwrite(old[key], value) if key in old else value for key, value in new.items()}
        old.clear()
        old.update(merged)
    elif isinstance(old, set):
        old.clear()
        old |= new
    elif isinstance(old, list):
        old[:] = [overwrite(old[i], value) if i < len(old) else value for i, value in enumerate(new)]
    else:
        old.clear()
        old.extend(new)
    return old
