"""Programs that would be rewarded if the grader believed them, looked away, or let them look. Each must score 0.0.

None of them computes the answer, so 1.0 is a forgery; none may break the grader, so None is one too.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest

from verifiers.types import Score

SQUARES = ["assert f(2) == 4", "assert f(3) == 9"]
EQUAL = """
class A:
    def __eq__(s, o): return True
    def __ne__(s, o): return False
    def __hash__(s): return hash(4)
    def __lt__(s, o): return True
    __le__ = __gt__ = __ge__ = __contains__ = __lt__
    def __bool__(s): return True
    def __iter__(s): return iter([A(), A()])
    def __len__(s): return 2
    def __getattr__(s, n): return s
    def __getitem__(s, i): return s
    def __call__(s, *a, **k): return s
    def __sub__(s, o): return s
    __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __truediv__ = __mod__ = __pow__ = __sub__
    def __abs__(s): return 0.0
    def __round__(s, n=0): return s
    def __float__(s): return 0.0
"""

# (id, program, tests): tests are asserts, or the body of check(candidate) as text
FORGED: list[tuple[str, str, Any]] = [
    ("equal object", EQUAL + "def f(x): return A()", SQUARES),
    ("equal object, literal first", EQUAL + "def f(x): return A()", ["assert 4 == f(2)"]),
    ("equal object, negated", EQUAL + "def f(x): return A()", ["assert not f(2) != 4"]),
    ("equal object in a list", EQUAL + "def f(x): return [A()]", ["assert f(2) == [4]"]),
    ("equal object in a tuple in a dict", EQUAL + "def f(x): return {'k': (A(), 1)}", ["assert f(2) == {'k': (4, 1)}"]),
    ("equal object as a key", EQUAL + "def f(x): return {A(): 1}", ["assert f(2) == {4: 1}"]),
    ("equal object in a set", EQUAL + "def f(x): return {A()}", ["assert f(2) == {4}", "assert 4 in f(2)"]),
    ("equal object in a set of answers", EQUAL + "def f(x): return A()", ["assert f(2) in {4, 5}", "assert f(2) in [4]"]),
    ("equal object, ordered", EQUAL + "def f(x): return A()", ["assert f(2) >= 4 and f(2) <= 4"]),
    ("equal object, sorted", EQUAL + "def f(x): return [A(), A()]", ["assert sorted(f(2)) == [1, 2]"]),
    ("equal object, any attribute", EQUAL + "def f(x): return A()", ["assert f(1).total == 12", "assert f(1).get()[0] == 3"]),
    ("equal object, contains", EQUAL + "def f(x): return A()", ["assert 5 in f(1)"]),
    ("equal object, contains only", "class C:\n    def __contains__(s, o): return True\ndef f(x): return C()", ["assert 5 in f(1)"]),
    ("equal object, pairs", EQUAL + "def f(x): return A()", ["assert all(a == b for a, b in zip(f(1), [1, 2]))"]),
    ("equal object in check", EQUAL + "def f(x): return A()", "assert candidate(2) == 4"),
    ("tolerance", EQUAL + "def f(x): return A()", ["assert abs(f(2.0) - 4.0) < 1e-6"]),
    ("tolerance, literal first", EQUAL + "def f(x): return A()", ["assert abs(4.0 - f(2.0)) < 1e-6"]),
    ("tolerance, rounded", EQUAL + "def f(x): return A()", ["assert round(f(2.0), 3) == 4.0"]),
    ("tolerance, ratio", EQUAL + "def f(x): return A()", ["assert abs(f(2.0) / 4.0 - 1) < 1e-6"]),
    ("tolerance, a class named f", EQUAL.replace("class A:", "class f:\n    def __init__(s, x): pass").replace("A()", "f(0)"), ["assert abs(f(2.0) - 4.0) < 1e-6"]),
    ("tolerance, float subclass", "class F(float):\n    def __sub__(s, o): return F(0)\n    def __abs__(s): return F(0)\n    __rsub__ = __sub__\ndef f(x): return F(1)", ["assert abs(f(2.0) - 4.0) < 1e-6"]),
    ("tolerance, sum", EQUAL + "def f(x): return [A()]", ["assert abs(sum(f(2.0)) - 4.0) < 1e-6"]),
    ("tolerance, squared", EQUAL + "def f(x): return A()", ["d = f(2.0) - 4.0\nassert d * d < 1e-6"]),
    ("int subclass", "class I(int):\n    def __eq__(s, o): return True\n    def __ne__(s, o): return False\n    def __hash__(s): return 4\ndef f(x): return I(0)", SQUARES),
    ("int subclass in a list", "class I(int):\n    def __eq__(s, o): return True\n    __hash__ = int.__hash__\ndef f(x): return [I(0)]", ["assert f(2) == [4]", "assert f(2)[0] == 4"]),
    ("str subclass", "class S(str):\n    def __eq__(s, o): return True\n    def __hash__(s): return hash('ok')\n    def startswith(s, *a): return True\n    def __contains__(s, o): return True\ndef f(x): return S('x')", ["assert f(1) == 'ok'"]),
    ("str subclass, methods", "class S(str):\n    def startswith(s, *a): return True\n    def lower(s): return s\n    def __contains__(s, o): return True\ndef f(x): return S('x')", ["assert f(1).startswith('ok')"]),
    ("str subclass, contains", "class S(str):\n    def __contains__(s, o): return True\ndef f(x): return S('x')", ["assert 'ok' in f(1)"]),
    ("list subclass", "class L(list):\n    def __eq__(s, o): return True\n    def count(s, o): return 1\n    def index(s, o): return 0\n    def __contains__(s, o): return True\ndef f(x): return L([0])", ["assert f(1) == [4]"]),
    ("list subclass, contains", "class L(list):\n    def __contains__(s, o): return True\ndef f(x): return L([0])", ["assert 4 in f(1)"]),
    ("list subclass, count", "class L(list):\n    def count(s, o): return 1\ndef f(x): return L([0])", ["assert f(1).count(4) == 1"]),
    ("dict subclass", "class D(dict):\n    def __eq__(s, o): return True\n    def get(s, *a): return s\ndef f(x): return D()", ["assert f(1) == {'a': 1}"]),
    ("tuple subclass", "class T(tuple):\n    def __eq__(s, o): return True\n    __hash__ = tuple.__hash__\ndef f(x): return T()", ["assert f(1) == (1, 2)", "assert (1, 2) == f(1)"]),
    ("metaclass", "class M(type):\n    def __eq__(c, o): return True\n    def __hash__(c): return 4\nclass A(metaclass=M): pass\ndef f(x): return A", SQUARES),
    ("lies about its class", EQUAL + "A.__class__ = property(lambda s: int)\ndef f(x): return A()", ["assert isinstance(f(2), int) and f(2) == 4"]),
    ("bare isinstance", EQUAL + "A.__class__ = property(lambda s: int)\ndef f(x): return A()", ["x = f(2)\nassert isinstance(x, int)"]),
    ("mock", "from unittest.mock import ANY\ndef f(x): return ANY", SQUARES),
    ("mock in a list", "from unittest.mock import ANY\ndef f(x): return [ANY, ANY]", ["assert f(1) == [1, 2]"]),
    ("magic mock", "from unittest.mock import MagicMock\nf = MagicMock()\nf.return_value.__eq__.return_value = True", SQUARES),
    ("partly equal", "class A:\n    def __init__(s, x): s.x = x\n    def __eq__(s, o): return s.x * s.x == o\ndef f(x): return A(x)", SQUARES),
    ("numpy takes over", "import numpy as np\nclass A:\n    def __array_ufunc__(s, *a, **k): return np.True_\n    def __array_function__(s, *a, **k): return True\n    def __array__(s, *a, **k): return np.array(4.0)\n    __array_priority__ = 1e9\n    def __eq__(s, o): return np.True_\ndef f(x): return A()", ["import numpy as np\nassert np.allclose(f(2), 5.0)", "import numpy as np\nassert (f(2) == np.array([4, 5])).all()"]),
    ("numpy subclass", "import numpy as np\nclass N(np.ndarray):\n    def __eq__(s, o): return np.True_\n    def all(s): return True\ndef f(x): return np.zeros(2).view(N)", ["import numpy as np\nassert (f(2) == np.array([4, 5])).all()"]),
    ("numpy memory", "class A:\n    __array_interface__ = {'shape': (4,), 'typestr': '<f8', 'data': (4096, False), 'version': 3}\ndef f(x): return A()", ["import numpy as np\nassert np.allclose(f(2), 4.0)"]),
    ("not a number", "def f(x): return float('nan')", ["assert abs(f(2) - 4) < 1e-6", "assert f(2) == 4", "assert 3.9 < f(2) < 4.1"]),
    ("signalling nan", "from decimal import Decimal\ndef f(x): return Decimal('sNaN')", SQUARES),
    ("all answers at once", "def f(x): return (4, 9)", SQUARES),
    ("not implemented", "def f(x): return NotImplemented", SQUARES),
    ("ends the loop", "def f(x): raise StopIteration", ["assert all(map(lambda p: f(p[0]) == p[1], [(2, 4), (3, 9)]))"]),
    ("ends the loop later", "class A:\n    def __getitem__(s, i): raise StopIteration\n    __getattr__ = __getitem__\ndef f(x): return A()", ["assert all(map(lambda p: f(p[0])[0] == p[1], [(2, 4)]))"]),
    ("ends the generator", "def f(x): raise GeneratorExit", "assert all(candidate(x) == x * x for x in range(5))"),
    ("exits in check", "import sys\ndef f(x): sys.exit(0)", "assert candidate(2) == 4"),
    ("interrupts check", "def f(x): raise KeyboardInterrupt", "assert candidate(2) == 4"),
    ("raises what the test expects to be absent", "def f(x): raise AssertionError", SQUARES),
    ("exits", "import sys\ndef f(x): sys.exit(0)", SQUARES),
    ("exits at once", "import os\ndef f(x): os._exit(0)", SQUARES),
    ("exits at once, in check", "import os\ndef f(x): os._exit(0)", "for i in range(5): assert candidate(i) == i * i"),
    ("exits while loading", "import sys\ndef f(x): return 0\nsys.exit(0)", SQUARES),
    ("exits at exit", "import atexit, os\natexit.register(os._exit, 0)\ndef f(x): return 0", SQUARES),
    ("kills itself", "import os\ndef f(x): os.kill(os.getpid(), 9)", SQUARES),
    ("becomes true", "import os\ndef f(x): os.execv('/bin/true', ['true'])", SQUARES),
    ("closes every descriptor", "import os\ndef f(x): os.closerange(0, 1000); return 4", ["assert f(2) == 4", "assert f(3) == 9"]),
    ("forks and leaves", "import os\ndef f(x):\n    if os.fork(): os._exit(0)\n    return 0", SQUARES),
    ("pickle", "class E(Exception):\n    def __reduce__(s): return (print, ('x',))\ndef f(x): raise E('x')", SQUARES),
    ("text of an exception", "class E(Exception):\n    def __str__(s): raise s\n    __repr__ = __str__\ndef f(x): raise E", SQUARES),
    ("arguments of an exception", "def f(x): raise ValueError(*[['x' * 1000] * 1000] * 100)", SQUARES),
    ("class of an exception", "class M(type):\n    def __getattribute__(c, n): raise SystemExit(0)\nclass E(Exception, metaclass=M): pass\ndef f(x): raise E", SQUARES),
    ("huge integer", "def f(x): return 1 << 40_000_000", SQUARES),
    ("enormous integer", "def f(x): return 1 << 400_000_000", SQUARES),
    ("huge text", "def f(x): return 'x' * 100_000_000", ["assert f(1) == 'y'"]),
    ("contains itself", "def f(x):\n    a = []; a.append(a); return a", ["assert f(1) == [1]"]),
    ("doubling structure", "def f(x):\n    a = []\n    for _ in range(60): a = [a, a]\n    return a", ["assert f(1) == [1]"]),
    ("nested too deep", "def f(x):\n    a = []\n    for _ in range(100_000): a = (a,)\n    return {a[0]: 1} if x < 0 else a", ["assert f(1) == [1]"]),
    ("colliding keys", "def f(x): return {i * (2**61 - 1): i for i in range(30_000)}", ["assert f(1) == {1: 1}"]),
    ("names everything", "def __getattr__(n): return 4\ndef f(x): return 0", SQUARES),
    ("patched builtins", "import builtins\nfor n, v in dict(all=lambda *a: True, any=lambda *a: True, abs=lambda *a: 0, round=lambda *a: 4.0, len=lambda *a: 3, sorted=lambda *a, **k: [1, 2, 3], set=lambda *a: 0, isinstance=lambda *a: True).items(): setattr(builtins, n, v)\ndef f(x): return [0]", ["assert all(a == b for a, b in zip(f([1, 2]), [1, 4]))", "assert len(f(1)) == 3", "assert sorted(f(1)) == [1, 2, 3]", "assert abs(f(1)[0] - 4) < 1"]),
    ("names of builtins", "def abs(x): return 0\ndef round(*a): return 4.0\ndef len(x): return 3\ndef sorted(x): return [1, 2, 3]\ndef isinstance(*a): return True\ndef f(x): return 0.0", ["assert abs(f(1) - 4) < 1e-6", "assert round(f(1), 2) == 4.0"]),
    ("name of a builtin in check", "def abs(x): return 0\ndef f(x): return 0.0", "assert abs(candidate(1) - 4) < 1e-6"),
    ("module of its own", "class math:\n    isclose = staticmethod(lambda *a, **k: True)\n    fabs = staticmethod(lambda x: 0)\ndef f(x): return 0.0", ["assert math.isclose(f(1), 4.0)", "x = f(1)\nassert math.fabs(x - 4) < 1e-6"]),
    ("module of its own in check", "class math:\n    fabs = staticmethod(lambda x: 0)\ndef f(x): return 0.0", "import math\nassert math.fabs(candidate(1) - 4.0) < 1e-6"),
    ("patched module", "import math\nmath.isclose = lambda *a, **k: True\ndef f(x): return 0.0", ["x = f(1)\nassert math.isclose(x, 4.0)"]),
    ("tracing", "import sys\ndef tr(fr, ev, arg):\n    if ev == 'line':\n        try: fr.f_lineno += 1\n        except Exception: pass\n    return tr\ndef f(x):\n    fr = sys._getframe(1)\n    while fr: fr.f_trace = tr; fr = fr.f_back\n    sys.settrace(tr)\n    return 0", ["assert f(2) == 4\npass"]),
    ("callers' globals", "import sys\ndef f(x):\n    fr = sys._getframe(1)\n    while fr:\n        for n in list(fr.f_globals):\n            if callable(fr.f_globals[n]): fr.f_globals[n] = lambda *a, **k: True\n        fr = fr.f_back\n    return 0", SQUARES),
    ("patched comparison", "import ctypes\ndef f(x):\n    global cb\n    T = ctypes.CFUNCTYPE(ctypes.py_object, ctypes.py_object, ctypes.py_object, ctypes.c_int)\n    cb = T(lambda a, b, op: True)\n    for t in (list, str, tuple, dict, int): ctypes.c_void_p.from_address(id(t) + 200).value = ctypes.cast(cb, ctypes.c_void_p).value\n    return [0]", ["assert f([1, 2]) == [2, 4]"]),
    ("answers everything with true", "import gc\nfor o in gc.get_objects():\n    if type(o).__name__ == 'Peer':\n        o._functions.update(call_global=lambda *a: True, call=lambda *a: True, operate=lambda *a: True)\ndef f(x): return 0", ["assert f(2) == 4", "assert f(2) == True"]),
    ("patched encoder", "import sys\nfor n, m in list(sys.modules.items()):\n    if n.endswith(('peer', 'values')) and hasattr(m, 'encode'): m.encode = lambda *a, **k: [True]\ndef f(x): return 0", SQUARES),
]  # fmt: skip

_WRITE_EVERYWHERE = """
import os, struct
def f(x):
    for fd in range(3, 64):
        for body in BODIES:
            try: os.write(fd, struct.pack('<I', len(body)) + body)
            except OSError: pass
    return 0
