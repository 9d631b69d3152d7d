"""Charts for the report: small SVG pictures that take their colours from the page, so that they suit light and dark."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Series = Sequence[float | None]

# Stand-ins that matplotlib draws with and that the page's CSS variables replace; no chart needs these exact colours.
INK, GRID = "#010203", "#040506"
PALETTE = ("#0a0b01", "#0a0b02", "#0a0b03", "#0a0b04", "#0a0b05")
VARIABLES = {INK: "var(--muted)", GRID: "var(--line)"} | {c: f"var(--series-{i})" for i, c in enumerate(PALETTE, 1)}


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture: curves over the training step.

    Args:
        share: the values are shares in 0..1, shown on a fixed axis in percent.
    """

    title: str
    steps: Sequence[int]
    curves: Mapping[str, Series]
    note: str = ""
    share: bool = False

    def svg(self) -> str:
        """The picture as an `<svg>` element to be placed in a page."""
        return draw(self)


def draw(chart: Chart) -> str:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    # Text stays text: it can be searched, and the page's own font draws it.
    style: Any = {"svg.fonttype": "none", "svg.hashsalt": chart.title, "font.size": 10, "font.family": "sans-serif"}
    with pyplot.rc_context(style):
        figure, axes = pyplot.subplots(figsize=(5.0, 2.5), layout="constrained")
        for colour, (name, values) in zip(PALETTE * 4, chart.curves.items()):
            _curve(axes, chart.steps, values, name, colour)
        _dress(axes, chart)
        picture = io.StringIO()
        figure.savefig(picture, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
    return _for_the_page(picture.getvalue(), chart.title)


def smooth(values: Series, span: int) -> list[float | None]:
    """Mean of the last `span` values that are there; a rolling mean that never looks ahead."""
    out: list[float | None] = []
    for i in range(len(values)):
        window = [v for v in values[max(0, i + 1 - span) : i + 1] if v is not None]
        out.append(sum(window) / len(window) if window else None)
    return out


def _curve(axes, steps: Sequence[int], values: Series, name: str, colour: str) -> None:
    gaps = [float("nan") if v is None else v for v in values]
    span = max(1, len(values) // 12)
    if span == 1:
        axes.plot(steps, gaps, color=colour, linewidth=1.8, label=name)
        return
    axes.plot(steps, gaps, color=colour, linewidth=0.8, alpha=0.35)
    smoothed = [float("nan") if v is None else v for v in smooth(values, span)]
    axes.plot(steps, smoothed, color=colour, linewidth=1.8, label=name)


def _dress(axes, chart: Chart) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    if chart.share:
        axes.set_ylim(-0.03, 1.03)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5))
        if all(v is None or v >= 0 for values in chart.curves.values() for v in values):
            axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xlabel("step", color=INK)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    if len(chart.curves) > 1:
        axes.legend(frameon=False, labelcolor=INK, fontsize=9, loc="best")


def _for_the_page(svg: str, title: str) -> str:
    svg = svg[svg.index("<svg") :]
    for colour, variable in VARIABLES.items():
        svg = svg.replace(colour, variable)
    # Ids would clash between the charts of one page; each chart's are prefixed with its title.
    prefix = re.sub(r"\W+", "-", title.lower())
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}-", svg)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # matplotlib writes black text without a colour of its own
    return re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', f'role="img" aria-label="{title}"', svg, count=1)


def dots(title: str, rows: Mapping[str, Any]) -> str:
    """Estimates as dots with their 95 % intervals, as an SVG file of its own that suits light and dark pages.

    Args:
        rows: objects with `value`, `low` and `high`, by name; those without a value are left out.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    known = [(name, row) for name, row in reversed(list(rows.items())) if row.value is not None]
    ink = "#777f8a"  # mid grey: legible on white and on black
    style: Any = {"svg.fonttype": "none", "svg.hashsalt": title, "font.size": 10, "font.family": "sans-serif"}
    with pyplot.rc_context(style):
        figure, axes = pyplot.subplots(figsize=(7.5, 0.9 + 0.32 * max(1, len(known))), layout="constrained")
        for y, (_, row) in enumerate(known):
            axes.plot([row.low, row.high], [y, y], color="#3b78c4", linewidth=2, alpha=0.6)
            axes.plot([row.value], [y], "o", color="#3b78c4")
        axes.set_yticks(range(len(known)), [name for name, _ in known])
        axes.set_xlim(min([0.0, *(row.low for _, row in known)]) - 0.02, 1.02)
        axes.set_title(title, color=ink, loc="left")
        axes.tick_params(colors=ink, length=0)
        axes.grid(axis="x", color=ink, alpha=0.25)
        axes.spines[:].set_visible(False)
        picture = io.StringIO()
        figure.savefig(picture, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
    return picture.getvalue()
