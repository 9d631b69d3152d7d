"""The pool kills what must be killed, blames the right party, and leaves nothing behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.pool import FunctionRaised, OverBudget, Pool, WorkerUnavailable


@pytest.fixture
def pool():
    made = []

    def make(function, **settings):
        made.append(Pool(function, **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


def descendants(pid=None):
    """Processes below a process, zombies included."""
    below = []
    for task in Path(f"/proc/{pid or os.getpid()}/task").iterdir():
        for child in (task / "children").read_text().split():
            below += [int(child), *descendants(child)]
    return below


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, seconds=20):
    """Polls; the bound is only there so that a failure ends."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_value_comes_back(pool):
    assert pool("operator:add").run([1], ["\ud800 é"]) == [1, "\ud800 é"]


def test_overdue_call_is_killed_and_the_next_one_works(pool):
    sleep = pool("time:sleep", workers=1, deadline_s=0.2)
    with pytest.raises(OverBudget) as error:
        sleep.run(3600)
    assert error.value.limit == "deadline"
    assert sleep.run(0) is None


def test_call_that_holds_the_interpreter_lock_is_killed_too(pool):
    with pytest.raises(OverBudget):
        pool("builtins:pow", deadline_s=0.2).run(3, 10**9)


def test_memory_is_limited(pool):
    repeat = pool("operator:mul", memory_mb=200, deadline_s=20)
    with pytest.raises(OverBudget) as error:
        repeat.run("x", 10**9)
    assert error.value.limit == "memory"
    assert repeat.run("x", 3) == "xxx"


def test_crash_is_the_items_fault(pool):
    with pytest.raises(OverBudget) as error:
        pool("os:_exit").run(0)
    assert error.value.limit == "crash"


def test_exception_crosses_with_its_type(pool):
    with pytest.raises(FunctionRaised) as error:
        pool("math:sqrt").run(-1)
    assert error.value.kind == "ValueError"


@pytest.mark.parametrize("function", ["no_such_module:f", "math:no_such_function"])
def test_worker_that_cannot_start_is_not_the_items_fault(pool, function):
    with pytest.raises(WorkerUnavailable, match="no_such"):
        pool(function).run()


def test_argument_without_json_form_is_refused_before_a_worker_is_asked(pool):
    echo = pool("builtins:str")
    with pytest.raises(TypeError):
        echo.run(object())
    assert echo.run(1) == "1"


def test_queue_time_is_not_charged(pool):
    # Eight calls of half a deadline each on one worker: the last waits for several deadlines and still gets its own.
    assert pool("time:sleep", workers=1, deadline_s=2.0).run_all([(0.5,)] * 8) == [None] * 8


def test_run_all_keeps_order_and_leaves_errors_in_place(pool):
    values = pool("time:sleep", workers=2, deadline_s=0.3).run_all([(0,), (3600,), (0,), (-1,)])
    assert values[0] is None
    assert values[2] is None
    assert isinstance(values[1], OverBudget)
    assert isinstance(values[3], FunctionRaised)


def test_many_threads_share_one_pool(pool):
    before = len(descendants())
    add = pool("operator:add", workers=2, deadline_s=30)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda i: add.run(i, 1), range(400))) == list(range(1, 401))
    assert len(descendants()) <= before + 4  # Two keepers with a child each, however many threads ask.


def test_verdicts_are_the_same_in_threads_and_event_loops(pool):
    sleep = pool("time:sleep", workers=2, deadline_s=0.3)

    def outcome():
        with pytest.raises(OverBudget):
            sleep.run(3600)
        return sleep.run(0)

    async def in_a_loop():
        return outcome()

    with ThreadPoolExecutor(4) as threads:
        assert [f.result() for f in [threads.submit(outcome) for _ in range(4)]] == [None] * 4
    assert asyncio.run(in_a_loop()) is None


def test_forked_process_gets_workers_of_its_own(pool):
    pid_of = pool("os:getpid", workers=1, deadline_s=30)
    ours = pid_of.run()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, json.dumps(pid_of.run()).encode())
        pid_of.close()
        os._exit(0)
    os.waitpid(child, 0)
    theirs = json.loads(os.read(read, 100))
    os.close(read)
    os.close(write)
    assert theirs != ours
    assert pid_of.run() == ours  # The fork took nothing from us.


def test_callers_alarm_still_fires(pool):
    fired = threading.Event()
    before = signal.signal(signal.SIGALRM, lambda *_: fired.set())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(OverBudget):
            pool("time:sleep", deadline_s=0.5).run(3600)
        assert fired.is_set()
        assert signal.getsignal(signal.SIGALRM) is not before
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_interrupted_call_does_not_answer_the_next_one(pool):
    add = pool("time:sleep", workers=1, deadline_s=30)

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 1.0)
        with pytest.raises(KeyboardInterrupt):
            add.run(20)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert add.run(0) is None


def test_lost_worker_is_replaced(pool):
    pid_of = pool("os:getppid", workers=1, deadline_s=30)
    keeper = pid_of.run()
    os.kill(keeper, signal.SIGKILL)
    assert pid_of.run() != keeper


def test_close_leaves_no_process_and_no_descriptor():
    before = len(descendants()), descriptors()
    with Pool("time:sleep", workers=2, deadline_s=0.2) as sleep:
        sleep.run_all([(0,), (3600,)] * 3)
    assert (len(descendants()), descriptors()) == before
    with pytest.raises(WorkerUnavailable, match="closed"):
        sleep.run(0)


def test_workers_die_with_a_caller_that_is_killed():
    script = (
        "import os, sys, time; from sandbox.pool import Pool; pool = Pool('os:getppid', workers=1, deadline_s=30)\n"
        "other = Pool('os:getpid', workers=1, deadline_s=30)\n"
        "print(pool.run(), other.run(), flush=True); time.sleep(3600)"
    )
    caller = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    workers = [int(pid) for pid in caller.stdout.readline().split()]
    assert all(map(is_running, workers))
    caller.kill()
    caller.wait()
    caller.stdout.close()
    assert wait_until(lambda: not any(map(is_running, workers)))
