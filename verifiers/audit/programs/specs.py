"""The problems: small functions of numbers, lists and texts, each written in several ways, and missed in several."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from hypothesis import strategies as st

from verifiers.audit.programs.spec import Spec


def _constants(**ranges: tuple[int, int]) -> Any:
    return st.fixed_dictionaries({name: st.integers(*bounds) for name, bounds in ranges.items()})


AFFINE = Spec(
    "linear function",
    ("int",),
    "int",
    _constants(a=(100, 999), b=(1, 99)),
    lambda c, x: c["a"] * x + c["b"],
    lambda c: [(0,), (1,), (7,), (-3,), (40,)],
    right={
        "expression": "def $f(x):\n    return $a * x + $b",
        "lambda": "$f = lambda x: $b + x * $a",
        "loop": """
def $f(x):
    total = $b
    for _ in range(abs(x)):
        total += $a if x > 0 else -$a
    return total
""",
        "recursion": """
def $f(x):
    if x == 0:
        return $b
    return $f(x - 1) + $a if x > 0 else $f(x + 1) - $a
""",
        "closure": """
def line(slope, offset):
    def at(x):
        return slope * x + offset
    return at

$f = line($a, $b)
""",
        "class": """
class Line:
    def __init__(self, slope: int, offset: int) -> None:
        self.slope, self.offset = slope, offset

    def at(self, x: int) -> int:
        return self.slope * x + self.offset

def $f(x: int) -> int:
    return Line($a, $b).at(x)
""",
    },
    wrong={
        "constant off by one": "def $f(x):\n    return $a * x + $b + 1",
        "constants swapped": "def $f(x):\n    return $b * x + $a",
        "absolute value": "def $f(x):\n    return $a * abs(x) + $b",
        "right for small numbers": "def $f(x):\n    return $a * x + $b if x < 8 else $a * x",
        "returns nothing": "def $f(x):\n    $a * x + $b",
        "prints instead": "def $f(x):\n    print($a * x + $b)",
        "not written": "def $f(x):\n    raise NotImplementedError",
        "returns text": "def $f(x):\n    return str($a * x + $b)",
        "returns a list": "def $f(x):\n    return [$a * x + $b]",
    },
    wrong_value=("returns text",),
)

COUNT = Spec(
    "count above a bound",
    ("ints",),
    "int",
    _constants(k=(3, 50)),
    lambda c, xs: sum(x > c["k"] for x in xs),
    lambda c: [
        ([c["k"] - 1, c["k"], c["k"] + 1],),
        ([c["k"] + 1, c["k"] + 1, 0],),
        ([c["k"] + 5, -c["k"], 1],),
        ([0],),
    ],
    right={
        "generator": "def $f(xs):\n    return sum(1 for x in xs if x > $k)",
        "comprehension": "def $f(xs):\n    return len([x for x in xs if x > $k])",
        "filter": "def $f(xs):\n    return len(list(filter(lambda x: x > $k, xs)))",
        "loop": """
def $f(xs):
    n = 0
    for x in xs:
        if not x <= $k:
            n += 1
    return n
""",
        "bisect": """
from bisect import bisect_right

def $f(xs):
    ordered = sorted(xs)
    return len(ordered) - bisect_right(ordered, $k)
""",
    },
    wrong={
        "at least": "def $f(xs):\n    return sum(x >= $k for x in xs)",
        "below": "def $f(xs):\n    return sum(x < $k for x in xs)",
        "distinct ones": "def $f(xs):\n    return len({x for x in xs if x > $k})",
        "absolute value": "def $f(xs):\n    return sum(abs(x) >= $k and x != $k for x in xs)",
        "sum of them": "def $f(xs):\n    return sum(x for x in xs if x > $k)",
        "all but the first": "def $f(xs):\n    return sum(x > $k for x in xs[1:])",
    },
)

NEAREST = Spec(
    "sort by distance",
    ("ints",),
    "ints",
    _constants(k=(5, 40)),
    lambda c, xs: sorted(xs, key=lambda x: (abs(x - c["k"]), x)),
    lambda c: [([c["k"] + 1, c["k"] - 1, c["k"], 0],), ([3, 1, 2, 99],), ([c["k"] + 2, c["k"] + 2, -7],)],
    right={
        "sorted": "def $f(xs):\n    return sorted(xs, key=lambda x: (abs(x - $k), x))",
        "sorted twice": "def $f(xs):\n    return sorted(sorted(xs), key=lambda x: abs(x - $k))",
        "decorated": "def $f(xs):\n    return [x for _, x in sorted((abs(x - $k), x) for x in xs)]",
        "insertion": """
