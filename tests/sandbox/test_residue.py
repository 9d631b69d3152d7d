"""Jobs share a worker one after the other, and each has by fork what the worker remembers: it must not be another job's."""

import pytest

from sandbox import Sandbox

MARK = "M7" + "-"
LEAVE = f"""
import sys
print('{MARK}out' + 'z' * SIZE)
print('{MARK}err' + 'z' * SIZE, file=sys.stderr)
open('b.txt', 'w').write('{MARK}new' + 'z' * SIZE)
"""
READ = """
import ctypes
mark, found = bytes([77, 55, 45]), set()
for line in open('/proc/self/maps'):
    low, high = (int(end, 16) for end in line.split()[0].split('-'))
    if line.split()[1].startswith('r') and '[v' not in line and high - low < 1 << 28:
        data = ctypes.string_at(low, high - low)
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            if data[at + 3:at + 4].isalpha(): found.add(data[at:at + 8])
print(sorted(found))
"""


@pytest.mark.parametrize("size", [1, 3_000, 40_000, 300_000])
def test_a_job_finds_nothing_of_the_one_before_in_its_memory(size):
    with Sandbox(workers=1) as box:
        if "proc" not in box.flags:
            pytest.skip("a job cannot see its own memory's map here")
        first = box.run(
            LEAVE.replace("SIZE", str(size)) + f"# {MARK}code\n" * size,
            stdin=(MARK + "stdin" + "y" * size).encode(),
            args=[MARK + "arg"],
            files={"a.txt": (MARK + "file" + "q" * size).encode()},
            collect=["b.txt"],
        )
        assert first.ok
        found = eval(box.run(READ).stdout)
    assert not found


def test_a_job_does_not_learn_how_the_one_before_ended():
    """By its exit code, or by how much it used, a program could tell its next run what it was asked in this one."""
    with Sandbox(workers=1) as box:
        if "proc" not in box.flags:
            pytest.skip("a job cannot see its own memory's map here")
        assert box.run("import os\nos._exit(171)").exit_code == 171
        # The zygote's message, put together here so that the one who looks does not find itself.
        look = READ.replace("bytes([77, 55, 45])", "b'e' + bytes(3)")
        look = look.replace("data[at + 3:at + 4].isalpha()", "[*data[at + 4:at + 8]] == [0, 171, 0, 0]")
        assert eval(box.run(look).stdout) == []


def test_the_looking_itself_works():
    with Sandbox(workers=1) as box:
        if "proc" not in box.flags:
            pytest.skip("a job cannot see its own memory's map here")
        assert b"M7-mine" in box.run("kept = 'M7-' + 'mine'\n" + READ).stdout
