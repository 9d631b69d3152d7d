"""The global state of a process that a grader has no business to change, as something to compare."""

from __future__ import annotations

import builtins
import json
import locale
import math
import operator
import os
import random
import signal
import sys
from decimal import getcontext
from typing import Any

PATCHABLE = (builtins, json, math, operator)
PATCHED = "functions of builtins, json, math or operator"
SIGNALS = ("SIGALRM", "SIGINT", "SIGTERM", "SIGCHLD", "SIGPIPE", "SIGUSR1", "SIGSEGV")


def snapshot() -> dict[str, Any]:
    """What each kind of state is now. The values need only be comparable."""
    state: dict[str, Any] = {
        "the environment variables": dict(os.environ),
        "the working directory": _cwd(),
        "the umask": _umask(),
        "the recursion limit": sys.getrecursionlimit(),
        "the decimal context": repr(getcontext()),
        "the locale": locale.setlocale(locale.LC_ALL),
        "the global random generator": hash(random.getstate()),
        "the limit on digits of an int": sys.get_int_max_str_digits(),
        "sys.stdout": id(sys.stdout),
        PATCHED: [id(value) for module in PATCHABLE for value in vars(module).values() if callable(value)],
        "the interval timer": signal.getitimer(signal.ITIMER_REAL)[0] > 0,
    }
    for name in SIGNALS:
        state[f"the handler of {name}"] = repr(signal.getsignal(getattr(signal, name)))
    if numpy := sys.modules.get("numpy"):
        kind, keys, *rest = numpy.random.get_state()
        state["numpy's global random generator"] = (kind, keys.tobytes(), *rest)
    return state


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Names of what differs; state that was not there before (a library was imported) is not a change."""
    return [name for name, value in before.items() if after.get(name) != value]


def _cwd() -> str:
    try:
        return os.getcwd()
    except OSError:
        return "(gone)"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
