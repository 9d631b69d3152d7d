"""The tables of docs/math.md are true."""

import re
from pathlib import Path

from verifiers.math import check

ROW = re.compile(r"^\| `(?P<gold>.+?)` \| `(?P<answer>.+?)` \| (?P<verdict>equal|different) \|", re.MULTILINE)


def test_every_row_of_the_tables_holds():
    text = (Path(__file__).parents[3] / "docs" / "math.md").read_text()
    rows = ROW.findall(text)
    assert len(rows) > 30
    assert [row for row in rows if check(row[0], f"\\boxed{{{row[1]}}}").reason != row[2]] == []
