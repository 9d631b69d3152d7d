"""Programs that do not end, or not soon: a grader owes them a 0 within its limit. Each gives up by itself after `GIVE_UP_S`."""

from __future__ import annotations

from collections.abc import Mapping

GIVE_UP_S = 20
"""So that nothing is left running for long by a grader that has no limit."""

_UNTIL = f"import time\nend = time.time() + {GIVE_UP_S}\n"

ENDLESS: Mapping[str, str] = {
    "loop while loading": _UNTIL + "while time.time() < end: pass",
    "loop when called": _UNTIL + "def $f(*args):\n    while time.time() < end: pass\n    return 0",
    "sleep": f"import time\ndef $f(*args):\n    time.sleep({GIVE_UP_S})\n    return 0",
    "loop that catches everything": _UNTIL
    + """
def $f(*args):
    while time.time() < end:
        try:
            while time.time() < end: pass
        except BaseException:
            pass
    return 0
""",
    "loop without signals": _UNTIL
    + """
import signal
def $f(*args):
    for name in ("SIGALRM", "SIGTERM", "SIGINT", "SIGXCPU"):
        try:
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        except ValueError:
            pass
    try:
        signal.setitimer(signal.ITIMER_REAL, 0)
    except ValueError:
        pass
    while time.time() < end: pass
    return 0
""",
    "one long operation": "def $f(*args): return pow(7, 3 * 10**7) % 1000",
    "recursion": "def $f(*args): return $f(*args)",
    "prints without end": _UNTIL
    + """
def $f(*args):
    for _ in range(3000):
        print("x" * 10000)
    return 0
""",
}

WHOLE_ENDLESS: Mapping[str, str] = {
    "loop": _UNTIL + "while time.time() < end: pass",
    "sleep": f"import time\ntime.sleep({GIVE_UP_S})",
    "waits for more input": "import sys\nwhile sys.stdin.readline(): pass\n"
    + _UNTIL
    + "while time.time() < end: input()",
}
