"""The report of a run as one HTML file that loads nothing: figures, curves and a browser of samples."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.charts import Chart
from benchmarks.results import Result
from benchmarks.summary import Summary

TEMPLATE = Path(__file__).with_name("report.html.j2")
LONG, SHORT = 20_000, 500
"""Characters of a completion, and of an answer, that the page holds."""
MAX_SAMPLES = 600
"""So that a browser opens the file at once; the JSON-lines file beside it has them all."""


@dataclass(frozen=True, slots=True)
class Report:
    """What stands in a report; an empty part is left out.

    Args:
        lead: the result in one sentence.
        facts: seed, device, versions, settings, as short texts.
        summaries: rows of the table of results.
        parts: rows of the table of reward parts (see `assay.meter.PartStats`), as dicts.
        samples: what the browser shows, each under a stage such as "before" or "step 40".
        notes: sentences under the results: what was left out, which rule was used.
    """

    title: str
    lead: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    summaries: Sequence[Summary] = ()
    charts: Sequence[Chart] = ()
    parts: Sequence[Mapping[str, Any]] = ()
    samples: Sequence[tuple[str, Result]] = ()
    notes: Sequence[str] = ()

    def html(self) -> str:
        import jinja2

        environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        environment.filters |= {"percent": percent, "interval": interval}
        template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
        shown = thin(self.samples, MAX_SAMPLES)
        return template.render(
            report=self,
            charts=[(chart, chart.svg()) for chart in self.charts],
            samples=_for_script([_entry(stage, result) for stage, result in shown]),
            shown=len(shown),
            total=len(self.samples),
        )

    def write(self, path: str | Path) -> Path:
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Lone surrogates of a hostile completion have no UTF-8 form.
        path.write_text(self.html(), encoding="utf-8", errors="replace")
        return path


def percent(share: float | None, digits: int = 1) -> str:
    """A share as a percentage, or a dash where there is none."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def interval(bounds: Sequence[float] | None) -> str:
    return "" if bounds is None else f"{100 * bounds[0]:.1f} – {100 * bounds[1]:.1f}"


def thin(items: Sequence[Any], most: int) -> list[Any]:
    """At most so many of the items, evenly spread."""
    if len(items) <= most:
        return list(items)
    return [items[i * len(items) // most] for i in range(most)]


def _entry(stage: str, result: Result) -> dict[str, Any]:
    sample, score = result.attempt.sample, result.score
    verdict = "unscored" if score.value is None else "right" if result.right else "wrong"
    return {
        "stage": stage,
        "id": sample.problem.id,
        "verdict": verdict,
        "value": score.value,
        "reason": score.reason,
        "extracted": None if score.extracted is None else score.extracted[:SHORT],
        "gold": None if sample.gold is None else str(sample.gold)[:SHORT],
        "prompt": _prompt_text(sample.problem.prompt),
        "completion": sample.completion[:LONG],
        "tokens": sample.num_tokens,
        "parts": [{"name": part.name, "value": part.value, "reason": part.reason} for part in score.parts],
    }


def _prompt_text(prompt: Any) -> str:
    return prompt if isinstance(prompt, str) else "\n".join(str(turn.get("content", "")) for turn in prompt)


def _for_script(value: Any) -> str:
    """JSON that can stand inside a <script> element: no `<` can end it, whatever a completion contains."""
    return json.dumps(value, allow_nan=False).replace("<", "\\u003c")
