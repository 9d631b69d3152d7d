"""The languages a sandbox can run: how each is compiled and started, and where its tools are.

Python is not here: it runs in the zygote's own fork.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache

from sandbox.types import LanguageUnavailable

_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/go/bin"


@dataclass(frozen=True, slots=True)
class Language:
    """How to make a program of a source text.

    Args:
        source: the file name that the compiler or interpreter wants.
        tool: the program it needs, as found in PATH.
        compile: the tool's arguments, which make the file `program` of it; empty for interpreted languages.
        run: the arguments of the tool when it runs the source itself.
    """

    source: str
    tool: str
    compile: tuple[str, ...] = ()
    run: tuple[str, ...] = ()


PROGRAM = "program"

LANGUAGES = {
    "c": Language("main.c", "gcc", ("-O2", "-std=c17", "-o", PROGRAM, "main.c", "-lm")),
    "cpp": Language("main.cpp", "g++", ("-O2", "-std=c++17", "-o", PROGRAM, "main.cpp")),
    "rust": Language("main.rs", "rustc", ("-O", "--edition=2021", "-o", PROGRAM, "main.rs")),
    "go": Language("main.go", "go", ("build", "-o", PROGRAM, "main.go")),
    "javascript": Language("main.js", "node", run=("main.js",)),
    "bash": Language("main.sh", "bash", run=("main.sh",)),
}
_ALIASES = {"c++": "cpp", "js": "javascript", "node": "javascript", "sh": "bash", "rs": "rust", "golang": "go"}


def find(name: str) -> tuple[Language, str]:
    """A language and the path of its tool.

    Raises:
        LanguageUnavailable: the tool is not on this machine.
        ValueError: no such language.
    """
    name = _ALIASES.get(name.lower(), name.lower())
    if name not in LANGUAGES:
        raise ValueError(f"language={name!r} is unknown; write one of python, {', '.join(LANGUAGES)}")
    language = LANGUAGES[name]
    if path := _tool(language.tool):
        return language, path
    raise LanguageUnavailable(f"no {name} here: {language.tool!r} is neither in PATH nor in {_PATH}")


def available() -> dict[str, str]:
    """Path of each language's tool; "" where it is missing."""
    return {name: _tool(language.tool) for name, language in LANGUAGES.items()}


def shared_directories() -> list[str]:
    """Where tools live outside of /usr: a jail has to show these."""
    found = []
    for path in available().values():
        if path and not os.path.realpath(path).startswith(("/usr/", "/bin/")):
            found.append(_home(path))
    return found


@cache
def _tool(name: str) -> str:
    path = shutil.which(name) or shutil.which(name, path=_PATH) or ""
    if path and name == "rustc":
        return _rustc(path)
    return path


def _rustc(path: str) -> str:
    """The compiler itself: what lies in PATH is often rustup's, which only looks up which compiler is meant."""
    try:
        answer = subprocess.run([path, "--print", "sysroot"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    real = os.path.join(answer.stdout.strip(), "bin", "rustc")
    return real if answer.returncode == 0 and os.path.exists(real) else ""


def _home(path: str) -> str:
    """The directory of an installation: the one above its bin."""
    return os.path.dirname(os.path.dirname(os.path.realpath(path)))
