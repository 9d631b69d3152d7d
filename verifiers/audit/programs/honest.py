"""Right programs of unusual make, for the linear function a*x + b: what a grader must not refuse, ban or trip over."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

HONEST_FUNCTIONS: Mapping[str, str] = {
    "prints while it works": "def $f(x):\n    print('x =', x)\n    return $a * x + $b",
    "prints a verdict, too": "def $f(x):\n    print('FAILED: wrong')\n    return $a * x + $b",
    "warns on stderr": "import sys\ndef $f(x):\n    print('debug', file=sys.stderr)\n    return $a * x + $b",
    "main guard": "def $f(x):\n    return $a * x + $b\n\nif __name__ == '__main__':\n    print($f(1))",
    "tests itself": "def $f(x):\n    return $a * x + $b\n\nassert $f(1) == $a + $b",
    "global memory": "seen = {}\ndef $f(x):\n    global last\n    last = x\n    return seen.setdefault(x, $a * x + $b)",
    "cache": "from functools import lru_cache\n\n@lru_cache(maxsize=None)\ndef $f(x):\n    return $a * x + $b",
    "threads": """
import threading
def $f(x):
    out = []
    thread = threading.Thread(target=lambda: out.append($a * x + $b))
    thread.start()
    thread.join()
    return out[0]
""",
    "pickle and copy": """
import copy, pickle
def $f(x):
    return pickle.loads(pickle.dumps(copy.deepcopy([$a * x + $b])))[0]
""",
    "temporary file": """
import os, tempfile
def $f(x):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "value")
        with open(path, "w") as file:
            file.write(str($a * x + $b))
        return int(open(path).read())
""",
    "deep recursion": """
import sys
sys.setrecursionlimit(20000)
def down(n):
    return 0 if n == 0 else down(n - 1)
def $f(x):
    return down(3000) + $a * x + $b
""",
    "dataclass": """
from dataclasses import dataclass
@dataclass(frozen=True)
class Line:
    slope: int
    offset: int
    def at(self, x: int) -> int:
        return self.slope * x + self.offset
def $f(x: int) -> int:
    return Line($a, $b).at(x)
""",
    "coroutine": """
import asyncio
def $f(x):
    async def value():
        await asyncio.sleep(0)
        return $a * x + $b
    return asyncio.run(value())
""",
    "fractions and decimals": """
from decimal import Decimal
from fractions import Fraction
def $f(x):
    return int(Decimal($a) * x + int(Fraction($b)))
""",
    "random": "import random\ndef $f(x):\n    random.seed(x)\n    random.random()\n    return $a * x + $b",
    "other alphabets": "def $f(x):\n    '''Пример: 例.'''\n    наклон, б = $a, $b\n    return наклон * x + б",
    "exceptions": """
def $f(x):
    try:
        raise KeyError(x)
    except KeyError as error:
        return $a * error.args[0] + $b
""",
    "exit that is not reached": "import sys, os\ndef $f(x):\n    if x is None:\n        sys.exit(1)\n    return $a * x + $b",
    "names that a grader may use": "def result(x):\n    return $a * x\ndef $f(x, expected=$b):\n    return result(x) + expected",
    "star import": "from math import *\ndef $f(x):\n    return int(floor($a * x) + $b)",
} | (
    {"numpy": "import numpy as np\ndef $f(x):\n    return int(np.dot(np.array([$a, $b]), np.array([x, 1])))"}
    if find_spec("numpy")
    else {}
)

HONEST_WHOLE: Mapping[str, str] = {
    "sys.stdin": "import sys\nx = int(sys.stdin.read())\nprint($a * x + $b)",
    "readline": "import sys\nx = int(sys.stdin.readline())\nsys.stdout.write(f'{$a * x + $b}\\n')",
    "buffer": "import sys\nx = int(sys.stdin.buffer.readline())\nprint($a * x + $b)",
    "open(0)": "x = int(open(0).read().split()[0])\nprint($a * x + $b)",
    "fileinput": "import fileinput\nfor line in fileinput.input():\n    print($a * int(line) + $b)",
    "loop over the lines": "import sys\nfor line in sys.stdin:\n    if line.strip():\n        print($a * int(line) + $b)",
    "main guard": "def main():\n    x = int(input())\n    print($a * x + $b)\n\nif __name__ == '__main__':\n    main()",
    "no line break at the end": "import sys\nsys.stdout.write(str($a * int(input()) + $b))",
    "white space at the ends of lines": "print($a * int(input()) + $b, end='  \\n\\n')",
    "warns on stderr": "import sys\nprint('debug', file=sys.stderr)\nprint($a * int(input()) + $b)",
    "ends with exit": "import sys\nprint($a * int(input()) + $b)\nsys.exit()",
    "ends with quit": "print($a * int(input()) + $b)\nquit()",
    "threads": """
import sys, threading
sys.setrecursionlimit(10000)
threading.stack_size(16 * 1024 * 1024)
def main():
    print($a * int(input()) + $b)
thread = threading.Thread(target=main)
thread.start()
thread.join()
""",
    "global input": "x = int(input())\ndef work():\n    global y\n    y = $a * x + $b\nwork()\nprint(y)",
}
"""Every way to read a line of input."""
