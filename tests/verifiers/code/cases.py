"""Cases as text, so that programs read as programs: see `cases/*.txt`.

=== name
program
--- test        a statement to be judged by mode "asserts"; there may be several
--- check       instead: the body of a check(candidate), for `f`
--- reason      where the case says so, the expected reason
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EQUAL = """
class A:
    def __eq__(s, o): return True
    def __ne__(s, o): return False
    def __hash__(s): return hash(4)
    def __lt__(s, o): return True
    __le__ = __gt__ = __ge__ = __contains__ = __lt__
    def __bool__(s): return True
    def __iter__(s): return iter([A(), A()])
    def __len__(s): return 2
    def __getattr__(s, n): return s
    def __getitem__(s, i): return s
    def __call__(s, *a, **k): return s
    def __sub__(s, o): return s
    __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __truediv__ = __mod__ = __pow__ = __sub__
    def __abs__(s): return 0.0
    def __round__(s, n=0): return s
    def __float__(s): return 0.0
"""


@dataclass
class Case:
    name: str
    program: str
    tests: list[str] = field(default_factory=list)
    check: str = ""
    reason: str = ""

    @property
    def gold(self) -> dict[str, Any]:
        return check_gold(self.check) if self.check else {"mode": "asserts", "tests": self.tests}

    @property
    def golds(self) -> list[dict[str, Any]]:
        """One gold for each test: in a list of several, one that is failed would hide that another can be forged."""
        return [self.gold] if self.check else [{"mode": "asserts", "tests": [test]} for test in self.tests]


def check_gold(body: str) -> dict[str, Any]:
    test_code = f"def check(candidate):\n{textwrap.indent(body, '    ')}\n"
    return {"mode": "check", "test_code": test_code, "entry_point": "f"}


def read_cases(name: str) -> list[Case]:
    text = (Path(__file__).parent / "cases" / f"{name}.txt").read_text("utf-8")
    cases = []
    for block in text.split("\n=== ")[1:]:
        head, *parts = block.split("\n--- ")
        title, _, program = head.partition("\n")
        case = Case(title, program.replace("@EQUAL\n", EQUAL) + "\n")
        for part in parts:
            kind, _, body = part.partition("\n")
            if kind == "test":
                case.tests.append(body.strip("\n"))
            else:
                setattr(case, kind, body.strip("\n"))
        cases.append(case)
    return cases
