"""Whole programs: every way of reading and of ending, and tests that know nothing of each other."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from tests.verifiers.code.cases import read_cases
from verifiers.types import Score

SUM = [{"stdin": "3\n10\n20\n30\n", "stdout": "60\n"}]

READERS = {case.name: case.program for case in read_cases("readers")}


@pytest.mark.parametrize("way", READERS)
def test_every_way_of_reading_and_ending_is_accepted(way: str, judge: Callable[..., Score]) -> None:
    if way == "numpy":
        pytest.importorskip("numpy")
    score = judge(READERS[way], "stdio", tests=SUM)
    assert (score.value, score.reason) == (1.0, "accepted"), score.detail


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("print(61)", "wrong_answer"),
        ("", "wrong_answer"),
        ("print(60)\nprint(60)", "wrong_answer"),
        ("print('60 61')", "wrong_answer"),
        ("print(60); import sys; sys.exit(3)", "runtime_error"),
        ("print(60); import os; os._exit(1)", "runtime_error"),
        ("print(60); 1/0", "runtime_error"),
        ("print(60); import os; os.kill(os.getpid(), 11)", "runtime_error"),
        ("print(60", "runtime_error"),
        ("print(60)\nwhile True: pass", "time_limit_exceeded"),
        ("print(60, flush=True)\nimport sys\nwhile True: sys.stderr.write('A' * 100000)", "output_limit_exceeded"),
        ("print('6' * 3_000_000)", "output_limit_exceeded"),
        ("x = bytearray(1 << 33)\nprint(60)", "memory_limit_exceeded"),
    ],
)
def test_status_says_what_went_wrong(program: str, reason: str, judge: Callable[..., Score]) -> None:
    score = judge(program, "stdio", {"time_s": 3}, tests=SUM)
    assert (score.value, score.reason) == (0.0, reason), score.detail


def test_one_run_knows_nothing_of_another(judge: Callable[..., Score]) -> None:
    program = """
import builtins, os, tempfile
places = ["seen", os.path.join(tempfile.gettempdir(), "seen")]
state = hasattr(builtins, "seen") or any(map(os.path.exists, places))
builtins.seen = 1
for place in places: open(place, "w").close()
print("stale" if state else "fresh")
"""
    assert judge(program, "stdio", tests=[{"stdin": str(n), "stdout": "fresh"} for n in range(4)]).value == 1.0


def test_tolerance_comes_from_the_gold(judge: Callable[..., Score]) -> None:
    tests = [{"stdin": "", "stdout": "0.3\n"}]
    assert judge("print(0.1 + 0.2)", "stdio", tests=tests).value == 0.0
    assert judge("print(0.1 + 0.2)", "stdio", {"tol": 1e-6}, tests=tests).value == 1.0
    assert judge("print('nan')", "stdio", {"tol": 1e-6}, tests=tests).value == 0.0


def test_empty_program_prints_nothing(judge: Callable[..., Score]) -> None:
    assert judge("", "stdio", tests=[{"stdin": "", "stdout": ""}]).value == 1.0


def test_files_of_the_gold_can_be_read(judge: Callable[..., Score]) -> None:
    limits: dict[str, Any] = {"files": {"data.txt": "7\n"}}
    assert judge("print(open('data.txt').read())", "stdio", limits, tests=[{"stdout": "7"}]).value == 1.0


LANGUAGES = {
    "c": ("gcc", '#include <stdio.h>\nint main(){int n;scanf("%d",&n);printf("%d\\n",n*n);}'),
    "cpp": ("g++", "#include <iostream>\nint main(){int n;std::cin>>n;std::cout<<n*n<<std::endl;}"),
    "rust": ("rustc", "use std::io::*;fn main(){let mut s=String::new();stdin().read_line(&mut s).unwrap();"
        'let n:i64=s.trim().parse().unwrap();println!("{}",n*n);}'),
    "go": ("go", 'package main\nimport "fmt"\nfunc main(){var n int;fmt.Scan(&n);fmt.Println(n*n)}'),
    "javascript": ("node", "const n=parseInt(require('fs').readFileSync(0));console.log(n*n)"),
    "bash": ("bash", "read n; echo $((n*n))"),
}  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_other_languages(lang: str, judge: Callable[..., Score]) -> None:
    tool, program = LANGUAGES[lang]
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not on this machine")
    tests = [{"stdin": "3\n", "stdout": "9\n"}, {"stdin": "-4\n", "stdout": "16\n"}]
    limits = {"memory_mb": 2048, "pids": 64}
    assert judge(program, "stdio", limits, tests=tests, lang=lang).reason == "accepted"
    assert judge(program.replace("n*n", "n+n"), "stdio", limits, tests=tests, lang=lang).reason == "wrong_answer"


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not on this machine")
def test_program_that_does_not_compile_is_a_compile_error(judge: Callable[..., Score]) -> None:
    score = judge("int main( {", "stdio", tests=[{"stdout": ""}], lang="c")
    assert (score.value, score.reason) == (0.0, "compile_error")
