"""Killed in the middle of a thousand calls and started again: nothing that was answered is asked twice."""

import json
import os
import signal
import subprocess
import sys
import time

N, IN_FLIGHT = 1000, 16

PROGRAM = f"""
import json, sys
from verifiers import Problem, Sample
from verifiers.judge import Client, PointwiseJudge, openai_compatible

url, cache = sys.argv[1:]
judge = PointwiseJudge(Client(openai_compatible("judge", url), cache=cache, concurrency={IN_FLIGHT}))
samples = [Sample(Problem(f"question {{n}}", "Canberra"), f"answer {{n}}") for n in range({N})]
print(json.dumps([[score.value, score.reason, score.detail["attempts"]] for score in judge.score_all(samples)]))
"""


def start(server, cache):
    return subprocess.Popen([sys.executable, "-c", PROGRAM, server.url, str(cache)], stdout=subprocess.PIPE, text=True)


def verdict(completion, attempt):
    time.sleep(0.005)
    n = int(completion.split()[-1])
    return "hm" if n % 7 == 0 else f"VERDICT: {'CORRECT' if n % 3 == 0 else 'INCORRECT'}"


def expected():
    reasons = ["unparseable" if n % 7 == 0 else "correct" if n % 3 == 0 else "incorrect" for n in range(N)]
    return [{"unparseable": None, "correct": 1.0, "incorrect": 0.0}[reason] for reason in reasons], reasons


def test_a_killed_evaluation_resumes_without_asking_twice(server, tmp_path):
    server.plan = verdict
    first = start(server, tmp_path / "c.db")
    while server.asked.total() < N // 2:
        assert first.poll() is None, "the run ended before it could be killed"
        time.sleep(0.01)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    while server.in_flight:
        time.sleep(0.01)
    before = server.asked.total()

    second = start(server, tmp_path / "c.db")
    found = json.loads(second.communicate(timeout=120)[0])
    values, reasons = expected()
    assert [value for value, _, _ in found] == values
    assert [reason for _, reason, _ in found] == reasons
    # A sample without a verdict is asked three times by design, each time for another reply.
    needed = sum(3 if reason == "unparseable" else 1 for reason in reasons)
    assert N // 2 <= before < needed
    # What was on its way at the kill, and only that, has to be asked again: nobody has its answer.
    assert server.asked.total() - needed <= IN_FLIGHT

    asked = server.asked.total()
    third = start(server, tmp_path / "c.db")
    again = json.loads(third.communicate(timeout=120)[0])
    assert [row[:2] for row in again] == [row[:2] for row in found]
    assert {row[2] for row in again} == {0}
    assert server.asked.total() == asked
