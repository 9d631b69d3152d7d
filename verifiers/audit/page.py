"""The report as one HTML page that loads nothing."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from verifiers.audit.text import printable

if TYPE_CHECKING:
    from verifiers.audit.report import AuditReport, Finding, KindResult, Rate, RelationResult

STYLE = """
:root { --ink: #1d2126; --soft: #667; --line: #dde1e6; --box: #f4f5f7; --bad: #b3261e; --good: #1f6f3a; --page: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #dfe3e8; --soft: #98a2ae; --line: #343a42; --box: #23282f; --bad: #ff8a80; --good: #86d49a; --page: #16191d; }
}
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1060px; margin: 2rem auto; padding: 0 1rem; color: var(--ink);
  background: var(--page); }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
table { border-collapse: collapse; width: 100%; } th { color: var(--soft); font-weight: 500; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figures { display: flex; flex-wrap: wrap; gap: 2.4rem; margin: 1.2rem 0; } .figures b { display: block; font-size: 1.4rem; }
.soft, .figures span { color: var(--soft); } .failed { color: var(--bad); } .passed { color: var(--good); }
.bar { position: relative; display: inline-block; width: 9rem; height: .7rem; background: var(--box); margin-right: .7rem; }
.bar i { position: absolute; height: 100%; background: var(--bad); opacity: .3; }
.bar u { position: absolute; height: 100%; width: 2px; background: var(--bad); }
article { border-top: 1px solid var(--line); padding: .8rem 0; } article h3 { font-size: 1rem; margin: 0; }
article p { margin: .1rem 0 .4rem; color: var(--soft); }
dl { display: grid; grid-template-columns: 6.5rem 1fr; gap: .3rem .6rem; margin: 0; } dt { color: var(--soft); }
dd { margin: 0; min-width: 0; } pre { font: 13px/1.45 ui-monospace, monospace; background: var(--box); margin: 0 0 .3rem;
  padding: .35rem .6rem; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 22rem; overflow-y: auto; }
summary { cursor: pointer; color: var(--soft); margin: .6rem 0; }
@media (max-width: 640px) { .wide { display: none; } dl { grid-template-columns: 1fr; } .bar { width: 4rem; } }
"""


def page(report: AuditReport) -> str:
    """The page, as text; characters without a glyph are shown as escapes."""
    title = f"Audit of {report.grader}"
    parts = [
        f"<h1>{_text(title)}</h1>",
        *_summary(report),
        "<h2>What was demanded</h2>",
        "<table><tr><th>relation</th><th class='wide'>demand</th><th>status</th><th class='n'>cases</th>"
        "<th class='n'>kinds failed</th><th class='n wide'>time</th></tr>",
        *map(_relation_row, report.asked),
        "</table>",
    ]
    if report.not_applicable:
        parts.append(f"<p class='soft'>Not applicable: {', '.join(_text(r.name) for r in report.not_applicable)}.</p>")
    parts += _rates(report)
    if report.findings:
        parts += ["<h2>Smallest examples</h2>", *map(_article, report.findings)]
    head = "<meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
    return (
        f"<!doctype html>\n<html lang='en'>{head}<title>{_text(title)}</title><style>{STYLE}</style>\n"
        + "\n".join(parts)
        + "\n</html>\n"
    )


def _summary(report: AuditReport) -> Iterable[str]:
    verdict = "passed" if report.passed else "failed"
    failed = ", ".join(relation.name for relation in report.failed)
    yield f"<p><b class='{verdict}'>{verdict.capitalize()}</b>{_text(f': {failed}.' if failed else '.')} "
    form = f", golds as {report.gold_form}" if report.gold_form else ""
    yield f"<span class='soft'>Seed {report.seed}, {report.examples} examples a relation{_text(form)}.</span></p>"
    figures = (
        ("wrong completions paid", *_shown_rate(report.fpr)),
        ("right completions refused", *_shown_rate(report.fnr)),
        ("slowest call", f"{report.slowest_s:.2f} s", ""),
        ("the whole audit", f"{report.wall_s:.0f} s", f"{sum(r.cases for r in report.relations):,} cases"),
    )
    shown = (f"<div><span>{name}</span><b>{value}</b><span>{more}</span></div>" for name, value, more in figures)
    yield f"<div class='figures'>{''.join(shown)}</div>"


def _shown_rate(rate: Rate) -> tuple[str, str]:
    if not rate.cases:
        return "-", "no case of known truth"
    low, high = rate.interval
    return f"{100 * rate.value:.1f} %", f"{100 * low:.1f} to {100 * high:.1f} %, {rate.errors} of {rate.cases}"


def _relation_row(relation: RelationResult) -> str:
    look = {"passed": "passed", "failed": "failed", "unexpected pass": "failed"}.get(relation.status, "soft")
    reason = f"<br><span class='soft'>{_text(relation.reason)}</span>" if relation.reason else ""
    failing = sum(kind.failures > 0 for kind in relation.kinds.values())
    cases, kinds = (f"{relation.cases}", f"{failing} of {len(relation.kinds)}") if relation.kinds else ("all", "-")
    return (
        f"<tr><td>{_text(relation.name)}</td><td class='wide'>{_text(relation.about)}</td>"
        f"<td><span class='{look}'>{relation.status}</span>{reason}</td><td class='n'>{cases}</td>"
        f"<td class='n'>{kinds}</td><td class='n wide'>{relation.seconds:.1f} s</td></tr>"
    )


def _rates(report: AuditReport) -> Iterable[str]:
    """Error rates of the kinds of known truth, the worst first; those without an error are folded away."""
    kinds = [(r.name, name, kind) for r in report.asked for name, kind in r.kinds.items() if kind.truth is not None]
    if not kinds:
        return
    worst = sorted(kinds, key=lambda row: -row[2].rate.value)
    faulty, clean = ([row for row in worst if bool(row[2].errors) is wanted] for wanted in (True, False))
    head = (
        "<table><tr><th>kind of completion</th><th class='wide'>truth</th><th>wrong verdicts, 95 % interval</th></tr>"
    )
    yield "<h2>Error rates by kind</h2>"
    if faulty:
        yield from (head, *(_rate_row(*row) for row in faulty), "</table>")
    if clean:
        yield f"<details><summary>{len(clean)} kinds without a wrong verdict</summary>{head}"
        yield from (*(_rate_row(*row) for row in clean), "</table></details>")


def _rate_row(relation: str, name: str, kind: KindResult) -> str:
    low, high = (100 * bound for bound in kind.rate.interval)
    bar = f"<span class='bar'><i style='left:{low:.1f}%;width:{high - low:.1f}%'></i>"
    bar += f"<u style='left:{min(100 * kind.rate.value, 98.5):.1f}%'></u></span>"
    return (
        f"<tr><td><span class='soft'>{_text(relation)}:</span> {_text(name)}</td>"
        f"<td class='wide'>{'right' if kind.truth else 'wrong'}</td>"
        f"<td>{bar}{kind.errors} of {kind.cases} <span class='soft'>({low:.0f} to {high:.0f} %)</span></td></tr>"
    )


def _article(finding: Finding) -> str:
    found = finding.to_dict()
    golds = dict.fromkeys(item["gold"] for item in found["example"])
    completions = dict.fromkeys(item["completion"] for item in found["example"])
    return (
        f"<article><h3>{_text(found['relation'])}: {_text(found['kind'])}</h3>"
        f"<p><span class='failed'>{_text(found['fault'])}</span>: {_text(found['message'])}</p>"
        f"<dl><dt>gold</dt><dd>{_blocks(golds)}</dd><dt>completion</dt><dd>{_blocks(completions)}</dd></dl></article>"
    )


def _blocks(texts: Iterable[str]) -> str:
    return "".join(f"<pre>{_lines(text) or '<span class=soft>(empty)</span>'}</pre>" for text in texts) or "-"


def _lines(text: str) -> str:
    """With its line breaks; everything else that has no glyph as an escape."""
    return "\n".join(_text(line) for line in text.split("\n"))


def _text(text: str) -> str:
    return escape(printable(text))
