"""Honest programs run as a plain interpreter would run them, from any thread, loop or forked process."""

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time

import pytest

from sandbox import Job, Level, Limits, Sandbox, SandboxBroken, Status


def output(box, code, **more):
    result = box.run(code, **more)
    assert result.ok, result
    return result.stdout.decode()


def test_a_program_reads_stdin_and_writes_stdout(box):
    result = box.run("print(int(input()) ** 2)", stdin=b"5\n")
    assert (result.status, result.stdout, result.stderr, result.exit_code) == (Status.OK, b"25\n", b"", 0)


@pytest.mark.parametrize(
    "read",
    [
        "[input() for _ in range(2)]",
        "__import__('sys').stdin.read().split()",
        "__import__('sys').stdin.readlines()",
        "[r().strip() for r in [__import__('sys').stdin.buffer.readline] * 2]",
        "open(0).read().split()",
        "open('/dev/stdin').read().split()",
        "list(__import__('fileinput').input())",
        "__import__('os').read(0, 99).split()",
        "[line for line in __import__('sys').stdin]",
        "__import__('pathlib').Path('/dev/stdin').read_text().split()",
        "__import__('sys').stdin.buffer.read().split()",
        "__import__('io').TextIOWrapper(__import__('sys').stdin.buffer).read().split()",
    ],
)
def test_every_way_of_reading_stdin_works(box, read):
    assert output(box, f"print(len({read}))", stdin=b"1\n2\n") == "2\n"


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 5_000_000])
def test_stdin_of_any_size_arrives_whole(box, size):
    text = bytes(i % 251 for i in range(size))
    program = "import sys, zlib\nd = sys.stdin.buffer.read()\nprint(len(d), zlib.crc32(d))"
    import zlib

    assert output(box, program, stdin=text) == f"{size} {zlib.crc32(text)}\n"


@pytest.mark.parametrize(
    "program",
    [
        "print('é', __name__)",
        "import sys\nprint(1)\nsys.exit()",
        "print(4)\nquit(0)",
        "import sys\nsys.exit('no')",
        "raise SystemExit(3)",
        "raise KeyError('x')",
        "def f(:\n",
        "import atexit\natexit.register(print, 'last')\nprint('first')",
        "import threading, time\nthreading.Thread(target=lambda: (time.sleep(.1), print('late'))).start()",
        "class D:\n    def __del__(s): print('deleted')\nd = D()",
        "import sys\nsys.stdout.write('no newline')",
        "import sys\nsys.stdout = None",
        "import os\nos.write(1, b'raw')\nos._exit(5)",
        "import sys\nsys.stdout.close()",
        "x = 1\nassert x == 2, 'not two'",
        "import sys\nprint('e', file=sys.stderr)\nprint('o')",
        "import warnings\nwarnings.warn('careful')",
        "import sys\nprint(sys.argv[1:], len(sys.argv))",
        "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)",
        "from __future__ import annotations\nprint(1)",
        "# -*- coding: utf-8 -*-\nprint('ü')",
        "import sys\nsys.setrecursionlimit(20000)\ndef f(n): return n and 1 + f(n - 1)\nprint(f(15000))",
    ],
)
def test_a_program_ends_as_under_a_plain_interpreter(box, program):
    plain = subprocess.run([sys.executable, "-c", program], capture_output=True, env={"LANG": "C.UTF-8"})
    ours = box.run(program)
    expected = (plain.returncode, None) if plain.returncode >= 0 else (None, -plain.returncode)
    assert (ours.exit_code, ours.signal) == expected
    assert ours.stdout == plain.stdout
    last = [result.stderr.decode().rpartition("\n")[0].rpartition("\n")[2] for result in (ours, plain)]
    assert last[0].rpartition("py:")[2] == last[1].rpartition("string>:")[2]


def test_classes_of_the_program_can_be_pickled_and_copied(box):
    program = (
        "import pickle, copy\nclass P:\n    x = 2\nprint(pickle.loads(pickle.dumps(P())).x + copy.deepcopy(P()).x)"
    )
    assert output(box, program) == "4\n"


def test_children_threads_and_temporary_files_work(box):
    if "one_process" in box.flags:
        pytest.skip("one process a job at this level")
    program = """
import subprocess, sys, tempfile, threading, multiprocessing
print(subprocess.run([sys.executable, "-c", "print(3)"], capture_output=True).stdout)
with tempfile.TemporaryDirectory() as d: print(bool(d))
t = threading.Thread(target=print, args=("thread",)); t.start(); t.join()
with multiprocessing.get_context("fork").Pool(2) as pool: print(pool.map(abs, [-1, 2]))
"""
    assert output(box, program) == "b'3\\n'\nTrue\nthread\n[1, 2]\n"


def test_a_program_can_read_its_own_source(box):
    program = "import inspect\ndef f(): return 1\nprint(inspect.getsource(f).strip(), len(open(__file__).read()))"
    assert output(box, program) == f"def f(): return 1 {len(program)}\n"