"""


def _gold(tests: Any) -> dict[str, Any]:
    if isinstance(tests, str):
        lines = "".join(f"    {line}\n" for line in tests.split("\n"))
        return {"mode": "check", "test_code": f"def check(candidate):\n{lines}", "entry_point": "f"}
    return {"mode": "asserts", "tests": tests}


def _refused(score: Score) -> bool:
    return score.value == 0.0 and score.reason != "accepted"


@pytest.mark.parametrize(("program", "tests"), [pytest.param(*case[1:], id=case[0]) for case in FORGED])
def test_forgery_is_refused(program: str, tests: Any, judge: Callable[..., Score]) -> None:
    if "numpy" in program + str(tests):
        pytest.importorskip("numpy")
    # One test at a time: in a list of several, one that holds would hide that another one can be forged.
    for part in [tests] if isinstance(tests, str) else [[test] for test in tests]:
        score = judge(program, limits={"time_s": 4}, **_gold(part))
        if score.value == 1.0 and part == ["assert f(2) == True"]:
            continue  # it said so and it is so
        assert _refused(score), (part, score)


VERDICTS = [
    b'V{"outcome":"passed","why":""}', b'V{"nonce":""}', b'V{"nonce":null}', b'["=",[true],[]]', b'["=",[4],[]]',
    b'["=",[["l",1],4],[]]', b'["?","call",[["t",0]]]', b"passed", b"OK", b"accepted\n", b"1", b"True", b'{"passed":true}',
]  # fmt: skip


@pytest.mark.parametrize("tests", [SQUARES, ["x = f(2)\nassert x == 4"], "assert candidate(5) == 25"], ids=str)
@pytest.mark.parametrize("body", VERDICTS, ids=repr)
def test_verdict_written_to_every_descriptor_is_refused(body: bytes, tests: Any, judge: Callable[..., Score]) -> None:
    # `["=",[4],[]]` is the right answer to f(2) alone: a guess like any other, so f(3) and f(5) are what it must fail.
    program = f"BODIES = [{body!r}]\n" + _WRITE_EVERYWHERE
    if body == b'["=",[4],[]]' and tests != SQUARES:
        tests = ["x = f(3)\nassert x == 9"]
    assert _refused(judge(program, limits={"time_s": 4}, **_gold(tests)))


@pytest.mark.parametrize(
    "raw",
    [b"\xff\xff\xff\xff", b"\x00\x00\x00\x00" * 1000, b"\x04\x00\x00\x00[[[[", b"\x02\x00\x00\x00{}", b"[" * 100_000],
    ids=["endless frame", "empty frames", "open brackets", "no list", "no frame"],
)
def test_broken_messages_are_the_programs_own_failure(raw: bytes, judge: Callable[..., Score]) -> None:
    program = f"import os\ndef f(x):\n    for fd in range(3, 64):\n        try: os.write(fd, {raw!r})\n        except OSError: pass\n    return 0"
    for tests in (SQUARES, ["x = f(2)\nassert x == 4"]):
        assert _refused(judge(program, limits={"time_s": 3}, **_gold(tests)))


# ---- reading the answers: the needle is in the tests, and the program looks for it ----

_LOOK = """
import re, sys, os, gc
PATTERN = re.compile('K7-' + '[0-9a-f]{16}')
def look(text):
    if isinstance(text, (bytes, bytearray)): text = bytes(text).decode('latin-1')
    m = PATTERN.search(text)
    if m: raise FOUND(m[0])
