"""`assay judge calibrate`: how far a judge's verdicts can be trusted, from labelled data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assay.console import console, last_line, table
from assay.errors import AssayError
from assay.models import quiet
from benchmarks.charts import dots
from verifiers.judge import Client, PairwiseJudge, PointwiseJudge, openai_compatible
from verifiers.judge.calibration import NAMES, Calibration, LabelledPair, calibrate, load_labelled
from verifiers.judge.canaries import CanaryReport, canaries_for, measure_canaries
from verifiers.judge.statistics import Estimate


def run_calibrate(file: Path, model: str, base_url: str, out_dir: Path, key_env: str | None, local: bool) -> None:
    """Ask the judge about every labelled item and about canaries; print and write how it did."""
    if not file.is_file():
        raise AssayError(f"{file} is not a file; give labelled items as JSON lines (docs/judge.md has the two forms).")
    data = load_labelled(file)
    out_dir.mkdir(parents=True, exist_ok=True)
    client = Client(_transport(model, base_url, key_env, local), cache=out_dir / "cache.db")
    pairs = isinstance(data[0], LabelledPair)
    judge: Any = PairwiseJudge(client) if pairs else PointwiseJudge(client)
    found = calibrate(judge, data)
    # Without the gates, so that the canaries reach the judge that is being measured.
    canaries = None if pairs else _canaries(PointwiseJudge(client, gates=False), data)
    _print(found, canaries)
    (out_dir / "calibration.md").write_text(found.to_markdown() + (_canary_lines(canaries) if canaries else ""))
    written = json.loads(found.to_json()) | ({"canaries": canaries.to_dict()} if canaries else {})
    (out_dir / "calibration.json").write_text(json.dumps(written, indent=1) + "\n")
    (out_dir / "calibration.svg").write_text(dots(f"Calibration of {model}", _rows(found, canaries)))
    last_line(console(), out_dir / "calibration.md")


def _transport(model: str, base_url: str, key_env: str | None, local: bool) -> Any:
    if not local:
        return openai_compatible(model, base_url, key_env=key_env)
    from assay.models import load_model
    from verifiers.judge import LocalModel

    quiet()
    return LocalModel(*load_model(model))


def _canaries(judge: Any, data: Any) -> CanaryReport | None:
    """Known wrong answers, dressed as attacks; None where the data give no two different references to take them from."""
    problems = [item.sample.problem for item in data]
    try:
        return measure_canaries(judge, canaries_for(problems))
    except ValueError:
        return None


def _print(found: Calibration, canaries: CanaryReport | None) -> None:
    out = console()
    out.print(f"[head]{found.judge}[/]: {found.n} labelled items ({found.kind}), {found.scored} with a verdict")
    if found.scored < found.n:
        out.print(f"  [unscored]{found.n - found.scored} without a verdict[/] are in no figure: {dict(found.outcomes)}")
    shown = table("figure", "value", "95 %", "items")
    for name, estimate in _rows(found, canaries).items():
        shown.add_row(name, *_cells(estimate))
    out.print(shown)


def _rows(found: Calibration, canaries: CanaryReport | None) -> dict[str, Estimate]:
    rows = {NAMES[name]: estimate for name, estimate in found.estimates.items()}
    if canaries:
        rows |= {"canaries rewarded": canaries.overall}
        rows |= {f"canaries: {kind}": estimate for kind, estimate in canaries.kinds.items()}
    return rows


def _cells(estimate: Estimate) -> tuple[str, str, str]:
    value, low, high = ("–" if x is None else f"{x:.3f}" for x in (estimate.value, estimate.low, estimate.high))
    return value, f"{low} – {high}", str(estimate.n)


def _canary_lines(canaries: CanaryReport) -> str:
    rows: Mapping[str, Estimate] = {"all": canaries.overall, **canaries.kinds}
    lines = ["", "| canary, known to be wrong | share rewarded | 95 % interval | items |", "|---|---|---|---|"]
    lines += [f"| {kind} | {' | '.join(_cells(estimate))} |" for kind, estimate in rows.items()]
    return "\n".join(lines) + f"\n\n{canaries.unscored} canaries had no verdict.\n"
