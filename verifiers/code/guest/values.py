"""Values as flat JSON: how arguments and results cross between a hostile process and a trusted one.

A value is a list of tokens in prefix order. Numbers, strings, true, false and null stand for themselves; every other
token is a list: a tag, what the tag needs, and for a container the number of its children, which follow.

    {"k": (1, 2.5)}   ->   [["d", 1], "k", ["t", 2], 1, 2.5]

Reading is a loop over data with caps on nodes and depth: nothing is imported, looked up by name or called on the
sender's word, and no recursion follows the sender's nesting. Only exact types are written by value; an instance of a
subclass, or of any other class, is written by `export`, which the two ends of a conversation agree on (see `peer`).
"""

from __future__ import annotations

import collections
import sys
from _json import encode_basestring_ascii, make_encoder, make_scanner
from types import SimpleNamespace

from verifiers.code.guest.arrays import is_numpy, read_numpy, read_object_array, write_numpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    Written = tuple[Any, Iterable[Any]]
    """A token and the children that follow it."""

MAX_NODES = 2_000_000
MAX_DEPTH = 900  # Python's own == gives up at 1,000 levels
_SMALL_INT = 1 << 62


class CodecError(ValueError):
    """The value is too large or too deep to be written, or the tokens do not make a value."""


class NotPlain(CodecError):
    """The tokens hold a value that this reader was not asked to read."""


def refuse(value: Any) -> Written:
    """An `export` for those who have no handles."""
    raise CodecError(f"a {type(value).__name__} cannot be sent by value")


def encode(
    value: Any,
    export: Callable[[Any], Written] = refuse,
    known: Mapping[int, Any] | None = None,
    max_nodes: int = MAX_NODES,
) -> list[Any]:
    """The tokens of a value.

    Args:
        export: writes what is no plain value: a token, and its children.
        known: id(object) -> token, for objects that the reader has already.
    Raises:
        CodecError: more than `max_nodes` values, or nested deeper than MAX_DEPTH (so is what contains itself).
    """
    tokens: list[Any] = []
    todo: list[tuple[Any, int]] = [(value, 0)]
    while todo:
        item, depth = todo.pop()
        kind = type(item)
        if kind is str or kind is bool or item is None:
            tokens.append(item)
        elif kind is int:
            tokens.append(item if -_SMALL_INT < item < _SMALL_INT else ["i", hex(item)])
        elif kind is float:
            tokens.append(item if item - item == 0.0 else ["f", repr(item)])
        elif known and id(item) in known:
            tokens.append(known[id(item)])
        else:
            write = _WRITERS.get(kind) or _library_writer(kind) or export
            token, children = write(item)
            tokens.append(token)
            children = list(children)
            if children:
                if depth == MAX_DEPTH:
                    raise CodecError(f"nested deeper than {MAX_DEPTH} levels")
                if len(tokens) + len(todo) + len(children) > max_nodes:
                    raise CodecError(f"more than {max_nodes:,} values")
                todo += [(child, depth + 1) for child in reversed(children)]
    return tokens


def decode(
    tokens: Any,
    resolve: Callable[..., Any] | None = None,
    readers: Mapping[str, Any] | None = None,
    max_nodes: int = MAX_NODES,
) -> Any:
    """The value that `encode` wrote; never raises anything but CodecError, whatever the tokens are.

    Args:
        resolve: called as resolve(tag, base or None, *parameters) for the tags that `export` and `known` write.
        readers: the tags to accept, READERS by default; PLAIN_READERS for what has no class of its own.
    Raises:
        NotPlain: a tag that is not among the readers, and no `resolve`.
        CodecError: malformed, too large, too deep.
    """
    readers = READERS if readers is None else readers
    try:
        return _decode(tokens, resolve, readers, max_nodes)
    except CodecError:
        raise
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError, MemoryError) as error:
        raise CodecError(f"malformed value: {type(error).__name__}") from None


