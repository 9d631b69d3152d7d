"""Whatever is killed, and whenever: nothing is left behind, and the next call works."""

import gc
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sandbox import Level, Limits, Sandbox, Status
from sandbox.client import WorkerLost

ROOT = Path(__file__).parents[2]


def descendants(pid: int) -> set[int]:
    """All processes below one, seen from the host."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            parents[int(name)] = int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def children(pid: int) -> set[int]:
    return {child for child in descendants(pid) if _parent(child) == pid}


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def alive(pids: set[int]) -> set[int]:
    found = set()
    for pid in pids:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.add(pid)
        except OSError:
            continue
    return found


def wait_until(condition, seconds: float = 20.0):
    """Poll; the last value when it never became true."""
    end = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return value


def traces(*supervisors: int) -> set[str]:
    """What these supervisors have made on the host beside processes; others may be at work on this machine."""
    found = [(place, os.listdir(place)) for place in ("/tmp", "/dev/shm", "/var/tmp")]
    found += [(directory, names) for directory, names, _ in os.walk("/sys/fs/cgroup")]
    marks = tuple(f"assay-{pid}-" for pid in supervisors)
    return {os.path.join(place, name) for place, names in found for name in names if name.startswith(marks)}


def _ask(box, answers):
    answers.append(box.run("import time\ntime.sleep(.3)\nprint(1)"))


def test_closing_leaves_no_process_descriptor_file_or_group():
    before = len(os.listdir("/proc/self/fd"))
    ours = descendants(os.getpid())
    with Sandbox(workers=2) as box:
        box.run_batch(
            ["import os\nif os.fork() == 0:\n    os.setsid()\n    import time\n    time.sleep(60)", "print(1)"] * 3
        )
        assert descendants(os.getpid()) > ours
        supervisor = box._supervisor._process.pid
        assert traces(supervisor) or box.level is Level.NAMESPACED
    del box
    gc.collect()
    assert descendants(os.getpid()) == ours
    assert len(os.listdir("/proc/self/fd")) == before
    assert traces(supervisor) == set()


@pytest.mark.parametrize("level", ["filtered", None])
def test_a_killed_supervisor_takes_everything_along_and_the_next_call_works(level):
    with Sandbox(workers=2, level=level) as box:
        victims = []
        for delay in (0.0, 0.01, 0.05, 0.2):
            answers = []
            thread = threading.Thread(target=_ask, args=(box, answers))
            thread.start()
            time.sleep(delay)
            victim = box._supervisor._process.pid
            victims.append(victim)
            family = descendants(victim)
            os.kill(victim, signal.SIGKILL)
            thread.join(60)
            assert answers[0].stdout == b"1\n", answers
            assert wait_until(lambda family=family: not alive(family))
    assert traces(*victims) == set()


@pytest.mark.parametrize("level", ["filtered", None])
def test_a_killed_worker_costs_a_retry_that_is_counted(level):
    with Sandbox(workers=1, level=level) as box:
        answers = []
        thread = threading.Thread(target=_ask, args=(box, answers))
        thread.start()
        time.sleep(0.1)
        (zygote,) = children(box._supervisor._process.pid)
        os.kill(zygote, signal.SIGKILL)
        thread.join(60)
        assert answers[0].stdout == b"1\n"
        assert box.internal_errors == 1


def test_a_fault_that_stays_is_an_internal_error_and_no_verdict(monkeypatch):
    with Sandbox(workers=1) as box:
        monkeypatch.setattr("sandbox.client.Worker.recv", _hang_up)
        result = box.run("print(1)")
        monkeypatch.undo()
        assert result.status is Status.INTERNAL_ERROR
        assert box.internal_errors == 2
        assert box.run("print(1)").ok


def _hang_up(*_):
    raise WorkerLost("injected")


CALLER = """
import sys, threading
from sandbox import Limits, Sandbox
box = Sandbox(workers=2, level={level!r})
for code in ("while True: pass", "import os, time\\nfor _ in range(3): os.fork()\\ntime.sleep(60)"):
    threading.Thread(target=box.run, args=(code,), kwargs=dict(limits=Limits(cpu_s=60, wall_s=60))).start()
