"""How far can a judge be trusted on your data? Its verdicts against human labels, with intervals.

    data = load_labelled("labelled.jsonl")
    report = calibrate(judge, data)
    print(report.to_markdown())

A line of the file is a JSON object, either one completion with a label

    {"question": ..., "reference": ... or null, "completion": ..., "label": true}

or a pair with a preference

    {"question": ..., "first": ..., "second": ..., "label": "first" | "second" | "tie"}
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from verifiers.base import Verifier, scores_of
from verifiers.judge import agreement
from verifiers.judge.pairwise import PairwiseJudge
from verifiers.judge.statistics import Estimate, Statistic, bootstrap, estimated_share, share
from verifiers.judge.text import hide_reasoning
from verifiers.types import Message, Problem, Sample

RESAMPLES = 2000
_SIDES = {"first": 1.0, "a": 1.0, "second": 0.0, "b": 0.0, "tie": 0.5}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sample and whether people call it right."""

    sample: Sample
    label: bool


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two completions and which people prefer: 1.0 the first, 0.0 the second, 0.5 neither."""

    question: str | Sequence[Message]
    first: str
    second: str
    label: float


Data: TypeAlias = Sequence[Labelled] | Sequence[LabelledPair]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the labels say about a judge.

    Args:
        judge: whose verdicts they are.
        kind: "pointwise" or "pairwise".
        n: labelled items; those without a verdict count in no estimate.
        outcomes: how many items had which reason, verdicts and failures alike.
        estimates: by name, see NAMES; those that the kind does not have are missing.
        points: (label, verdict or None, length) of each item, for the picture. The length is that of the visible completion,
            for pairs the first's minus the second's.
    """

    judge: str
    kind: str
    n: int
    outcomes: Mapping[str, int]
    estimates: Mapping[str, Estimate]
    points: Sequence[tuple[float, float | None, int]]

    @property
    def scored(self) -> int:
        return sum(verdict is not None for _, verdict, _ in self.points)

    def to_json(self) -> str:
        return json.dumps(asdict(self) | {"scored": self.scored}, indent=1)

    def to_markdown(self) -> str:
        """A report to be read: estimates with intervals, outcomes, and a warning where much went unscored."""
        lines = [f"# Calibration of {self.judge}", ""]
        lines += [f"{self.n} labelled items ({self.kind}), {self.scored} with a verdict.", ""]
        if self.scored < 0.9 * self.n:
            lost = 1 - self.scored / self.n
            lines += [f"**{lost:.0%} of the items have no verdict.** The figures speak of the others only.", ""]
        lines += ["| figure | value | 95 % interval | items |", "|---|---|---|---|"]
        for name, estimate in self.estimates.items():
            value, *interval = ("-" if x is None else f"{x:.3f}" for x in (estimate.value, estimate.low, estimate.high))
            lines.append(f"| {NAMES[name]} | {value} | {' to '.join(interval)} | {estimate.n} |")
        lines += ["", "| outcome | items |", "|---|---|"]
        lines += [f"| {reason} | {count} |" for reason, count in self.outcomes.items()]
        return "\n".join(lines) + "\n"


SHARES = {"accuracy", "false_positive_rate", "false_negative_rate", "inconsistency"}
NAMES = {
    "accuracy": "accuracy",
    "false_positive_rate": "false-positive rate (wrong, judged right)",
    "false_negative_rate": "false-negative rate (right, judged wrong)",
    "kappa": "Cohen's kappa",
    "length_bias": "length bias (longer minus shorter, of equal label)",
    "position_bias": "position bias (first shown preferred, minus 1/2)",
    "inconsistency": "orders that contradict each other",
}


