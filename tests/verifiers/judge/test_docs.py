"""docs/judge.md: its code runs, and its tables name what the code gives."""

import re
from pathlib import Path

from verifiers.judge import OUTCOMES, pre_gate

DOCS = (Path(__file__).parents[3] / "docs" / "judge.md").read_text(encoding="utf-8")


def test_the_code_that_needs_no_server_runs():
    with_server, without = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    imports = "\n".join(line for line in with_server.splitlines() if line.startswith("from "))
    exec(f"{imports}\n{without}", {})


def test_every_outcome_and_every_gate_is_explained():
    gates = {pre_gate(text) for text in ("", ":", "Solution", "<think>", "[[10]]", "x " * 40_000)}
    for name in {*OUTCOMES, *gates, "gold_unusable"}:
        assert f"`{name}`" in DOCS, name
