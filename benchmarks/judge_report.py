"""A judge's calibration as a folder to be read: report.md, report.json, report.svg."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from verifiers.judge.calibration import NAMES, Calibration
from verifiers.judge.canaries import CanaryReport
from verifiers.judge.statistics import Estimate, quantile

BINS = 5


def write_report(calibration: Calibration, folder: str | Path, canaries: CanaryReport | None = None) -> Path:
    """Write the three files, replacing older ones; the path of report.md."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    data = json.loads(calibration.to_json())
    text = calibration.to_markdown()
    if canaries is not None:
        data["canaries"] = canaries.to_dict()
        text += "\n" + canary_table(canaries)
    (folder / "report.json").write_text(json.dumps(data, indent=1) + "\n")
    draw(calibration, folder / "report.svg", canaries)
    (folder / "report.md").write_text(text + "\n![calibration](report.svg)\n")
    return folder / "report.md"


def canary_table(canaries: CanaryReport) -> str:
    """Known wrong answers by kind of attack, and the share of each that the judge rewards."""
    lines = ["## Canaries: known wrong answers", "", "| kind | rewarded | 95 % interval | asked |", "|---|---|---|---|"]
    for kind, e in [*canaries.kinds.items(), ("all", canaries.overall)]:
        value, low, high = ("-" if x is None else f"{x:.3f}" for x in (e.value, e.low, e.high))
        lines.append(f"| {kind} | {value} | {low} to {high} | {e.n} |")
    return "\n".join([*lines, "", f"{canaries.unscored} canaries have no verdict."]) + "\n"


def draw(calibration: Calibration, path: Path, canaries: CanaryReport | None = None) -> None:
    """The picture: every figure with its interval, and how verdicts change with length."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    with pyplot.rc_context(
        {"svg.hashsalt": "assay", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    ):
        figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4), layout="constrained")
        rows = [(NAMES[name], estimate) for name, estimate in calibration.estimates.items()]
        if canaries is not None:
            rows += [(f"canaries rewarded: {kind}", estimate) for kind, estimate in canaries.kinds.items()]
        _intervals(left, rows)
        _by_length(right, calibration)
        figure.suptitle(f"{calibration.judge}: {calibration.scored} of {calibration.n} with a verdict", fontsize=10)
        figure.savefig(path, metadata={"Date": None})
        pyplot.close(figure)


def _intervals(axes, rows: Sequence[tuple[str, Estimate]]) -> None:
    for y, (_, e) in enumerate(reversed(rows)):
        if e.value is not None and e.low is not None and e.high is not None:
            axes.plot([e.low, e.high], [y, y], color="tab:blue", linewidth=2)
            axes.plot([e.value], [y], "o", color="tab:blue")
    axes.axvline(0, color="0.7", linewidth=0.8)
    axes.set_yticks(range(len(rows)), [name for name, _ in reversed(rows)])
    axes.set_title("figures with 95 % intervals", fontsize=9)


def _by_length(axes, calibration: Calibration) -> None:
    """Mean verdict in fifths of the length, a line for each label."""
    names = (
        {0.0: "wrong", 1.0: "right"} if calibration.kind == "pointwise" else {0.0: "second", 0.5: "tie", 1.0: "first"}
    )
    for label, name in names.items():
        points = sorted((n, verdict) for own, verdict, n in calibration.points if own == label and verdict is not None)
        edges = [quantile([n for n, _ in points], k / BINS) for k in range(1, BINS)] if len(points) >= BINS else []
        groups: dict[int, list[tuple[int, float]]] = {}
        for n, verdict in points:
            groups.setdefault(sum(n > edge for edge in edges), []).append((n, verdict))
        xs = [sum(n for n, _ in group) / len(group) for group in groups.values()]
        ys = [sum(verdict for _, verdict in group) / len(group) for group in groups.values()]
        axes.plot(xs, ys, "o-", label=f"people say {name}")
    axes.set_ylim(-0.05, 1.05)
    axes.set_xlabel("characters" if calibration.kind == "pointwise" else "characters of the first minus the second")
    axes.set_title("mean verdict by length", fontsize=9)
    axes.legend(frameon=False)
