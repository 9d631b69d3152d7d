"""What a conversation loads costs every problem that needs one: only what all conversations use."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from verifiers.types import Score

_LOADED = """
import sys
before = set(sys.modules)
sys.modules["verifiers.code.guest.start"].load("MODULE")
loaded = {name for name in set(sys.modules) - before if not name.startswith("verifiers.")}
def f(): return sorted(loaded)
"""

COLLECTIONS = {"collections", "_collections", "operator", "_operator", "itertools", "keyword", "reprlib"}
"""What the containers of a conversation need; it takes less than a millisecond."""


@pytest.mark.parametrize("module", ["solution", "tester"])
def test_a_conversation_loads_no_library_but_collections(module: str, judge: Callable[..., Score]) -> None:
    assert (
        judge(_LOADED.replace("MODULE", module), "asserts", tests=[f"assert set(f()) <= {COLLECTIONS!r}"]).value == 1.0
    )
