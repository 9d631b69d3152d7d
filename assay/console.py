"""Where the commands print: colours and a live display in a terminal, plain lines in a log."""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

# Named colours only: they follow the terminal's own scheme, so they are legible on light and on dark.
THEME = Theme({"good": "green", "bad": "red", "unscored": "yellow", "quiet": "dim", "head": "bold", "path": "cyan"})
LOG_WIDTH = 130
"""Columns where there is no terminal to ask; 80, rich's own choice, would break every table."""


def console(stderr: bool = False) -> Console:
    """Honours NO_COLOR (rich does) and COLUMNS."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else LOG_WIDTH
    return Console(theme=THEME, stderr=stderr, width=width, highlight=False)


def table(*columns: str, title: str = "") -> Table:
    """A quiet table: the first column on the left, numbers on the right."""
    made = Table(
        title=title or None, title_justify="left", title_style="head", box=None, header_style="dim", pad_edge=False
    )
    for i, name in enumerate(columns):
        made.add_column(name, justify="left" if i == 0 else "right", no_wrap=i > 0, overflow="fold")
    return made


def bar() -> BarColumn:
    """The bar of every progress display."""
    return BarColumn(bar_width=40, complete_style="cyan", finished_style="green")


def facts(out: Console, pairs: dict[str, Any]) -> None:
    """Names and values in two columns; a long value is wrapped inside its own, a path never broken."""
    width = max(map(len, pairs), default=0)
    for name, value in pairs.items():
        indent = " " * (width + 4)
        lines = textwrap.wrap(
            str(value), out.width, initial_indent=indent, subsequent_indent=indent,
            break_long_words=False, break_on_hyphens=False,
        ) or [indent]  # fmt: skip
        text = "\n".join(lines)[len(indent) :]
        out.print(Text.assemble((f"  {name:<{width}}  ", "dim"), text), soft_wrap=True)


def last_line(out: Console, path: Path) -> None:
    """A path on a line of its own, unbroken and uncoloured, so that scripts can take the last line of the output."""
    out.print(str(path), soft_wrap=True, markup=False, style="path")
