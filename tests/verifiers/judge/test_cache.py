"""Replies on disk: what names them, and that many writers can share a file."""

import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from verifiers.judge import Reply, Request
from verifiers.judge.cache import Cache
from verifiers.judge.prompt import REFERENCE, blocks_of, request_of

BLOCKS = blocks_of("Capital?", "Canberra", completion="Sydney")


def test_a_reply_comes_back_whole_and_the_first_one_stays(tmp_path):
    cache = Cache(tmp_path / "c.db")
    reply = Reply("VERDICT: CORRECT ✓", "stop", "m", {"Yes": -0.5}, ("usage",), 3, None, "raw")
    assert cache.get("k") is None
    assert cache.put("k", reply) == reply
    assert cache.put("k", Reply("other")) == reply
    assert Cache(tmp_path / "c.db").get("k") == reply
    assert len(cache) == 1


def test_the_key_covers_the_whole_request_but_not_the_random_code():
    first, again = request_of(REFERENCE, BLOCKS), request_of(REFERENCE, BLOCKS)
    assert first.messages != again.messages
    assert first.key("m") == again.key("m")
    others = [
        request_of(REFERENCE, {**BLOCKS, "completion": "sydney"}),
        replace(first, temperature=0.1),
        replace(first, max_tokens=7),
        replace(first, version="x"),
        replace(first, seed=1),
        replace(first, options=("Yes", "No")),
        replace(first, response_format={"type": "json_object"}),
    ]
    keys = {request.key("m") for request in others} | {first.key("m"), first.key("other"), first.key("m", 1)}
    assert len(keys) == len(others) + 3


def test_a_lone_surrogate_has_a_key_too():
    assert Request(({"role": "user", "content": "\ud800"},)).key("m")


def test_a_damaged_row_counts_as_absent(tmp_path):
    cache = Cache(tmp_path / "c.db")
    with sqlite3.connect(tmp_path / "c.db") as connection:
        for key, text in (("a", "{"), ("b", "[1]"), ("c", '{"text": 5}'), ("d", "null")):
            connection.execute("INSERT INTO replies VALUES (?, ?)", (key, text))
    assert [cache.get(key) for key in "abcd"] == [None] * 4
    assert cache.put("a", Reply("x")).text == "x"
    assert cache.get("a").text == "x"


def test_a_file_that_is_something_else_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("these are my notes, and no database at all\n" * 50)
    with pytest.raises(ValueError, match="is no cache of replies"):
        Cache(tmp_path / "notes.txt")


def test_threads_share_a_cache(tmp_path):
    cache = Cache(tmp_path / "c.db")

    def write(n):
        for k in range(50):
            cache.put(f"{k}", Reply(f"{n}"))
            cache.put(f"{n}/{k}", Reply("own"))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cache) == 50 + 8 * 50


def test_processes_share_a_cache_and_agree_on_the_first_reply(tmp_path):
    program = (
        "import sys; from verifiers.judge.cache import Cache; from verifiers.judge import Reply\n"
        "cache = Cache(sys.argv[1])\n"
        "print([cache.put(str(k), Reply(sys.argv[2])).text for k in range(200)])"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "c.db"), str(n)], stdout=subprocess.PIPE, text=True
        )
        for n in range(4)
    ]
    seen = [run.communicate()[0] for run in runs]
    assert all(run.returncode == 0 for run in runs)
    cache = Cache(tmp_path / "c.db")
    stored = str([cache.get(str(k)).text for k in range(200)])
    assert seen == [stored + "\n"] * 4
    assert len(cache) == 200