def test_a_traceback_names_the_program_and_nothing_of_ours(box):
    text = box.run("def f():\n    return 1 / 0\nf()").stderr.decode()
    assert text.count("File ") == 2
    assert "solution.py" in text
    assert "sandbox/" not in text


def test_randomness_differs_from_job_to_job(box):
    program = "import random, os, uuid\nprint(random.random(), os.urandom(4), uuid.uuid4())"
    assert len({output(box, program) for _ in range(4)}) == 4


def test_files_are_put_and_collected(box):
    result = box.run(
        "import os\ntext = open('in/data.txt').read()\nopen('out.txt', 'w').write(text.upper())\n"
        "os.symlink('out.txt', 'link')",
        files={"in/data.txt": b"abc"},
        collect=("out.txt", "link", "absent", "in"),
    )
    assert result.ok, result
    assert result.files == {"out.txt": b"ABC"}


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "", ".", "a/\0"])
def test_a_file_outside_of_the_working_directory_is_refused(box, name):
    with pytest.raises(ValueError, match="relative path"):
        box.run("pass", files={name: b""})


def test_arguments_arrive(box):
    assert output(box, "import sys\nprint(sys.argv[1:])", args=("a", "ü b")) == "['a', 'ü b']\n"


def test_a_result_says_what_was_used(box):
    spend = "import time\nt = time.process_time()\nwhile time.process_time() < t + .2: pass"
    result = box.run("x = bytearray(b'x') * (100 << 20)\n" + spend)
    assert result.ok
    assert 100 < result.peak_memory_mb < 150
    assert 0.2 <= result.cpu_s <= result.wall_s + 0.1
    assert result.level is box.level >= Level.FILTERED
    assert {"fs", "net", "syscalls"} <= result.flags


def test_a_batch_keeps_its_order(box):
    jobs = [f"import time\ntime.sleep({0.02 * (i % 3)})\nprint({i})" for i in range(12)]
    assert [int(result.stdout) for result in box.run_batch(jobs)] == list(range(12))
    assert box.run_batch([]) == []


def test_a_batch_takes_jobs_with_fields_of_their_own(box):
    jobs = [Job("print(input())", stdin=b"a"), Job("while True: pass", limits=Limits(wall_s=0.3)), Job("print(2)")]
    assert [result.status for result in box.run_batch(jobs)] == [Status.OK, Status.TIME_LIMIT, Status.OK]


def test_an_event_loop_stays_free_while_programs_run(box):
    async def main():
        ticks = 0
        jobs = [asyncio.create_task(box.arun("import time\ntime.sleep(.3)\nprint(1)")) for _ in range(4)]
        while not all(job.done() for job in jobs):
            await asyncio.sleep(0.01)
            ticks += 1
        return ticks, [job.result().stdout for job in jobs]

    ticks, outputs = asyncio.run(main())
    assert outputs == [b"1\n"] * 4
    assert ticks > 10


def test_many_threads_get_their_own_answers(box):
    answers = {}

    def ask(i):
        answers[i] = [int(box.run(f"print({i} * 1000 + {j})").stdout) for j in range(5)]

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {i: [i * 1000 + j for j in range(5)] for i in range(8)}


def test_waiting_for_a_worker_is_not_charged_to_the_program():
    limits = Limits(wall_s=2)
    with Sandbox(workers=1, limits=limits) as box:
        results = box.run_batch(["import time\ntime.sleep(.7)"] * 5)
        assert [result.status for result in results] == [Status.OK] * 5
        with Sandbox(workers=1) as other:
            assert other.run("print(1)").ok


def test_a_forked_copy_of_the_caller_has_a_sandbox_too(box):
    assert box.run("print(1)").ok
    pid = os.fork()
    if pid == 0:
        try:
            ok = box.run("print(2)").stdout == b"2\n"
            box.close()
            os._exit(0 if ok else 1)
        except BaseException:
            os._exit(2)
    assert os.waitpid(pid, 0)[1] == 0
    assert box.run("print(3)").stdout == b"3\n"


def test_an_interrupted_caller_does_not_get_the_answer_of_another_job(box):
    class Stop(Exception):
        pass

    import signal

    def stop(*_):
        raise Stop

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(Stop):
            box.run("import time\ntime.sleep(1)\nprint('old')")
    finally:
        signal.signal(signal.SIGALRM, before)
    assert [box.run("print('new')").stdout for _ in range(4)] == [b"new\n"] * 4


def test_a_closed_sandbox_says_so():
    box = Sandbox(workers=1)
    box.close()
    box.close()
    with pytest.raises(SandboxBroken, match="closed"):
        box.run("print(1)")


def test_a_preloaded_module_is_there_without_importing_it_again():
    pytest.importorskip("numpy")
    with Sandbox(workers=1, preload=("numpy",)) as box:
        start = time.monotonic()
        box.run("import numpy")
        first = time.monotonic() - start
        assert output(box, "import numpy as np\nprint(np.arange(3) @ np.arange(3))") == "5\n"
        drawn = {output(box, "import numpy as np\nprint(np.random.rand())") for _ in range(3)}
        assert len(drawn) == 3
        assert first > 0


