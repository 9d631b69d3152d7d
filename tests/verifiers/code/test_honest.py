"""Honest programs: right ones are accepted and wrong ones are refused, whatever style they are written in.

Each case is (id, program, tests). Tests that are a string are the body of a check(candidate) for `f`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from verifiers.types import Score

ACCEPTED: list[tuple[str, str, Any]] = [
    ("plain", "def f(x): return x*x", ["assert f(2) == 4", "assert f(-3) == 9"]),
    ("keyword arguments", "def f(a, *, b=1): return a - b", ["assert f(5, b=2) == 3"]),
    ("message", "def f(x): return x", ["assert f(1) == 1, 'one is one'"]),
    ("nested calls", "def f(x): return x+1\ndef g(x): return 2*x", ["assert f(g(2)) == 5"]),
    ("nested wrappers", "def f(x): return [x, x]", ["assert set(f(1)) == {1} and len(f(2)) == 2"]),
    ("is", "def f(x): return x or None", ["assert f(0) is None", "assert f(2) is not None", "assert (f(0) is None) is True"]),
    ("truth", "def f(x): return x > 1", ["assert f(2)", "assert not f(1)", "assert f(2) is True", "assert f(1) != True"]),
    ("in", "def f(x): return [x, 5]", ["assert 5 in f(1)", "assert 7 not in f(1)"]),
    ("comparisons", "def f(x): return x", ["assert 1 < f(2) <= 3", "assert f(2) > 1", "assert f(3) >= f(2)"]),
    ("or", "def f(x): return x", ["assert f(1) == 2 or f(1) == 1"]),
    ("tolerance", "def f(x): return x/3", ["assert abs(f(1) - 0.33333) < 1e-3", "assert round(f(1), 2) == 0.33"]),
    ("isclose", "def f(x): return x/3", ["import math", "assert math.isclose(f(1), 0.333333, rel_tol=1e-3)"]),
    ("isclose, math from the solution", "import math\ndef f(x): return x/3", ["x = f(1)\nassert math.isclose(x, 1/3)"]),
    ("name of a builtin", "def sum(a, b): return a - b", ["assert sum(5, 3) == 2"]),
    ("shadowed helper", "def max(a): return a[0]\ndef f(a): return max(a)", ["assert f([3, 1]) == 3", "assert max(1, 2) == 2"]),
    ("infinite and nan", "def f(x): return float(x)", ["assert f('inf') == float('inf')", "assert f('nan') != f('nan')"]),
    ("big integers", "def f(n): return 7**n", ["assert f(400) == 7**400", "assert f(5000) == 7**5000"]),
    ("negative zero", "def f(): return -0.0", ["assert f() == 0", "assert str(f()) == '-0.0'"]),
    ("bytes", "def f(b): return b[::-1]", ["assert f(b'\\x00\\xff') == b'\\xff\\x00'"]),
    ("lone surrogate", "def f(s): return s + '\\udc80'", ["assert f('a') == 'a\\udc80'"]),
    ("complex", "def f(z): return z * 1j", ["assert f(1j) == -1", "assert f(2+1j) == -1+2j"]),
    ("range", "def f(n): return range(n)", ["assert f(3) == range(3)", "assert list(f(3)) == [0, 1, 2]"]),
    ("decimal", "from decimal import Decimal\ndef f(x): return Decimal(x)*3", ["from decimal import Decimal\nassert f('0.1') == Decimal('0.3')"]),
    ("fraction", "from fractions import Fraction as F\ndef f(a, b): return F(a, b)", ["from fractions import Fraction\nassert f(2, 4) == Fraction(1, 2)", "assert f(1, 2) == 0.5"]),
    ("date", "import datetime\ndef f(y): return datetime.date(y, 2, 1)", ["import datetime\nassert f(2020) == datetime.date(2020, 2, 1)", "assert f(2020).month == 2"]),
    ("aware datetime", "from datetime import *\ndef f(h): return datetime(2020, 1, 1, h, tzinfo=timezone.utc)", ["from datetime import *\nassert f(3) == datetime(2020, 1, 1, 3, tzinfo=timezone.utc)\nassert f(3) - f(1) == timedelta(hours=2)"]),
    ("frozenset and set", "def f(x): return {frozenset(x): set(x)}", ["assert f([1, 2]) == {frozenset([1, 2]): {1, 2}}"]),
    ("counter", "from collections import Counter\ndef f(s): return Counter(s)", ["assert f('aab') == {'a': 2, 'b': 1}", "from collections import Counter\nassert f('aab').most_common(1) == [('a', 2)] and f('a') == Counter('a')"]),
    ("ordered dict", "from collections import OrderedDict\ndef f(): return OrderedDict(a=1, b=2)", ["assert f() == {'b': 2, 'a': 1}", "assert list(f().items()) == [('a', 1), ('b', 2)]"]),
    ("deque", "from collections import deque\ndef f(n): return deque(range(n), maxlen=2)", ["from collections import deque\nassert f(3) == deque([1, 2]) and f(3).maxlen == 2"]),
    ("defaultdict", "from collections import defaultdict\ndef f():\n d = defaultdict(list)\n d[1].append(2)\n return d", ["assert f() == {1: [2]}", "d = f(); d[5].append(1); assert d[5] == [1]"]),
    ("namedtuple", "from collections import namedtuple\nP = namedtuple('P', 'x y')\ndef f(): return P(1, 2)", ["assert f() == (1, 2)", "p = f(); assert p.x == 1 and p[1] == 2 and p == P(1, 2) and p._replace(x=5) == (5, 2)\nx, y = p\nassert y == 2"]),
    ("dict views", "def f(d): return d.keys(), d.items()", ["a, b = f({1: 2})\nassert a == {1} and b == {(1, 2)} and list(a) == [1]"]),
    ("enum", "from enum import Enum\nclass Color(Enum):\n    RED = 1\ndef f(): return Color.RED", ["assert f() == Color.RED and f().value == 1 and f().name == 'RED'", "assert f() is Color.RED"]),
    ("int enum", "from enum import IntEnum\nclass N(IntEnum):\n    ONE = 1\ndef f(): return N.ONE", ["assert f() == 1", "assert f().name == 'ONE' and f() + 1 == 2"]),
    ("str subclass", "class S(str):\n    def shout(self): return self.upper() + '!'\ndef f(s): return S(s)", ["assert f('a') == 'a' and f('a').shout() == 'A!' and f('ab').startswith('a')", "assert ''.join([f('x'), 'y']) == 'xy'"]),
    ("list subclass", "class Stack(list):\n    def push(self, x): self.append(x)\n    def top(self): return self[-1]", ["s = Stack()\ns.push(1); s.push(2)\nassert s == [1, 2] and s.top() == 2 and len(s) == 2 and s[0] == 1 and list(s) == [1, 2]", "s = Stack([3])\ns.append(4)\nassert s.pop() == 4 and isinstance(s, list) and isinstance(s, Stack)"]),
    ("dict subclass", "class D(dict):\n    def __missing__(self, k): return 0\ndef f(): return D(a=1)", ["d = f()\nassert d == {'a': 1} and d['z'] == 0 and d.get('q') is None and sorted(d) == ['a']"]),
    ("class", "class Account:\n    rate = 2\n    def __init__(self, b=0): self.b = b\n    def add(self, n): self.b += n; return self\n    @property\n    def double(self): return 2*self.b\n    @staticmethod\n    def s(): return 's'\n    @classmethod\n    def c(cls): return cls(7)", ["a = Account()\na.add(5).add(1)\nassert a.b == 6 and a.double == 12 and Account.rate == 2 and Account.s() == 's' and Account.c().b == 7", "a = Account(3)\na.b = 10\nassert a.double == 20 and hasattr(a, 'add') and not hasattr(a, 'nothing')\nassert type(a).__name__ == 'Account' and isinstance(a, Account)"]),
    ("class with operators", "class V:\n    def __init__(s, *c): s.c = list(c)\n    def __eq__(s, o): return s.c == o.c\n    def __add__(s, o): return V(*[a+b for a, b in zip(s.c, o.c)])\n    def __mul__(s, k): return V(*[a*k for a in s.c])\n    __rmul__ = __mul__\n    def __len__(s): return len(s.c)\n    def __getitem__(s, i): return s.c[i]\n    def __setitem__(s, i, v): s.c[i] = v\n    def __iter__(s): return iter(s.c)\n    def __contains__(s, x): return x in s.c\n    def __repr__(s): return f'V{tuple(s.c)}'\n    def __bool__(s): return any(s.c)\n    def __neg__(s): return V(*[-a for a in s.c])\n    def __abs__(s): return sum(abs(a) for a in s.c)\n    def __call__(s, x): return x * s.c[0]\n    def __lt__(s, o): return s.c < o.c\n    def __enter__(s): return s\n    def __exit__(s, *a): s.c = []", ["v = V(1, 2)\nassert v * 3 == V(3, 6) and 2 * v == V(2, 4) and v + V(1, 1) == V(2, 3) and v != V(0, 0)", "v = V(1, 2)\nv[0] = 9\nassert len(v) == 2 and v[0] == 9 and list(v) == [9, 2] and 9 in v and 7 not in v and repr(v) == 'V(9, 2)' and str(v) == 'V(9, 2)'", "assert V(1) and not V(0) and -V(1) == V(-1) and abs(V(-2, 1)) == 3 and V(3)(5) == 15", "assert sorted([V(2), V(1)])[0] == V(1) and max(V(1), V(3)) == V(3)", "with V(1) as v:\n    assert v.c == [1]\nassert v.c == []"]),
    ("dataclass", "from dataclasses import dataclass, field\n@dataclass(order=True)\nclass P:\n    x: int\n    y: list = field(default_factory=list)\ndef f(): return P(1)", ["assert f() == P(1) and f() != P(2) and f().y == [] and P(1) < P(2) and repr(P(1)) == 'P(x=1, y=[])'"]),
    ("inheritance", "class A:\n    def hi(self): return 'A'\nclass B(A):\n    def hi(self): return 'B' + super().hi()", ["assert B().hi() == 'BA' and isinstance(B(), A) and issubclass(B, A) and not isinstance(A(), B)"]),
    ("linked list", "class Node:\n    def __init__(self, v, next=None): self.v, self.next = v, next\ndef f(n):\n    out = []\n    while n: out.append(n.v); n = n.next\n    return out", ["n = Node(1)\nn.next = Node(2)\nassert f(n) == [1, 2] and n.next.v == 2 and n.next.next is None"]),
    ("class of the test", "def f(n):\n    out = []\n    while n is not None: out.append(n.v); n = n.next\n    return out", ["class Node:\n    def __init__(self, v, next=None): self.v, self.next = v, next\nassert f(Node(1, Node(2))) == [1, 2]"]),
    ("changed object of the test", "def f(o): o.x += 1; o.items.append(3)", ["class O:\n    def __init__(self): self.x, self.items = 1, []\no = O()\nf(o)\nassert o.x == 2"]),
    ("callback", "def f(g, xs): return [g(x) for x in xs]", ["assert f(lambda x: x*2, [1, 2]) == [2, 4]", "import math\nassert f(math.sqrt, [4]) == [2.0] and f(str, [1]) == ['1'] and f(len, ['ab']) == [2]"]),
    ("returned function", "def f(n): return lambda x: x + n", ["assert f(2)(3) == 5", "g = f(1)\nassert callable(g) and list(map(g, [1, 2])) == [2, 3]"]),
    ("decorator", "def f(fn):\n    def w(*a): return fn(*a) + 1\n    return w", ["@f\ndef g(x): return x * 10\nassert g(2) == 21"]),
    ("generator", "def f(n):\n    for i in range(n): yield i*i", ["assert list(f(3)) == [0, 1, 4]", "g = f(2)\nassert next(g) == 0 and next(g) == 1\ntry:\n    next(g)\nexcept StopIteration: pass\nelse: raise AssertionError", "assert sum(f(4)) == 14 and [x for x in f(2)] == [0, 1] and dict(zip(f(2), 'ab')) == {0: 'a', 1: 'b'}"]),
    ("infinite generator", "import itertools\ndef f(): return itertools.count(1)", ["import itertools\nassert list(itertools.islice(f(), 3)) == [1, 2, 3]"]),
    ("iterators", "def f(xs): return zip(xs, map(str, xs)), reversed(xs), enumerate(xs)", ["a, b, c = f([1, 2])\nassert list(a) == [(1, '1'), (2, '2')] and list(b) == [2, 1] and list(c) == [(0, 1), (1, 2)]"]),
    ("iterator argument", "def f(it): return sum(it)", ["assert f(iter([1, 2])) == 3 and f(x for x in (3, 4)) == 7 and f(range(4)) == 6 and f(map(int, '12')) == 3"]),
    ("argument changed in place", "def f(a): a.sort()", ["a = [3, 1]\nb = a\nassert f(a) is None and a == [1, 3] and b == [1, 3]"]),
    ("matrix changed in place", "def f(m):\n    for row in m: row.reverse()\n    m.append([0])", ["m = [[1, 2], [3, 4]]\nrow = m[0]\nf(m)\nassert m == [[2, 1], [4, 3], [0]] and row == [2, 1]"]),
    ("dict and set changed in place", "def f(d, s): d['n'] = 1; d.pop('o'); s.add(2)", ["d, s = {'o': 0}, {1}\nf(d, s)\nassert d == {'n': 1} and s == {1, 2}"]),
    ("returns its argument", "def f(a): a.append(1); return a", ["a = []\nassert f(a) is a and a == [1]"]),
    ("returns a copy", "def f(a): return a[:]", ["a = [1]\nassert f(a) == a and f(a) is not a"]),
    ("default argument keeps state", "def f(x, seen=[]): seen.append(x); return len(seen)", ["assert f(1) == 1", "assert f(1) == 2"]),
    ("global state", "n = 0\ndef f():\n    global n\n    n += 1\n    return n", ["assert f() == 1", "assert f() == 2 and n == 2"]),
    ("exception expected", "class Bad(ValueError):\n    def __init__(self, code): super().__init__('bad'); self.code = code\ndef f(x):\n    if x < 0: raise Bad(7)\n    return {}[x]", ["try:\n    f(-1)\nexcept Bad as e:\n    assert e.code == 7 and str(e) == 'bad'\nelse:\n    assert False", "try:\n    f(-1)\nexcept ValueError: pass\nelse: assert False\ntry:\n    f(1)\nexcept KeyError as e: assert e.args == (1,)\nelse: assert False"]),
    ("exception with pytest's words", "def f(x): return 1/x", ["import contextlib\nwith contextlib.suppress(ZeroDivisionError):\n    f(0)\n    assert False, 'no error'\nassert f(1) == 1"]),
    ("unittest's words", "def f(x): return 1/x", ["import unittest\nt = unittest.TestCase()\nt.assertEqual(f(1), 1.0)\nt.assertAlmostEqual(f(3), 0.3333333333)\nwith t.assertRaises(ZeroDivisionError): f(0)"]),
    ("printed output", "def f(x): print('got', x)", ["import io, contextlib\nout = io.StringIO()\nwith contextlib.redirect_stdout(out): f(3)\nassert out.getvalue() == 'got 3\\n'"]),
    ("coroutine", "import asyncio\nasync def f(x):\n    await asyncio.sleep(0)\n    return x + 1", ["import asyncio\nassert asyncio.run(f(1)) == 2"]),
    ("asyncio inside", "import asyncio\nasync def g(x): return x\ndef f(x): return asyncio.run(g(x))", ["assert f(1) == 1"]),
    ("docstring and name", "def f(x):\n    'Adds.'\n    return x", ["assert f.__name__ == 'f' and f.__doc__ == 'Adds.' and callable(f)"]),
    ("types of results", "def f(x): return x", ["assert isinstance(f(1), int) and type(f([])) is list and type(f('')) == str and not isinstance(f(1), str)"]),
    ("lambda", "f = lambda x: x + 1", ["assert f(1) == 2"]),
    ("function of the library", "from math import gcd as f", ["assert f(4, 6) == 2", "g = f\nassert g(9, 6) == 3"]),
    ("partial", "from functools import partial\nf = partial(pow, 2)", ["assert f(3) == 8", "x = f(2)\nassert x == 4"]),
    ("cached", "from functools import lru_cache\n@lru_cache(None)\ndef f(n): return n if n < 2 else f(n-1) + f(n-2)", ["assert f(90) == 2880067194370816120", "f.cache_clear(); assert f(10) == 55"]),
    ("callable object", "class F:\n    def __call__(self, x): return x * 2\nf = F()", ["assert f(2) == 4"]),
    ("class as function", "class f:\n    def __new__(cls, x): return x * 2", ["assert f(2) == 4"]),
    ("deep recursion", "import sys\nsys.setrecursionlimit(100000)\ndef f(n): return 0 if n == 0 else 1 + f(n-1)", ["assert f(20000) == 20000"]),
    ("deep result", "def f(n):\n    x = []\n    for _ in range(n): x = [x]\n    return x", ["x = f(500)\nfor _ in range(500): x = x[0]\nassert x == []"]),
    ("large result", "def f(n): return list(range(n)), 'x' * n, {i: str(i) for i in range(n)}", ["a, b, c = f(100000)\nassert a == list(range(100000)) and b == 'x' * 100000 and c[99999] == '99999'", "assert f(50000)[0] == list(range(50000))"]),
    ("main guard", "def f(x): return x\nif __name__ == '__main__':\n    n = int(input())\n    print(f(n))", ["assert f(1) == 1"]),
    ("prints a lot", "def f(x):\n    for i in range(2000): print('debug', i)\n    return x\nf(0)", ["assert f(1) == 1"]),
    ("threads", "import threading\ndef f(n):\n    out = []\n    ts = [threading.Thread(target=out.append, args=(i,)) for i in range(n)]\n    [t.start() for t in ts]; [t.join() for t in ts]\n    return sorted(out)", ["assert f(5) == [0, 1, 2, 3, 4]"]),
    ("thread calls back", "import threading\ndef f(g):\n    t = threading.Thread(target=g, args=(3,)); t.start(); t.join()", ["seen = []\nf(seen.append)\nassert seen == [3]", "seen = []\nf(lambda x: seen.append(x * 2))\nassert seen == [6]"]),
    ("thread pool", "from concurrent.futures import ThreadPoolExecutor\ndef f(xs):\n    with ThreadPoolExecutor(3) as p: return list(p.map(str, xs))", ["assert f([1, 2]) == ['1', '2']"]),
    ("temporary files", "import tempfile, os\ndef f(s):\n    with tempfile.NamedTemporaryFile('w', delete=False) as h: h.write(s)\n    with open('here.txt', 'w') as h: h.write(s)\n    return open(h.name).read() + str(os.path.exists('here.txt'))", ["assert f('a') == 'aTrue'"]),
    ("pickle and copy", "import pickle, copy\nclass P:\n    def __init__(s, x): s.x = x\ndef f(x): return pickle.loads(pickle.dumps(P(x))).x + copy.deepcopy(P(x)).x", ["assert f(2) == 4"]),
    ("inspect", "import inspect\ndef f(x): return x\ndef g(): return inspect.signature(f).parameters, inspect.getsource(f)", ["p, s = g()\nassert 'x' in p and s == 'def f(x): return x\\n'"]),
    ("regular expressions", "import re\ndef f(s): return re.match(r'(\\d+)', s)", ["assert f('12a').group(1) == '12' and f('a') is None"]),
    ("typing", "from typing import *\nT = TypeVar('T')\ndef f(x: Optional[List[int]] = None) -> Dict[str, int]: return {'n': len(x or [])}", ["assert f([1]) == {'n': 1}"]),
    ("exec and eval", "exec('def f(x): return x + 1')\ng = eval('lambda x: x * 2')", ["assert f(1) == 2 and g(3) == 6"]),
    ("future import", "from __future__ import annotations\ndef f(x: Unknown) -> Missing: return x", ["assert f(1) == 1"]),
    ("walrus and match", "def f(x):\n    match x:\n        case [a, *_] if (n := a): return n\n        case {'k': v}: return v\n        case _: return None", ["assert f([3, 4]) == 3 and f({'k': 2}) == 2 and f(0) is None"]),
    ("odd names", "def été(x): return x\nf = été", ["assert été(1) == 1", "assert f(2) == 2"]),
    ("cookie and bom", "# -*- coding: latin-1 -*-\ndef f(): return 'é'", ["assert f() == 'é'"]),
    ("windows line ends", "def f(x):\r\n    return x\r\n", ["assert f(1) == 1"]),
    ("warnings", "import warnings\nwarnings.warn('x')\ndef f(x): return x is 2 or x", ["assert f(3) == 3"]),
    ("random seeded", "import random\ndef f():\n    random.seed(1)\n    return random.randint(0, 10**9)", ["import random\nrandom.seed(1)\nassert f() == random.randint(0, 10**9)"]),
    ("closes its streams", "import sys, os\ndef f(x):\n    sys.stdout.close()\n    return x", ["assert f(1) == 1"]),
    ("patches for itself", "import builtins\nbuiltins.print = lambda *a, **k: None\ndef f(x): print(x); return x", ["assert f(1) == 1", "assert len(str(f(12))) == 2"]),
    ("check", "def f(x): return x % 2 == 0", "assert f(2)\nfor i in range(20): assert candidate(2*i) and not candidate(2*i+1)"),
    ("check with helpers", "def f(xs): return sorted(xs)", "import random\nrng = random.Random(1)\nfor _ in range(20):\n    xs = [rng.randint(0, 9) for _ in range(5)]\n    assert candidate(list(xs)) == sorted(xs)"),
    ("check with a partner", "def enc(s): return s[::-1]\ndef f(s): return s[::-1]", "for s in ('ab', 'xyz'): assert candidate(enc(s)) == s"),
    ("check with an exception", "def f(x):\n    if x < 0: raise ValueError('neg')\n    return x", "try:\n    candidate(-1)\nexcept ValueError as e:\n    assert 'neg' in str(e)\nelse:\n    raise AssertionError('no error')\nassert candidate(3) == 3"),
]  # fmt: skip

NUMPY: list[tuple[str, str, Any]] = [
    ("scalar", "import numpy as np\ndef f(xs): return np.max(xs)", ["assert f([1, 5, 2]) == 5"]),
    ("truth", "import numpy as np\ndef f(xs): return np.all(xs)", ["assert f([True]) == True", "assert f([1]) and not f([0])"]),
    ("array", "import numpy as np\ndef f(n): return np.arange(n)", ["import numpy as np\nassert (f(3) == np.array([0, 1, 2])).all() and f(3).tolist() == [0, 1, 2]\nassert np.allclose(f(2), [0, 1]) and np.array_equal(f(2), [0, 1])"]),
    ("np from the solution", "import numpy as np\ndef f(n): return np.eye(n)", ["x = f(2)\nassert np.allclose(x, [[1, 0], [0, 1]]) and x.shape == (2, 2)"]),
    ("argument", "import numpy as np\ndef f(a): return float(a.mean())", ["import numpy as np\nassert f(np.array([1.0, 3.0])) == 2.0"]),
    ("float32", "import numpy as np\ndef f(): return np.float32(0.1)", ["assert abs(f() - 0.1) < 1e-6"]),
]  # fmt: skip

REFUSED: list[tuple[str, str, Any, str]] = [
    ("wrong", "def f(x): return x", ["assert f(2) == 4"], "wrong_answer"),
    ("half right", "def f(x): return 4", ["assert f(2) == 4", "assert f(3) == 9"], "wrong_answer"),
    ("list for tuple", "def f(n): return [n, n]", ["assert f(3) == (3, 3)"], "wrong_answer"),
    ("text for number", "def f(n): return str(n)", ["assert f(3) == 3"], "wrong_answer"),
    ("none", "def f(n): pass", ["assert f(3) == 3"], "wrong_answer"),
    ("raises", "def f(n): return 1/0", ["assert f(3) == 3"], "runtime_error"),
    ("type error in the test", "def f(n): pass", ["assert len(f(3)) == 3"], "runtime_error"),
    ("no such function", "def g(n): return n", ["assert f(3) == 3"], "runtime_error"),
    ("syntax", "def f(n) return n", ["assert f(3) == 3"], "runtime_error"),
    ("indentation", "def f(n):\nreturn n", ["assert f(3) == 3"], "runtime_error"),
    ("empty", "", ["assert f(3) == 3"], "runtime_error"),
    ("recursion", "def f(n): return f(n)", ["assert f(3) == 3"], "runtime_error"),
    ("wrong class", "class V:\n    def __init__(s, x): s.x = x", ["assert V(1) == V(1)"], "wrong_answer"),
    ("wrong in place", "def f(a): sorted(a)", ["a = [2, 1]\nf(a)\nassert a == [1, 2]"], "wrong_answer"),
    ("no exception", "def f(x): return x", "try:\n    candidate(-1)\nexcept ValueError: pass\nelse: assert False, 'no error'", "wrong_answer"),
    ("other exception", "def f(x): raise KeyError(x)", "try:\n    candidate(-1)\nexcept ValueError: pass", "runtime_error"),
    ("check raises", "def f(x): return x", "assert candidate(1) == 1\nassert candidate(2) == 3", "wrong_answer"),
    ("loop", "def f(x):\n    while True: pass", ["assert f(1) == 1"], "time_limit_exceeded"),
    ("sleep", "import time\ndef f(x): time.sleep(100)", ["x = f(1)\nassert x == 1"], "time_limit_exceeded"),
    ("memory", "def f(x): return len(bytearray(10**10))", ["assert f(1) == 10**10"], "memory_limit_exceeded"),
]  # fmt: skip


def _gold(tests: Any) -> dict[str, Any]:
    if isinstance(tests, str):
        body = textwrap.indent(tests, "    ")
        return {"mode": "check", "test_code": f"def check(candidate):\n{body}\n", "entry_point": "f"}
    return {"mode": "asserts", "tests": tests}


@pytest.mark.parametrize(("program", "tests"), [pytest.param(*case[1:], id=case[0]) for case in ACCEPTED])
def test_right_program_is_accepted(program: str, tests: Any, judge: Callable[..., Score]) -> None:
    score = judge(program, **_gold(tests))
    assert (score.value, score.reason) == (1.0, "accepted"), score.detail


@pytest.mark.parametrize(("program", "tests"), [pytest.param(*case[1:], id=case[0]) for case in NUMPY])
def test_numpy_value_compares_as_in_python(program: str, tests: Any, judge: Callable[..., Score]) -> None:
    pytest.importorskip("numpy")
    score = judge(program, **_gold(tests))
    assert (score.value, score.reason) == (1.0, "accepted"), score.detail


@pytest.mark.parametrize(("program", "tests", "reason"), [pytest.param(*case[1:], id=case[0]) for case in REFUSED])
def test_wrong_program_is_refused_for_what_it_did(
    program: str, tests: Any, reason: str, judge: Callable[..., Score]
) -> None:
    score = judge(program, limits={"time_s": 2}, **_gold(tests))
    assert (score.value, score.reason) == (0.0, reason), score.detail
