"""Programs that would be rewarded if the grader believed them, looked away, or let them look. Each must score 0.0.

None of them computes the answer, so 1.0 is a forgery; none may break the grader, so None is one too.
"""

from __future__ import annotations

import secrets
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from tests.verifiers.code.cases import Case, check_gold, read_cases
from verifiers.types import Score

SQUARES = ["assert f(2) == 4", "assert f(3) == 9"]

_WRITE_EVERYWHERE = """
import os, struct
def f(x):
    for fd in range(3, 64):
        for body in BODIES:
            try: os.write(fd, struct.pack('<I', len(body)) + body)
            except OSError: pass
    return 0
"""


def _gold(tests: list[str] | str) -> dict[str, Any]:
    return check_gold(tests) if isinstance(tests, str) else {"mode": "asserts", "tests": tests}


def _refused(score: Score) -> bool:
    return score.value == 0.0 and score.reason != "accepted"


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in read_cases("forged")])
def test_forgery_is_refused(case: Case, judge: Callable[..., Score]) -> None:
    if "numpy" in case.program + str(case.tests):
        pytest.importorskip("numpy")
    for gold in case.golds:
        score = judge(case.program, limits={"time_s": 4}, **gold)
        assert _refused(score), (gold, score)


VERDICTS = [
    b'V{"outcome":"passed","why":""}', b'V{"nonce":""}', b'V{"nonce":null}', b'["=",[true]]', b'["=",[4]]',
    b'["=",[4],[]]', b'["=",[["l",1],4]]', b'["~"]', b'["?","call",[["t",0]]]', b"passed", b"OK", b"accepted\n", b"1",
    b"True", b'{"passed":true}',
]  # fmt: skip


@pytest.mark.parametrize("tests", [SQUARES, ["x = f(2)\nassert x == 4"]], ids=["direct", "relayed"])
@pytest.mark.parametrize("body", VERDICTS, ids=repr)
def test_verdict_written_to_every_descriptor_is_refused(body: bytes, tests: Any, judge: Callable[..., Score]) -> None:
    # `["=",[4]]` is the right answer to f(2) alone: a guess like any other, so f(3) and f(5) are what it must fail.
    program = f"BODIES = [{body!r}]\n" + _WRITE_EVERYWHERE
    if b"[4]" in body and tests != SQUARES:
        tests = ["x = f(3)\nassert x == 9"]
    assert _refused(judge(program, limits={"time_s": 4}, **_gold(tests)))


@pytest.mark.parametrize(
    "raw",
    [b"\xff\xff\xff\xff", b"\x00\x00\x00\x00" * 1000, b"\x04\x00\x00\x00[[[[", b"\x02\x00\x00\x00{}", b"[" * 100_000],
    ids=["endless frame", "empty frames", "open brackets", "no list", "no frame"],
)
def test_broken_messages_are_the_programs_own_failure(raw: bytes, judge: Callable[..., Score]) -> None:
    program = textwrap.dedent(f"""
        import os
        def f(x):
            for fd in range(3, 64):
                try: os.write(fd, {raw!r})
                except OSError: pass
            return 0
    """)
    for tests in (SQUARES, ["x = f(2)\nassert x == 4"]):
        assert _refused(judge(program, limits={"time_s": 3}, **_gold(tests)))


FUZZED = [
    "x = f(2)\nassert x == 4",
    "assert f(2) == 4",
    "x = list(f(2))\nassert x == [4]",
    "with f(2) as x:\n    assert x == 4",
    "def cb(v):\n    assert v == 3\n    return v\nassert f(cb, [1]) == [3, 4]",
    "x = f(2)\nassert x.a == 4 and x[0] == 5 and 7 in x and abs(x - 4.0) < 1e-6",
]


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 200))])
def test_random_messages_are_the_programs_own_failure(seed: int, judge: Callable[..., Score]) -> None:
    (fuzzer,) = read_cases("fuzzer")
    for position, test in enumerate(FUZZED):
        program = fuzzer.program.replace("SEED", str(1000 * position + seed))
        assert _refused(judge(program, "asserts", {"time_s": 4}, tests=[test])), (position, seed)


# ---- reading the answers: the needle is in the tests, and the program looks for it ----

