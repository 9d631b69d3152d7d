"""A script ends in its jail as it ends under the interpreter: the same output, the same exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import Sandbox

_OWN_STREAM = """
import os, sys
class Out:
    def __init__(self): self.parts = []
    def write(self, text): self.parts.append(text.encode())
    def flush(self):
        while self.parts: os.write(1, self.parts.pop(0))
sys.stdout = Out()
"""

SCRIPTS = {
    "a stream of its own that needs its globals to flush": _OWN_STREAM + "print(4)",
    "a stream without flush": "import sys, os\nclass W:\n def write(s, t): os.write(1, t.encode())\nsys.stdout = W()\nprint(4)",
    "a stream that fails to flush": _OWN_STREAM + "Out.flush = lambda self: 1 / 0\nprint(4)",
    "another encoding": "import io, sys\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8')\nprint('é')",
    "a detached stream": "import io, sys\nsys.stdout = io.TextIOWrapper(sys.stdout.detach())\nprint(4)",
    "a closed stream": "import sys\nprint(4)\nsys.stdout.close()",
    "a closed descriptor": "import os\nprint(4)\nos.close(1)",
    "no stream": "import sys\nprint(4)\nsys.stdout = None",
    "a stream in memory": "import io, sys\nsys.stdout = io.StringIO()\nprint(3)\nsys.__stdout__.write(sys.stdout.getvalue())",
    "a large buffer": "import sys\nsys.stdout = open(1, 'w', buffering=1 << 16)\nprint(4)",
    "a finaliser that prints": "class A:\n def __del__(self): print('del')\na = A()",
    "a generator left open": "def g():\n try: yield\n finally: print('end')\nx = g()\nnext(x)",
    "atexit": "import atexit\natexit.register(print, 5)\nprint(4)",
    "an exit in atexit": "import atexit, sys\natexit.register(sys.exit, 5)\nprint(4)",
    "a thread still at work": "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.1), print(5))).start()\nprint(4)",
    "an exit in a thread": "import threading, sys\nthreading.Thread(target=sys.exit, args=(3,)).start()\nprint(4)",
    "an exception": "print(4)\n1 / 0",
    "an exception without stderr": "import sys\nsys.stderr = None\nprint(4)\n1 / 0",
    "exit: none": "import sys\nprint(4)\nsys.exit()",
    "exit: true": "import sys\nsys.exit(True)",
    "exit: text": "import sys\nsys.exit('bad')",
    "exit: negative": "import sys\nsys.exit(-1)",
    "exit: 256": "import sys\nsys.exit(256)",
    "exit: more than a long": "import sys\nsys.exit(10 ** 30)",
    "exit: a float": "import sys\nsys.exit(0.0)",
    "byte order mark": "\ufeffprint(4)",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_ends_as_under_the_interpreter(name: str, box: Sandbox, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPTS[name], "utf-8")
    plain = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(script)], capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    jailed = box.run(SCRIPTS[name])
    assert (jailed.stdout, jailed.exit_code) == (plain.stdout, plain.returncode)
