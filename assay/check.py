"""`assay check`: one completion, one gold, one verdict, and why."""

from __future__ import annotations

import sys

from rich.text import Text

from assay.console import console
from assay.errors import AssayError

MARKS = {True: ("right", "good"), False: ("wrong", "bad"), None: ("unscored", "unscored")}


def check(completion: str, gold: str, as_json: bool = False) -> None:
    """Print the verdict. `completion` is a text, or "-" for standard input."""
    from verifiers.math import check as check_math

    if not gold.strip():
        raise AssayError("--gold is blank; give the reference answer, e.g. --gold 0.5 or --gold '\\frac{1}{2}'.")
    score = check_math(gold, _read(completion))
    if as_json:
        print(score.to_json())
        return
    right = None if score.value is None else score.value >= 1.0
    word, style = MARKS[right]
    out = console()
    out.print(Text.assemble((word, f"bold {style}"), f"  {'no value' if score.value is None else f'{score.value:g}'}"))
    rows = {
        "extracted": score.extracted if score.extracted is not None else "nothing",
        "gold": gold,
        "reason": score.reason,
    }
    rows |= {key: str(value) for key, value in score.detail.items()}
    for name, value in rows.items():
        out.print(Text.assemble((f"  {name:<10} ", "dim"), _shortened(value)), soft_wrap=True)


def _read(completion: str) -> str:
    if completion != "-":
        return completion
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")


def _shortened(text: str, most: int = 400) -> str:
    return text if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"
