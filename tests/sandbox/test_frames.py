"""Messages arrive whole, in order, with their own descriptors, and nothing in a reply can do anything but be read."""

import json
import os
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import frames
from sandbox.channel import Channel

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.fixture
def pair():
    ours, theirs = map(frames.Connection, socket.socketpair())
    yield ours, theirs
    ours.close()
    theirs.close()


@given(VALUES)
def test_a_reply_is_json_as_the_json_module_reads_it(value):
    assert json.loads(frames.reply(value)) == value


@given(st.lists(st.tuples(st.binary(), st.lists(st.binary(), max_size=4)), max_size=6))
def test_messages_sent_together_are_read_one_by_one(messages):
    ours, theirs = map(frames.Connection, socket.socketpair())
    for header, blobs in messages:
        ours.send(header, blobs)
    ours.close()
    assert [theirs.recv()[:2] for _ in messages] == messages
    with pytest.raises(frames.Hangup):
        theirs.recv()
    theirs.close()


def test_descriptors_come_with_their_own_message(pair):
    ours, theirs = pair
    reader, writer = os.pipe()
    ours.send(b"without")
    ours.send(b"with", fds=(writer,))
    os.close(writer)
    assert theirs.recv() == (b"without", [], [])
    header, _, (fd,) = theirs.recv()
    os.write(fd, b"x")
    assert (header, os.read(reader, 1)) == (b"with", b"x")
    os.close(fd)
    os.close(reader)


def test_a_large_message_arrives_whole(pair):
    ours, theirs = pair
    blob = os.urandom(3_000_000)
    thread = threading.Thread(target=ours.send, args=(b"header", [blob, b"", b"end"]))
    thread.start()
    assert theirs.recv()[1] == [blob, b"", b"end"]
    thread.join()


def test_a_message_that_claims_to_be_huge_is_no_message():
    left, right = socket.socketpair()
    left.sendall(b"\xff" * 12)
    with pytest.raises(frames.Hangup, match="more than"):
        frames.Connection(right).recv()
    left.close()
    right.close()


def test_a_silent_other_end_is_an_error_after_the_timeout(pair):
    pair[0].set_timeout(0.05)
    with pytest.raises(OSError):
        pair[0].recv()


def test_a_channel_says_none_when_the_other_end_is_gone():
    left, right = map(Channel, socket.socketpair())
    left.send(b"a")
    left.send(b"")
    left.close()
    assert [right.recv(), right.recv(), right.recv()] == [b"a", b"", None]
    right.close()
