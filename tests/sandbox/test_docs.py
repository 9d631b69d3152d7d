"""docs/sandbox.md keeps its word: every test it names exists, every attack has a row, its example runs."""

import ast
import re
from fnmatch import fnmatch
from pathlib import Path

from sandbox.levels import FLAGS
from tests.sandbox.attacks import ALL

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sandbox.md").read_text()
NAMES = [
    name
    for line in PAGE.partition("## Threats")[2].partition("## What is not stopped")[0].splitlines()
    if line.startswith("| ")
    for name in re.findall(r"`([^`]+)`", line.rsplit("|", 2)[1])
]


def _test_functions() -> set[str]:
    found = set()
    for path in (ROOT / "tests" / "sandbox").glob("test_*.py"):
        found |= {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}
    return found


def test_every_attack_has_a_row_in_the_threat_table():
    patterns = [name for name in NAMES if not name.startswith("test")]
    assert [attack.id for attack in ALL if not any(fnmatch(attack.id, pattern) for pattern in patterns)] == []


def test_every_test_that_the_threat_table_names_exists():
    ids, functions = [attack.id for attack in ALL], _test_functions()
    missing = []
    for name in NAMES:
        if name.startswith("tests/"):
            known = (ROOT / name).exists()
        elif name.startswith("test_"):
            known = name in functions
        else:
            known = any(fnmatch(id, name) for id in ids)
        if not known:
            missing.append(name)
    assert missing == []


def test_the_example_of_the_page_runs(capsys):
    from sandbox import LevelUnavailable

    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    try:
        exec(example, {})
    except LevelUnavailable:
        return
    assert capsys.readouterr().out.startswith("ok b'25\\n' ")


def test_flags_that_results_carry_are_explained(box):
    assert box.flags <= set(FLAGS)


def test_the_example_of_the_package_runs():
    import sandbox

    assert sandbox.__doc__ is not None
    for block in re.findall(r"\n\n((?:    .*\n|\n)+)", sandbox.__doc__):
        source = "\n".join(line[4:] for line in block.splitlines())
        if "Sandbox(" in source:
            exec("from sandbox import Limits, Sandbox\n" + source, {})