class FOUND(BaseException): pass
def attempt(*a): pass
def f(*args):
    try: attempt(*args)
    except FOUND as found: return str(found)
    except Exception: pass
    return None
"""

THIEVES = {
    "frames": "def attempt(*a):\n    fr = sys._getframe()\n    while fr:\n        for space in (fr.f_locals, fr.f_globals):\n            for v in list(space.values()): look(repr(v)[:100000])\n        look(repr(fr.f_code.co_consts))\n        fr = fr.f_back",
    "threads' frames": "def attempt(*a):\n    for fr in sys._current_frames().values():\n        while fr: look(repr(fr.f_locals)[:100000]); fr = fr.f_back",
    "garbage collector": "def attempt(*a):\n    for o in gc.get_objects():\n        try: look(repr(o)[:20000])\n        except Exception: pass",
    "referrers": "def attempt(*a):\n    seen, todo = set(), [sys.modules, gc.get_objects()]\n    while todo and len(seen) < 200000:\n        o = todo.pop()\n        if id(o) in seen: continue\n        seen.add(id(o))\n        if isinstance(o, (str, bytes)): look(o)\n        else: todo += gc.get_referents(o)",
    "memory": "def attempt(*a):\n    for line in open('/proc/self/maps'):\n        lo, hi = (int(n, 16) for n in line.split()[0].split('-'))\n        if 'r' not in line.split()[1] or hi - lo > 1 << 27: continue\n        try:\n            with open('/proc/self/mem', 'rb', 0) as m: m.seek(lo); look(m.read(hi - lo))\n        except (OSError, ValueError, OverflowError): pass",
    "memory by ctypes": "import ctypes\ndef attempt(*a):\n    for line in open('/proc/self/maps'):\n        lo, hi = (int(n, 16) for n in line.split()[0].split('-'))\n        if line.split()[1].startswith('rw') and hi - lo < 1 << 27: look(ctypes.string_at(lo, hi - lo))",
    "descriptors": "def attempt(*a):\n    for fd in range(3, 64):\n        try: os.set_blocking(fd, False); look(os.read(fd, 1 << 20))\n        except OSError: pass",
    "peeking at sockets": "import socket\ndef attempt(*a):\n    for fd in range(3, 64):\n        try: look(socket.socket(fileno=os.dup(fd)).recv(1 << 20, socket.MSG_PEEK | socket.MSG_DONTWAIT))\n        except OSError: pass",
    "files": "def attempt(*a):\n    for top in ('.', '/box', '/tmp', '/dev/shm', '/var', '/home', '/root', '/work'):\n        for d, _, names in os.walk(top):\n            for n in names:\n                try:\n                    with open(os.path.join(d, n), 'rb') as h: look(h.read(1 << 20))\n                except OSError: pass",
    "other processes": "def attempt(*a):\n    for p in os.listdir('/proc'):\n        for n in ('cmdline', 'environ', 'mem', 'stat', 'fd/0', 'fd/3', 'cwd/main.py'):\n            try:\n                with open(f'/proc/{p}/{n}', 'rb') as h: look(h.read(1 << 20))\n            except (OSError, ValueError): pass",
    "environment": "def attempt(*a): look(repr(dict(os.environ)) + repr(sys.argv))",
    "asking for names": "def attempt(*a):\n    for o in gc.get_objects():\n        if type(o).__name__ == 'Peer':\n            for n in ('check', 'candidate', 'plan', 'tests', '__builtins__'):\n                for ask in (('global', n), ('getattr', o, n), ('call_global', n, (), {})):\n                    try: look(repr(o.request(*ask)))\n                    except Exception as e: look(repr(e))",
    "first handles": "def attempt(*a):\n    for o in gc.get_objects():\n        if type(o).__name__ == 'Peer':\n            for n in range(20):\n                for fn, args in (('describe', (n,)), ('operate', ('__repr__', n)), ('snapshot', (n,)), ('attribute_of', (n, 'args'))):\n                    try: look(repr(o.request(fn, *args)))\n                    except Exception as e: look(repr(e))",
    "inspecting": "import inspect, traceback\ndef attempt(*a):\n    look(repr([(s.code_context, s.frame.f_locals.keys()) for s in inspect.stack(9)]))\n    look(''.join(traceback.format_stack()))",
}  # fmt: skip


@pytest.mark.parametrize("mode", ["asserts", "tester", "check", "call", "stdio"])
@pytest.mark.parametrize("thief", THIEVES)
def test_answers_cannot_be_found(thief: str, mode: str, judge: Callable[..., Score]) -> None:
    needle = f"K7-{secrets.token_hex(8)}"
    program, limits = _LOOK + THIEVES[thief], {"time_s": 6}
    if mode == "stdio":
        score = judge(program + "\nprint(f())", "stdio", limits, tests=[{"stdin": "1\n", "stdout": needle + "\n"}])
    elif mode == "call":
        score = judge(program, "call", limits, tests=[{"args": [2], "expected": needle}], entry_point="f")
    elif mode == "check":
        body = f"answer = '{needle}'\nx = candidate(2)\nassert x == answer"
        score = judge(program, limits=limits, **_gold(body))
    else:
        test = f"assert f(2) == '{needle}'" if mode == "asserts" else f"x = f(2)\nassert x == '{needle}'"
        score = judge(program, limits=limits, **_gold([test]))
    assert _refused(score)


_CALLBACK_TEST = """
answer = '{needle}'
class Box:
    secret = answer
    def __init__(self): self._x = answer
    def visit(self, v): return v