def $f(xs):
    out = []
    for x in xs:
        i = 0
        while i < len(out) and (abs(out[i] - $k), out[i]) <= (abs(x - $k), x):
            i += 1
        out.insert(i, x)
    return out
""",
        "heap": """
import heapq

def $f(xs):
    heap = [(abs(x - $k), x) for x in xs]
    heapq.heapify(heap)
    return [heapq.heappop(heap)[1] for _ in range(len(heap))]
""",
    },
    wrong={
        "ties as they come": "def $f(xs):\n    return sorted(xs, key=lambda x: abs(x - $k))",
        "sorted by value": "def $f(xs):\n    return sorted(xs)",
        "farthest first": "def $f(xs):\n    return sorted(xs, key=lambda x: (-abs(x - $k), x))",
        "duplicates lost": "def $f(xs):\n    return sorted(set(xs), key=lambda x: (abs(x - $k), x))",
        "as they come": "def $f(xs):\n    return xs",
        "sorts in place": "def $f(xs):\n    xs.sort(key=lambda x: (abs(x - $k), x))",
    },
)

SHIFT = Spec(
    "shift letters",
    ("text",),
    "text",
    _constants(k=(1, 12)),
    lambda c, s: "".join(chr((ord(x) - 97 + c["k"]) % 26 + 97) if "a" <= x <= "z" else x for x in s),
    lambda c: [("abc",), ("xyz",), ("hello, world",), ("Az",)],
    right={
        "codes": """
def $f(s):
    return "".join(chr((ord(x) - 97 + $k) % 26 + 97) if "a" <= x <= "z" else x for x in s)
""",
        "table": """
from string import ascii_lowercase as letters

def $f(s):
    return s.translate(str.maketrans(letters, letters[$k:] + letters[:$k]))
""",
        "index": """
def $f(s: str) -> str:
    alphabet, out = "abcdefghijklmnopqrstuvwxyz", ""
    for x in s:
        if x in alphabet:
            out += alphabet[(alphabet.index(x) + $k) % 26]
        else:
            out += x
    return out
""",
    },
    wrong={
        "no way round": "def $f(s):\n    return ''.join(chr(ord(x) + $k) if x.islower() else x for x in s)",
        "other way": "def $f(s):\n    return ''.join(chr((ord(x) - 97 - $k) % 26 + 97) if x.islower() else x for x in s)",
        "all characters": "def $f(s):\n    return ''.join(chr((ord(x) - 97 + $k) % 26 + 97) for x in s)",
        "unchanged": "def $f(s):\n    return s",
        "upper case": "def $f(s):\n    return ''.join(chr((ord(x) - 97 + $k) % 26 + 65) if x.islower() else x for x in s)",
    },
)

SUMS = Spec(
    "running sums",
    ("ints",),
    "ints",
    _constants(m=(7, 60)),
    lambda c, xs: [total % c["m"] for total in accumulate(xs)],
    lambda c: [([1, 2, 3],), ([c["m"], 1, -5],), ([c["m"] - 1, 4, 2 * c["m"]],), ([5],)],
    right={
        "accumulate": """
from itertools import accumulate

def $f(xs):
    return [total % $m for total in accumulate(xs)]
""",
        "slices": "def $f(xs):\n    return [sum(xs[: i + 1]) % $m for i in range(len(xs))]",
        "loop": """
def $f(xs):
    out, total = [], 0
    for x in xs:
        total = (total + x) % $m
        out.append(total)
    return out
""",
        "recursion": """
def $f(xs):
    if not xs:
        return []
    return $f(xs[:-1]) + [sum(xs) % $m]
""",
        "generator": """
def totals(xs):
    total = 0
    for x in xs:
        total += x
        yield total % $m

def $f(xs):
    return list(totals(xs))
