"""What runs inside the jail: standard library only, handed to the sandbox as source text (`MODULES`).

`values` and `peer` and `remote` are the two ends of a conversation; `solution` and `tester` are what the two jobs do.
"""

from __future__ import annotations

from pathlib import Path

_NAMES = ("values", "peer", "remote", "solution", "tester")  # each needs only those before it

MODULES = {
    "verifiers.code.compare": (Path(__file__).parent.parent / "compare.py").read_text("utf-8"),
    **{f"{__name__}.{name}": (Path(__file__).parent / f"{name}.py").read_text("utf-8") for name in _NAMES},
}
"""For `Sandbox(modules=MODULES)`."""

SOLUTION, TESTER = f"{__name__}.solution:serve", f"{__name__}.tester:serve"
