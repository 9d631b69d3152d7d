"""Proxies for objects that live in the other process, and what the other process does when one is used.

A proxy has the operations that the object's class has, no more, so that `callable`, `iter` and truth work as on the
original. In the process that runs the solution a proxy stands for an object of the test and passes everything on. In
the tester it stands for an object of the solution, which must not have a word in its own verdict (`_guarded`):

    two objects of the solution     passed on: V(1) + V(2) == V(3) is the solution's business
    == and != with a plain value    never passed on: the plain value inside (of a subclass of a builtin), or not equal
    other operators with one        done on the plain value inside; passed on only where the tests are about the class,
                                    as in Vector(1, 2) * 3: abs(f(x) - 4.0) < 1e-6 would be the object's own verdict
    everything else                 passed on: what comes back is data like any result
"""

from __future__ import annotations

import sys

from verifiers.code.guest.objects import base_value
from verifiers.code.guest.operations import BINARY, IMMUTABLE, MUTABLE, OPERATIONS, UNARY
from verifiers.code.guest.peer import Remote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from verifiers.code.guest.peer import Peer

_CHANGING = frozenset(
    """append extend insert remove pop clear sort reverse update setdefault popitem add discard appendleft popleft
    extendleft rotate difference_update intersection_update symmetric_difference_update""".split()
)
_READABLE_DUNDERS = frozenset(
    """__name__ __qualname__ __doc__ __dict__ __annotations__ __module__ __slots__ __wrapped__ __members__ __defaults__
    __init__ __cause__ __context__ __all__ __version__ __bases__ __mro__ __self__ __func__ __closure__""".split()
)
"""Never those by which a library lets an object take over, as __array_ufunc__ and __array_interface__ do for numpy."""

_BUILTIN_VERDICTS = frozenset(
    {"startswith", "endswith", "issubset", "issuperset", "isdisjoint", "equals"}
    | {name for name in dir(str) if name.startswith("is")}
)
"""Methods by which a str or a set says yes or no: f(x).startswith("ab") asks for a str, not for an object's opinion."""