def _decode(tokens: Any, resolve: Any, readers: Mapping[str, Any], max_nodes: int) -> Any:
    if type(tokens) is not list or len(tokens) > max_nodes:
        raise CodecError("malformed value: no list of tokens, or too many")
    values: list[Any] = []
    depths: list[int] = []
    for token in reversed(tokens):
        if type(token) is not list:
            if type(token) is dict:
                raise CodecError("malformed value: an object among the tokens")
            values.append(token)
            depths.append(0)
            continue
        tag, *parameters = token
        reader = readers.get(tag)
        if reader is None and (resolve is None or tag not in HANDLE_TAGS):
            raise NotPlain(f"a value with the tag {str(tag)[:20]!r}")
        size = parameters.pop(0) if reader is None or reader[0] is None else reader[0]
        if type(size) is not int or not 0 <= size <= len(values):
            raise CodecError("malformed value: a container without its children")
        children = values[len(values) - size :][::-1]
        depth = max(depths[len(depths) - size :], default=0) + 1 if size else 0
        if depth > MAX_DEPTH:
            raise CodecError(f"nested deeper than {MAX_DEPTH} levels")
        del values[len(values) - size :], depths[len(depths) - size :]
        values.append(resolve(tag, children, *parameters) if reader is None else reader[1](children, *parameters))
        depths.append(depth)
    if len(values) != 1:
        raise CodecError("malformed value: not one value")
    return values[0]


HANDLE_TAGS = frozenset(("h", "o", "a", "x", "m", "std"))
"""Tags of `peer`: object there, object here, argument, exception class, module, a name of the standard library."""


# The two ends of the json module, without the regular expressions that it imports: those take longer to load than most
# conversations last.
_write = make_encoder({}, refuse, encode_basestring_ascii, None, ":", ",", False, False, True)
_read = make_scanner(
    SimpleNamespace(  # type: ignore[arg-type]
        strict=True,
        object_hook=None,
        object_pairs_hook=None,
        parse_float=float,
        parse_int=int,
        parse_constant={name: float(name) for name in ("NaN", "Infinity", "-Infinity")}.__getitem__,
    )
)


def dumps(message: Any) -> bytes:
    """A message as JSON."""
    return "".join(_write(message, 0)).encode()


def loads(frame: bytes) -> Any:
    """A message from its bytes. Raises CodecError for whatever is no JSON."""
    try:
        text = frame.decode("utf-8", "surrogatepass")
        message, end = _read(text, 0)
    except (ValueError, StopIteration, RecursionError, MemoryError) as error:
        raise CodecError(f"malformed message: {type(error).__name__}") from None
    if end != len(text):
        raise CodecError("malformed message: more than one value")
    return message


def library(name: str) -> Any:
    """A module, imported where it is needed."""
    __import__(name)
    return sys.modules[name]


# ---- one writer and one reader a type ----


def _pairs(mapping: Mapping[Any, Any]) -> list[Any]:
    return [part for pair in mapping.items() for part in pair]


def _dict(children: Sequence[Any]) -> dict[Any, Any]:
    return dict(zip(children[::2], children[1::2], strict=True))


def _write_datetime(value: Any) -> Written:
    # A zone of the sender's own making is reduced to its offset.
    datetime = sys.modules["datetime"]
    offset = value.utcoffset()
    plain = value.replace(tzinfo=None if offset is None else datetime.timezone(offset))
    return ["dt" if isinstance(value, datetime.datetime) else "tm", plain.isoformat(), value.fold], ()


_FACTORIES: dict[str, Any] = {kind.__name__: kind for kind in (int, float, str, list, dict, set, tuple, bool)}


def _write_defaultdict(value: collections.defaultdict[Any, Any]) -> Written:
    factory = value.default_factory
    name = next((name for name, kind in _FACTORIES.items() if kind is factory), None)
    return ["dd", 2 * len(value), name], _pairs(value)


_WRITERS: dict[type, Callable[[Any], Written]] = {
    list: lambda x: (["l", len(x)], x),
    tuple: lambda x: (["t", len(x)], x),
    dict: lambda x: (["d", 2 * len(x)], _pairs(x)),
    set: lambda x: (["s", len(x)], x),
    frozenset: lambda x: (["fs", len(x)], x),
    bytes: lambda x: (["b", x.decode("latin-1")], ()),
    bytearray: lambda x: (["ba", x.decode("latin-1")], ()),
    complex: lambda x: (["c", x.real.hex(), x.imag.hex()], ()),
    range: lambda x: (["r"], (x.start, x.stop, x.step)),
    slice: lambda x: (["sl"], (x.start, x.stop, x.step)),
    type(...): lambda x: (["e", "Ellipsis"], ()),
    type(NotImplemented): lambda x: (["e", "NotImplemented"], ()),
    collections.Counter: lambda x: (["ct", 2 * len(x)], _pairs(x)),
    collections.defaultdict: _write_defaultdict,
    collections.OrderedDict: lambda x: (["od", 2 * len(x)], _pairs(x)),
    collections.deque: lambda x: (["dq", len(x), x.maxlen], x),
    type({}.keys()): lambda x: (["dk", len(x)], x),
    type({}.items()): lambda x: (["di", 2 * len(x)], [part for pair in x for part in pair]),
}

