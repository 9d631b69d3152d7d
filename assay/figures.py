"""How results are told: the table of figures with its reasons, and the golds and solutions that failed, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from assay.console import table
from assay.view import shorten
from benchmarks.report import interval, percent
from benchmarks.results import Result
from benchmarks.summary import Summary

NOTES = (
    "95 % interval: over the choice of questions, with their samples (bootstrap; Wilson for one sample a question).",
    "maj@k: a vote over answers that the verifier takes for equal. The first seen wins a tie; no answer is no vote.",
)


def print_summaries(out: Console, found: Sequence[Summary]) -> None:
    """The table of results, and the reasons behind it; columns that no run has a figure for are left out."""
    k = max((summary.k for summary in found), default=1)
    cut_off = any(summary.truncated is not None for summary in found)
    columns = ["run", "questions", "samples", "pass@1", "95 %"]
    columns += [f"pass@{k}", f"maj@{k}"] if k > 1 else []
    columns += ["no answer", "cut off", "unscored"] if cut_off else ["no answer", "unscored"]
    shown = table(*columns)
    for s in found:
        row = [s.run, str(s.questions), str(s.samples), percent(s.pass_at_1), interval(s.interval)]
        row += [percent(s.pass_at_k.get(k)), percent(s.maj_at_k.get(k))] if k > 1 else []
        row += [percent(s.no_answer), percent(s.truncated)] if cut_off else [percent(s.no_answer)]
        shown.add_row(*row, percent(s.unscored))
    out.print(shown)
    if len(found) == 1 and k == 1:
        out.print(f"{sum(found[0].rates.values()):,.0f} of {found[0].samples:,} right.")
    for s in found:
        spread = f"; run to run ± {100 * s.run_to_run:.1f} points (1 sd)" if s.run_to_run else ""
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in list(s.reasons.items())[:6])
        out.print(Text(f"{s.run}: {reasons}{spread}", style="dim"), soft_wrap=True)


def say_unusable(out: Console, complaints: Mapping[str, str]) -> None:
    if not complaints:
        return
    out.print(f"  [unscored]{len(complaints)} golds cannot be verified[/] and go unscored:")
    for id, why in complaints.items():
        out.print(f"    {id}: {why}", markup=False, soft_wrap=True)


def say_refused(out: Console, results: Sequence[Result]) -> None:
    """With --reference, whatever is not right is a fault of the data set or of the verifier: name it."""
    refused = [result for result in results if not result.right]
    if not refused:
        return
    out.print(f"[bad]{len(refused)} of the data set's own solutions were not accepted:[/]")
    for result in refused:
        score = result.score
        out.print(
            f"  {result.attempt.sample.problem.id}: {score.reason}, took {shorten(str(score.extracted), 80)!r}, "
            f"gold {shorten(str(result.attempt.sample.gold), 80)!r}",
            markup=False,
            soft_wrap=True,
        )
