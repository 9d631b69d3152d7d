"""The process that holds the tests. It runs no line of the submission: what the tests do not define is asked for.

It is jailed too, because tests may be slow, and values of the solution may be made to be slow. Frames to the caller
start with R (pass this on to the solution) or V (what became of a test). The caller believes in success only when it
has counted every test and then got the nonce, which the solution never sees.
"""

from __future__ import annotations

import builtins
import sys
import types

from verifiers.code.compare import same_value
from verifiers.code.guest.operations import call, describe, operate
from verifiers.code.guest.peer import Peer, Remote
from verifiers.code.guest.remote import proxies
from verifiers.code.guest.solution import PURE, tester_takes
from verifiers.code.guest.values import CodecError, decode, dumps, encode, library, loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TESTS = "tests"
"""The module name of the test code, by which its own objects are known."""

_MOST_READ, _MOST_TOKENS = 8, 1000
_MODULE_NAMES = {**{name: name for name in PURE}, "np": "numpy"}


class Relay:
    """The channel to the solution, through the caller."""

    def __init__(self, channel: Any):
        self._channel = channel
        self.recv = channel.recv

    def send(self, frame: bytes) -> None:
        self._channel.send(b"R" + frame)


def serve(channel: Any, message: bytes) -> None:
    """Run the tests of a plan, which is JSON with a "nonce", the names "owned" and "classes" (see `Names`), and one of

    "tests": [statements, ...], "cases": [tokens of (args, kwargs, expected), ...] with "tol", or "test_code"; the
    last two with an "entry_point".
    """
    plan = loads(message)
    peer = Conversation(Relay(channel))
    unknown = Names(peer, frozenset(plan.get("owned", ())), frozenset(plan.get("classes", ())))
    names = {"__name__": TESTS, "__builtins__": unknown}
    report = Report(channel, peer)
    if "tests" in plan:
        for test in plan["tests"]:
            report.run(lambda test=test: exec(compile(test, "<test>", "exec"), names))
    elif "cases" in plan:
        for case in plan["cases"]:
            report.run(lambda case=case: _run_case(plan, decode(case), peer))
    else:
        report.run(lambda: _run_check(plan, names, unknown))
    channel.send(b"V" + dumps({"nonce": plan["nonce"]}))


def _run_check(plan: Any, names: dict[str, Any], unknown: Names) -> None:
    exec(compile(plan["test_code"], "<tests>", "exec"), names)
    if "check" not in names:
        raise NameError("the test code defines no check(candidate)")
    names["check"](unknown[plan["entry_point"]])


def _run_case(plan: Any, case: Any, peer: Peer) -> None:
    args, kwargs, expected = case
    value = peer.request("call_global", plan["entry_point"], args, kwargs)
    if not same_value(value, expected, plan["tol"]):
        raise AssertionError("not the expected value")


class Report:
    """Says what became of each test: passed, failed (its assertion), raised (the solution) or error (the test)."""

    def __init__(self, channel: Any, peer: Peer):
        self._channel, self._peer = channel, peer

    def run(self, test: Any) -> None:
        outcome, why = "passed", ""
        self._peer.last_raised = None
        try:
            test()
            # An assertion that failed in a callback has failed, even if the solution has swallowed the exception.
            if type(self._peer.last_raised) is AssertionError:
                raise self._peer.last_raised
        except BaseException as error:
            # An exit is an exception like any other: a test is passed when it has run to its end.
            remote = hasattr(error, "remote")
            outcome = "raised" if remote else "failed" if isinstance(error, AssertionError) else "error"
            try:
                why = f"{type(error).__name__}: {error}"[:500]
            except BaseException as hostile:
                why = f"{type(error).__name__} ({type(hostile).__name__} in its message)"
        self._channel.send(b"V" + dumps({"outcome": outcome, "why": why}))


