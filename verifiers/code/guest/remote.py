"""Proxies for objects that live in the other process, and what the other process does when one is used.

A proxy has the operations that the object's class has, no more, so that `callable`, `iter` and truth work as on the original.
In the process that runs the solution a proxy stands for an object of the test and passes everything on. In the tester it
stands for an object of the solution, which must not have a word in its own verdict (`_guarded`):

    two objects of the solution     passed on: V(1) + V(2) == V(3) is the solution's business
    == and != with a plain value    never passed on: the plain value inside (of a subclass of a builtin), or not equal
    other operators with one        done on the plain value inside; passed on only where the test itself names the class, as in
                                    Vector(1, 2) * 3; otherwise abs(f(x) - 4.0) < 1e-6 would be the object's own verdict
    everything else                 passed on: what comes back is data like any result
"""

from __future__ import annotations

import collections
import copy
import math
import operator
import sys
from collections.abc import Callable
from typing import Any

from verifiers.code.guest.peer import Peer, Remote, base_value

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
    "__trunc__": math.trunc,
    "__floor__": math.floor,
    "__ceil__": math.ceil,
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
    "__copy__": copy.copy,
    "__deepcopy__": lambda item, *_: copy.deepcopy(item),
}
"""Operations whose other operands, if any, are no secret: an index, a format."""

_ARITHMETIC = "add sub mul matmul truediv floordiv mod pow lshift rshift and or xor divmod".split()


def _plain_operator(name: str) -> Callable[..., Any]:
    return {"and": operator.and_, "or": operator.or_, "divmod": divmod}.get(name) or getattr(operator, name)


