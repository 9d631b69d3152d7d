"""Jobs a second: the sandbox, a plain `subprocess` grader, and a multiprocessing grader of the HumanEval kind.

All judge the same trivial program with three asserts, and the same with the imports that models like to begin with, in
short blocks whose order is drawn at random, two driver threads each, so that a noisy machine slows all of them alike:
read the ratios, not the rates. The sandbox isolates as in the attack tests.

    python -m benchmarks.speed.bench_sandbox [--rounds 20] [--out benchmarks/speed/results/sandbox.csv]
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median

from sandbox import Sandbox

SOLUTION = "def f(x):\n    return x * x\n"
TESTS = "assert f(2) == 4\nassert f(3) == 9\nassert f(-5) == 25\n"
PROGRAM = SOLUTION + TESTS
PROGRAMS = {
    "trivial": PROGRAM,
    "usual imports": f"import collections, math, re\nfrom typing import List, Optional\n{PROGRAM}",
}
TIME_LIMIT_S = 10.0


def subprocess_grader(program: str) -> bool:
    """An interpreter for each program; the exit code is the verdict."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=TIME_LIMIT_S)
    return done.returncode == 0


def multiprocessing_grader(program: str) -> bool:
    """What the HumanEval harness does: a manager's list for the verdict, a forked process, names set to None."""
    with multiprocessing.get_context("fork").Manager() as manager:
        result = manager.list()
        process = multiprocessing.get_context("fork").Process(target=_guarded, args=(program, result))
        process.start()
        process.join(timeout=TIME_LIMIT_S + 1)
        if process.is_alive():
            process.kill()
        return list(result) == ["passed"]


def _guarded(program: str, result: list[str]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        import shutil

        rmtree, chdir, rmdir = shutil.rmtree, os.chdir, os.rmdir
        os.chdir(directory)
        for module, names in {
            os: (
                "kill",
                "system",
                "putenv",
                "remove",
                "removedirs",
                "rmdir",
                "fork",
                "setuid",
                "rename",
                "unlink",
                "chmod",
            ),
            shutil: ("rmtree", "move", "chown"),
            subprocess: ("Popen",),
        }.items():
            for name in names:
                setattr(module, name, None)
        signal.setitimer(signal.ITIMER_REAL, TIME_LIMIT_S)
        try:
            sink = io.StringIO()
            with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
                exec(program, {})
            result.append("passed")
        except BaseException as error:
            result.append(f"failed: {error}")
        shutil.rmtree, os.chdir, os.rmdir = rmtree, chdir, rmdir
        os.unlink = os.remove = _NATIVE_UNLINK


_NATIVE_UNLINK = os.unlink

Grader = Callable[[str], bool]
_JOBS = {"subprocess": 8, "multiprocessing": 8, "sandbox": 160, "sandbox+numpy": 160}
"""Jobs in a block, so that a block of each takes about as long."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some jobs of one grader, one after another on two threads."""

    rate: float  # jobs a second
    latencies: list[float]  # seconds


def measure(graders: dict[str, Grader], rounds: int, seed: int = 0) -> dict[tuple[str, str], list[Block]]:
    """Blocks of each program and grader: `rounds` of each, in random order, each worked through by two threads."""
    blocks: dict[tuple[str, str], list[Block]] = {(program, grader): [] for program in PROGRAMS for grader in graders}
    turns = [turn for turn in blocks for _ in range(rounds)]
    random.Random(seed).shuffle(turns)
    with ThreadPoolExecutor(2) as threads:
        for program, grader in turns:
            blocks[program, grader].append(_block(graders[grader], PROGRAMS[program], _JOBS[grader], threads))
    return blocks


def _block(grader: Grader, program: str, jobs: int, threads: ThreadPoolExecutor) -> Block:
    def one(_: int) -> float:
        start = time.perf_counter()
        assert grader(program)
        return time.perf_counter() - start

    start = time.perf_counter()
    latencies = list(threads.map(one, range(jobs)))
    return Block(jobs / (time.perf_counter() - start), latencies)


def report(blocks: dict[tuple[str, str], list[Block]], out: str | None) -> None:
    """Print the table, with ratios of median rates, and write it as CSV."""
    rates = {turn: median(block.rate for block in found) for turn, found in blocks.items()}
    rows = []
    for (program, grader), found in blocks.items():
        latencies = sorted(latency for block in found for latency in block.latencies)
        rate = rates[program, grader]
        rows.append(
            {
                "program": program,
                "grader": grader,
                "jobs_per_s": f"{rate:.1f}",
                "over_multiprocessing": f"{rate / rates[program, 'multiprocessing']:.1f}",
                "over_subprocess": f"{rate / rates[program, 'subprocess']:.1f}",
                "p50_ms": f"{1000 * median(latencies):.2f}",
                "p95_ms": f"{1000 * latencies[int(0.95 * len(latencies))]:.2f}",
                "jobs": str(len(latencies)),
            }
        )
    for row in [dict(zip(rows[0], rows[0])), *rows]:
        print("  ".join(f"{cell:>20}" for cell in row.values()))
    if out:
        with open(out, "w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=20, help="blocks of each grader")
    parser.add_argument("--level", help="isolation of the sandbox; the best there is by default")
    parser.add_argument("--out", help="CSV file to write")
    options = parser.parse_args()
    # Two workers for two threads. The multiprocessing grader forks us, so nothing heavy may be imported here.
    with (
        Sandbox(workers=2, level=options.level) as box,
        Sandbox(workers=2, level=options.level, preload=("numpy",)) as with_numpy,
    ):
        graders: dict[str, Grader] = {
            "subprocess": subprocess_grader,
            "multiprocessing": multiprocessing_grader,
            "sandbox": lambda program: box.run(program).ok,
            "sandbox+numpy": lambda program: with_numpy.run(program).ok,
        }
        for grader in graders.values():  # the first call of each starts things
            assert grader(PROGRAM)
            assert not grader(PROGRAM + "assert f(1) == 2\n")
        report(measure(graders, options.rounds), options.out)
        print(f"level {box.level}, flags {', '.join(sorted(box.run(PROGRAM).flags))}")


if __name__ == "__main__":
    main()