def load_labelled(path: str | Path) -> Data:
    """Labelled items of a JSONL file; all of one kind.

    Raises:
        ValueError: a line that is neither kind, or a file with both, or with none; the line is named.
    """
    items: list[Labelled | LabelledPair] = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                items.append(_item(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                said = f"the field {error} is missing" if isinstance(error, KeyError) else str(error)
                raise ValueError(
                    f"{path}:{number} is no labelled item: {said}. docs/judge.md has the two forms."
                ) from None
    kinds = {type(item) for item in items}
    if len(kinds) != 1:
        raise ValueError(
            f"{path} holds {len(items)} items of {len(kinds)} kinds; give labelled samples or labelled pairs."
        )
    return items  # type: ignore[return-value]


def calibrate(judge: Verifier, data: Data, *, resamples: int = RESAMPLES, seed: int = 0) -> Calibration:
    """The judge's verdicts on labelled data, compared with the labels.

    Args:
        judge: for labelled samples any verifier, a value of at least 0.5 counting as "right"; for pairs a PairwiseJudge.
        resamples, seed: of the bootstrap.
    """
    if data and isinstance(data[0], LabelledPair):
        if not isinstance(judge, PairwiseJudge):
            raise ValueError(f"{judge!r} cannot compare: labelled pairs need a PairwiseJudge.")
        return _pairwise(judge, data, resamples, seed)  # type: ignore[arg-type]
    return _pointwise(judge, data, resamples, seed)  # type: ignore[arg-type]


def _pointwise(judge: Verifier, data: Sequence[Labelled], resamples: int, seed: int) -> Calibration:
    scores = scores_of(judge, [item.sample for item in data])
    lengths = [len(hide_reasoning(item.sample.completion)) for item in data]
    verdicts = [None if score.value is None else score.value >= 0.5 for score in scores]
    known = [i for i, verdict in enumerate(verdicts) if verdict is not None]
    is_long = agreement.longer_half([(data[i].label, lengths[i]) for i in known])
    cells = [(data[i].label, verdicts[i], long) for i, long in zip(known, is_long)]
    right = sum(label for label, _, _ in cells)
    statistics = {
        "accuracy": (agreement.accuracy, len(cells)),
        "false_positive_rate": (lambda c: agreement.rate(c, label=False, verdict=True), len(cells) - right),
        "false_negative_rate": (lambda c: agreement.rate(c, label=True, verdict=False), right),
        "kappa": (agreement.kappa, len(cells)),
        "length_bias": (agreement.length_bias, len(cells)),
    }
    return Calibration(
        judge=repr(judge),
        kind="pointwise",
        n=len(data),
        outcomes=dict(Counter(score.reason for score in scores).most_common()),
        estimates=_estimates(cells, statistics, resamples, seed),
        points=[(float(item.label), None if v is None else float(v), n) for item, v, n in zip(data, verdicts, lengths)],
    )


def _pairwise(judge: PairwiseJudge, data: Sequence[LabelledPair], resamples: int, seed: int) -> Calibration:
    comparisons = judge.compare_all([(pair.question, pair.first, pair.second) for pair in data])
    deltas = [len(hide_reasoning(pair.first)) - len(hide_reasoning(pair.second)) for pair in data]
    sides = [None if c.value is None else _side(c.value) for c in comparisons]
    cells = []
    for pair, comparison, side, delta in zip(data, comparisons, sides, deltas):
        if side is not None:
            shown = [j.value for j in comparison.orders if j.value is not None and j.value != 0.5]
            lead = sum(1 if value > 0.5 else -1 for value in shown)
            cells.append((pair.label, side, _sign(delta), lead, len(shown), comparison.reason == "orders_disagree"))
    statistics = {
        "accuracy": (agreement.accuracy, len(cells)),
        "kappa": (agreement.kappa, len(cells)),
        "position_bias": (agreement.position_bias, sum(cell[4] for cell in cells)),
        "inconsistency": (lambda c: share(sum(n for cell, n in c.items() if cell[5]), c.total()), len(cells)),
        "length_bias": (agreement.pair_length_bias, sum(cell[2] != 0 for cell in cells)),
    }
    return Calibration(
        judge=repr(judge),
        kind="pairwise",
        n=len(data),
        outcomes=dict(Counter(comparison.reason for comparison in comparisons).most_common()),
        estimates=_estimates(cells, statistics, resamples, seed),
        points=[(pair.label, side, delta) for pair, side, delta in zip(data, sides, deltas)],
    )


def _estimates(
    cells: Sequence[Hashable], statistics: Mapping[str, tuple[Statistic, int]], resamples: int, seed: int
) -> dict[str, Estimate]:
    """Bootstrap intervals; for a share of exactly 0 or 1, where every resample agrees, Wilson's."""
    found = bootstrap(cells, statistics, resamples=resamples, seed=seed)
    for name in SHARES & found.keys():
        if found[name].value in (0.0, 1.0):
            found[name] = estimated_share(found[name].n if found[name].value else 0, found[name].n)
    return found


def _item(data: Mapping[str, Any]) -> Labelled | LabelledPair:
    question = data["question"]
    if "completion" in data:
        if data["label"] not in (True, False):
            raise ValueError(f"label={data['label']!r} is neither true nor false")
        sample = Sample(Problem(question, data.get("reference")), _text(data["completion"]))
        return Labelled(sample, bool(data["label"]))
    label = str(data["label"]).lower()
    if label not in _SIDES:
        raise ValueError(f"label={data['label']!r} is none of first, second, tie")
    return LabelledPair(question, _text(data["first"]), _text(data["second"]), _SIDES[label])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _side(value: float) -> float:
    return 1.0 if value > 0.5 else 0.0 if value < 0.5 else 0.5


def _sign(n: int) -> int:
    return (n > 0) - (n < 0)
