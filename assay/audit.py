"""`assay audit`: can this reward be trusted? And `--compare`: where do two disagree?"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assay.console import console, last_line, table
from assay.errors import AssayError

FAILED = 1
"""Exit code where the audit found more than was allowed."""
SHOWN_ALIKE = 40
"""Kinds of case with one message that the terminal shows; a grader that raises always would fill it."""
RATED = ("false positive", "false negative")
"""Faults that count in a rate, and are judged by it; all others fail the audit whenever they occur."""


@dataclass(frozen=True, slots=True)
class AuditConfig:
    """What the command was asked for; see `assay audit --help`."""

    dataset: str | None = None
    budget_s: float = 120.0
    fail_fpr: float = 0.0
    fail_fnr: float = 0.05
    seed: int = 0
    examples: int = 200
    answers: str | None = None
    task: str | None = None
    forgive: tuple[str, ...] = ()
    out: Path = Path("runs/audit")


def run_audit(target: str, config: AuditConfig) -> int:
    """Audit the grader, print and write the report; the exit code."""
    from verifiers.audit import audit
    from verifiers.audit.foreign import guessed

    grader = load_grader(target)
    scope = _scope(guessed(grader), config)
    problems = None
    if config.dataset is not None:
        from benchmarks.data import read

        problems = read(config.dataset)
    report = audit(
        grader,
        problems,
        capabilities=scope,
        budget_s=config.budget_s,
        seed=config.seed,
        examples=config.examples,
        name=target,
    )
    config.out.mkdir(parents=True, exist_ok=True)
    (config.out / "audit.json").write_text(report.to_json(), encoding="utf-8")
    (config.out / "audit.md").write_text(report.to_markdown(), encoding="utf-8", errors="backslashreplace")
    (config.out / "audit.html").write_text(report.to_html(), encoding="utf-8")
    reasons = reasons_to_fail(report, config)
    _print(report, reasons)
    last_line(console(), config.out / "audit.html")
    return FAILED if reasons else 0


def run_compare(first: str, second: str, config: AuditConfig) -> int:
    """Put the same completions to two graders, print and write where they disagree."""
    from verifiers.audit.compare import compare
    from verifiers.audit.foreign import guessed

    graders = load_grader(first), load_grader(second)
    scope = _scope(guessed(graders[0]), config)
    found = compare(*graders, capabilities=scope, examples=config.examples, budget_s=config.budget_s, seed=config.seed)
    config.out.mkdir(parents=True, exist_ok=True)
    (config.out / "compare.json").write_text(json.dumps(found.to_dict(), indent=1) + "\n", encoding="utf-8")
    (config.out / "compare.md").write_text(found.to_markdown(), encoding="utf-8", errors="backslashreplace")
    out = console()
    out.print(found.to_markdown(), markup=False, soft_wrap=True)
    last_line(out, config.out / "compare.md")
    return 0


def load_grader(path: str) -> Any:
    """The object that `module:object` names; its module is installed or stands in the working directory.

    Raises:
        AssayError: the path has another form, there is no such module or object, or it is no grader.
    """
    module_name, colon, name = path.partition(":")
    if not (module_name and colon and name):
        raise AssayError(f"{path!r}: write module:object, e.g. my_rewards:reward for my_rewards.py.")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and module_name.startswith(error.name or " "):
            raise AssayError(f"{path!r}: there is no module {error.name!r} here or installed.") from error
        raise AssayError(f"{path!r}: its module cannot be imported ({type(error).__name__}: {error}).") from error
    if not hasattr(module, name):
        public = ", ".join(n for n in vars(module) if not n.startswith("_")) or "nothing"
        raise AssayError(f"{path!r}: the module has no {name!r}; it has {public}.")
    found = getattr(module, name)
    return _ready(found, path)


def _ready(found: Any, path: str) -> Any:
    """An instance of a class that needs no arguments; anything else as it is, if it can be asked.

    Raises:
        AssayError: it is no verifier and no function of a known shape.
    """
    from verifiers.audit.foreign import shape_of
    from verifiers.base import Verifier

    if isinstance(found, type):
        try:
            found = found()
        except TypeError as error:
            raise AssayError(f"{path!r} is a class that needs arguments ({error}); name an instance of it.") from error
    if isinstance(found, Verifier):
        return found
    if not callable(found):
        raise AssayError(f"{path!r} is of type {type(found).__name__}; name a Verifier or a reward function.")
    try:
        shape_of(found)
    except TypeError as error:
        raise AssayError(str(error)) from error
    return found


def reasons_to_fail(report: Any, config: AuditConfig) -> list[str]:
    """Why the exit code is not 0, in sentences; none where all is within the limits."""
    reasons = []
    if report.fpr.value > config.fail_fpr:
        reasons.append(f"false positives {report.fpr}, allowed {100 * config.fail_fpr:g} %")
    if report.fnr.value > config.fail_fnr:
        reasons.append(f"false negatives {report.fnr}, allowed {100 * config.fail_fnr:g} %")
    faults: dict[str, int] = {}
    unexpected = [finding for relation in report.failed for finding in relation.findings]
    for finding in unexpected:
        if finding.complaint.fault not in RATED or not _is_rated(report, finding):
            faults[finding.complaint.fault] = faults.get(finding.complaint.fault, 0) + 1
    reasons += [f"{fault}: {count} kinds of case" for fault, count in faults.items()]
    if unasked := [
        relation.name for relation in report.asked if relation.status == "out of time" and not relation.cases
    ]:
        reasons.append(f"no time was left for {', '.join(unasked)}: raise --budget")
    return reasons


def _is_rated(report: Any, finding: Any) -> bool:
    """Whether the kind counts in the error rates; a contract's cases have no truth of their own."""
    kinds = next(relation.kinds for relation in report.relations if relation.name == finding.relation)
    return kinds[finding.kind].truth is not None


