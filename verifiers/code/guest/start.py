"""What every job starts with: loads the submission, answers plain calls. Small, since each fork pays for its pages.

The submission owns this process and may forge whatever is said here. It gains nothing: the other side takes results
for results, knows the answers, and never sends them. What needs more than plain values (a tester's proxies, handles,
callbacks) is read from compiled code that the zygote holds as bytes, in the job that needs it.
"""

from __future__ import annotations

import marshal
import sys
from _json import encode_basestring_ascii as quoted
from types import ModuleType

TYPE_CHECKING = False  # typing and collections.abc would double the pages
if TYPE_CHECKING:
    from typing import Any

DIRECT = b"D"
"""First byte of a direct call; marshalled (name, args, kwargs) follow. Marshal goes towards the untrusted side only."""

PACKAGE = "verifiers.code.guest"
MAX_PLAIN = 10_000
"""Values in a result that is sent plainly; a larger one takes the way through the tester."""


def serve_solution(channel: Any, code: str) -> None:
    """Run the program as a module, report, then answer until the caller hangs up.

    Answers to direct calls: `["=", tokens]` as `values.decode` reads them, `["!", name, text]` for an exception,
    `["~"]` for a value that is not plain.
    """
    space = _fresh_module(code)
    try:
        exec(_compiled(code), space.__dict__)
    except BaseException as error:
        channel.send(_exception(error))
        return
    channel.send(b'["=",[null]]')
    while (message := channel.recv()) is not None:
        if message[:1] != DIRECT:
            load("solution").serve(channel, message, space.__dict__)
            return
        name, args, kwargs = marshal.loads(message[1:])
        try:
            # An exit inside a call is that call's failure, not the end of the conversation.
            reply = plain_text(find(space.__dict__, name)(*args, **kwargs))
        except BaseException as error:
            reply = _exception(error)
        channel.send(reply)


def serve_tester(channel: Any, code: str) -> None:
    """Run the tests of the plan that is the first message: the worker that forked this job has not seen them."""
    load("tester").serve(channel, channel.recv())


def load(name: str) -> Any:
    """A module of this package, from the code that came with the zygote."""
    full_name = f"{PACKAGE}.{name}"
    machinery = sys.modules[f"{PACKAGE}.machinery"].CODE
    for each in machinery:
        if each not in sys.modules:
            module = sys.modules[each] = ModuleType(each)
            exec(marshal.loads(machinery[each]), module.__dict__)
        if each == full_name:
            break
    return sys.modules[full_name]


def _fresh_module(code: str) -> ModuleType:
    space = ModuleType("solution")
    # Not "__main__" by name, so that a main guard does not run; importable under both, which pickle needs.
    sys.modules["solution"] = sys.modules["__main__"] = space
    space.__file__ = sys.argv[0]
    space.__loader__ = _Source(code)  # type: ignore[assignment]
    return space


class _Source:
    """Where inspect.getsource and tracebacks find the text of the program."""

    def __init__(self, code: str):
        self.code = code

    def get_source(self, name: str) -> str:
        return self.code


def _compiled(code: str) -> Any:
    try:
        return compile(code, sys.argv[0], "exec")
    except MemoryError:
        # The parser's word for an expression nested too deep, which has nothing to do with memory.
        raise SyntaxError("too many nested expressions") from None


def find(names: dict[str, Any], name: str) -> Any:
    """A global of the solution; "Solution.f" is the method of a new Solution()."""
    first, _, method = name.partition(".")
    if first not in names:
        raise NameError(f"name {first!r} is not defined")
    return getattr(names[first](), method) if method else names[first]


def _exception(error: BaseException) -> bytes:
    try:
        text = str(error)[:400]
    except BaseException:
        text = "(its message cannot be read)"
    return f'["!",{quoted(str(type(error).__name__))},{quoted(text)}]'.encode()


def plain_text(value: Any) -> bytes:
    """`["=", tokens]`, in the form of `values.encode`, for a small value of exact builtin types; `["~"]` for others."""
    parts: list[str] = []
    todo = [value]
    while todo:
        item = todo.pop()
        kind = type(item)
        if kind is int and -(1 << 62) < item < 1 << 62:
            parts.append(str(int(item)))
        elif kind is str:
            parts.append(quoted(item))
        elif kind is bool:
            parts.append("true" if item else "false")
        elif item is None:
            parts.append("null")
        elif kind is float and item - item == 0.0:
            parts.append(repr(item))
        elif kind in _TAGS and len(item) < MAX_PLAIN:
            children = [part for pair in item.items() for part in pair] if kind is dict else list(item)
            parts.append(f'["{_TAGS[kind]}",{len(children)}]')
            todo += reversed(children)
        elif kind is int:
            parts.append(f'["i","{hex(item)}"]')
        elif kind is float:
            parts.append(f'["f","{item!r}"]')
        elif kind is complex:
            parts.append(f'["c","{item.real.hex()}","{item.imag.hex()}"]')
        elif kind is bytes:
            parts.append(f'["b",{quoted(item.decode("latin-1"))}]')
        else:
            return b'["~"]'
        if len(parts) + len(todo) > MAX_PLAIN:
            return b'["~"]'
    return f'["=",[{",".join(parts)}]]'.encode()


_TAGS: dict[Any, str] = {list: "l", tuple: "t", dict: "d", set: "s", frozenset: "fs"}