_LOOK = """
import re, sys, os, gc
PATTERN = re.compile('K7-' + '[0-9a-f]{16}')
def look(text):
    if isinstance(text, (bytes, bytearray)): text = bytes(text).decode('latin-1')
    m = PATTERN.search(text)
    if m: raise FOUND(m[0])
class FOUND(BaseException): pass
def attempt(*a): pass
def f(*args):
    try: attempt(*args)
    except FOUND as found: return str(found)
    except Exception: pass
    return None
"""

THIEVES = {case.name: case.program for case in read_cases("thieves")}


MODES = ["asserts", "tester", *(pytest.param(mode, marks=pytest.mark.slow) for mode in ("check", "call", "stdio"))]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("thief", THIEVES)
def test_answers_cannot_be_found(thief: str, mode: str, judge: Callable[..., Score]) -> None:
    needle = f"K7-{secrets.token_hex(8)}"
    program, limits = _LOOK + THIEVES[thief], {"time_s": 6}
    if mode == "stdio":
        score = judge(program + "\nprint(f())", "stdio", limits, tests=[{"stdin": "1\n", "stdout": needle + "\n"}])
    elif mode == "call":
        score = judge(program, "call", limits, tests=[{"args": [2], "expected": needle}], entry_point="f")
    elif mode == "check":
        body = f"answer = '{needle}'\nx = candidate(2)\nassert x == answer"
        score = judge(program, limits=limits, **_gold(body))
    else:
        test = f"assert f(2) == '{needle}'" if mode == "asserts" else f"x = f(2)\nassert x == '{needle}'"
        score = judge(program, limits=limits, **_gold([test]))
    assert _refused(score)


@pytest.mark.parametrize("thief", ["memory", "memory by ctypes", "garbage collector"])
@pytest.mark.parametrize("size", [1, 10_000])
def test_answers_of_an_earlier_problem_cannot_be_found(thief: str, size: int, judge: Callable[..., Score]) -> None:
    """Jobs share a worker one after the other: what it keeps of one, the next has in its memory."""
    needle = f"K7-{secrets.token_hex(8)}"
    test = f"x = f(2)\nassert x == '{needle}'" + "# padding" * size
    for gold in ({"mode": "asserts", "tests": [test]}, check_gold(test.replace("f(2)", "candidate(2)"))):
        for _ in range(3):
            assert _refused(judge("def f(x): return 4", limits={"time_s": 6}, **gold))
        assert _refused(judge(_LOOK + THIEVES[thief], limits={"time_s": 6}, **gold))
    gold = {"mode": "asserts", "tests": [f"assert f(2) == '{needle}'"]}
    assert _refused(judge(_LOOK + THIEVES[thief], limits={"time_s": 6}, **gold))


_CALLBACK_TEST = """
answer = '{needle}'
class Box:
    secret = answer
    def __init__(self): self._x = answer
    def visit(self, v): return v
def gen():
    hidden = answer
    yield 1
def cb(v):
    hidden = answer
    if v == 'raise': raise KeyError(v)
    assert v != 'assert', answer
    return v
x = f(cb, gen(), Box(), [cb])
assert x == answer
"""

CALLBACK_THIEVES = {case.name: case.program for case in read_cases("callback_thieves")}


@pytest.mark.parametrize("thief", CALLBACK_THIEVES)
def test_answers_cannot_be_reached_through_what_a_test_passes_on(thief: str, judge: Callable[..., Score]) -> None:
    needle = f"K7-{secrets.token_hex(8)}"
    program = _LOOK + CALLBACK_THIEVES[thief]
    score = judge(program, "asserts", {"time_s": 6}, tests=[_CALLBACK_TEST.replace("{needle}", needle)])
    assert _refused(score)
    assert score.reason == "wrong_answer", score.detail  # the program ran to its end and came back with nothing


def test_the_looking_itself_works(judge: Callable[..., Score]) -> None:
    """Thieves find a needle that does lie in their process, so their failure above means something."""
    found = []
    for thief in ("frames", "garbage collector", "referrers"):
        program = _LOOK + THIEVES[thief] + "\nneedle = 'K7-' + 'ab' * 8\n"
        found.append(judge(program, "asserts", {"time_s": 8}, tests=["assert f(2) == 'K7-abababababababab'"]).value)
    assert found == [1.0] * 3
