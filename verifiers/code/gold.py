"""The gold of a programming problem: what the tests are, and what a program may use."""

from __future__ import annotations

import ast
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox import Limits
from sandbox.files import complaint
from sandbox.languages import LANGUAGES
from verifiers.code.guest.values import CodecError, encode

MODES = ("asserts", "check", "call", "stdio")


class GoldError(ValueError):
    """The gold cannot be used; the message says what is wrong with it and what is expected."""


@dataclass(frozen=True, slots=True)
class Task:
    """A gold, read and checked.

    Attributes:
        mode: "asserts" (statements run after the code), "check" (`test_code` defines check(candidate)), "call"
            (arguments and expected results) or "stdio" (input and output of a whole program).
        tests: statements, {"args", "expected"} or {"stdin", "stdout"}; empty for "check".
        tol: how far apart two numbers may be, where the problem says so.
        files: put into the working directory.
    """

    mode: str
    tests: tuple[Any, ...]
    limits: Limits
    test_code: str = ""
    entry_point: str = ""
    lang: str = "python"
    tol: float | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)


def read_gold(gold: Any) -> Task:
    """The task that a gold describes, in the form of `docs/code.md`.

    Raises:
        GoldError: the gold is no mapping of that form, or its tests are no Python.
    """
    if not isinstance(gold, Mapping):
        raise GoldError(f"gold is a {type(gold).__name__}; write a mapping with 'mode' and 'tests'")
    mode, lang = gold.get("mode"), _language(gold.get("lang"))
    if mode not in MODES:
        raise GoldError(f"mode={mode!r}; write one of {', '.join(map(repr, MODES))}")
    if mode != "stdio" and lang != "python":
        raise GoldError(f"lang={lang!r} with mode={mode!r}; other languages than python are judged by mode 'stdio'")
    tests, test_code, entry_point = gold.get("tests") or (), gold.get("test_code") or "", gold.get("entry_point") or ""
    if isinstance(tests, str) or not isinstance(tests, Sequence):
        raise GoldError(f"tests is a {type(tests).__name__}; write a list")
    if isinstance(entry_point, str):
        entry_point = entry_point.replace("().", ".", 1)  # "Solution().f", as LeetCode's data sets write it
    if mode in ("check", "call") and not _names_a_function(entry_point):
        raise GoldError(f"entry_point={entry_point!r}; write the function's name, or 'Solution.name' for a method")
    if mode == "check":
        _require_check(test_code)
    elif not tests:
        raise GoldError("tests is empty; without a test every program would pass")
    for position, test in enumerate(tests if mode != "check" else ()):
        if why := _complaint(mode, test):
            raise GoldError(f"tests[{position}] {why}")
    limits = gold.get("limits") or {}
    if not isinstance(limits, Mapping):
        raise GoldError(f"limits is a {type(limits).__name__}; write a mapping such as {{'time_s': 5}}")
    allowed = _read_limits(limits)
    return Task(
        mode=mode,
        tests=tuple(tests) if mode != "check" else (),
        limits=allowed,
        test_code=test_code,
        entry_point=entry_point,
        lang=lang,
        tol=_read_tol(limits.get("tol")),
        files=_read_files(limits.get("files"), allowed),
    )


def _names_a_function(entry_point: Any) -> bool:
    parts = entry_point.split(".") if isinstance(entry_point, str) else []
    return len(parts) in (1, 2) and all(part.isidentifier() for part in parts)


def _language(lang: Any) -> str:
    name = _OTHER_NAMES.get(str(lang or "python").lower(), str(lang or "python").lower())
    if name != "python" and name not in LANGUAGES:
        raise GoldError(f"lang={lang!r} is not known; write one of python, {', '.join(LANGUAGES)}")
    return name


_OTHER_NAMES = {"py": "python", "python3": "python", "c++": "cpp", "js": "javascript", "golang": "go", "sh": "bash"}


def _complaint(mode: str, test: Any) -> str | None:
    """What is wrong with one test, or None."""
    if mode == "asserts":
        return _python_complaint(test)
    if not isinstance(test, Mapping):
        return f"is a {type(test).__name__}; write a mapping"
    if mode == "call":
        if not isinstance(test.get("args"), list | tuple) or "expected" not in test:
            return "needs 'args' (a list) and 'expected'"
        return _plainness_complaint(test)
    wrong = next((key for key in ("stdin", "stdout") if not isinstance(test.get(key, ""), str | bytes)), None)
    if "stdout" not in test:
        return "needs 'stdout'"
    return f"has a {type(test[wrong]).__name__} as {wrong!r}; write text" if wrong else None


def _plainness_complaint(test: Mapping[str, Any]) -> str | None:
    try:
        encode((test["args"], test.get("kwargs"), test["expected"]))
    except CodecError as error:
        return f"holds what cannot be sent: {error}"
    return None


@functools.lru_cache(maxsize=8192)
def _python_complaint(source: Any) -> str | None:
    if not isinstance(source, str):
        return f"is a {type(source).__name__}; write Python source text"
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"is no Python: {type(error).__name__}: {error}"
    return None


def _require_check(test_code: Any) -> None:
    if why := _python_complaint(test_code):
        raise GoldError(f"test_code {why}")
    if not any(getattr(node, "name", None) == "check" for node in ast.parse(test_code).body):
        raise GoldError("test_code defines no check(candidate)")


_A_DAY = 86_400
_OWN_FILES = 16
"""Room for the sandbox's own directories beside the files that a program may make."""


def _read_limits(given: Mapping[str, Any]) -> Limits:
    """`time_s` bounds the CPU as well as the wall clock; what is not given is the sandbox's default."""
    time_s, files = given.get("time_s"), given.get("files")
    fields = {"memory_mb": "memory_mb", "output_kb": "output_kb", "pids": "tasks", "disk_mb": "disk_mb"}
    changes = {ours: given[name] for name, ours in fields.items() if given.get(name) is not None}
    if isinstance(files, int | float):
        changes["inodes"] = files + _OWN_FILES
    if time_s is not None:
        changes["cpu_s"] = changes["wall_s"] = time_s
    try:
        if isinstance(time_s, int | float) and time_s > _A_DAY:
            raise ValueError(f"time_s={time_s!r}: write at most {_A_DAY}, a day")
        return Limits().but(**changes)
    except (TypeError, ValueError) as error:
        raise GoldError(f"limits: {error}") from None


def _read_files(files: Any, limits: Limits) -> Mapping[str, bytes]:
    """`files` as a mapping is what the program finds beside it; as a number it is a limit."""
    if not isinstance(files, Mapping):
        return {}
    contents = {str(name): _bytes(content) for name, content in files.items()}
    if why := complaint(contents, (), limits):
        raise GoldError(f"limits.files: {why}")
    return contents


def _read_tol(tol: Any) -> float | None:
    if tol is None:
        return None
    if isinstance(tol, bool) or not isinstance(tol, int | float) or not 0 <= tol < math.inf:
        raise GoldError(f"limits.tol={tol!r}; write a number of at least 0")
    return float(tol)


def _bytes(content: Any) -> bytes:
    return content if isinstance(content, bytes) else str(content).encode("utf-8", "surrogateescape")
