"""Golds are read once, and a bad one is named before it makes a reward."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.code import CodeVerifier
from verifiers.code.gold import GoldError, read_gold

GOOD: list[dict[str, Any]] = [
    {"mode": "asserts", "tests": ["assert f(1) == 1"]},
    {"mode": "check", "test_code": "def check(c):\n    assert c(1) == 1", "entry_point": "f", "tests": []},
    {"mode": "call", "entry_point": "f", "tests": [{"args": [1], "expected": [1, (2,)]}], "limits": {"tol": 1e-6}},
    {"mode": "stdio", "tests": [{"stdin": "1\n", "stdout": "1\n"}, {"stdout": b"\xff"}], "lang": "c++"},
]
BAD: list[tuple[Any, str]] = [
    (None, "mapping"),
    ("assert f(1) == 1", "mapping"),
    ({}, "mode=None"),
    ({"mode": "exec", "tests": ["assert 1"]}, "mode='exec'"),
    ({"mode": "asserts", "tests": []}, "every program would pass"),
    ({"mode": "asserts", "tests": "assert f(1)"}, "write a list"),
    ({"mode": "asserts", "tests": ["assert f(1) =="]}, r"tests\[0\] is no Python"),
    ({"mode": "asserts", "tests": ["assert f(1)", 3]}, r"tests\[1\] is a int"),
    ({"mode": "asserts", "tests": ["assert f('\ud800')"]}, r"tests\[0\] is no Python"),
    ({"mode": "asserts", "tests": ["assert f(1)"], "lang": "rust"}, "mode 'stdio'"),
    ({"mode": "stdio", "tests": [{"stdout": ""}], "lang": "cobol"}, "cobol"),
    ({"mode": "stdio", "tests": [{"stdin": ""}]}, "needs 'stdout'"),
    ({"mode": "stdio", "tests": [{"stdin": 3, "stdout": ""}]}, "int as 'stdin'"),
    ({"mode": "call", "entry_point": "f", "tests": [{"args": 3, "expected": 1}]}, "'args'"),
    ({"mode": "call", "entry_point": "f", "tests": [{"args": [object()], "expected": 1}]}, "cannot be sent"),
    ({"mode": "call", "entry_point": "f(", "tests": [{"args": [], "expected": 1}]}, "entry_point"),
    ({"mode": "check", "entry_point": "f", "test_code": "def test(c): pass"}, "no check"),
    ({"mode": "check", "test_code": "def check(c): pass"}, "entry_point"),
    ({"mode": "asserts", "tests": ["assert 1"], "limits": 5}, "limits"),
    ({"mode": "asserts", "tests": ["assert 1"], "limits": {"time_s": -1}}, "limit"),
    ({"mode": "asserts", "tests": ["assert 1"], "limits": {"time_s": "5"}}, "limits"),
    ({"mode": "asserts", "tests": ["assert 1"], "limits": {"time_s": 1e6}}, "a day"),
    ({"mode": "asserts", "tests": ["assert 1"], "limits": {"files": -1}}, "limits"),
    ({"mode": "asserts", "tests": ["assert 1"], "limits": {"files": {"../a": ""}}}, "relative path"),
    ({"mode": "asserts", "tests": ["assert 1"], "limits": {"files": {"a": "x" * (1 << 20)}, "disk_mb": 1}}, "disk_mb"),
    ({"mode": "asserts", "tests": ["assert 1"], "limits": {"tol": float("nan")}}, "tol"),
    ({"mode": "asserts", "tests": ["assert 1"], "limits": {"tol": True}}, "tol"),
]


@pytest.mark.parametrize("gold", GOOD, ids=lambda gold: gold["mode"])
def test_good_gold_is_read(gold: dict[str, Any]) -> None:
    assert read_gold(gold).mode == gold["mode"]
    assert CodeVerifier().check_gold(gold) is None


@pytest.mark.parametrize(("gold", "why"), BAD, ids=lambda part: ascii(part)[:60])
def test_bad_gold_is_unscored_and_named(gold: Any, why: str) -> None:
    with pytest.raises(GoldError, match=why):
        read_gold(gold)
    assert CodeVerifier().check_gold(gold)
    score = CodeVerifier().check(gold, "def f(x): return x")
    assert (score.value, score.reason) == (None, "gold_unusable")


@given(st.recursive(st.none() | st.integers() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)))
def test_no_gold_raises(gold: Any) -> None:
    assert CodeVerifier().check_gold(gold)


def test_limits_are_those_of_the_gold() -> None:
    limits = {"time_s": 3, "memory_mb": 100, "output_kb": 10, "pids": 5, "disk_mb": 7, "files": 9}
    read = read_gold({**GOOD[0], "limits": limits}).limits
    assert (read.cpu_s, read.wall_s, read.memory_mb, read.output_kb) == (3, 3, 100, 10)
    assert (read.tasks, read.disk_mb, read.inodes) == (5, 7, 9 + 16)


def test_files_of_the_gold_are_its_programs_files() -> None:
    assert read_gold({**GOOD[0], "limits": {"files": {"a.txt": "é"}}}).files == {"a.txt": "é".encode()}


def test_a_method_may_be_written_with_or_without_the_call_of_its_class() -> None:
    gold = {"mode": "call", "tests": [{"args": [1], "expected": 1}]}
    assert read_gold({**gold, "entry_point": "Solution().f"}) == read_gold({**gold, "entry_point": "Solution.f"})
