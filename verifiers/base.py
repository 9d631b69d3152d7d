"""What a verifier is, and what holds it to its contract. The operators that compose verifiers are in `algebra.py`."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn, TypeAlias, overload

from verifiers.types import Sample, Score

Interval: TypeAlias = tuple[float, float]
"""Smallest and largest value."""


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


class Wrapper(Verifier):
    """A verifier made of one other one, whose scores it turns into its own by `transform`.

    The inner scores become parts, so that logs show both.
    """

    def __init__(self, inner: Verifier):
        self.inner, self.range, self.groupwise = inner, inner.range, inner.groupwise

    def transform(self, sample: Sample, score: Score) -> Score:
        raise NotImplementedError

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        return [self.transform(sample, score) for sample, score in zip(samples, scores_of(self.inner, samples))]

    def score(self, sample: Sample) -> Score:
        return self.score_all([sample])[0]

    def check_gold(self, gold: Any) -> str | None:
        return self.inner.check_gold(gold)

    def valued(self, value: float | None, score: Score) -> Score:
        """A score of this verifier with the reason and extraction of the inner one, which becomes its part."""
        if value is not None and not math.isfinite(value):
            return Score(None, "error:overflow", score.extracted, self.name, (score,))
        return Score(value, score.reason, score.extracted, self.name, (score,))


# At the end, since the algebra is made of verifiers and a verifier's operators make algebra.
from verifiers.algebra import All, Composed, Either, Gate, Product, Scaled, Sum, gate  # noqa: E402

__all__ = [
    "All",
    "Composed",
    "Either",
    "FunctionVerifier",
    "Gate",
    "Product",
    "Scaled",
    "Sum",
    "Verifier",
    "Wrapper",
    "gate",
    "name_of",
    "scores_of",
    "verifier",
]