class Names(dict):
    """The tests' builtins. What neither they nor the tests define is looked up in the solution, each time anew.

    Builtins and well-known modules are always those of this process: a solution that defines abs() or `class math`
    would otherwise decide what the tests mean.

    Args:
        owned: names of builtins that are the solution's all the same; a task may ask for a sum().
        classes: those whose operators the tests are about (see `verifiers.code.naming`).
    """

    def __init__(self, peer: Peer, owned: frozenset[str], classes: frozenset[str]):
        super().__init__({name: value for name, value in vars(builtins).items() if name not in owned})
        self._peer, self._owned, self._classes = peer, owned, classes

    def __missing__(self, name: str) -> Any:
        if name.startswith("__"):
            raise KeyError(name)
        if name in _MODULE_NAMES and name not in self._owned:
            try:
                return library(_MODULE_NAMES[name])
            except ImportError:
                raise KeyError(name) from None
        try:
            value = self._peer.request("global", name)
        except NameError:
            raise KeyError(name) from None
        if isinstance(value, Remote):
            if name in self._classes and type(value).assay_about["is_class"]:  # type: ignore[attr-defined]
                self._peer.named.add(value.assay_id)
        elif callable(value) and getattr(value, "__name__", name) != name:
            # `f = math.gcd`: the name is the solution's, so the call is made there.
            return lambda *args, **kwargs: self._peer.request("call_global", name, args, kwargs)
        return value


class Conversation(Peer):
    """The tester's end: the solution may use what the tests gave it (callbacks, their objects), and nothing else.

    A function's globals, a generator's frame or an exception's traceback would lead to the expected answers.
    """

    def __init__(self, channel: Any):
        functions: dict[str, Any] = {
            "call": self._called,
            "operate": lambda name, item, *others: operate(name, self._given(item), *others),
            "describe": lambda number: describe(self.exported(number)),
            "getattr": lambda item, name: getattr(self._open(item, name), name),
            "setattr": lambda item, name, value: setattr(self._instance(item, name), name, value),
            "delattr": lambda item, name: delattr(self._instance(item, name), name),
        }
        super().__init__(channel, functions, proxies(trusting=False), lambda module, name: True, tester_takes)
        self._read: list[list[Any]] = []  # containers that were read from attributes: [object, name, value, tokens]

    def request(self, function: str, *args: Any) -> Any:
        """As the base says. A container that the test has read from an attribute and changed since is changed there too.

        So `root.children.append(Node(2))` is what it is in one process. Only the latest and smaller ones are looked at.
        """
        for entry in self._read:
            item, name, value, before = entry
            entry[3] = encode(value, self._export)
            if entry[3] != before:
                super().request("update", item, name, value)
        result = super().request(function, *args)
        if function == "getattr" and type(result) in (list, dict, set):
            tokens = encode(result, self._export)
            if len(tokens) <= _MOST_TOKENS:
                self._read = [*self._read[1 - _MOST_READ :], [*args, result, tokens]]
        return result

    def _given(self, item: Any) -> Any:
        if id(item) not in self._export_ids:
            raise CodecError("not an object that the tests have passed on")
        return item

    def _called(self, item: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if isinstance(self._given(item), type) and item.__module__ != TESTS:
            raise CodecError("not a class of the tests")
        return call(item, args, kwargs)

    def _open(self, item: Any, name: str) -> Any:
        if isinstance(item, types.FunctionType) and name in ("__name__", "__qualname__", "__module__"):
            return self._given(item)  # what functools.wraps asks for
        kind = item if isinstance(item, type) else type(self._given(item))
        if kind.__module__ in ("builtins", *_CLOSED_MODULES) and kind is not types.SimpleNamespace:
            raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
        if name.startswith("_"):
            raise AttributeError(f"{name!r} is private to the tests")
        return item

    def _instance(self, item: Any, name: str) -> Any:
        if isinstance(item, type):
            raise AttributeError("a class of the tests is not changed from outside")
        return self._open(item, name)

    def describe_exception(self, error: BaseException) -> dict[str, Any]:
        about = super().describe_exception(error)
        about.pop("id", None)
        if isinstance(error, AssertionError):
            about.update(text="", args=[["t", 0]])  # its message may hold the expected value
        return about


_CLOSED_MODULES = frozenset(("types", "inspect", "functools", "threading", "weakref", "operator", sys.__name__))
