"""The client: nothing asked twice, budgets, a judge that is down, and what trainers and evaluations see of it."""

import asyncio
import pickle
import re
import subprocess
import sys
import time

import pytest

from verifiers import Problem, Sample, as_reward
from verifiers.judge import Budget, Client, Failure, PointwiseJudge, Recorder, Replay, Reply, Request, Retry, Scripted
from verifiers.judge.client import DOWN_AFTER
from verifiers.judge.loop import run

AT_ONCE = Retry(attempts=3, base_s=0.0)


def samples(n, gold="Canberra"):
    return [Sample(Problem(f"question {k}", gold), f"answer {k}") for k in range(n)]


def even(request):
    n = int(re.findall(r"^answer (\d+)", request.text, re.MULTILINE)[-1])
    return f"VERDICT: {'CORRECT' if n % 2 == 0 else 'INCORRECT'}"


def test_a_second_run_over_the_same_samples_asks_nothing(tmp_path):
    first, second = Scripted(even), Scripted(even)
    scores = PointwiseJudge(Client(first, cache=tmp_path / "c.db")).score_all(samples(50))
    again = PointwiseJudge(Client(second, cache=tmp_path / "c.db")).score_all(samples(50))
    assert (first.calls, second.calls) == (50, 0)
    assert [s.value for s in scores] == [s.value for s in again] == [float(k % 2 == 0) for k in range(50)]
    assert {s.detail["attempts"] for s in again} == {0}


def test_replies_without_a_verdict_are_kept_and_transport_errors_are_not(tmp_path):
    def answer(request):
        if "\nanswer 0" in request.text:
            return "hm"
        raise Failure("http_503", retry=False)

    first = Scripted(answer)
    judge = PointwiseJudge(Client(first, cache=tmp_path / "c.db"), resamples=0)
    assert [s.reason for s in judge.score_all(samples(2))] == ["unparseable", "transport_error:http_503"]
    second = Scripted(even)
    judge = PointwiseJudge(Client(second, cache=tmp_path / "c.db"), resamples=0)
    assert [s.reason for s in judge.score_all(samples(2))] == ["unparseable", "incorrect"]
    assert second.calls == 1


def test_equal_samples_in_flight_together_are_asked_once():
    class Slow(Scripted):
        async def send(self, request, index):
            await asyncio.sleep(0.2)
            return await super().send(request, index)

    transport = Slow(even)
    scores = PointwiseJudge(Client(transport)).score_all(samples(3) * 10)
    assert transport.calls == 3
    assert [s.value for s in scores] == [1.0, 0.0, 1.0] * 10


def test_a_reply_without_a_verdict_is_asked_for_again_and_every_attempt_counts(tmp_path):
    replies = iter(["hm", "well", "VERDICT: CORRECT"])
    asked = []

    def answer(request):
        asked.append((request.temperature, request.seed))
        return next(replies)

    budget = Budget()
    (score,) = PointwiseJudge(Client(Scripted(answer), budget=budget, cache=tmp_path / "c.db")).score_all(samples(1))
    assert (score.value, score.detail["attempts"], budget.spent.attempts) == (1.0, 3, 3)
    assert [temperature for temperature, _ in asked] == [0.0, 0.7, 0.7]
    assert len({seed for _, seed in asked}) == 3


def test_a_spent_budget_leaves_samples_unscored_and_asks_no_more():
    transport = Scripted(even)
    scores = PointwiseJudge(Client(transport, budget=Budget(calls=7))).score_all(samples(20))
    assert transport.calls == 7
    assert sum(s.value is None for s in scores) == 13
    assert {s.reason for s in scores if s.value is None} == {"transport_error:budget"}


def test_a_cost_cap_is_never_passed():
    def answer(request):
        return Reply("VERDICT: CORRECT", prompt_tokens=900, completion_tokens=100)

    budget = Budget(cost=0.02, prompt_price=1.0, completion_price=1.0)
    scores = PointwiseJudge(Client(Scripted(answer), budget=budget)).score_all(samples(100))
    assert 0 < budget.spent.cost <= 0.02
    scored = [s for s in scores if s.value is not None]
    assert budget.spent.cost == pytest.approx(1e-3 * len(scored))
    assert sum(s.detail["cost"] for s in scored) == pytest.approx(budget.spent.cost)


def test_a_judge_that_is_down_is_not_retried_for_every_sample():
    def down(request):
        raise Failure("connect", retry=True)

    transport = Scripted(down)
    judge = PointwiseJudge(Client(transport, retry=AT_ONCE, concurrency=1))
    scores = judge.score_all(samples(100))
    assert {s.reason for s in scores} == {"transport_error:connect"}
    assert transport.calls == 3 * DOWN_AFTER + (100 - DOWN_AFTER)


def test_a_judge_that_comes_back_is_retried_again():
    state = {"up": False}

    def answer(request):
        if not state["up"]:
            raise Failure("connect", retry=True)
        return even(request)

    client = Client(Scripted(answer), retry=AT_ONCE)
    judge = PointwiseJudge(client)
    assert all(s.value is None for s in judge.score_all(samples(40)))
    state["up"] = True
    assert all(s.value is not None for s in judge.score_all(samples(40)))
    assert client._state.failed_in_a_row == 0


def test_a_judge_that_is_down_gives_a_trainer_none_and_never_zero():
    def down(request):
        raise Failure("connect", retry=True)

    reward = as_reward(PointwiseJudge(Client(Scripted(down), retry=AT_ONCE)))
    assert reward(samples(64)) == [None] * 64