""",
    },
    wrong={
        "no remainder": "def $f(xs):\n    return [sum(xs[: i + 1]) for i in range(len(xs))]",
        "last sum missing": "def $f(xs):\n    return [sum(xs[: i + 1]) % $m for i in range(len(xs) - 1)]",
        "starts with zero": "def $f(xs):\n    return [sum(xs[:i]) % $m for i in range(len(xs) + 1)]",
        "off by one": "def $f(xs):\n    return [sum(xs[:i]) % $m for i in range(len(xs))]",
        "only the total": "def $f(xs):\n    return [sum(xs) % $m]",
        "elements alone": "def $f(xs):\n    return [x % $m for x in xs]",
    },
)

BASE = Spec(
    "digits in a base",
    ("int",),
    "text",
    _constants(b=(3, 8)),
    lambda c, n: _in_base(n, c["b"]),
    lambda c: [(0,), (1,), (c["b"],), (c["b"] ** 3 + 2,), (1000,)],
    right={
        "divmod": """
def $f(n):
    digits = ""
    while True:
        n, digit = divmod(n, $b)
        digits = str(digit) + digits
        if n == 0:
            return digits
""",
        "recursion": "def $f(n):\n    return ($f(n // $b) if n >= $b else '') + str(n % $b)",
        "list": """
def $f(n):
    if n == 0:
        return "0"
    digits = []
    while n:
        digits.append(str(n % $b))
        n //= $b
    return "".join(reversed(digits))
""",
    },
    wrong={
        "nothing for zero": """
def $f(n):
    digits = ""
    while n:
        n, digit = divmod(n, $b)
        digits = str(digit) + digits
    return digits
""",
        "backwards": "def $f(n):\n    return str(n % $b) + ($f(n // $b) if n >= $b else '')",
        "next base": "def $f(n):\n    return ($f(n // ($b + 1)) if n > $b else '') + str(n % ($b + 1))",
        "as a number": "def $f(n):\n    return int((str($f(n // $b)) if n >= $b else '') + str(n % $b))",
    },
    wrong_value=("as a number",),
)

DIVISIBLE = Spec(
    "divisibility",
    ("int", "int"),
    "bool",
    _constants(a=(2, 9), m=(3, 9)),
    lambda c, x, y: (c["a"] * x + y) % c["m"] == 0,
    lambda c: [(0, c["m"]), (1, -c["a"]), (1, c["m"] - c["a"] + 1), (2, 3 * c["m"] - 2 * c["a"]), (0, 1)],
    right={
        "expression": "def $f(x, y):\n    return ($a * x + y) % $m == 0",
        "not": "def $f(x, y):\n    return not ($a * x + y) % $m",
        "divmod": "def $f(x, y):\n    quotient, rest = divmod($a * x + y, $m)\n    return rest == 0",
        "branches": """
def $f(x, y):
    if ($a * x + y) % $m:
        return False
    return True
""",
    },
    wrong={
        "always": "def $f(x, y):\n    return True",
        "never": "def $f(x, y):\n    return False",
        "negated": "def $f(x, y):\n    return ($a * x + y) % $m != 0",
        "remainder one": "def $f(x, y):\n    return ($a * x + y) % $m == 1",
        "as a word": "def $f(x, y):\n    return 'True' if ($a * x + y) % $m == 0 else 'False'",
    },
    wrong_value=("as a word",),
)

LETTERS = Spec(
    "count letters",
    ("text",),
    "counts",
    _constants(k=(1, 5)),
    lambda c, s: {x: s.count(x) * c["k"] for x in s.replace(" ", "")},
    lambda c: [("abca",), ("to be or not to be",), ("A a",), ("x",)],
    right={
        "counter": """
from collections import Counter

def $f(s):
    return {x: $k * n for x, n in Counter(s).items() if x != " "}
""",
        "get": """
def $f(s):
    counts = {}
    for x in s:
        if x != " ":
            counts[x] = counts.get(x, 0) + $k
    return counts
""",
        "comprehension": "def $f(s):\n    return {x: $k * s.count(x) for x in set(s) - {' '}}",
    },
    wrong={
        "counts spaces": "def $f(s):\n    return {x: $k * s.count(x) for x in s}",
        "ignores case": "def $f(s):\n    s = s.lower()\n    return {x: $k * s.count(x) for x in s if x != ' '}",
        "off by one": "def $f(s):\n    return {x: $k * s.count(x) + 1 for x in s if x != ' '}",
        "pairs": "def $f(s):\n    return [(x, $k * s.count(x)) for x in s if x != ' ']",
    },
)


def _in_base(n: int, base: int) -> str:
    return (_in_base(n // base, base) if n >= base else "") + str(n % base)


SPECS = (AFFINE, COUNT, NEAREST, SHIFT, SUMS, BASE, DIVISIBLE, LETTERS)
