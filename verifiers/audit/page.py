"""The report as one HTML page that loads nothing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from verifiers.audit.text import printable

if TYPE_CHECKING:
    from verifiers.audit.report import AuditReport, Finding, RelationResult

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1080px; margin: 2em auto; padding: 0 1em; color: #222; }
table { border-collapse: collapse; width: 100%; margin: 1em 0; }
th, td { text-align: left; vertical-align: top; padding: .35em .7em; border-bottom: 1px solid #ddd; }
code { background: #f3f3f3; padding: .1em .3em; white-space: pre-wrap; overflow-wrap: anywhere; }
.failed, .unexpected { color: #b00020; } .passed { color: #1b6e2d; } .other { color: #777; }
@media (prefers-color-scheme: dark) {
  body { background: #181818; color: #ddd; } code { background: #2a2a2a; } th, td { border-color: #444; }
  .failed, .unexpected { color: #ff8a80; } .passed { color: #8bd49c; }
}
"""


def page(report: AuditReport) -> str:
    """The page, as text; characters without a glyph are shown as escapes."""
    title = f"Audit of {report.grader}"
    body = [
        f"<h1>{_text(title)}</h1>",
        f"<p><b class='{'passed' if report.passed else 'failed'}'>{'Passed' if report.passed else 'Failed'}</b>. "
        f"False positives {report.fpr}, false negatives {report.fnr}; 95 % intervals. "
        f"Seed {report.seed}, {report.examples} examples a relation. Slowest call {report.slowest_s:.2f} s, "
        f"{report.wall_s:.0f} s in all.</p>",
        "<table><tr><th>relation</th><th>what is demanded</th><th>status</th><th>cases</th></tr>",
        *(_relation_row(relation) for relation in report.relations),
        "</table>",
    ]
    if report.findings:
        body += [
            "<h2>Smallest examples</h2>",
            "<table><tr><th>kind</th><th>fault</th><th>gold</th><th>completion</th></tr>",
            *(_finding_row(finding) for finding in report.findings),
            "</table>",
        ]
    return (
        f"<!doctype html>\n<html lang='en'><meta charset='utf-8'><title>{_text(title)}</title>"
        f"<style>{STYLE}</style>\n" + "\n".join(body) + "\n</html>\n"
    )


def _relation_row(relation: RelationResult) -> str:
    look = relation.status.split()[0] if relation.status in ("passed", "failed", "unexpected pass") else "other"
    status = f"{relation.status}: {relation.reason}" if relation.reason else relation.status
    cells = (
        _text(relation.name),
        _text(relation.about),
        f"<span class='{look}'>{_text(status)}</span>",
        str(relation.cases),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _finding_row(finding: Finding) -> str:
    found = finding.to_dict()
    golds = dict.fromkeys(item["gold"] for item in found["example"])
    completions = dict.fromkeys(item["completion"] for item in found["example"])
    cells = (
        _text(f"{found['relation']}: {found['kind']}"),
        _text(f"{found['fault']}: {found['message']}"),
        "<br>".join(f"<code>{_text(gold)}</code>" for gold in golds),
        "<br>".join(f"<code>{_text(completion)}</code>" for completion in completions),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _text(text: str) -> str:
    return escape(printable(text))
