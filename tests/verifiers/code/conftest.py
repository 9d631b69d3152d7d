"""One sandbox for all tests of the code reward that run harmless or bounded programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox import Sandbox
from verifiers.code import MODULES, CodeVerifier
from verifiers.types import Score

LIMITS = {"time_s": 10, "memory_mb": 512, "output_kb": 1024, "pids": 32, "disk_mb": 32}


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    with Sandbox(modules=MODULES) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def judge(box: Sandbox) -> Callable[..., Score]:
    """judge(program, mode, **gold) -> Score."""
    verifier = CodeVerifier(box)

    def judged(program: str, mode: str, limits: dict[str, Any] | None = None, **gold: Any) -> Score:
        return verifier.check({"mode": mode, "limits": {**LIMITS, **(limits or {})}, **gold}, program)

    return judged