_LIBRARY_WRITERS: dict[tuple[str, str], Callable[[Any], Written]] = {
    ("decimal", "Decimal"): lambda x: (["dec", str(x)], ()),
    ("fractions", "Fraction"): lambda x: (["fr"], (x.numerator, x.denominator)),
    ("datetime", "datetime"): _write_datetime,
    ("datetime", "time"): _write_datetime,
    ("datetime", "date"): lambda x: (["da", x.isoformat()], ()),
    ("datetime", "timedelta"): lambda x: (["td", x.days, x.seconds, x.microseconds], ()),
    ("datetime", "timezone"): lambda x: (["tz"], (x.utcoffset(None),)),
    ("array", "array"): lambda x: (["ar", x.typecode, x.tobytes().decode("latin-1")], ()),
    ("uuid", "UUID"): lambda x: (["uu", x.hex], ()),
    ("pathlib", "PurePosixPath"): lambda x: (["path", str(x)], ()),
    ("pathlib", "PosixPath"): lambda x: (["path", str(x)], ()),
}


def _library_writer(kind: type) -> Callable[[Any], Written] | None:
    """How to write a type of a library that the sender has imported; by identity, whatever a class calls itself."""
    if is_numpy(kind):
        return write_numpy
    place = kind.__module__, kind.__name__
    if place[0] == "pathlib._local":  # Python 3.13
        place = "pathlib", place[1]
    found = getattr(sys.modules.get(place[0]), place[1], None) if place in _LIBRARY_WRITERS else None
    return _LIBRARY_WRITERS[place] if found is kind else None


def _array(_: Any, typecode: str, data: str) -> Any:
    made = library("array").array(typecode)
    made.frombytes(data.encode("latin-1"))
    return made


def _float(_: Any, name: str) -> float:
    return float(name) if name in ("inf", "-inf") else float("nan")


PLAIN_READERS: dict[str, tuple[int | None, Callable[..., Any]]] = {
    "l": (None, lambda c: c),
    "t": (None, lambda c: tuple(c)),
    "d": (None, _dict),
    "s": (None, lambda c: set(c)),
    "fs": (None, lambda c: frozenset(c)),
    "i": (0, lambda _, digits: int(digits, 16)),
    "f": (0, _float),
    "b": (0, lambda _, data: data.encode("latin-1")),
    "c": (0, lambda _, real, imag: complex(float.fromhex(real), float.fromhex(imag))),
}
"""Tag -> number of children (None: the token says), function of the children and of the token's parameters."""


READERS: dict[str, tuple[int | None, Callable[..., Any]]] = {
    **PLAIN_READERS,
    "ba": (0, lambda _, data: bytearray(data.encode("latin-1"))),
    "r": (3, lambda c: range(*c)),
    "sl": (3, lambda c: slice(*c)),
    "e": (0, lambda _, name: {"Ellipsis": ..., "NotImplemented": NotImplemented}[name]),
    "dec": (0, lambda _, text: library("decimal").Decimal(text)),
    "fr": (2, lambda c: library("fractions").Fraction(*c)),
    "dt": (0, lambda _, text, fold: library("datetime").datetime.fromisoformat(text).replace(fold=fold)),
    "tm": (0, lambda _, text, fold: library("datetime").time.fromisoformat(text).replace(fold=fold)),
    "da": (0, lambda _, text: library("datetime").date.fromisoformat(text)),
    "td": (0, lambda _, days, seconds, us: library("datetime").timedelta(days, seconds, us)),
    "tz": (1, lambda c: library("datetime").timezone(c[0])),
    "ct": (None, lambda c: collections.Counter(_dict(c))),
    "dd": (None, lambda c, factory: collections.defaultdict(_FACTORIES.get(factory), _dict(c))),
    "od": (None, lambda c: collections.OrderedDict(_dict(c))),
    "dq": (None, lambda c, maxlen: collections.deque(c, maxlen)),
    "dk": (None, lambda c: dict.fromkeys(c).keys()),
    "di": (None, lambda c: _dict(c).items()),
    "ar": (0, _array),
    "uu": (0, lambda _, digits: library("uuid").UUID(hex=digits)),
    "path": (0, lambda _, text: library("pathlib").PurePosixPath(text)),
    "np": (0, read_numpy),
    "no": (None, read_object_array),
}