@pytest.mark.parametrize("name", ["string", "typing", "re", "types", "enum", "struct", "ctypes", "mmap", "copyreg"])
def test_a_file_of_the_job_comes_before_a_module_of_that_name(box, name):
    """Preloaded for jobs, or loaded for our own sake: it is as in a fresh interpreter."""
    program = f"import {name}\nprint({name}.here)"
    for files in ({f"{name}.py": b"here = 1"}, {f"{name}/__init__.py": b"here = 1"}):
        assert box.run(program, files=files).stdout == b"1\n"
    assert box.run(f"import {name}\nprint(hasattr({name}, 'here'))").stdout == b"False\n"


def test_a_package_of_the_job_has_its_own_submodules_and_a_folder_of_data_is_none(box):
    package = {"collections/__init__.py": b"", "collections/abc.py": b"x = 7"}
    assert box.run("import collections.abc\nprint(collections.abc.x)", files=package).stdout == b"7\n"
    same = "import collections, typing\nprint(typing.get_origin(typing.Counter) is collections.Counter)"
    assert box.run(same, files={"collections/input.txt": b"", "re.txt": b""}).stdout == b"True\n"
    assert box.run("import os\nprint(os.sep)", files={"os.py": b"sep = 'mine'"}).stdout == b"/\n"


@pytest.mark.parametrize("more", [{"preload": ("threading",)}, {"modules": {"helper": "import threading"}}], ids=str)
def test_threads_of_a_job_are_joined_and_pools_made_where_threading_is_preloaded(more):
    late = "import threading, time\nthreading.Thread(target=lambda: (time.sleep(.2), print('late'))).start()"
    pool = "from concurrent.futures import ThreadPoolExecutor as Pool\nwith Pool(2) as p: print(*p.map(abs, [-1]))"
    with Sandbox(workers=1, **more) as box:
        assert output(box, late) == "late\n"
        assert output(box, pool) == "1\n"


@pytest.mark.parametrize("level", ["filtered", None])
def test_a_time_limit_shorter_than_a_fork_ends_that_job_and_nobody_else(level):
    at_once = Limits()
    object.__setattr__(
        at_once, "wall_s", 1e-6
    )  # less than anybody may ask for: to a fork it is what 0.01 s are under load
    with Sandbox(workers=1, level=level) as box:
        (worker,) = box._supervisor._workers.free
        for _ in range(5):
            result = box.run("import time\ntime.sleep(60)", limits=at_once)
            assert result.status is Status.TIME_LIMIT
            assert result.wall_s < 30  # it did not end by itself
        assert box.internal_errors == 0
        assert box._supervisor._workers.free == [worker]


@pytest.mark.slow
def test_a_module_that_never_loads_is_an_error_and_closes():
    with pytest.raises(SandboxBroken, match="not ready within"):
        Sandbox(workers=1, modules={"endless": "while True: pass"})


def test_a_module_that_cannot_be_preloaded_is_named():
    with pytest.raises(SandboxBroken, match="no_such_module"):
        Sandbox(workers=1, preload=("no_such_module",))


def _in_a_process_of_its_own(program, *command, **more):
    done = subprocess.run([*(command or [sys.executable]), "-c", program], capture_output=True, text=True, **more)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


PRINT_ONE = "from sandbox import Sandbox\nbox = Sandbox(workers=1)\nprint(box.run('print(1)').stdout)"


def test_a_strict_umask_of_the_caller_does_not_lock_jobs_out():
    assert _in_a_process_of_its_own(PRINT_ONE, umask=0o077) == "b'1\\n'\n"


def test_a_sandbox_that_nobody_closes_ends_in_silence_with_the_program():
    """Development mode would complain of every descriptor and process that is left."""
    assert _in_a_process_of_its_own(PRINT_ONE, sys.executable, "-X", "dev") == "b'1\\n'\n"


def test_an_interpreter_behind_a_symbolic_link_works(tmp_path):
    (tmp_path / "link").symlink_to(os.path.dirname(sys.executable))
    program = PRINT_ONE.replace("print(1)", "import json, subprocess, sys; print(1)")
    assert _in_a_process_of_its_own(program, str(tmp_path / "link" / os.path.basename(sys.executable))) == "b'1\\n'\n"


def test_the_caller_is_never_forked(monkeypatch):
    forks = []
    os.register_at_fork(before=lambda: forks.append(1))
    with Sandbox(workers=1) as box:
        assert box.run("print(1)").ok
    assert forks == []


def test_python_may_live_below_tmp(box, monkeypatch):
    place = next((p for p in ("/tmp", "/var/tmp") if os.access(p, os.W_OK)), None)
    if place is None:
        pytest.skip("neither /tmp nor /var/tmp can be written")
    with tempfile.TemporaryDirectory(dir=place) as prefix:
        monkeypatch.setattr(sys, "prefix", prefix)
        with Sandbox(workers=1) as other:
            assert other.level == box.level
            program = "import tempfile\nwith tempfile.TemporaryFile() as file: print(file.write(b'abc'))"
            assert output(other, program) == "3\n"
