"""MathVerifier: extraction, then comparison, then a Score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.pool import OverBudget, Pool, PoolError, WorkerUnavailable
from verifiers.base import Verifier
from verifiers.extract import extract
from verifiers.types import Sample, Score

_pool = Pool("verifiers.math.symbolic:equal")


class MathVerifier(Verifier):
    """1.0 when the completion's final answer equals the gold."""

    name = "math"

    def score(self, sample: Sample) -> Score:
        return self.check(sample.gold, sample.completion)

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        return [self.score(sample) for sample in samples]

    def check_gold(self, gold: Any) -> str | None:
        if gold is None or not str(gold).strip():
            return "the gold is empty"
        return None

    def check(self, gold: Any, completion: str) -> Score:
        """The verdict on one completion."""
        if why := self.check_gold(gold):
            return Score.unscored("gold_unusable", message=why)
        gold = _bare(str(gold))
        found = extract(completion)
        if not found.readings:
            return Score.of(False, found.how)
        try:
            equal = any(_bare(reading) == gold or _pool.run(gold, _bare(reading)) for reading in found.readings)
        except OverBudget as error:
            return Score.of(False, "over_budget", found.answer, limit=error.limit)
        except WorkerUnavailable as error:
            return Score.unscored("unavailable", found.answer, message=str(error))
        except PoolError:
            equal = False
        return Score.of(equal, "equal" if equal else "different", found.answer)


def _bare(text: str) -> str:
    found = extract(text)
    text = (found.answer or text) if "\\boxed" in text else text
    return text.strip().strip("$").strip().rstrip(".")


_default = MathVerifier()


def check(gold: Any, completion: str) -> Score:
    """The verdict of `MathVerifier()` on one completion, or on one bare answer."""
    return _default.check(gold, completion)


EXAMPLES = [
    ("42", "So it is \\boxed{42}.", 1.0),
    ("0.5", "So it is \\boxed{\\frac{1}{2}}.", 1.0),
    ("42", "So it is \\boxed{43}.", 0.0),
    ("42", "<think>It is \\boxed{42}.", 0.0),
    ("", "\\boxed{42}", None),
]