def proxies(trusting: bool) -> Callable[[Peer, int, int, Any], Any]:
    """The `proxy` of a Peer: for the tester (not trusting) or for the solution's process (trusting)."""
    use = _pass_on if trusting else _guarded

    def proxy(peer: Peer, number: int, class_id: int, base: Any) -> Any:
        kind: Any = peer.classes.get(class_id)
        if kind is None:
            kind = peer.classes[class_id] = _proxy_class(peer.request("describe", class_id), class_id, use)
        if kind.assay_about["name"] == "coroutine" and not trusting:
            return _coroutine(peer, number)
        if kind.assay_base in IMMUTABLE:
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
    names = about["own"] if base in IMMUTABLE else about["operations"]
    space: dict[str, Any] = {name: _operation(name, use) for name in names if name in OPERATIONS}
    if about["callable"]:
        space["__call__"] = _call if trusting else _call_printing
    if about["is_class"]:
        space |= {"__instancecheck__": _instancecheck, "__subclasscheck__": _subclasscheck, "__or__": lambda s, o: s}
    if base in MUTABLE and not trusting:
        space["__class__"] = property(lambda self: MUTABLE[base])
    elif base not in IMMUTABLE and not trusting:
        space["__class__"] = property(_class)
    space["__hash__"] = _hash if "__hash__" in about["operations"] else None
    space |= {
        "__copy__": lambda self: use(self, "__copy__", ()),
        "__deepcopy__": lambda self, memo: use(self, "__deepcopy__", ()),
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
    if about["own_public"] and base in IMMUTABLE:
        space["__getattribute__"] = _getattribute
    bases = (Remote, IMMUTABLE[base]) if base in IMMUTABLE else (Remote,)
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
    kind: Any = type(self)
    if name in UNARY:
        return _unary(self, name, others)
    other = others[0]
    its: Any = type(other)
    if isinstance(other, Remote):
        if name in kind.assay_own or name in its.assay_own or not kind.assay_base:
            if name in ("__eq__", "__ne__") and name not in kind.assay_own | its.assay_own:
                return (self is other) == (name == "__eq__")
            return _pass_on(self, name, others)
    elif name in ("__eq__", "__ne__") and kind.assay_about["is_class"]:
        same = getattr(other, "assay_class_id", None) == self.assay_id and isinstance(other, type)
        return same == (name == "__eq__")
    elif _named(self) and name in kind.assay_own and name not in ("__eq__", "__ne__"):
        return _pass_on(self, name, others)
    if kind.assay_base in IMMUTABLE:
        return getattr(IMMUTABLE[kind.assay_base], name)(self, other)
    if kind.assay_base in MUTABLE:
        return _on_snapshot(self, name, other)
    if name == "__contains__":
        return any(item is other or item == other for item in self)
    if name in ("__eq__", "__ne__") and type(other).__module__ == "builtins":
        return name == "__ne__"  # and not NotImplemented, which is true: assert f(2).__eq__(4)
    return NotImplemented


def _unary(self: Any, name: str, others: tuple[Any, ...]) -> Any:
    kind = type(self)
    if name == "__exit__":
        swallowed = _pass_on(self, name, others)
        # A failed assertion stays failed: with f(2) as x: assert x == 4
        may_swallow = _named(self) and others[0] is not None and not issubclass(others[0], AssertionError)
        return swallowed if may_swallow else None
    if kind.assay_base in MUTABLE and name not in kind.assay_own and name in ("__iter__", "__len__", "__bool__"):
        return OPERATIONS[name](snapshot(self))
    return _pass_on(self, name, others)


def _on_snapshot(self: Any, name: str, other: Any) -> Any:
    if name.startswith("__i") and name in BINARY:
        self.assay_peer.request("operate", name, self, other)
        return self
    method = getattr(MUTABLE[type(self).assay_base], name, None)
    if method is None:
        return NotImplemented
    if isinstance(other, Remote) and getattr(other, "assay_base", "") in MUTABLE:
        other = snapshot(other)
    return method(snapshot(self), other)


def snapshot(item: Any) -> Any:
    """The plain value inside a proxy of a list, dict or set subclass, as it is now."""
    value = item.assay_peer.request("snapshot", item)
    wanted = MUTABLE[type(item).assay_base]
    if type(value) is not wanted:
        raise TypeError(f"the {wanted.__name__} inside could not be read")
    return value


def _named(self: Any) -> bool:
    """Whether the tests are about the class of this object, so that its operators are part of what is tested."""
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
    if kind.assay_base in IMMUTABLE:
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
    if name in _BUILTIN_VERDICTS and not (kind.assay_base or kind.assay_about["is_class"] or _named(self)):
        raise AttributeError(f"{name!r} of a {kind.__name__!r} object, which is no str or set and not what is tested")
    base = MUTABLE.get(kind.assay_base)
    if base and hasattr(base, name) and name not in _CHANGING and not (_named(self) and name in kind.assay_own_public):
        return getattr(snapshot(self), name)
    return self.assay_peer.request("getattr", self, name)


def _getattribute(self: Any, name: str) -> Any:
    # What the builtin base defines, the base does, unless the tests are about the class: a str subclass returned by
    # f does not decide what f(x).startswith("a") means.
    kind = type(self)
    if not name.startswith("assay_") and name in kind.assay_own_public and _named(self):
        return object.__getattribute__(self, "assay_peer").request("getattr", self, name)
    return object.__getattribute__(self, name)


def _class(self: Any) -> Any:
    """The handle of its class; an object that says it were an int is not one."""
    kind = self.assay_peer.request("getattr", self, "__class__")
    return kind if isinstance(kind, Remote) else type(self)


def _setattr(self: Any, name: str, value: Any) -> None:
    self.assay_peer.request("setattr", self, name, value)


def _delattr(self: Any, name: str) -> None:
    self.assay_peer.request("delattr", self, name)


def _coroutine(peer: Peer, number: int) -> Any:
    async def wait() -> Any:
        return peer.request("await", number)

    return wait()
