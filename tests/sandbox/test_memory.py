"""A zygote's memory is rearranged without its programs noticing, and a fork of it is then cheaper.

Everything here happens in processes of its own: what is moved about is the interpreter that does it.
"""

import json
import subprocess
import sys

import pytest

_TOOLS = """
import gc, json, os, sys
sys.path.insert(0, sys.argv[1])
from sandbox import linux, memory

def mappings():
    "Path to the permissions of its mappings, as the kernel tells."
    found = {}
    for line in open("/proc/self/maps"):
        _, permissions, _, _, _, *path = line.split()
        if path and path[0].startswith("/"):
            found.setdefault(path[0], []).append(permissions)
    return found

def faults(child):
    "Pages that a fork of this process has to fault in to do that."
    pid = os.fork()
    if pid == 0:
        child()
        os._exit(0)
    return os.wait4(pid, 0)[2].ru_minflt
"""


def measured(program):
    root = str(__import__("pathlib").Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", _TOOLS + program, root], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_library_keeps_two_or_three_mappings_and_what_is_never_written_stays_so():
    before, after = measured("""
before = mappings()
memory.compact_libraries()
print(json.dumps([before, mappings()]))
""")
    libraries = {path for path, permissions in before.items() if len(permissions) >= 5}
    assert libraries, "the loader made five mappings of each"
    for path in libraries:
        assert len(after.get(path, [])) <= 3
        assert "rwxp" not in after.get(path, [])


def test_the_interpreter_goes_on_after_its_code_was_moved():
    before, after = measured("""
def work():
    "Code of all kinds, some of it for the first time after the move, from libraries that are yet to be loaded."
    import decimal, hashlib, random, re
    try:
        {}["none"]
    except KeyError as error:
        caught = repr(error)
    return [str(decimal.Decimal(2).sqrt()), hashlib.sha256(b"x").hexdigest(), random.Random(1).random(),
            re.sub(r"(\\w)", r"<\\1>", "ab"), sorted("hello"), 3**200, compile("a+1", "x", "eval").co_names, caught]
pid = os.fork()
if pid == 0:
    print(json.dumps(work()).join("[,"), flush=True)
    os._exit(0)
os.waitpid(pid, 0)
memory.compact_libraries()
print(json.dumps(work()) + "]")
""")
    assert before == after


@pytest.mark.parametrize("arrange", ["compact_libraries", "fill_pools"])
def test_a_fork_faults_less_after_each_of_the_two(arrange):
    before, after = measured(f"""
def compile_something():
    compile("def f(x):\\n    return [y * y for y in x]\\nassert f([2]) == [4], 'no'\\nclass C: pass\\n", "x", "exec")
for _ in range(30):
    compile_something()
before = faults(compile_something)
gc.collect()
memory.{arrange}()
print(json.dumps([before, faults(compile_something)]))
""")
    assert after < before


@pytest.mark.skipif(sys.implementation.name != "cpython" or "t" in sys.abiflags, reason="another allocator")
def test_after_filling_the_first_object_of_nearly_each_size_begins_a_pool_of_its_own():
    before, after = measured("""
def begin_a_pool():
    return sum(id(bytes(size - 33)) % (16 << 10) == 48 for size in range(48, 513, 16))
before = begin_a_pool()
memory.fill_pools()
print(json.dumps([before, begin_a_pool()]))
""")
    assert before < 10
    assert after > 25, "of 30: what is freed on the way leaves room again"


@pytest.mark.parametrize("refused", ["mprotect", "mmap", "mremap", "madvise"])
def test_where_the_kernel_refuses_nothing_is_lost(refused):
    assert measured(f"""
def refuse(*_):
    raise OSError(13, "refused")
linux.{refused} = refuse
memory.compact_libraries()
memory.collapse(set(range(100)))
print(json.dumps(sorted(map(str, range(20)))[:3]))
""") == ["0", "1", "10"]


def test_where_nothing_may_be_made_executable_all_stays_as_it_is():
    before, after = measured("""
def refuse(*_):
    raise MemoryError
memory._Visit = refuse
before = mappings()
memory.compact_libraries()
print(json.dumps([before, mappings()]))
""")
    assert before == after
