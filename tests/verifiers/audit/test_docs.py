"""The examples of docs/audit.md run."""

import re
from pathlib import Path

from hypothesis import settings

from verifiers.audit import RELATIONS

DOCS = (Path(__file__).parents[3] / "docs" / "audit.md").read_text("utf-8")


def test_the_example_of_the_strategies_runs():
    section = DOCS.split("## Strategies for your own tests")[1]
    names = {}
    exec(re.search(r"```python\n(.*?)```", section, re.DOTALL)[1], names)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        settings(max_examples=25, deadline=None, derandomize=True, database=None)(test)()


def test_every_relation_is_described():
    rows = " ".join(line for line in DOCS.splitlines() if line.startswith("|"))
    missing = [relation.name for relation in RELATIONS if relation.name not in rows]
    assert not missing
