"""Where two graders disagree: the same cases put to both."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from verifiers.audit.capabilities import Capabilities
from verifiers.audit.case import Case, Outcome, Scale
from verifiers.audit.child import Answered, Grader
from verifiers.audit.explore import generate
from verifiers.audit.foreign import adapted, guessed, shown
from verifiers.audit.forms import as_drawn, settled, warm_up_calls, writer_of
from verifiers.audit.relations import RELATIONS, kinds_of
from verifiers.audit.relations.items import modes_of

TRUTHFUL = (
    *("gold", "equivalence", "inequivalence", "attacks", "layout", "format"),
    *("programs", "wrong programs", "cheating programs", "honest programs", "submission"),
    *("judged answers", "injections", "master keys"),
)
"""Relations whose cases are one completion of known truth each."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One completion on which the graders differ; `first` and `second` are their values, or what happened instead."""

    kind: str
    gold: Any
    completion: str
    truth: bool | None
    first: str
    second: str


@dataclass(slots=True)
class Comparison:
    """How often the graders agreed, and the shortest disagreement of each kind."""

    names: tuple[str, str]
    seed: int
    cases: int = 0
    agreed: int = 0
    right: list[int] = field(default_factory=lambda: [0, 0])
    disagreements: list[Disagreement] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return {
            "graders": list(self.names),
            "seed": self.seed,
            "cases": self.cases,
            "agreed": self.agreed,
            "verdicts_right": list(self.right),
            "disagreements": [
                {
                    "kind": d.kind,
                    "gold": d.gold,
                    "completion": d.completion,
                    "truth": {True: "right", False: "wrong", None: "unknown"}[d.truth],
                    "values": [d.first, d.second],
                }
                for d in self.disagreements
            ],
        }

    def to_markdown(self) -> str:
        a, b = self.names
        lines = [
            f"# {a} and {b}",
            "",
            f"They agree on {self.agreed} of {self.cases} completions. Verdicts that are true: {self.right[0]} of {a}, "
            f"{self.right[1]} of {b}. Seed {self.seed}.",
        ]
        if self.disagreements:
            lines += ["", f"| kind | gold | completion | truth | {a} | {b} |", "|---|---|---|---|---|---|"]
        for d in self.disagreements:
            gold, completion = (str(text).replace("|", "\\|").replace("\n", "\\n") for text in (d.gold, d.completion))
            truth = "right" if d.truth else "wrong"
            lines.append(f"| {d.kind} | `{gold}` | `{completion}` | {truth} | {d.first} | {d.second} |")
        return "\n".join(lines) + "\n"


def compare(
    first: Any,
    second: Any,
    *,
    capabilities: Capabilities | Mapping[str, Any] | None = None,
    examples: int = 100,
    budget_s: float = 120.0,
    seed: int = 0,
) -> Comparison:
    """Put the same cases to two graders, of any shape, and list where they disagree.

    Args:
        capabilities: the scope of the cases; by default that of the first grader.
    """
    scope = guessed(first, capabilities)
    until = time.monotonic() + budget_s
    asked = [_Asked(grader, scope) for grader in (first, second)]
    found = Comparison((shown(asked[0].verifier), shown(asked[1].verifier)), seed)
    with asked[0].grader, asked[1].grader:
        read = [one.settle() for one in asked]
        shared = replace(as_drawn(scope), modes=tuple(mode for mode in modes_of(read[0]) if mode in modes_of(read[1])))
        for relation in RELATIONS:
            kinds = kinds_of(relation, replace(shared, gold_form="GOLD")) if relation.name in TRUTHFUL else {}
            count = max(3, -(-examples // max(len(kinds), 1)))
            for kind, strategy in kinds.items():
                if time.monotonic() > until:
                    return found
                cases = generate(strategy, count, seed, f"{relation.name}/{kind}")
                _compare_kind(found, asked, f"{relation.name}: {kind}", cases)
    return found


class _Asked:
    """One of the graders, in its own process, and asked in the form of gold that it reads."""

    def __init__(self, grader: Any, scope: Capabilities):
        self.scope = replace(scope, gold_form=guessed(grader).gold_form)
        self.verifier = adapted(grader, self.scope)
        self.scale = Scale(*(scope.reward_range or self.verifier.range), scope.partial_credit)
        self.grader = Grader(
            self.verifier,
            time_limit_s=scope.seconds_a_call,
            memory_mb=scope.memory_mb,
            warm_up=warm_up_calls(self.scope),
        )

    def settle(self) -> Capabilities:
        self.scope = settled(self.scope, self._accepts)
        return self.scope

    def _accepts(self, case: Case) -> bool:
        answered = self.grader.ask(case.calls)
        return not answered.trouble and case.judge(answered.outcomes, self.scale) is None

    def ask(self, case: Case) -> Answered:
        return self.grader.ask(case.with_gold(writer_of(self.scope)).calls)


def _compare_kind(found: Comparison, asked: Sequence[_Asked], kind: str, cases: Sequence[Case]) -> None:
    differing: list[tuple[Case, list[str]]] = []
    for case in cases:
        answers = [one.ask(case) for one in asked]
        values = [a.trouble.fault if a.trouble else _shown(a.outcomes[0]) for a in answers]
        found.cases += 1
        found.agreed += values[0] == values[1]
        for i, answer in enumerate(answers):
            if not answer.trouble and answer.outcomes[0].value is not None:
                found.right[i] += (answer.outcomes[0].value > 0.5) is case.truth
        if values[0] != values[1]:
            differing.append((case, values))
    if differing:
        case, values = min(differing, key=lambda pair: pair[0].size)
        gold, completion = case.items[0]
        found.disagreements.append(Disagreement(kind, gold, completion, case.truth, values[0], values[1]))


def _shown(outcome: Outcome) -> str:
    if outcome.raised:
        return "raised"
    return "None" if outcome.value is None else f"{outcome.value:g}"