def _scope(scope: Any, config: AuditConfig) -> Any:
    if config.answers is not None:
        scope = replace(scope, answer_types=tuple(name.strip() for name in config.answers.split(",")))
    if config.task is not None:
        from verifiers.audit.capabilities import TASKS

        if config.task not in TASKS:
            raise AssayError(f"--task {config.task!r}: write one of {', '.join(TASKS)}.")
        scope = replace(scope, task=config.task)
    return replace(scope, forgives=(*scope.forgives, *config.forgive))


def _print(report: Any, reasons: list[str]) -> None:
    out = console()
    out.print(f"[head]{report.grader}[/]  seed {report.seed}, {report.examples} examples a relation")
    rows = table("relation", "status", "cases", "kinds failed")
    for relation in report.asked:
        failing = sum(kind.failures > 0 for kind in relation.kinds.values())
        look = {"passed": "good", "failed": "bad"}.get(relation.status, "quiet")
        rows.add_row(relation.name, f"[{look}]{relation.status}[/]", str(relation.cases), str(failing))
    out.print(rows)
    alike: dict[str, int] = {}
    for finding in report.findings:
        found = finding.to_dict()
        alike[found["message"]] = alike.get(found["message"], 0) + 1
        if alike[found["message"]] > SHOWN_ALIKE:
            continue
        out.print(f"\n{found['relation']}: {found['kind']}: {found['message']}", markup=False, style="head")
        for item in found["example"]:
            out.print(f"  gold {item['gold']!a}  completion {item['completion']!a}", markup=False, soft_wrap=True)
    for message, count in alike.items():
        if count > SHOWN_ALIKE:
            more = f"\n{count - SHOWN_ALIKE} more kinds of case: {message}; they are in the report."
            out.print(more, markup=False, style="quiet")
    out.print(f"\nFalse positives {report.fpr}, false negatives {report.fnr}; 95 % intervals.", markup=False)
    out.print(f"Slowest call {report.slowest_s:.2f} s, {report.wall_s:.0f} s in all.", style="quiet")
    for reason in reasons:
        out.print(f"not accepted: {reason}", style="bad", markup=False)
