"""The operators that compose verifiers into one reward.

    reward = 0.8 * math + 0.2 * think_format        # a weighted sum
    reward = gate(think_format) * judge             # the judge is not asked about a malformed completion
    reward = unit_tests & style                     # all: the smaller of the two
    reward = exact | math                           # any: the larger of the two

Each operator builds an object whose repr prints the formula and whose scores keep the parts. Evaluation goes from left
to right and leaves out, sample by sample, whatever can no longer change the result; a verifier that compares the
samples of a group is given whole groups, or nothing. None (unscored) propagates unless the result is settled without
it: 0 times anything is 0, in either order, but an outage is never counted as 0.

More combinators, by name: `verifiers.combinators`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from verifiers.base import Interval, Verifier, Wrapper, name_of, scores_of
from verifiers.groups import groups_of
from verifiers.types import Sample, Score


class Scaled(Wrapper):
    """`weight * verifier`; the part keeps the raw value, so that logs can show both."""

    def __init__(self, weight: float, inner: Verifier):
        super().__init__(inner)
        self.weight = float(weight)
        if not math.isfinite(self.weight):
            raise ValueError(f"{weight} * {inner!r}: a weight is a finite number.")
        self.name = f"{weight:g} * {_bracketed(inner, name_of)}"
        low, high = sorted(self.weight * bound if self.weight else 0.0 for bound in inner.range)
        self.range = (low, high)

    def transform(self, sample: Sample, score: Score) -> Score:
        return self.valued(None if score.value is None else self.weight * score.value, score)

    def __repr__(self) -> str:
        return f"{self.weight!r} * {_bracketed(self.inner, repr)}"


class Composed(Verifier):
    """Several verifiers under one symmetric operation. Sum, Product, All and Either say which.

    The result is settled as soon as the operation, applied to the values known and to the ranges of the rest, leaves
    one value; the rest is then not evaluated, and a None among the operands does not matter.
    """

    symbol: str
    operands: tuple[Verifier, ...]

    def __init__(self, *operands: Verifier):
        self.operands = tuple(inner for op in operands for inner in (op.operands if type(op) is type(self) else (op,)))
        self.name = f" {self.symbol} ".join(_bracketed(op, name_of) for op in self.operands)
        self.range = self.combine([op.range for op in self.operands])
        self.groupwise = any(op.groupwise for op in self.operands)

    @staticmethod
    def combine(intervals: Sequence[Interval]) -> Interval:
        raise NotImplementedError

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        parts: list[list[Score]] = [[] for _ in samples]
        open_ = list(range(len(samples)))
        for k, operand in enumerate(self.operands):
            asked = _whole_groups(samples, open_) if operand.groupwise else open_
            scores = scores_of(operand, [samples[i] for i in asked])
            if len(asked) > len(open_):
                by_position = dict(zip(asked, scores))
                scores = [by_position[i] for i in open_]
            for i, score in zip(open_, scores):
                parts[i].append(score)
            if k + 1 < len(self.operands):
                open_ = [i for i in open_ if not _settled(self._possible(parts[i]))]
            if not open_:
                break
        return [self._result(self._possible(done), tuple(done)) for done in parts]

    def _possible(self, parts: Sequence[Score]) -> Interval:
        """What the result can still be, given the parts that were evaluated."""
        known = [op.range if p.value is None else (p.value, p.value) for p, op in zip(parts, self.operands)]
        return self.combine([*known, *(op.range for op in self.operands[len(parts) :])])

    def score(self, sample: Sample) -> Score:
        return self.score_all([sample])[0]

    def _result(self, interval: Interval, parts: tuple[Score, ...]) -> Score:
        extracted = next((p.extracted for p in parts if p.extracted is not None), None)
        if not _settled(interval):
            missing = next(p for p in parts if p.value is None)
            return Score(None, missing.reason, extracted, self.name, parts)
        if not math.isfinite(interval[0]):
            return Score(None, "error:overflow", extracted, self.name, parts)
        return Score(interval[0], self._reason(interval[0], parts), extracted, self.name, parts)

    def _reason(self, value: float, parts: tuple[Score, ...]) -> str:
        """The reason of the part that decided."""
        return next((p.reason for p in parts if p.value == value), parts[-1].reason)

    def check_gold(self, gold: Any) -> str | None:
        return next((why for op in self.operands if (why := op.check_gold(gold))), None)

    def __repr__(self) -> str:
        return f" {self.symbol} ".join(_bracketed(op, repr) for op in self.operands)


class Sum(Composed):
    """`a + b`: values add up, and so do the parts that are logged."""

    symbol = "+"

    @staticmethod
    def combine(intervals: Sequence[Interval]) -> Interval:
        low = high = 0.0
        for a, b in intervals:
            low, high = low + a, high + b
        return low, high

    def _result(self, interval: Interval, parts: tuple[Score, ...]) -> Score:
        # Only constants can be left out of a sum; log them too, so that the parts add up.
        for op in self.operands[len(parts) :]:
            parts += (Score(op.range[0], "constant", name=name_of(op)),)
        return super()._result(interval, parts)

    def _reason(self, value: float, parts: tuple[Score, ...]) -> str:
        return ", ".join(dict.fromkeys(part.reason for part in parts))


class Product(Composed):
    """`a * b`: a zero settles it."""

    symbol = "*"

    @staticmethod
    def combine(intervals: Sequence[Interval]) -> Interval:
        low, high = 1.0, 1.0
        for a, b in intervals:
            # A bound may be infinite, and 0 times infinity is 0 here: what is unknown is finite.
            corners = [x * y if x and y else 0.0 for x in (low, high) for y in (a, b)]
            low, high = min(corners), max(corners)
        return low, high


class All(Composed):
    """`a & b`: the smallest value."""

    symbol = "&"

    @staticmethod
    def combine(intervals: Sequence[Interval]) -> Interval:
        return min(low for low, _ in intervals), min(high for _, high in intervals)


class Either(Composed):
    """`a | b`: the largest value."""

    symbol = "|"

    @staticmethod
    def combine(intervals: Sequence[Interval]) -> Interval:
        return max(low for low, _ in intervals), max(high for _, high in intervals)


class Gate(Wrapper):
    """1.0 where the inner verifier reaches a mark, 0.0 where it does not."""

    def __init__(self, inner: Verifier, at: float | None = None):
        super().__init__(inner)
        if at is None and not math.isfinite(inner.range[1]):
            raise ValueError(
                f"gate({inner!r}): its values have no upper bound to be reached; say where it opens, at=..."
            )
        self.at, self.range = inner.range[1] if at is None else float(at), (0.0, 1.0)
        self._given = at
        self.name = f"gate({name_of(inner)})"

    def transform(self, sample: Sample, score: Score) -> Score:
        return self.valued(None if score.value is None else float(score.value >= self.at), score)

    def __repr__(self) -> str:
        return f"gate({self.inner!r})" if self._given is None else f"gate({self.inner!r}, at={self._given!r})"


def gate(inner: Verifier, at: float | None = None) -> Gate:
    """Open (1.0) where `inner` gives at least `at`, by default its full mark; closed (0.0) elsewhere.

    `gate(think_format) * judge` asks the judge about well-formed completions only.
    """
    return Gate(inner, at)


def _settled(interval: Interval) -> bool:
    return interval[0] == interval[1]


def _whole_groups(samples: Sequence[Sample], positions: Sequence[int]) -> list[int]:
    """All samples of the groups that have one at these positions."""
    if len(positions) == len(samples):
        return list(positions)
    wanted = set(positions)
    return sorted(i for group in groups_of(samples) if not wanted.isdisjoint(group) for i in group)


def _bracketed(verifier: Verifier, text: Callable[[Verifier], str]) -> str:
    """Brackets around whatever is itself a formula, so that the text of a formula can be read back as Python."""
    return f"({text(verifier)})" if isinstance(verifier, Composed | Scaled) else text(verifier)
