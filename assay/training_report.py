"""The report of a training run: what changed, the curves, the reward's parts, the samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.meter import PartStats, pooled
from benchmarks.charts import Chart
from benchmarks.intervals import paired_difference
from benchmarks.report import percent
from benchmarks.summary import Summary

Metrics = Mapping[str, Any]


def lead(before: Summary, after: Summary) -> str:
    """What changed on the held-out questions, in one sentence with its interval."""
    shared = [id for id in before.rates if id in after.rates]
    if not shared:
        return ""
    change, (low, high) = paired_difference([before.rates[i] for i in shared], [after.rates[i] for i in shared])
    return (
        f"On {len(shared)} held-out problems pass@1 went from {percent(before.pass_at_1)} to "
        f"{percent(after.pass_at_1)}: {100 * change:+.1f} points "
        f"(95 %: {100 * low:+.1f} to {100 * high:+.1f}, paired over the problems)."
    )


def charts(metrics: Sequence[Metrics], history: Sequence[Sequence[PartStats]]) -> list[Chart]:
    """The curves of a run; one that has nothing to show is left out."""
    steps = [int(row["step"]) for row in metrics]

    def curves(**names: str) -> dict[str, list[float | None]]:
        found = {title: [row.get(name) for row in metrics] for title, name in names.items()}
        return {title: values for title, values in found.items() if any(v is not None for v in values)}

    parts: dict[str, list[float | None]] = {}
    if len(history) == len(metrics):
        for i, part in enumerate(history[0] if history else []):
            parts[part.name] = [row[i].mean for row in history]
    made = [
        Chart("Reward", steps, curves(reward="reward/mean"), "Mean of the samples drawn at each step"),
        Chart("Reward parts", steps, parts, "Mean of each part, before its weight"),
        Chart("Completion length", steps, curves(mean="rollout/length_mean", longest="rollout/length_max"), "Tokens"),
        Chart(
            "Groups without a lesson",
            steps,
            curves(share="reward/zero_std_groups"),
            "Share of groups whose samples all got the same reward",
            share=True,
        ),
        Chart("Entropy", steps, curves(entropy="policy/entropy"), "Nats a token, of the policy"),
        Chart("Distance to the reference", steps, curves(kl="policy/kl"), "KL in nats a token"),
        Chart("Gradient norm", steps, curves(norm="policy/grad_norm"), "Before clipping"),
        Chart("Cut off", steps, curves(share="rollout/truncated"), "Share that reached the token limit", share=True),
    ]
    return [chart for chart in made if chart.curves and not (chart.title == "Cut off" and _zero(chart))]


def _zero(chart: Chart) -> bool:
    return not any(value for values in chart.curves.values() for value in values)


def part_rows(history: Sequence[Sequence[PartStats]]) -> list[dict[str, str]]:
    """Each part over the first and the last tenth of the draws."""
    if not history:
        return []
    span = max(1, len(history) // 10)
    rows = []
    for i in range(len(history[0])):
        first, last = pooled([h[i] for h in history[:span]]), pooled([h[i] for h in history[-span:]])
        whole = pooled([h[i] for h in history])
        rows.append(
            {
                "name": whole.name,
                "weight": "gate" if whole.weight is None else f"{whole.weight:g}",
                "first": _number(first.mean),
                "last": _number(last.mean),
                "std": _number(last.std),
                "unscored": percent(whole.unscored),
                "ms": f"{whole.ms:.2f}",
            }
        )
    return rows


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
