"""What an audit found: the status of each relation, error rates by kind, the smallest examples. As JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from verifiers.audit.case import Case, Complaint
from verifiers.audit.text import printable
from verifiers.intervals import wilson

Status: TypeAlias = Literal["passed", "failed", "expected", "unexpected pass", "not applicable", "out of time"]
MOST_CHARS = 1000
"""Enough for every program; what is longer is a bomb, and repeats itself."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A demand that was not met, with the smallest example that was come upon."""

    relation: str
    kind: str
    complaint: Complaint
    case: Case | None = None

    def to_dict(self) -> dict[str, Any]:
        items = [] if self.case is None else list(dict.fromkeys((_short(g), _short(c)) for g, c in self.case.items))
        return {
            "relation": self.relation,
            "kind": self.kind,
            "fault": self.complaint.fault,
            "message": self.complaint.message,
            "example": [{"gold": gold, "completion": completion} for gold, completion in items],
        }


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    if len(text) <= MOST_CHARS:
        return text
    return f"{text[:MOST_CHARS]}... ({len(text):,} characters)"


@dataclass(frozen=True, slots=True)
class Rate:
    """Errors among cases of known truth, with Wilson's 95 % interval."""

    errors: int
    cases: int

    @property
    def value(self) -> float:
        return self.errors / self.cases if self.cases else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.errors, self.cases)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.value:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


@dataclass(slots=True)
class KindResult:
    """How the cases of one kind went; `errors` are those that count in the error rate."""

    truth: bool | None
    cases: int = 0
    failures: int = 0
    errors: int = 0

    @property
    def rate(self) -> Rate:
        return Rate(self.errors, self.cases)


@dataclass(slots=True)
class RelationResult:
    """How one relation went.

    Args:
        reason: why a failure was expected, or why nothing was asked.
    """

    name: str
    about: str
    status: Status = "passed"
    reason: str = ""
    kinds: dict[str, KindResult] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def cases(self) -> int:
        return sum(kind.cases for kind in self.kinds.values())


@dataclass(slots=True)
class AuditReport:
    """The result of `check_verifier` and `audit`.

    The same grader, seed and number of examples give the same report, but for its timings, as long as no relation ran out
    of time; those that did say so.
    """

    grader: str
    seed: int
    examples: int
    gold_form: str | None = None
    relations: list[RelationResult] = field(default_factory=list)
    slowest_s: float = 0.0
    wall_s: float = 0.0

    @property
    def findings(self) -> list[Finding]:
        return [finding for relation in self.relations for finding in relation.findings]

    @property
    def failed(self) -> list[RelationResult]:
        """Relations that failed and were not expected to, or that passed and were expected to fail."""
        return [relation for relation in self.relations if relation.status in ("failed", "unexpected pass")]

    @property
    def asked(self) -> list[RelationResult]:
        return [relation for relation in self.relations if relation.status != "not applicable"]

    @property
    def not_applicable(self) -> list[RelationResult]:
        """Relations that demand nothing of a grader of the declared scope."""
        return [relation for relation in self.relations if relation.status == "not applicable"]

    @property
    def passed(self) -> bool:
        return not self.failed

    @property
    def fpr(self) -> Rate:
        """Wrong completions that were paid."""
        return self._rate(False)

    @property
    def fnr(self) -> Rate:
        """Right completions that were not."""
        return self._rate(True)

    def _rate(self, truth: bool) -> Rate:
        kinds = [kind for relation in self.relations for kind in relation.kinds.values() if kind.truth is truth]
        return Rate(sum(kind.errors for kind in kinds), sum(kind.cases for kind in kinds))

    def to_dict(self) -> dict[str, Any]:
        return {
            "grader": self.grader,
            "seed": self.seed,
            "examples": self.examples,
            "gold_form": self.gold_form or "GOLD",
            "passed": self.passed,
            "false_positive_rate": _rate_dict(self.fpr),
            "false_negative_rate": _rate_dict(self.fnr),
            "relations": [_relation_dict(relation) for relation in self.relations],
            "timings": {
                "wall_s": round(self.wall_s, 3),
                "slowest_call_s": round(self.slowest_s, 3),
                "relations": {relation.name: round(relation.seconds, 3) for relation in self.relations},
            },
        }

    def to_json(self) -> str:
        """ASCII JSON; all that depends on the machine stands under `timings`."""
        return json.dumps(self.to_dict(), indent=1) + "\n"

    def to_markdown(self) -> str:
        lines = [
            f"# Audit of {self.grader}",
            "",
            f"{'Passed' if self.passed else 'Failed'}. False positives {self.fpr}, false negatives {self.fnr} "
            f"(95 % intervals). Seed {self.seed}, {self.examples} examples a relation.",
            "",
            "| relation | status | cases | kinds that failed |",
            "|---|---|---|---|",
        ]
        for r in self.asked:
            failing = sum(kind.failures > 0 for kind in r.kinds.values())
            lines.append(f"| {r.name} | {r.status} | {r.cases} | {failing} of {len(r.kinds)} |")
        if self.not_applicable:
            lines += ["", f"Not applicable: {', '.join(r.name for r in self.not_applicable)}."]
        if any(r.findings for r in self.relations):
            lines += [
                "",
                "| relation: kind | failed, error rate | fault | gold | completion |",
                "|---|---|---|---|---|",
            ]
        for r in self.relations:
            lines += [_finding_row(finding, r.kinds.get(finding.kind)) for finding in r.findings]
        return "\n".join(lines) + "\n"

    def to_html(self) -> str:
        from verifiers.audit.page import page

        return page(self)

    def __str__(self) -> str:
        return self.to_markdown()


def _finding_row(finding: Finding, kind: KindResult | None) -> str:
    found = finding.to_dict()
    golds = dict.fromkeys(item["gold"] for item in found["example"])
    completions = dict.fromkeys(item["completion"] for item in found["example"])
    share = f"{kind.failures}/{kind.cases}" if kind else ""
    if kind and kind.truth is not None:
        share += f": {kind.rate}"
    cells = (
        f"{finding.relation}: {finding.kind}",
        share,
        f"{finding.complaint.fault}: {finding.complaint.message}",
        _code(golds),
        _code(completions),
    )
    return f"| {' | '.join(cells)} |"


def _code(texts: Sequence[str] | dict[str, None]) -> str:
    return "; ".join(f"`{printable(text)}`".replace("|", "\\|") for text in texts)


def _rate_dict(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval
    return {
        "errors": rate.errors,
        "cases": rate.cases,
        "rate": round(rate.value, 6),
        "low": round(low, 6),
        "high": round(high, 6),
    }


def _relation_dict(relation: RelationResult) -> dict[str, Any]:
    return {
        "name": relation.name,
        "about": relation.about,
        "status": relation.status,
        "reason": relation.reason,
        "cases": relation.cases,
        "kinds": {
            name: {"cases": kind.cases, "failures": kind.failures, "truth": kind.truth}
            | ({"error_rate": _rate_dict(kind.rate)} if kind.truth is not None else {})
            for name, kind in relation.kinds.items()
        },
        "findings": [finding.to_dict() for finding in relation.findings],
    }
