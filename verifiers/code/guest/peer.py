"""A conversation between two processes that do not trust each other: values go by copy, the rest by handle.

One side asks `["?", function, tokens of the arguments]`; the other answers `["=", tokens of the result, changed
arguments]` or `["!", exception]`, and may ask in between: callbacks nest like calls do, so an answer needs no number.
What has no plain value (an object, a function, a generator) stays where it is; the other side holds a `Remote` for
it. Neither side can name a function that is not in the other's table, and nothing is unpickled or evaluated.
"""

from __future__ import annotations

import _thread
import sys
import types

from verifiers.code.guest.objects import base_value, mutable_arguments, overwrite, standard_name
from verifiers.code.guest.values import CodecError, decode, dumps, encode, library, loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from verifiers.code.guest.values import Written


class Remote:
    """Base of the proxies for objects on the other side; `remote` makes a subclass for each of their classes."""

    assay_peer: Peer
    assay_id: int


class Peer:
    """One end of the conversation.

    Args:
        channel: has `send(bytes)` and `recv() -> bytes or None`.
        functions: what the other side may ask for, by name.
        proxy: makes a Remote: proxy(peer, id, class_id, base), with a base value where the class extends a builtin.
        sends, takes: whether a name (module, name) of the standard library is sent as a name, and looked up when it
            comes; a module has the name "".
    """

    def __init__(
        self,
        channel: Any,
        functions: Mapping[str, Callable[..., Any]],
        proxy: Callable[[Peer, int, int, Any], Any],
        sends: Callable[[str, str], bool],
        takes: Callable[[str, str], bool],
    ):
        self._channel, self._functions, self._proxy, self._sends, self._takes = channel, functions, proxy, sends, takes
        # A thread of the solution may call back while the main thread computes, so answering holds no lock.
        self._receiving, self._sending = _thread.RLock(), _thread.allocate_lock()
        self._exports: list[Any] = []
        self._export_ids: dict[int, int] = {}
        self._proxies: dict[int, Any] = {}
        self.classes: dict[int, Any] = {}  # class id -> what is known about the other side's class
        self.last_raised: BaseException | None = None  # by a call that the other side made
        self.named: set[int] = set()  # those among them that the tests are about
        self._exceptions: dict[Any, type[BaseException]] = {}

    # ---- asking ----

    def request(self, function: str, *args: Any) -> Any:
        """What the other side's function returns; raises what it raises, as an exception of the same name."""
        with self._receiving:
            self._send(["?", function, encode(args, self._export)])
            while True:
                message = self._receive()
                if message is None:
                    raise SystemExit("the other side has gone")
                if message[0] == "?":
                    self._answer(message)
                elif message[0] == "=":
                    return self._result(message, args)
                else:
                    error = self._exception(message[1])
                    if isinstance(error, StopIteration) and args[:1] != ("__next__",):
                        # Inside map() or a loop it would end it as if all had been done (PEP 479 for calls).
                        raise RuntimeError("the call raised StopIteration") from error
                    raise error

    def serve(self, first: bytes) -> None:
        """Answer a message that has come already, then all others until the other side hangs up."""
        message = _read(first)
        while message is not None:
            self._answer(message)
            with self._receiving:
                message = self._receive()

    def _receive(self) -> Any:
        frame = self._channel.recv()
        return None if frame is None else _read(frame)

    def _send(self, message: Any) -> None:
        frame = dumps(message)
        with self._sending:
            self._channel.send(frame)

    def _result(self, message: Any, args: Sequence[Any]) -> Any:
        mutable = mutable_arguments(args)
        for position, tokens in message[2] if len(message) > 2 else ():
            overwrite(mutable[position], decode(tokens, self._resolve))
        return decode(message[1], lambda tag, base, *rest: self._resolve(tag, base, *rest, known=mutable))

    # ---- answering ----

    def _answer(self, message: Any) -> None:
        try:
            reply = self._perform(str(message[1]), message[2])
        except BaseException as error:
            # SystemExit too: an exit inside a call is that call's failure, not the end of the conversation.
            self.last_raised = error
            reply = ["!", self.describe_exception(error)]
        self._send(reply)

    def _perform(self, function: str, tokens: Any) -> Any:
        args = decode(tokens, self._resolve)
        mutable = mutable_arguments(args)
        before = [encode(item, self._export) for item in mutable]
        result = self._functions[function](*args)
        known = {id(item): ["a", 0, position] for position, item in enumerate(mutable)}
        changed = []
        for position, (item, old) in enumerate(zip(mutable, before)):
            new = encode(item, self._export)
            if new != old:
                changed.append([position, new])
        return ["=", encode(result, self._export, known), changed]

    # ---- handles ----

    def export_id(self, item: Any) -> int:
        """The number under which the other side may name this object from now on."""
        number = self._export_ids.get(id(item))
        if number is None:
            number = self._export_ids[id(item)] = len(self._exports)
            self._exports.append(item)  # kept for good, so that the id stays its own
        return number

    def exported(self, number: int) -> Any:
        if type(number) is not int or not 0 <= number < len(self._exports):
            raise CodecError("malformed value: no such object")
        return self._exports[number]

    def _export(self, item: Any) -> Written:
        kind = type(item)
        if issubclass(kind, Remote):
            return ["o", 0, item.assay_id], ()
        if kind is types.ModuleType and self._sends(str(item.__name__), ""):
            return ["m", 0, str(item.__name__)], ()
        if (place := standard_name(item)) and self._sends(*place):
            return ["std", 0, *place], ()
        if isinstance(item, type) and issubclass(item, BaseException):
            return ["x", 0, self.export_id(item), _lineage(item, self.export_id)], ()
        base = base_value(item)
        children = () if base is None else (base,)
        return ["h", len(children), self.export_id(item), self.export_id(kind)], children

    def _resolve(self, tag: str, base: Sequence[Any], *rest: Any, known: Sequence[Any] = ()) -> Any:
        if tag == "o":
            return self.exported(rest[0])
        if tag == "a":
            return known[rest[0]]
        if tag == "h":
            number, class_id = rest
            if number not in self._proxies:
                self._proxies[number] = self._proxy(self, number, class_id, base[0] if base else None)
            return self._proxies[number]
        if tag == "x":
            return self._exception_class(rest[1])
        module, name = rest if tag == "std" else (rest[0], "")
        if not self._takes(module, name):
            raise CodecError(f"malformed value: {str(module)[:40]}.{str(name)[:40]} is not looked up here")
        found = getattr(library(module), name) if name else library(module)
        if name and standard_name(found) != (module, name):
            raise CodecError("malformed value: neither a class nor a function")
        return found

    # ---- exceptions, by name ----

    def describe_exception(self, error: BaseException) -> dict[str, Any]:
        """An exception as data: its classes by name, its text, its arguments where they have a value."""
        about: dict[str, Any] = {"lineage": _lineage(type(error), self.export_id)}
        try:
            about["text"] = str(error)[:2000]
            about["args"] = encode(error.args, self._export, max_nodes=1000)
            about["id"] = self.export_id(error)
        except BaseException as hostile:
            about.setdefault("text", f"({type(hostile).__name__} while reading the message)")
        return about

    def _exception(self, about: Any) -> BaseException:
        try:
            kind = self._exception_class(about["lineage"])
            text = str(about.get("text", ""))
            try:
                args = decode(about["args"], self._resolve)
                error = kind(*args)
            except Exception:
                error = kind.__new__(kind)
                error.args = (text,)
        except (KeyError, TypeError, AttributeError, IndexError) as malformed:
            raise CodecError("malformed exception") from malformed
        error.remote_text = text  # type: ignore[attr-defined]
        error.remote = (self, about.get("id"))  # type: ignore[attr-defined]
        return error

    def _exception_class(self, lineage: Any) -> type[BaseException]:
        """A class here with the same ancestry: those of the standard library are themselves, others are made once."""
        kind: type[BaseException] = BaseException
        for module, name, number in reversed(lineage):
            if own := _library_exception(module, name):
                kind = own
            else:
                key = (number, kind)
                if key not in self._exceptions:
                    bases = (kind,) if issubclass(kind, RemoteException) else (RemoteException, kind)
                    self._exceptions[key] = type(str(name)[:100], bases, {})
                kind = self._exceptions[key]
        return kind