def gen():
    hidden = answer
    yield 1
def cb(v):
    hidden = answer
    if v == 'raise': raise KeyError(v)
    assert v != 'assert', answer
    return v
x = f(cb, gen(), Box(), [cb])
assert x == answer
"""

CALLBACK_THIEVES = {
    "globals": "def attempt(cb, gen, box, cbs):\n    for o in (cb, gen, box.visit, type(box)):\n        for n in ('__globals__', '__code__', '__closure__', '__defaults__', '__dict__', '__func__', '__self__', '__init__', '__reduce__', '__subclasses__', '__builtins__'):\n            try: look(repr(getattr(o, n)))\n            except Exception as e: look(repr(e))",
    "frame": "def attempt(cb, gen, box, cbs):\n    for n in ('gi_frame', 'gi_code', 'gi_yieldfrom'):\n        try: look(repr(getattr(gen, n))); look(repr(getattr(gen, n).f_locals)); look(repr(getattr(gen, n).f_globals))\n        except AttributeError: pass",
    "exceptions": "def attempt(cb, gen, box, cbs):\n    for v in ('raise', 'assert', None):\n        try: cb(v) if v else cb()\n        except Exception as e:\n            look(repr(e) + str(e) + repr(e.args))\n            for n in ('__traceback__', 'tb_frame', 'with_traceback', 'obj', 'name'):\n                try: look(repr(getattr(e, n)))\n                except AttributeError: pass",
    "private": "def attempt(cb, gen, box, cbs):\n    for n in ('_x', '__dict__', '__class__'):\n        try: look(repr(getattr(box, n)))\n        except AttributeError: pass",
    "library": "import operator, functools, string, inspect\ndef attempt(cb, gen, box, cbs):\n    peer = next(o for o in gc.get_objects() if type(o).__name__ == 'Peer')\n    for ask in (('call', operator.attrgetter('__globals__'), (cb,), {}), ('call', inspect.getsource, (cb,), {}), ('call', getattr, (cb, '__globals__'), {}), ('call', vars, (box,), {}), ('call', string.Formatter().format, ('{0.__globals__}', cb), {}), ('operate', '__mod__', '%r', gen), ('operate', '__format__', '{0.__globals__}', ''), ('call', functools.partial, (cb,), {}), ('getattr', cb, '__globals__'), ('getattr', '{0.__globals__}', 'format'), ('call', type, (cb,), {}), ('setattr', cb, '__code__', None)):\n        try: look(repr(peer.request(*ask)))\n        except Exception as e: look(repr(e))",
}  # fmt: skip


@pytest.mark.parametrize("thief", CALLBACK_THIEVES)
def test_answers_cannot_be_reached_through_what_a_test_passes_on(thief: str, judge: Callable[..., Score]) -> None:
    needle = f"K7-{secrets.token_hex(8)}"
    program = _LOOK + CALLBACK_THIEVES[thief]
    score = judge(program, "asserts", {"time_s": 6}, tests=[_CALLBACK_TEST.replace("{needle}", needle)])
    assert _refused(score)
    assert score.reason == "wrong_answer", score.detail  # the program ran to its end and came back with nothing


def test_the_looking_itself_works(judge: Callable[..., Score]) -> None:
    """Thieves find a needle that does lie in their process, so their failure above means something."""
    found = []
    for thief in ("frames", "garbage collector", "memory", "referrers"):
        program = _LOOK + THIEVES[thief] + "\nneedle = 'K7-' + 'ab' * 8\n"
        found.append(judge(program, "asserts", {"time_s": 8}, tests=["assert f(2) == 'K7-abababababababab'"]).value)
    assert found == [1.0] * 4