print("ready", flush=True)
"""


@pytest.mark.parametrize("level", ["filtered", None])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_caller_takes_everything_along(level, how):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER.format(level=level)], stdout=subprocess.PIPE, env=environment
    )
    assert caller.stdout.readline() == b"ready\n"
    wait_until(lambda: len(descendants(caller.pid)) >= 4)
    family = descendants(caller.pid)
    (supervisor,) = children(caller.pid)
    caller.send_signal(how)
    caller.wait()
    caller.stdout.close()
    assert wait_until(lambda: not alive(family)), alive(family)
    assert wait_until(lambda: not traces(supervisor)), traces(supervisor)


def test_what_a_killed_pair_of_caller_and_supervisor_left_is_swept_by_the_next_sandbox():
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER.format(level="filtered")], stdout=subprocess.PIPE, env=environment
    )
    assert caller.stdout.readline() == b"ready\n"
    wait_until(lambda: len(descendants(caller.pid)) >= 4)
    family = descendants(caller.pid)
    (supervisor,) = children(caller.pid)
    os.kill(supervisor, signal.SIGSTOP)  # or it would still clear up after its caller
    for pid in (caller.pid, supervisor):
        os.kill(pid, signal.SIGKILL)
    caller.wait()
    caller.stdout.close()
    assert wait_until(lambda: not alive(family))
    if not traces(supervisor):
        pytest.skip("another sandbox on this machine has swept first")
    Sandbox(workers=1, level="filtered").close()
    assert traces(supervisor) == set()


HOSTILE = [
    ("while True: pass", Limits(cpu_s=1, wall_s=1)),
    ("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", Limits(cpu_s=1, wall_s=1)),
    ("x = []\nwhile True: x.append(bytearray(1 << 20))", Limits(memory_mb=64, cpu_s=2, wall_s=4)),
    ("while True: print('x' * 4096)", Limits(output_kb=64)),
    ("import os\nif os.fork() == 0:\n    os.setsid()\n    import time\n    time.sleep(60)", Limits()),
    ("import os\nfor i in range(500): open(str(i), 'w').write('x')", Limits()),
    ("import os\nos.kill(os.getppid(), 9)\nos.kill(-1, 9)", Limits()),
    ("import os\nos._exit(0)", Limits()),
    ("import ctypes\nctypes.string_at(0)", Limits()),
    ("import os\nos.closerange(0, 100)", Limits()),
]  # fmt: skip


@pytest.mark.slow
def test_ten_thousand_jobs_from_sixteen_threads_lose_swap_and_leave_nothing():
    total, threads, seed = 10_000, 16, 7
    wrong, done = [], [0]
    lock = threading.Lock()

    def drive(box, share):
        rng = random.Random(seed + share)
        for i in range(total // threads):
            if rng.random() < 0.1:
                code, limits = rng.choice(HOSTILE)
                result = box.run(code, limits=limits)
                good = result.status is not Status.INTERNAL_ERROR
            else:
                result = box.run(f"print(input(), {share}, {i})", stdin=b"%d" % (i * 7))
                good = result.stdout == f"{i * 7} {share} {i}\n".encode()
            with lock:
                done[0] += 1
                if not good:
                    wrong.append(result)

    ours = descendants(os.getpid())
    with Sandbox(workers=2) as box:
        box.run_batch(["print(1)"] * 4)
        descriptors = len(os.listdir("/proc/self/fd"))
        family = descendants(os.getpid())
        supervisor = box._supervisor._process.pid
        drivers = [threading.Thread(target=drive, args=(box, share)) for share in range(threads)]
        for driver in drivers:
            driver.start()
        for driver in drivers:
            driver.join()
        assert wrong == []
        assert done[0] == total
        assert box.internal_errors == 0
        assert len(os.listdir("/proc/self/fd")) == descriptors
        assert len(descendants(os.getpid())) == len(family)  # a worker may have been replaced
    del box
    gc.collect()
    assert descendants(os.getpid()) == ours
    assert traces(supervisor) == set()


def test_sandboxes_can_come_and_go():
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        with Sandbox(workers=1, level="filtered") as box:
            assert box.run("print(1)").ok
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("level", ["filtered", None])
def test_a_supervisor_killed_while_nothing_runs_takes_everything_along(level):
    with Sandbox(workers=2, level=level) as box:
        box.run_batch(["print(1)"] * 4)
        victim = box._supervisor._process.pid
        family = descendants(victim)
        os.kill(victim, signal.SIGKILL)
        assert wait_until(lambda: not alive(family)), alive(family)
        assert box.run("print(2)").stdout == b"2\n"
    assert traces(victim) == set()
