"""Killed in the middle of its calls and started again: nothing that was answered is asked twice."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

IN_FLIGHT = 16

PROGRAM = f"""
import json, sys
from verifiers import Problem, Sample
from verifiers.judge import Client, PointwiseJudge, openai_compatible

url, cache, n = sys.argv[1:]
judge = PointwiseJudge(Client(openai_compatible("judge", url), cache=cache, concurrency={IN_FLIGHT}))
samples = [Sample(Problem(f"question {{n}}", "Canberra"), f"answer {{n}}") for n in range(int(n))]
print(json.dumps([[score.value, score.reason, score.detail["attempts"]] for score in judge.score_all(samples)]))
"""


def start(server, cache, n):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, server.url, str(cache), str(n)], stdout=subprocess.PIPE, text=True
    )


def verdict(completion, attempt):
    time.sleep(0.005)
    n = int(completion.split()[-1])
    return "hm" if n % 7 == 0 else f"VERDICT: {'CORRECT' if n % 3 == 0 else 'INCORRECT'}"


def expected(total):
    reasons = ["unparseable" if n % 7 == 0 else "correct" if n % 3 == 0 else "incorrect" for n in range(total)]
    return [{"unparseable": None, "correct": 1.0, "incorrect": 0.0}[reason] for reason in reasons], reasons


@pytest.mark.parametrize("n", [200, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_killed_evaluation_resumes_without_asking_twice(n, server, tmp_path):
    server.plan = verdict
    first = start(server, tmp_path / "c.db", n)
    while server.asked.total() < n // 2:
        assert first.poll() is None, "the run ended before it could be killed"
        time.sleep(0.01)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    while server.in_flight:
        time.sleep(0.01)
    before = server.asked.total()

    second = start(server, tmp_path / "c.db", n)
    found = json.loads(second.communicate(timeout=120)[0])
    values, reasons = expected(n)
    assert [value for value, _, _ in found] == values
    assert [reason for _, reason, _ in found] == reasons
    # A sample without a verdict is asked three times by design, each time for another reply.
    needed = sum(3 if reason == "unparseable" else 1 for reason in reasons)
    assert n // 2 <= before < needed
    # What was on its way at the kill, and only that, has to be asked again: nobody has its answer.
    assert server.asked.total() - needed <= IN_FLIGHT

    asked = server.asked.total()
    third = start(server, tmp_path / "c.db", n)
    again = json.loads(third.communicate(timeout=120)[0])
    assert [row[:2] for row in again] == [row[:2] for row in found]
    assert {row[2] for row in again} == {0}
    assert server.asked.total() == asked