def _read(frame: bytes) -> Any:
    message = loads(frame)
    if type(message) is not list or len(message) < 2 or message[0] not in ("?", "=", "!"):
        raise CodecError("malformed message")
    return message


class RemoteException:
    """Mixed into the exception classes of the other side: text and attributes are those of the original."""

    def __str__(self) -> str:
        text = getattr(self, "remote_text", None)
        return super().__str__() if text is None else text

    def __getattr__(self, name: str) -> Any:
        peer, number = self.__dict__.get("remote", (None, None))
        if number is None or name.startswith("_"):
            raise AttributeError(name)
        return peer.request("attribute_of", number, name)


def _library_exception(module: Any, name: Any) -> type[BaseException] | None:
    """The exception of that name in a module of the standard library that this process has imported already."""
    known = type(module) is str and module.partition(".")[0] in sys.stdlib_module_names
    own = getattr(sys.modules.get(module), str(name), None) if known else None
    return own if isinstance(own, type) and issubclass(own, BaseException) else None


def _lineage(kind: type, export_id: Callable[[Any], int]) -> list[list[Any]]:
    """[module, name, number] of an exception class and of those of its ancestors that are exceptions."""
    line = []
    for ancestor in kind.__mro__:
        if issubclass(ancestor, BaseException):
            module = str(ancestor.__module__)
            line.append([module, str(ancestor.__name__), 0 if module == "builtins" else export_id(ancestor)])
    return line
