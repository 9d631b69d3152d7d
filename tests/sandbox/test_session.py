"""A session carries messages and nothing else, and ends with its job."""

import os
import threading
import time

import pytest

from sandbox import Limits, Sandbox, SandboxBroken, SessionEnded, Status


def ask(session, question, timeout_s=10.0):
    session.send(question.encode())
    return session.recv(timeout_s).decode()


def test_messages_go_both_ways_and_state_lasts_for_the_session(box):
    with box.open("count = []\ndef f(x):\n    count.append(x)\n    return len(count)", entry="calculator:serve") as job:
        assert [ask(job, f"f({i})") for i in range(3)] == ["1", "2", "3"]
    with box.open("count = []", entry="calculator:serve") as job:
        assert ask(job, "count") == "[]"


def test_a_file_with_the_name_of_the_entrys_module_is_not_in_its_way(box):
    with box.open("", entry="calculator:serve", files={"calculator.py": b"", "struct.py": b"here = 1"}) as job:
        assert ask(job, "__import__('struct').here") == "1"


@pytest.mark.parametrize("size", [0, 1, 4096, 3_000_000])
def test_messages_of_any_size_arrive_whole(box, size):
    with box.open("", entry="calculator:serve") as job:
        assert ask(job, f"'x' * {size}") == repr("x" * size)


def test_output_of_the_job_comes_with_its_result(box):
    job = box.open("import sys\nprint('hello', flush=True)", entry="calculator:serve")
    assert ask(job, "1 + 1") == "2"
    result = job.close()
    assert (result.status, result.stdout) == (Status.OK, b"hello\n")
    assert job.close() is result


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("__import__('os')._exit(0)", Status.OK),
        ("__import__('os')._exit(3)", Status.RUNTIME_ERROR),
        ("1 / 0", Status.RUNTIME_ERROR),
        ("__import__('os').kill(__import__('os').getpid(), 9)", Status.RUNTIME_ERROR),
        ("all(x == 0 for x in iter(int, 1))", Status.TIME_LIMIT),
        ("bytearray(b'x') * (1 << 30)", Status.MEMORY_LIMIT),
        ("__import__('os').write(1, b'x' * (2 << 20))", Status.OUTPUT_LIMIT),
    ],
)
def test_whoever_waits_for_a_message_hears_that_the_job_has_ended(box, question, status):
    job = box.open("", entry="calculator:serve", limits=Limits(cpu_s=1, wall_s=5, memory_mb=128))
    with pytest.raises(SessionEnded):
        ask(job, question, timeout_s=None)
    assert job.close().status is status


def test_a_slow_answer_is_a_timeout_and_not_lost(box):
    with box.open("import time", entry="calculator:serve") as job:
        with pytest.raises(TimeoutError):
            ask(job, "time.sleep(.4) or 'late'", timeout_s=0.05)
        assert job.recv(10) == b"'late'"
        assert ask(job, "1 + 1") == "2"


def test_a_message_larger_than_allowed_ends_the_job(box):
    job = box.open("", entry="calculator:serve", limits=Limits(message_kb=64))
    with pytest.raises(SessionEnded, match="limit 64 KB"):
        ask(job, "'x' * 100_000")
    assert job.close().status is Status.OUTPUT_LIMIT


def test_forged_frames_reach_the_caller_as_data_or_as_the_end(box):
    """The solution owns the descriptor: what it writes there is a message, however large it says it is."""
    with box.open("import os", entry="calculator:serve") as job:
        job.send(b"os.write(3, bytes([4, 0, 0, 0]) + b'fake')")
        assert job.recv(10) == b"fake"
        assert job.recv(10) == b"8"
        job.send(b"os.write(3, bytes([255, 255, 255, 255]))")
        with pytest.raises(SessionEnded):
            job.recv(10)


def test_descriptors_sent_over_the_channel_are_not_taken(box):
    before = len(os.listdir("/proc/self/fd"))
    with box.open("import socket, array", entry="calculator:serve") as job:
        open_now = len(os.listdir("/proc/self/fd"))
        job.send(
            b"socket.socket(fileno=3).sendmsg([bytes([1, 0, 0, 0]) + b'x'], "
            b"[(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0, 1, 2]))])"
        )
        assert job.recv(10) == b"x"
        assert len(os.listdir("/proc/self/fd")) == open_now
    assert len(os.listdir("/proc/self/fd")) == before


def test_closing_ends_a_job_that_does_not_listen(box):
    job = box.open("while True: pass", entry="calculator:serve", limits=Limits(cpu_s=60, wall_s=60))
    start = time.monotonic()
    assert job.close().status is Status.OK
    assert time.monotonic() - start < 30


def test_a_job_that_never_reads_cannot_block_the_caller_for_longer_than_its_limits(box):
    job = box.open("import time\ntime.sleep(60)", entry="calculator:serve", limits=Limits(wall_s=1))
    with pytest.raises(SessionEnded):
        for _ in range(100):
            job.send(bytes(1 << 20))
    assert job.close().status is Status.TIME_LIMIT


def test_a_session_beside_another_never_waits_for_its_place():
    with Sandbox(workers=1, modules={"calculator": _calculator()}) as box:
        answers = []

        def pair():
            with (
                box.open("x = 1", entry="calculator:serve") as one,
                box.open("y = 2", entry="calculator:serve", beside=one) as two,
            ):
                answers.append(ask(one, "x") + ask(two, "y"))

        threads = [threading.Thread(target=pair) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert answers == ["12"] * 4


def test_an_unknown_entry_is_the_callers_mistake(box):
    with pytest.raises(ValueError, match="no_such:serve"):
        box.open("", entry="no_such:serve")


def test_a_module_that_does_not_load_is_named():
    with pytest.raises(SandboxBroken, match="broken_module"):
        Sandbox(workers=1, modules={"broken_module": "import nothing_of_that_name"})


def _calculator():
    from tests.sandbox.conftest import CALCULATOR

    return CALCULATOR
