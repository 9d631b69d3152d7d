"""What a verifier is, and the operators that compose verifiers into one reward.

    reward = 0.8 * math + 0.2 * think_format        # a weighted sum
    reward = gate(think_format) * judge             # the judge is not asked about a malformed completion
    reward = unit_tests & style                     # all: the smaller of the two
    reward = exact | math                           # any: the larger of the two

Each operator builds an object whose repr prints the formula and whose scores keep the parts. Evaluation goes from left
to right and leaves out, sample by sample, whatever can no longer change the result; a verifier that compares the
samples of a group is given whole groups, or nothing. None (unscored) propagates unless the result is settled without
it: 0 times anything is 0, in either order, but an outage is never counted as 0.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn, TypeAlias, overload

from verifiers.groups import groups_of
from verifiers.types import Sample, Score

Interval: TypeAlias = tuple[float, float]
"""Smallest and largest value that an operand can still take; a known value is (v, v)."""


class Verifier:
    """Turns samples into scores. Authors write `score`; those who gain from seeing the batch override `score_all`.

    Attributes:
        name: what metrics and reports call it.
        range: smallest and largest value it gives; what the algebra uses to see that a result is settled. A value
            outside it is a bug, and unscored.
        concurrency: how many `score` calls run at once in threads; above 1 for those that wait (a judge, a sandbox).
        groupwise: a score depends on the other samples of the same problem, so `score_all` needs whole groups.

    The repr is the call that made it, read from the attributes that have the names of the constructor's arguments.
    """

    name: str = ""
    range: tuple[float, float] = (0.0, 1.0)
    concurrency: int = 1
    groupwise: bool = False

    def score(self, sample: Sample) -> Score:
        raise TypeError(f"{type(self).__name__} defines neither score nor score_all; write one of them.")

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        """One score for each sample, in order."""
        if self.concurrency <= 1 or len(samples) <= 1:
            return [guarded_score(self, sample) for sample in samples]
        with ThreadPoolExecutor(min(self.concurrency, len(samples))) as threads:
            return list(threads.map(functools.partial(guarded_score, self), samples))

    def check_gold(self, gold: Any) -> str | None:
        """Why this verifier cannot use the gold, in a sentence; None where it can."""
        return None

    def __add__(self, other: Verifier) -> Verifier:
        return Sum(self, other) if isinstance(other, Verifier) else NotImplemented

    def __sub__(self, other: Verifier) -> Verifier:
        return Sum(self, -other) if isinstance(other, Verifier) else NotImplemented

    @overload
    def __mul__(self, other: Verifier) -> Verifier: ...
    @overload
    def __mul__(self, other: float) -> Verifier: ...
    def __mul__(self, other: Verifier | float) -> Verifier:
        if isinstance(other, Verifier):
            return Product(self, other)
        return Scaled(other, self) if isinstance(other, int | float) else NotImplemented

    __rmul__ = __mul__

    def __neg__(self) -> Verifier:
        return Scaled(-1.0, self)

    def __and__(self, other: Verifier) -> Verifier:
        return All(self, other) if isinstance(other, Verifier) else NotImplemented

    def __or__(self, other: Verifier) -> Verifier:
        return Either(self, other) if isinstance(other, Verifier) else NotImplemented

    def __bool__(self) -> NoReturn:
        raise TypeError("A verifier has no truth value: write `a & b` and `a | b`, not `a and b` or `a or b`.")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(_settings(self))})"


def _settings(verifier: Verifier) -> Iterator[str]:
    """Arguments of the constructor as Python, those at their default left out."""
    for key, parameter in inspect.signature(type(verifier)).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) or not hasattr(verifier, key):
            continue
        value = getattr(verifier, key)
        if parameter.default is parameter.empty and parameter.kind is not parameter.KEYWORD_ONLY:
            yield repr(value)
        elif value is not parameter.default and value != parameter.default:
            yield f"{key}={value!r}"


def verifier(fn: Callable[[Sample], Any] | None = None, /, **settings: Any) -> Any:
    """Make a function of one sample a verifier: `@verifier`, or `@verifier(name="style", range=(-1.0, 1.0))`.

    The function may return a Score, a bool or number, or None for "could not be verified".

    Raises:
        TypeError: a setting that verifiers do not have.
    """
    if fn is None:
        return functools.partial(verifier, **settings)
    return FunctionVerifier(fn, **settings)


class FunctionVerifier(Verifier):
    """What `@verifier` makes; still callable as the function that it was."""

    def __init__(
        self,
        fn: Callable[[Sample], Any],
        *,
        name: str | None = None,
        range: Interval = (0.0, 1.0),
        concurrency: int = 1,
    ):
        functools.update_wrapper(self, fn)
        self.fn, self.name, self.range, self.concurrency = fn, name or fn.__name__, range, concurrency

    def __call__(self, sample: Sample) -> Any:
        return self.fn(sample)

    def score(self, sample: Sample) -> Score:
        result = self.fn(sample)
        if isinstance(result, Score):
            return result
        if result is None:
            return Score.unscored("none", message=f"{self.name} returned None")
        return Score.of(result)

    def __repr__(self) -> str:
        return self.fn.__name__

    def __reduce__(self) -> str:
        # The module's name is bound to this object and no longer to the function, so pickle by name.
        return self.fn.__qualname__


def scores_of(verifier: Verifier, samples: Sequence[Sample]) -> list[Score]:
    """`verifier.score_all` held to its contract: a named Score a sample, and a bug in it is None, not an exception."""
    if not samples:
        return []
    try:
        scores = list(verifier.score_all(samples))
        if len(scores) != len(samples):
            raise ValueError(f"{verifier!r} returned {len(scores)} scores for {len(samples)} samples.")
        if wrong := [s for s in scores if not isinstance(s, Score)]:
            raise TypeError(f"{verifier!r} returned a {type(wrong[0]).__name__}, not a Score.")
    except Exception as error:
        scores = [failure(error)] * len(samples)
    name, (low, high) = name_of(verifier), verifier.range
    return [
        score if score.name and (score.value is None or low <= score.value <= high) else _named(score, name, low, high)
        for score in scores
    ]


def _named(score: Score, name: str, low: float, high: float) -> Score:
    if score.value is not None and not low <= score.value <= high:
        message = f"{name} gave {score.value:g}, outside its range ({low:g}, {high:g}): declare the range that it has."
        score = Score.unscored("error:range", score.extracted, message=message)
    return score if score.name else Score(score.value, score.reason, score.extracted, name, score.parts, score.detail)


def guarded_score(verifier: Verifier, sample: Sample) -> Score:
    """`verifier.score`, where a bug in it makes the sample unscored instead of ending the run."""
    try:
        score = verifier.score(sample)
        if not isinstance(score, Score):
            raise TypeError(f"{verifier!r} returned a {type(score).__name__}, not a Score.")
        return score
    except Exception as error:
        return failure(error)


def failure(error: Exception) -> Score:
    """The score of a verifier that raised: unscored, with the exception's type as the reason."""
    return Score.unscored(f"error:{type(error).__name__}", message=str(error)[:500])


