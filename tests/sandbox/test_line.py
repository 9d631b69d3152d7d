"""What a zygote and its jobs say reaches the warden whole, in whatever order."""

import struct

import pytest

from sandbox import zygote
from sandbox.line import Line, ZygoteGone, pair

# Status; user and system time, each in seconds and microseconds; kilobytes; and the rest of a struct rusage.
ENDED = zygote.ENDED + bytes(3) + struct.pack("=i5q104x", 125 << 8, 1, 500_000, 0, 500_000, 7)
FORKED = zygote.FORKED + (4711).to_bytes(4, "little")
FAILED = zygote.FAILED + b"no jail"


@pytest.fixture
def ends():
    ours, theirs = pair()
    yield Line(ours), theirs
    ours.close()
    theirs.close()


@pytest.mark.parametrize("messages", [[FAILED, FORKED, ENDED], [FORKED, FAILED, ENDED]], ids=["before", "after"])
def test_why_a_jail_could_not_be_closed_is_known_before_or_after_the_jobs_pid(ends, messages):
    line, zygotes = ends
    for message in messages:
        zygotes.send(message)
    assert line.hear() == 4711
    assert line.hear() == (125 << 8, 2.0, 7, "no jail")
    zygotes.send(ENDED)
    assert line.hear().failure == "", "a failure is told once, of the job that it befell"


def test_a_zygote_that_is_gone_is_news_and_its_last_words_are_heard(ends):
    line, zygotes = ends
    assert not line.has_news(0)
    zygotes.send(FAILED)
    zygotes.close()
    assert line.has_news(0)
    with pytest.raises(ZygoteGone, match="no jail"):
        line.hear()


def test_a_zygote_answers_while_it_lives(ends):
    line, zygotes = ends
    zygotes.send(zygote.READY)
    assert line.answers()
    assert zygotes.recv(10)
    zygotes.close()
    assert not line.answers()
