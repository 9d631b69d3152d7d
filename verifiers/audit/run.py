"""The audit: draws cases for each relation, asks the grader in its own process, collects and shrinks what fails."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from verifiers.audit import case as cases
from verifiers.audit.capabilities import Capabilities, declared
from verifiers.audit.case import Case, Complaint, Scale
from verifiers.audit.child import Answered, Grader
from verifiers.audit.explore import generate, shrink
from verifiers.audit.foreign import adapted, guessed, shown
from verifiers.audit.forms import as_drawn, described, settled, warm_up_calls, writer_of
from verifiers.audit.relations import RELATIONS, Kinds, Relation, kinds_of
from verifiers.audit.report import AuditReport, Finding, KindResult, RelationResult
from verifiers.audit.styles import completion
from verifiers.types import Problem

SLOW_S = 0.5
"""Of a kind with a call as slow as this, nothing is shrunk."""
MOST_TROUBLES = 2
"""After so many hangs or crashes a kind has shown what it had to show."""
SIDE = Relation("side effects", "Scoring prints no floods and leaves the state of the process alone.", lambda scope: {})


class AuditFailure(AssertionError):
    """The grader did not keep a demand; `report` has the details, and the message shows them."""

    def __init__(self, report: AuditReport):
        super().__init__("\n" + report.to_markdown())
        self.report = report


def check_verifier(
    verifier: Any,
    *,
    answers: Iterable[str] | None = None,
    relations: Sequence[Relation | str] | Literal["all"] = "all",
    extra: Sequence[Relation] = (),
    capabilities: Capabilities | Mapping[str, Any] | None = None,
    expected_failures: Mapping[str, str] | None = None,
    examples: int = 100,
    budget_s: float = 60.0,
    seed: int = 0,
    raise_on_fail: bool = True,
    stop_at_first: bool = False,
    name: str | None = None,
) -> AuditReport:
    """Hold a grader to all that can be demanded of one of its kind.

    Args:
        verifier: a Verifier, or a reward function of any shape that `foreign` knows, as it is.
        answers: types of gold to ask about; instead of those declared.
        relations: which to check, as objects or by name.
        extra: relations of your own, besides.
        capabilities: the grader's scope; by default its attribute `capabilities`, and without it the usual scope.
        expected_failures: {relation, or "relation/kind": why it is known to fail}.
        examples: cases a relation, spread over its kinds; at least 3 of each kind.
        budget_s: seconds for everything; what is left when they are over is reported as "out of time".
        raise_on_fail: raise when a relation fails.
        stop_at_first: leave the relations after one that failed.

    Raises:
        AuditFailure: a relation failed that was not expected to, or passed though it was expected to fail.
        ValueError: a relation or answer type of that name is not known, or there is no time or no case to ask.
    """
    start = time.monotonic()
    if examples < 1 or not budget_s > 0:
        raise ValueError(f"examples={examples}, budget_s={budget_s:g}: ask at least one case, in more than 0 seconds.")
    scope = guessed(verifier, capabilities) if capabilities is None else declared(verifier, capabilities)
    if answers is not None:
        scope = replace(scope, answer_types=tuple(answers))
    chosen = [*chosen_relations(relations), *extra]
    grader = adapted(verifier, scope)
    scope = replace(
        scope, reward_range=scope.reward_range or grader.range, groupwise=scope.groupwise or grader.groupwise
    )
    # The last case may take its time limit, and its process as long again to replace.
    end = start + budget_s - min(2 * scope.seconds_a_call, budget_s / 10)
    report = AuditReport(name or shown(grader), seed, examples)
    audit_run = _Run(grader, scope, report, dict(expected_failures or {}), end)
    with audit_run.grader:
        audit_run.settle_gold_form()
        planned = [audit_run.planned(relation) for relation in chosen]
        for number, relation in enumerate(chosen):
            left = max(end - time.monotonic(), 0.0)
            audit_run.check(relation, time.monotonic() + left * planned[number] / max(sum(planned[number:]), 1))
            if stop_at_first and not report.passed:
                break
    audit_run.conclude()
    report.wall_s = time.monotonic() - start
    if raise_on_fail and not report.passed:
        raise AuditFailure(report)
    return report


def audit(
    verifier: Any,
    dataset: Iterable[Problem] | None = None,
    attacks: Literal["all", "none"] = "all",
    *,
    raise_on_fail: bool = False,
    **options: Any,
) -> AuditReport:
    """`check_verifier`, with the golds of a data set besides, and without raising.

    Args:
        dataset: problems whose golds the grader must accept for themselves, and refuse for one another.
        attacks: "none" leaves the relation "attacks" out.
        options: those of `check_verifier`.
    """
    if attacks == "none" and options.get("relations", "all") == "all":
        options["relations"] = [relation for relation in RELATIONS if relation.name != "attacks"]
    if dataset is not None:
        options["extra"] = [dataset_relation(list(dataset)), *options.get("extra", ())]
    return check_verifier(verifier, raise_on_fail=raise_on_fail, **options)


def dataset_relation(problems: Sequence[Problem]) -> Relation:
    """The golds of a data set: each is right for itself, and an answer that is taken away is not.

    Raises:
        ValueError: there are no problems.
    """
    if not problems:
        raise ValueError("the data set has no problems.")
    golds = [problem.gold for problem in problems]

    def kinds(scope: Capabilities) -> Kinds:
        drawn = st.sampled_from(range(len(golds))).map(lambda i: golds[i])
        return {
            "accepts itself": drawn.map(lambda g: cases.right(g, completion(str(g), scope.styles[0]))),
            "no answer": drawn.map(lambda g: cases.wrong(g, "We simplify and collect terms.")),
            "empty box": drawn.map(lambda g: cases.wrong(g, "\\boxed{}")),
        }

    return Relation("data set", "Every gold of the data set is right for itself, and nothing is not.", kinds)


def chosen_relations(names: Sequence[Relation | str] | Literal["all"]) -> list[Relation]:
    """The relations meant.

    Raises:
        ValueError: there is none of that name.
    """
    if names == "all":
        return list(RELATIONS)
    known = {relation.name: relation for relation in RELATIONS}
    if unknown := [name for name in names if isinstance(name, str) and name not in known]:
        raise ValueError(f"relation {unknown[0]!r} is not known; there are {', '.join(known)}.")
    return [known[name] if isinstance(name, str) else name for name in names]


class _Run:
    """One grader's audit while it goes on."""

    def __init__(self, verifier: Any, scope: Capabilities, report: AuditReport, expected: dict[str, str], end: float):
        self.scope, self.report, self.expected, self.end = scope, report, expected, end
        self.scale = Scale(*(scope.reward_range or (0.0, 1.0)), scope.partial_credit)
        self.grader = Grader(
            verifier,
            time_limit_s=scope.seconds_a_call,
            memory_mb=scope.memory_mb,
            warm_up=warm_up_calls(scope),
            warm_up_s=min(60.0, (end - time.monotonic()) / 4),
        )
        self.side: dict[tuple[str, str], Finding] = {}

    def settle_gold_form(self) -> None:
        """Choose how golds are written, where the scope leaves it open, and note it in the report."""
        chosen = settled(self.scope, lambda case: self._ask(case, "gold", "")[1] is None)
        if chosen is not self.scope:
            self.scope, self.report.gold_form = chosen, described(chosen)
        self.write = writer_of(self.scope)

    def _kinds(self, relation: Relation) -> dict[str, SearchStrategy[Case]]:
        kinds = kinds_of(relation, as_drawn(self.scope))
        return {name: strategy for name, strategy in kinds.items() if self.scope.demands(relation.name, name)}

    def planned(self, relation: Relation) -> int:
        """How many cases it takes, about; what the budget is shared out by."""
        kinds = len(self._kinds(relation))
        return kinds * self._count(relation, kinds)

    def _count(self, relation: Relation, kinds: int) -> int:
        return relation.most or max(3, -(-self.report.examples // max(kinds, 1)))

    def check(self, relation: Relation, until: float) -> None:
        start = time.monotonic()
        result = RelationResult(relation.name, relation.about)
        kinds = self._kinds(relation)
        cut_short = 0
        for number, (kind, strategy) in enumerate(kinds.items()):
            left = until - time.monotonic()
            if left <= 0:
                result.reason = f"{len(kinds) - number} of {len(kinds)} kinds were not reached"
                break
            # Of a slow grader each kind is asked a little, not the first kinds everything.
            share = time.monotonic() + left / (len(kinds) - number)
            cut_short += self._check_kind(result, kind, strategy, self._count(relation, len(kinds)), share)
        if cut_short and not result.reason:
            result.reason = f"{cut_short} of {len(kinds)} kinds were cut short"
        result.seconds = time.monotonic() - start
        self._settle(result, applicable=bool(kinds))

    def _check_kind(
        self, result: RelationResult, kind: str, strategy: SearchStrategy[Case], count: int, until: float
    ) -> bool:
        """Ask all cases of a kind; True where time ran out before that."""
        name = f"{result.name}/{kind}"
        found = result.kinds[kind] = KindResult(None)
        failing: dict[str, tuple[int, Case, Complaint]] = {}
        slowest, troubles = 0.0, 0
        drawn = [case.with_gold(self.write) for case in generate(strategy, count, self.report.seed, name)]
        for number, case in enumerate(drawn):
            answered, complaint = self._ask(case, result.name, kind)
            slowest = max(slowest, answered.seconds)
            found.truth, found.cases = case.truth, found.cases + 1
            if complaint:
                found.failures += 1
                found.errors += complaint.fault in ("false positive", "false negative")
                failing.setdefault(complaint.fault, (number, case, complaint))
            troubles += answered.trouble is not None
            if troubles >= MOST_TROUBLES or time.monotonic() > until:
                break
        self.report.slowest_s = max(self.report.slowest_s, slowest)
        for number, case, complaint in failing.values():
            # What a strategy draws first is its simplest.
            if number and slowest < SLOW_S and time.monotonic() < until:
                case, complaint = self._shrunk(strategy, case, complaint, name, count)
            result.findings.append(Finding(result.name, kind, complaint, case))
        return found.cases < len(drawn) and troubles < MOST_TROUBLES

    def _shrunk(
        self, strategy: SearchStrategy[Case], case: Case, complaint: Complaint, name: str, count: int
    ) -> tuple[Case, Complaint]:
        def fails(smaller: Case) -> bool:
            _, found = self._ask(smaller, *name.split("/", 1))
            return found is not None and found.fault == complaint.fault

        written = strategy.map(lambda drawn: drawn.with_gold(self.write))
        best = shrink(written, case, fails, self.report.seed, name, count)
        # Its own message; the one at hand is about the case that it was made from.
        _, again = self._ask(best, *name.split("/", 1))
        return (best, again) if again and again.fault == complaint.fault else (case, complaint)

    def _ask(self, case: Case, relation: str, kind: str) -> tuple[Answered, Complaint | None]:
        answered = self.grader.ask(case.calls)
        for complaint in (*self.grader.side_of_start, *answered.side):
            self.side.setdefault(
                (complaint.fault, complaint.message), Finding(SIDE.name, complaint.fault, complaint, case)
            )
        if answered.trouble:
            return answered, answered.trouble
        return answered, case.judge(answered.outcomes, self.scale)

    def conclude(self) -> None:
        """The relation of what happened besides, which every case was about."""
        result = RelationResult(SIDE.name, SIDE.about)
        result.findings = [self.side[key] for key in sorted(self.side)]
        for finding in result.findings:
            kind = result.kinds.setdefault(finding.kind, KindResult(None))
            kind.cases, kind.failures = kind.cases + 1, kind.failures + 1
        self._settle(result, applicable=True)

    def _settle(self, result: RelationResult, applicable: bool) -> None:
        """The status, in the light of what was expected."""
        unexpected = [f for f in result.findings if not self._why(f.relation, f.kind)]
        reason = self.expected.get(result.name, "")
        if not applicable:
            result.status, result.reason = "not applicable", "not in the declared scope"
        elif unexpected:
            result.status = "failed"
        elif result.findings:
            result.status = "expected"
            result.reason = reason or "; ".join(sorted({self._why(f.relation, f.kind) for f in result.findings}))
        elif result.reason:
            result.status = "out of time"
        elif reason:
            result.status, result.reason = "unexpected pass", f"it was expected to fail: {reason}"
        self.report.relations.append(result)

    def _why(self, relation: str, kind: str) -> str:
        return self.expected.get(relation) or self.expected.get(f"{relation}/{kind}", "")
