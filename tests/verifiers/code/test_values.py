"""The codec: values survive the trip exactly, and no tokens can do more than fail."""

from __future__ import annotations

import collections
import contextlib
import datetime
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.code.guest.start import plain_text
from verifiers.code.guest.values import (
    MAX_DEPTH,
    PLAIN_READERS,
    READERS,
    CodecError,
    NotPlain,
    decode,
    dumps,
    encode,
    loads,
)

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))  # lone surrogates too
KEYS = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | st.binary()
PLAIN = st.recursive(
    KEYS | st.complex_numbers() | st.integers(min_value=10**20),
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(KEYS, inner) | st.frozensets(KEYS) | st.sets(KEYS)
    ),
    max_leaves=25,
)
RICH = PLAIN | st.one_of(
    st.decimals(),
    st.fractions(),
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.none() | st.just(datetime.UTC)),
    st.timedeltas(),
    st.uuids(),
    st.builds(collections.Counter, st.text()),
    st.builds(collections.deque, st.lists(st.integers())),
    st.builds(collections.OrderedDict, st.dictionaries(st.text(), st.integers())),
    st.builds(range, st.integers(), st.integers(), st.integers(min_value=1)),
    st.builds(bytearray, st.binary()),
    st.just(...),
)


def identical(a: Any, b: Any) -> bool:
    """Equal, of the same types throughout, nan like nan and -0.0 unlike 0.0."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    if isinstance(a, complex):
        return identical(a.real, b.real) and identical(a.imag, b.imag)
    if isinstance(a, list | tuple | collections.deque):
        return len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, dict):
        return len(a) == len(b) and all(identical(x, y) for p, q in zip(a.items(), b.items()) for x, y in zip(p, q))
    if isinstance(a, set | frozenset):
        return sorted(map(repr, a)) == sorted(map(repr, b))
    if isinstance(a, Decimal):
        return str(a) == str(b)
    return a == b


@given(RICH)
@settings(max_examples=150)
def test_value_survives_the_trip(value: Any) -> None:
    assert identical(decode(loads(dumps(encode(value)))), value)


@given(PLAIN)
@settings(max_examples=150)
def test_the_small_writer_of_jobs_writes_what_the_reader_reads(value: Any) -> None:
    kind, tokens = loads(plain_text(value))
    assert kind == "="
    assert identical(decode(tokens, readers=PLAIN_READERS), value)


class Odd(int):
    pass


NOT_PLAIN = [object(), Odd(3), [Odd(3)], len, Fraction(1, 2), {1: range(3)}, iter([])]


@pytest.mark.parametrize("value", NOT_PLAIN, ids=lambda value: type(value).__name__)
def test_the_small_writer_declines_what_is_not_plain(value: Any) -> None:
    assert plain_text(value) == b'["~"]'


def test_the_small_writer_declines_what_is_large_or_endless() -> None:
    endless: list[Any] = []
    endless.append(endless)
    doubling: list[Any] = []
    for _ in range(60):
        doubling = [doubling, doubling]
    for value in (list(range(20_000)), endless, doubling):
        assert plain_text(value) == b'["~"]'


def test_instances_of_subclasses_are_not_sent_by_value() -> None:
    for value in (Odd(3), type("S", (str,), {})("x"), collections.namedtuple("P", "x")(1)):
        with pytest.raises(CodecError, match="by value"):
            encode(value)


def test_depth_and_size_are_capped_on_both_sides() -> None:
    deep: list[Any] = []
    for _ in range(MAX_DEPTH - 1):
        deep = [deep]
    assert decode(encode(deep)) == deep
    with pytest.raises(CodecError, match="deeper"):
        encode([[deep]])
    with pytest.raises(CodecError, match="deeper"):
        decode([["l", 1]] * (MAX_DEPTH + 5) + [1])
    with pytest.raises(CodecError, match="more than"):
        encode(list(range(100)), max_nodes=50)
    with pytest.raises(CodecError, match="too many"):
        decode(encode(list(range(100))), max_nodes=50)


TOKENS = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=5) | st.sampled_from(list(READERS)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=8,
)
HEADS = st.tuples(st.sampled_from(list(READERS)), TOKENS, TOKENS).map(list)


@given(st.lists(TOKENS | HEADS, max_size=6) | TOKENS)
@settings(max_examples=250)
def test_no_tokens_do_more_than_fail(tokens: Any) -> None:
    with contextlib.suppress(CodecError):
        decode(tokens)


@given(st.binary(max_size=60))
def test_no_frame_does_more_than_fail(frame: bytes) -> None:
    with contextlib.suppress(CodecError):
        loads(frame)


@pytest.mark.parametrize("frame", [b"[" * 1_000_000, b"9" * 1_000_000, b'{"a":' * 100_000, b""], ids=len)
def test_hostile_json_is_an_error_of_ours(frame: bytes) -> None:
    with pytest.raises(CodecError):
        loads(frame)


def test_readers_decide_what_is_read() -> None:
    tokens = encode(Decimal("1.5"))
    with pytest.raises(NotPlain):
        decode(tokens, readers=PLAIN_READERS)
    for tag in ("h", "o", "std", "m", "x"):
        with pytest.raises(NotPlain):
            decode([[tag, 0, "os", "system"]])


def test_numpy_values_go_by_dtype_and_bytes() -> None:
    numpy = pytest.importorskip("numpy")
    for value in (
        numpy.float32(0.1),
        numpy.int64(-3),
        numpy.bool_(True),
        numpy.arange(6).reshape(2, 3),
        numpy.array(["a", "bc"]),
        numpy.array([], dtype="f8"),
        numpy.array([[1, None]], dtype=object),
    ):
        back = decode(loads(dumps(encode(value))))
        assert type(back) is type(value)
        assert back.dtype == value.dtype
        assert numpy.array_equal(back, value)
    for dtype in ("O", "V8", "<f8,<f8", "object", "<f9"):
        with pytest.raises(CodecError):
            decode([["np", dtype, [1], "\0" * 8]])