def name_of(verifier: Verifier) -> str:
    return verifier.name or type(verifier).__name__


class Scaled(Verifier):
    """`weight * verifier`; the part keeps the raw value, so that logs can show both."""

    def __init__(self, weight: float, inner: Verifier):
        self.weight, self.inner, self.groupwise = float(weight), inner, inner.groupwise
        if not math.isfinite(self.weight):
            raise ValueError(f"{weight} * {inner!r}: a weight is a finite number.")
        self.name = f"{weight:g} * {_bracketed(inner, name_of)}"
        low, high = sorted(self.weight * bound if self.weight else 0.0 for bound in inner.range)
        self.range = (low, high)

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        raw = scores_of(self.inner, samples)
        return [
            Score(None if s.value is None else self.weight * s.value, s.reason, s.extracted, self.name, (s,))
            for s in raw
        ]

    def score(self, sample: Sample) -> Score:
        return self.score_all([sample])[0]

    def check_gold(self, gold: Any) -> str | None:
        return self.inner.check_gold(gold)

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
        known: list[list[Interval]] = [[op.range for op in self.operands] for _ in samples]
        parts: list[list[Score]] = [[] for _ in samples]
        open_ = list(range(len(samples)))
        for k, operand in enumerate(self.operands):
            asked = _whole_groups(samples, open_) if operand.groupwise else open_
            scores = dict(zip(asked, scores_of(operand, [samples[i] for i in asked])))
            for i in open_:
                score = scores[i]
                parts[i].append(score)
                if score.value is not None:
                    known[i][k] = (score.value, score.value)
            open_ = [i for i in open_ if not _settled(self.combine(known[i]))]
            if not open_:
                break
        return [self._result(self.combine(known[i]), tuple(parts[i])) for i in range(len(samples))]

    def score(self, sample: Sample) -> Score:
        return self.score_all([sample])[0]

    def _result(self, interval: Interval, parts: tuple[Score, ...]) -> Score:
        extracted = next((p.extracted for p in parts if p.extracted is not None), None)
        if not _settled(interval):
            missing = next(p for p in parts if p.value is None)
            return Score(None, missing.reason, extracted, self.name, parts)
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
        return sum(low for low, _ in intervals), sum(high for _, high in intervals)

    def _result(self, interval: Interval, parts: tuple[Score, ...]) -> Score:
        # Only constants can be left out of a sum; log them too, so that the parts add up.
        left_out = (Score(op.range[0], "constant", name=name_of(op)) for op in self.operands[len(parts) :])
        return super()._result(interval, (*parts, *left_out))

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


class Gate(Verifier):
    """1.0 where the inner verifier reaches a mark, 0.0 where it does not."""

    def __init__(self, inner: Verifier, at: float | None = None):
        self.inner, self.at, self.groupwise = inner, inner.range[1] if at is None else float(at), inner.groupwise
        self._given = at
        self.name = f"gate({name_of(inner)})"

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        scores = scores_of(self.inner, samples)
        return [
            Score(None if s.value is None else float(s.value >= self.at), s.reason, s.extracted, self.name, (s,))
            for s in scores
        ]

    def score(self, sample: Sample) -> Score:
        return self.score_all([sample])[0]

    def check_gold(self, gold: Any) -> str | None:
        return self.inner.check_gold(gold)

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