BINARY: dict[str, Callable[..., Any]] = {f"__{name}__": _plain_operator(name) for name in _ARITHMETIC}
BINARY |= {f"__r{name}__": (lambda a, b, f=_plain_operator(name): f(b, a)) for name in _ARITHMETIC}
BINARY |= {f"__i{name}__": getattr(operator, f"i{name}") for name in _ARITHMETIC if name != "divmod"}
BINARY |= {f"__{name}__": getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne", "contains")}

OPERATIONS = UNARY | BINARY

_IMMUTABLE = {kind.__name__: kind for kind in (int, float, complex, str, bytes, tuple, frozenset)}
_MUTABLE = {kind.__name__: kind for kind in (list, dict, set, bytearray, collections.deque)}
_CHANGING = frozenset(
    "append extend insert remove pop clear sort reverse update setdefault popitem add discard appendleft popleft "
    "extendleft rotate difference_update intersection_update symmetric_difference_update".split()
)
_READABLE_DUNDERS = frozenset(
    "__name__ __qualname__ __doc__ __dict__ __annotations__ __module__ __slots__ __wrapped__ __members__ __defaults__ "
    "__init__ __cause__ __context__ __all__ __version__ __bases__ __mro__ __self__ __func__ __closure__".split()
)
"""Never those by which libraries ask an object to take over, as __array_ufunc__ and __array_interface__ do for numpy."""


# ---- answering: the side where the objects are ----


def describe(kind: type) -> dict[str, Any]:
    """What a proxy class is made from: the operations, and which of them are not those of a builtin base."""
    builtin = next((base for base in kind.__mro__ if base.__name__ in (_IMMUTABLE | _MUTABLE) and _is_builtin(base)), None)
    found = {}
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


# ---- asking: the side that holds proxies ----


def proxies(trusting: bool) -> Callable[[Peer, int, int, Any], Any]:
    """The `proxy` of a Peer: for the tester (not trusting) or for the solution's process (trusting)."""
    use = _pass_on if trusting else _guarded

    def proxy(peer: Peer, number: int, class_id: int, base: Any) -> Any:
        kind = peer.classes.get(class_id)
        if kind is None:
            kind = peer.classes[class_id] = _proxy_class(peer.request("describe", class_id), class_id, use)
        if kind.assay_about["name"] == "coroutine" and not trusting:
            return _coroutine(peer, number)
        if kind.assay_base in _IMMUTABLE:
            made = kind.__new__(kind, *(() if base is None else (base,)))
        else:
            made = object.__new__(kind)
        object.__setattr__(made, "assay_peer", peer)
        object.__setattr__(made, "assay_id", number)
        return made

    return proxy


def _proxy_class(about: Any, class_id: int, use: Callable[..., Any]) -> type:
    base = str(about["base"])
    trusting = use is _pass_on
    getattr_ = _getattr_freely if trusting else _getattr
    # A real subclass inherits what the solution's class does not override: plain Python does it, on the plain value.
    names = about["own"] if base in _IMMUTABLE else about["operations"]
    space: dict[str, Any] = {name: _operation(name, use) for name in names if name in OPERATIONS}
    if about["callable"]:
        space["__call__"] = _call if trusting else _call_printing
    if about["is_class"]:
        space |= {"__instancecheck__": _instancecheck, "__subclasscheck__": _subclasscheck, "__or__": lambda s, o: s}
    if base in _MUTABLE and not trusting:
        space["__class__"] = property(lambda self: _MUTABLE[base])
    space["__hash__"] = _hash if "__hash__" in about["operations"] else None
    space |= {
        "assay_about": about,
        "assay_class_id": class_id,
        "assay_base": base,
        "assay_own": frozenset(about["own"]),
        "assay_own_public": frozenset(about["own_public"]),
        "__getattr__": getattr_,
        "__setattr__": _setattr,
        "__delattr__": _delattr,
        "__module__": "solution",
        "__doc__": property(lambda self: getattr_(self, "__doc__")),
        "__dict__": property(lambda self: getattr_(self, "__dict__")),
    }
    if about["own_public"] and base in _IMMUTABLE:
        space["__getattribute__"] = _getattribute
    bases = (Remote, _IMMUTABLE[base]) if base in _IMMUTABLE else (Remote,)
    return type(str(about["name"]).replace("\0", ""), bases, space)


def _operation(name: str, use: Callable[..., Any]) -> Callable[..., Any]:
    def operation(self: Any, *others: Any) -> Any:
        return use(self, name, others)

    operation.__name__ = name
    return operation


def _pass_on(self: Any, name: str, others: tuple[Any, ...]) -> Any:
    if name == "__exit__":
        others = (others[0], None, None)
    return self.assay_peer.request("operate", name, self, *others)


def _guarded(self: Any, name: str, others: tuple[Any, ...]) -> Any:
    kind = type(self)
    if name in UNARY:
        return _unary(self, name, others)
    other = others[0]
    if isinstance(other, Remote):
        if name in kind.assay_own or name in type(other).assay_own or not kind.assay_base:
            if name in ("__eq__", "__ne__") and name not in kind.assay_own | type(other).assay_own:
                return (self is other) == (name == "__eq__")
            return _pass_on(self, name, others)
    elif name in ("__eq__", "__ne__") and kind.assay_about["is_class"]:
        same = getattr(other, "assay_class_id", None) == self.assay_id and isinstance(other, type)
        return same == (name == "__eq__")
    elif _named(self) and name in kind.assay_own and name not in ("__eq__", "__ne__"):
        return _pass_on(self, name, others)
    if kind.assay_base in _IMMUTABLE:
        return getattr(_IMMUTABLE[kind.assay_base], name)(self, other)
    if kind.assay_base in _MUTABLE:
        return _on_snapshot(self, name, other)
    if name == "__contains__":
        return any(item is other or item == other for item in self)
    return NotImplemented


def _unary(self: Any, name: str, others: tuple[Any, ...]) -> Any:
    kind = type(self)
    if kind.assay_base in _MUTABLE and name not in kind.assay_own and name in ("__iter__", "__len__", "__bool__"):
        return OPERATIONS[name](snapshot(self))
    return _pass_on(self, name, others)


def _on_snapshot(self: Any, name: str, other: Any) -> Any:
    if name.startswith("__i") and name in BINARY:
        self.assay_peer.request("operate", name, self, other)
        return self
    method = getattr(_MUTABLE[type(self).assay_base], name, None)
    if method is None:
        return NotImplemented
    if isinstance(other, Remote) and type(other).assay_base in _MUTABLE:
        other = snapshot(other)
    return method(snapshot(self), other)


def snapshot(item: Any) -> Any:
    """The plain value inside a proxy of a list, dict or set subclass, as it is now."""
    value = item.assay_peer.request("snapshot", item)
    wanted = _MUTABLE[type(item).assay_base]
    if type(value) is not wanted:
        raise TypeError(f"the {wanted.__name__} inside could not be read")
    return value


def _named(self: Any) -> bool:
    """Whether the tests name the class of this object, so that its operators are part of what they test."""
    return self.assay_class_id in self.assay_peer.named


def _call(self: Any, *args: Any, **kwargs: Any) -> Any:
    return self.assay_peer.request("call", self, args, kwargs)


def _call_printing(self: Any, *args: Any, **kwargs: Any) -> Any:
    """A call whose output belongs to the test where the test has replaced sys.stdout."""
    if sys.stdout is _STDOUT:
        return _call(self, *args, **kwargs)
    result, printed = self.assay_peer.request("call_printing", self, args, kwargs)
    sys.stdout.write(str(printed))
    return result


_STDOUT = sys.stdout


def _hash(self: Any) -> int:
    kind = type(self)
    if kind.assay_base in _IMMUTABLE:
        return hash(base_value(self))
    return self.assay_peer.request("operate", "__hash__", self) if "__hash__" in kind.assay_own else hash(self.assay_id)


def _instancecheck(self: Any, item: Any) -> bool:
    return isinstance(item, Remote) and self.assay_peer.request("is_instance", item, self) is True


def _subclasscheck(self: Any, kind: Any) -> bool:
    return isinstance(kind, Remote) and self.assay_peer.request("is_subclass", kind, self) is True


def _getattr_freely(self: Any, name: str) -> Any:
    if name.startswith("assay_"):
        raise AttributeError(name)
    return self.assay_peer.request("getattr", self, name)


def _getattr(self: Any, name: str) -> Any:
    kind = type(self)
    if name.startswith("assay_") or (name.startswith("__") and name not in _READABLE_DUNDERS):
        raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
    base = _MUTABLE.get(kind.assay_base)
    if base and hasattr(base, name) and name not in _CHANGING and not (_named(self) and name in kind.assay_own_public):
        return getattr(snapshot(self), name)
    return self.assay_peer.request("getattr", self, name)


def _getattribute(self: Any, name: str) -> Any:
    # What the builtin base defines, the base does, unless the test itself names the class: a str subclass returned by
    # f does not decide what f(x).startswith("a") means.
    kind = type(self)
    if not name.startswith("assay_") and name in kind.assay_own_public and _named(self):
        return object.__getattribute__(self, "assay_peer").request("getattr", self, name)
    return object.__getattribute__(self, name)


def _setattr(self: Any, name: str, value: Any) -> None:
    self.assay_peer.request("setattr", self, name, value)


def _delattr(self: Any, name: str) -> None:
    self.assay_peer.request("delattr", self, name)


def _coroutine(peer: Peer, number: int) -> Any:
    async def wait() -> Any:
        return peer.request("await", number)

    return wait()