def test_a_bug_in_a_transport_is_unscored_too():
    def buggy(request):
        raise KeyError("oops")

    (score,) = PointwiseJudge(Client(Scripted(buggy))).score_all(samples(1))
    assert (score.value, score.reason) == (None, "error:KeyError")


def test_the_deadline_counts_from_the_first_attempt_and_not_from_the_queue():
    class Slow:
        judge, special_tokens, concurrency = "slow", (), 1

        async def send(self, request, index):
            await asyncio.sleep(0.05)
            return Reply(even(request))

    scores = PointwiseJudge(Client(Slow(), deadline_s=0.5)).score_all(samples(20))  # a second in all
    assert all(s.value is not None for s in scores)


def test_a_rate_limit_spaces_requests():
    times = []

    def answer(request):
        times.append(time.monotonic())
        return even(request)

    client = Client(Scripted(answer), requests_per_minute=4)
    rates = client._limits
    assert rates == (4, None)

    async def ask_all():
        client._here().requests.period_s = 0.3  # a minute of 0.3 s
        await asyncio.gather(*(client.ask(Request(({"role": "user", "content": f"answer {k} "},))) for k in range(9)))

    run(ask_all())
    assert all(times[k + 4] - times[k] >= 0.29 for k in range(5))


def test_giving_up_on_a_batch_ends_its_calls():
    started, ended = [], []

    class Stuck:
        judge, special_tokens, concurrency = "stuck", (), 4

        async def send(self, request, index):
            started.append(1)
            try:
                await asyncio.sleep(60)
            finally:
                ended.append(1)

    async def impatient():
        judge = PointwiseJudge(Client(Stuck()))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(judge.ascore_all(samples(10)), 0.2)

    asyncio.run(impatient())
    for _ in range(100):
        if len(ended) == len(started):
            break
        time.sleep(0.02)
    assert len(started) == len(ended) == 4


INTERRUPTED = """
import asyncio, os, signal, threading, time
from verifiers import Problem, Sample
from verifiers.judge import Client, PointwiseJudge

ended = []
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background starts with it ignored

class Stuck:
    judge, special_tokens, concurrency = "stuck", (), 4

    async def send(self, request, index):
        if not ended:
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(1)

try:
    PointwiseJudge(Client(Stuck(), concurrency=1)).score_all([Sample(Problem("q", "gold"), "It is gold.")])
except KeyboardInterrupt:
    until = time.monotonic() + 20
    while not ended and time.monotonic() < until:
        time.sleep(0.01)
    print("interrupted, calls ended:", len(ended))
"""


def test_ctrl_c_ends_the_waiting_and_the_calls():
    run = subprocess.run([sys.executable, "-c", INTERRUPTED], timeout=60, capture_output=True, text=True)
    assert run.stdout == "interrupted, calls ended: 1\n", run.stderr


def test_a_judge_survives_pickling(tmp_path):
    judge = PointwiseJudge(Client(Scripted(even), cache=tmp_path / "c.db"))
    judge.score_all(samples(2))
    copy = pickle.loads(pickle.dumps(judge))
    assert [s.value for s in copy.score_all(samples(3))] == [1.0, 0.0, 1.0]
    assert copy.client.transport.calls == 2 + 1


FORKING = """
import os, sys
from verifiers import Problem, Sample
from verifiers.judge import Client, PointwiseJudge, Scripted

judge = PointwiseJudge(Client(Scripted(lambda request: "VERDICT: CORRECT"), cache=sys.argv[1]))
samples = [Sample(Problem("q", "gold"), f"answer {n}") for n in range(20)]
assert [s.value for s in judge.score_all(samples[:10])] == [1.0] * 10
pid = os.fork()
assert [s.value for s in judge.score_all(samples)] == [1.0] * 20
if pid == 0:
    os._exit(0)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_parent_and_child_both_judge_on_after_a_fork(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", FORKING, str(tmp_path / "c.db")], timeout=60, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr


def test_a_recording_answers_in_place_of_the_judge(tmp_path):
    path = tmp_path / "judge.jsonl"
    recorded = PointwiseJudge(Client(Recorder(Scripted(even, "m"), path))).score_all(samples(10))
    replayed = PointwiseJudge(Client(Replay(path))).score_all(samples(11))
    assert [s.value for s in replayed[:10]] == [s.value for s in recorded]
    assert replayed[10].reason == "transport_error:not_recorded"
    assert "question" not in path.read_text()


def test_a_judge_asked_from_inside_a_judge_says_what_to_do():
    inner = PointwiseJudge(Client(Scripted(even)))

    def nested(request):
        inner.score_all(samples(1))
        return "VERDICT: CORRECT"

    (score,) = PointwiseJudge(Client(Scripted(nested))).score_all(samples(1))
    assert score.reason == "error:RuntimeError"
    assert "await judge_all" in score.detail["message"]


def test_building_many_prompts_does_not_hold_up_the_calls_in_flight():
    """The first call must be answered long before the last prompt is built."""
    order = []

    class Watched(Scripted):
        async def send(self, request, index):
            await asyncio.sleep(0)
            order.append("reply")
            return Reply("VERDICT: CORRECT")

    class Judge(PointwiseJudge):
        async def judge(self, sample, index=0):
            order.append("prompt")
            return await super().judge(sample, index)

    Judge(Client(Watched(even))).score_all(samples(400))
    assert order.index("reply") < 100
