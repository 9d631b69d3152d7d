"""MathVerifier: extraction, then the ladder, then a Score."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

from sandbox.pool import Pool, WorkerUnavailable
from verifiers.base import Verifier, guarded_score
from verifiers.extract import Extraction, extract
from verifiers.math import ladder
from verifiers.math.policy import Policy
from verifiers.math.shortcut import settle
from verifiers.types import Sample, Score


class MathVerifier(Verifier):
    """1.0 when the final answer of the completion is mathematically the gold, else 0.0 and why.

    Golds may be bare LaTeX, `$...$`, boxed, a number, an option letter, or a short sentence. docs/math.md explains what each
    policy changes; all are keywords.

    Reasons: "equal", "different", "no_answer", "ambiguous" (answers that disagree were put forward), "over_budget" (the
    answer costs more to compare than one may), all of which are 0.0 but the first; "gold_unusable" and "unavailable" (no
    worker could be started) have the value None. `detail["rung"]` says which comparison decided.

    Args:
        lenient: take the last number of a completion that states no answer.
        deadline_s: seconds that the symbolic comparison of a pair may take in its worker.
        memory_mb: memory that it may take.
        workers: worker processes, by default one a core; they start when first needed.
        symbolic: use sympy for what the own parser cannot settle.
        decimals, min_round_digits, exact_digits, tolerance, percent, units, echo, choices: see `Policy`.
    """

    name = "math"

    def __init__(
        self,
        *,
        lenient: bool = False,
        deadline_s: float = 0.9,
        memory_mb: int = 500,
        workers: int | None = None,
        symbolic: bool = True,
        decimals: Literal["round", "exact"] = "round",
        min_round_digits: int = 3,
        exact_digits: int | None = 12,
        tolerance: float = 0.0,
        percent: bool = True,
        units: Literal["forgive", "require"] = "forgive",
        echo: bool = False,
        choices: bool = True,
    ):
        self.lenient, self.symbolic = lenient, symbolic
        self.deadline_s, self.memory_mb, self.workers = deadline_s, memory_mb, workers
        self.policy = Policy(decimals, min_round_digits, exact_digits, tolerance, percent, units, echo, choices)

    def score(self, sample: Sample) -> Score:
        return self.check(sample.gold, sample.completion)

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        """Settles at once what needs no worker, then the rest in as many threads as there are workers."""
        scores: dict[int, Score] = {}
        for index, sample in enumerate(samples):
            try:
                scores[index] = self._check(sample.gold, sample.completion, _postpone)
            except Exception:
                continue
        rest = [index for index in range(len(samples)) if index not in scores]
        if rest:
            with ThreadPoolExecutor(min(len(rest), self._pool().workers)) as threads:
                late = threads.map(lambda index: guarded_score(self, samples[index]), rest)
                scores.update(zip(rest, late))
        return [scores[index] for index in range(len(samples))]

    def check_gold(self, gold: Any) -> str | None:
        read = _read(gold)
        why = read if isinstance(read, str) else ladder.self_check(read)
        return f"gold {str(gold)[:80]!r}: {why}" if why else None

    def check(self, gold: Any, completion: str) -> Score:
        """The verdict on one completion, or on one bare answer."""
        return self._check(gold, completion, self._ask if self.symbolic else None)

    def _ask(self, gold: str, answer: str) -> bool | None:
        return self._pool().run(gold, answer)

    def _pool(self) -> Pool:
        return _shared_pool(self.workers, self.memory_mb, self.deadline_s)

    def _check(self, gold: Any, completion: str, ask: ladder.Ask | None) -> Score:
        read = _read(gold)
        if isinstance(read, str):
            return Score.unscored("gold_unusable", message=f"gold {str(gold)[:80]!r}: {read}")
        if not read.problem and (settled := settle(read, completion)):
            equal, rung, answer = settled
            detail = {"rung": rung, "how": "box"}
            return (
                Score(1.0, "equal", answer, "", (), detail)
                if equal
                else Score(0.0, "different", answer, "", (), detail)
            )
        if why := ladder.self_check(read):
            return Score.unscored("gold_unusable", message=f"gold {str(gold)[:80]!r}: {why}")
        found = extract(completion, lenient=self.lenient)
        if not found.readings:
            return Score.of(False, found.how)
        try:
            verdict, answer = self._verdict(read, found, ask)
        except WorkerUnavailable as error:
            return Score.unscored("unavailable", found.answer, message=str(error))
        return Score.of(verdict.is_equal, verdict.reason, answer, rung=verdict.rung, how=found.how)

    def _verdict(self, gold: ladder.Gold, found: Extraction, ask: ladder.Ask | None) -> tuple[ladder.Verdict, str]:
        in_sentence = found.how in ("statement", "whole", "conclusion")
        if len(found.readings) == 1 and not found.parts and not found.rivals:
            verdict = ladder.judge(gold, found.readings[0], self.policy, ask, in_sentence=in_sentence)
            if ask and verdict.rung not in ("string", "number", "choice"):
                self._pool().start()
            return verdict, found.readings[0]
        verdicts: list[ladder.Verdict] = []
        for reading in found.readings:
            verdict = ladder.judge(gold, reading, self.policy, ask, in_sentence=in_sentence)
            verdicts.append(verdict)
            if ask and verdict.rung not in ("string", "number", "choice"):
                self._pool().start()  # Answers of this kind may need it before long.
            if verdict.is_equal or verdict.reason == "over_budget" or verdict.rung == "choice":
                break
        if not verdicts[-1].is_equal:
            if found.parts and all(ladder.judge(gold, part, self.policy, ask).is_equal for part in found.parts):
                return ladder.Verdict("equal", "parts"), found.readings[0]  # One value, in two spellings.
            worst = next((v for v in verdicts if v.reason == "over_budget"), verdicts[0])
            return worst, found.readings[0]
        for rival in found.rivals:
            if not ladder.judge(gold, rival, self.policy, ask).is_equal:
                return ladder.Verdict("ambiguous", "rivals"), found.readings[0]
        return verdicts[-1], found.readings[len(verdicts) - 1]

    def __repr__(self) -> str:
        """The call that makes this verifier, without what is the default."""
        settings = {**dataclasses.asdict(self.policy), **vars(self)}
        defaults = inspect.signature(type(self)).parameters
        given = [f"{name}={settings[name]!r}" for name, p in defaults.items() if settings[name] != p.default]
        return f"{type(self).__name__}({', '.join(given)})"


@functools.cache
def _shared_pool(workers: int | None, memory_mb: int, deadline_s: float) -> Pool:
    return Pool("verifiers.math.symbolic:equal", workers=workers, memory_mb=memory_mb, deadline_s=deadline_s)


class _Postponed(Exception):
    """The pair needs a worker."""


def _postpone(gold: str, answer: str) -> bool | None:
    raise _Postponed


def _read(gold: Any) -> ladder.Gold | str:
    """The gold as the ladder knows it, or a sentence that says why it cannot be used."""
    if not isinstance(gold, str):
        if gold is None:
            return "this verifier needs a reference answer"
        if isinstance(gold, bool) or not isinstance(gold, int | float):
            return f"it is a {type(gold).__name__}: write it as text"
        if not math.isfinite(gold):
            return f"it is {gold}, which answers nothing"
        gold = repr(gold)
    return ladder.read_gold(gold)


_default = MathVerifier()


def check(gold: Any, completion: str) -> Score:
    """The verdict of `MathVerifier()` on one completion, or on one bare answer: `check("1/2", "So it is \\boxed{0.5}.")`."""
    return _default.check(gold, completion)


EXAMPLES = [
    ("42", "So it is \\boxed{42}.", 1.0),
    ("0.5", "So it is \\boxed{\\frac{1}{2}}.", 1.0),
    ("42", "So it is \\boxed{43}.", 0.0),
    ("42", "<think>It is \\boxed{42}.", 0.0),
    ("", "\\boxed{42}", None),
]
