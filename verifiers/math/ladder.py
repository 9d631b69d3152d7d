"""The ladder of comparisons, the cheapest first; every rung says equal, different, or passes on.

string    normalised texts are one                        number   both are digits: compared digit by digit
choice    the gold is an option letter                    value    both were read; typed values are compared
text      words                                           sympy    a killable worker asks latex2sympy and sympy
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from sandbox.pool import FunctionRaised
from sandbox.pool import OverBudget as WorkerOverBudget
from verifiers.extract import extract
from verifiers.math import compare, text
from verifiers.math.errors import OverBudget, Unreadable
from verifiers.math.normalise import Decimal, bare, canonical, plain_number, simple_fraction
from verifiers.math.policy import Policy
from verifiers.math.reading import readings
from verifiers.math.values import Text, Value
from verifiers.statements import is_prose

Ask = Callable[[str, str], bool | None]
"""Asks sympy whether a gold and an answer are equal; raises as `sandbox.pool.Pool.run` does."""

MAX_SYMPY_CHARS = 400
CACHED_CHARS = 400
EXACT_DECIMALS = 8
"""So many decimals may stand for an exact value, so they are not compared as digits alone."""
_BEYOND_US = re.compile(
    r"\\(?:int|iint|oint|sum|prod|lim|det|begin|gcd|lcm|max|min|frac\s*\{\s*d|operatorname|partial)"
)
"""What the own parser reads in part only, so that it is worth asking sympy."""
_DRESSED = re.compile(r"[A-Za-z]\s*=\s*(-?[0-9.]+)|(?:\\left)?\(\s*(-?[0-9.]+)\s*(?:\\right)?\)")
_NEGATION = re.compile(r"\\(?:neg|lnot|not)(?![a-z])|\b(?:not|no|never)\b|¬")
_MALFORMED = re.compile(r"^\W*$")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason`: equal, different, over_budget, or gold_unusable; `rung`: which rung of the ladder decided."""

    reason: str
    rung: str

    @property
    def is_equal(self) -> bool:
        return self.reason == "equal"


_EQUAL_STRING, _EQUAL_NUMBER, _DIFFERENT_NUMBER = (
    Verdict("equal", "string"),
    Verdict("equal", "number"),
    Verdict("different", "number"),
)


@dataclass(frozen=True)
class Gold:
    """A gold, read once, and no further than a rung asks for."""

    text: str
    canonical: str
    number: Decimal | None
    fraction: Fraction | None  # the value of an integer or a simple fraction
    problem: str | None  # why it is unusable

    @functools.cached_property
    def choice(self) -> tuple[str, str] | None:
        return text.choice_of_gold(self.text)

    @functools.cached_property
    def statements(self) -> frozenset[str] | None:
        return text.statements_of_gold(self.text)

    @functools.cached_property
    def letters(self) -> frozenset[str] | None:
        return text.letter_set(self.text)

    @functools.cached_property
    def _reading(self) -> tuple[tuple[Value, ...], str | None]:
        if self.problem or (self.number is not None and len(self.text) > 1_000):
            return (), None
        try:
            return tuple(_readings(self.text, is_gold=True)), None
        except OverBudget as error:
            return (), error.limit
        except Unreadable:
            return (), None

    @property
    def values(self) -> tuple[Value, ...]:
        """What it may mean; nothing where it was not understood."""
        return self._reading[0]

    @property
    def limit(self) -> str | None:
        """The budget that reading it exceeds."""
        return self._reading[1]


def read_gold(gold: str) -> Gold:
    """Reads a gold: bare LaTeX, `$...$`, boxed, a number, a letter, or a sentence that states the answer."""
    return _cached_gold(gold) if len(gold) <= CACHED_CHARS else _read_gold(gold)


def _read_gold(gold: str) -> Gold:
    answer = _gold_text(gold)
    number = plain_number(answer)
    problem = None
    if _MALFORMED.match(answer) and not re.search(r"[∅∞πℝ+<>=≤≥≠-]", answer):
        problem = "it is empty" if not answer else f"{answer[:40]!r} has no digit, letter or symbol"
    fraction = number.fraction() if number and not number[2] else simple_fraction(answer)
    return Gold(answer, canonical(answer), number, fraction, problem)


_cached_gold = functools.lru_cache(maxsize=4096)(_read_gold)


def _gold_text(gold: str) -> str:
    found = None
    if "\\boxed" in gold or "\\fbox" in gold or re.search(r"\banswer\b|####|答案", gold):
        found = extract(gold)
    if found is not None and "\\boxed" in gold and not found.readings:
        return ""
    if found is not None and found.how in ("box", "statement", "hash"):
        return bare(found.readings[min(1, len(found.readings) - 1) if found.how == "statement" else 0])
    return bare(gold)


def _readings(answer: str, is_gold: bool = False) -> list[Value]:
    try:
        return (_cached_readings if len(answer) <= CACHED_CHARS else readings)(answer, is_gold=is_gold)
    except RecursionError:
        raise OverBudget("depth") from None


_cached_readings = functools.lru_cache(maxsize=4096)(readings)  # The samples of a group often agree.


def judge(gold: Gold, answer: str, policy: Policy, ask: Ask | None, *, in_sentence: bool = False) -> Verdict:
    """The verdict on one answer.

    Args:
        ask: the last rung; None leaves it out.
        in_sentence: the answer is a sentence of the completion, from which an option letter may be picked.
    Raises:
        sandbox.pool.WorkerUnavailable: the last rung was needed and could not be had.
    """
    answer = bare(answer)
    if answer == gold.text or canonical(answer) == gold.canonical:
        return _EQUAL_STRING
    if gold.number is not None and (number := plain_number(answer)) is not None:
        if number == gold.number:
            return _EQUAL_NUMBER
        if not gold.number[2] or (policy.decimals == "exact" and not policy.tolerance):
            return _DIFFERENT_NUMBER
    if gold.fraction is not None and (value := plain_value(answer)) is not None:
        return _EQUAL_NUMBER if value == gold.fraction else _DIFFERENT_NUMBER
    if policy.choices and gold.statements and (named := text.statements(answer)):
        return Verdict("equal" if gold.statements == named else "different", "choice")
    if policy.choices and gold.letters and (chosen := text.letter_set(answer)):
        return Verdict("equal" if gold.letters == chosen else "different", "choice")
    if policy.choices and gold.choice and (verdict := _judge_choice(gold, answer, in_sentence)):
        return verdict
    try:
        verdict = _judge_values(gold, answer, policy)
    except OverBudget as error:
        return Verdict("over_budget", error.limit)
    except RecursionError:
        return Verdict("over_budget", "depth")
    if verdict is None and text.says(answer, gold.text) and _has_letters(answer):
        return Verdict("equal", "text")
    return verdict or _judge_symbolically(gold, answer, ask)


def plain_value(answer: str) -> Fraction | None:
    """The value of an answer in digits, unless it has so many decimals that it may stand for an exact value.

    `x = 42` and `(42)` are 42 to a gold that is a number.
    """
    if dressed := _DRESSED.fullmatch(answer):
        answer = dressed[1] or dressed[2]
    number = plain_number(answer)
    if number is None:
        return simple_fraction(answer)
    return number.fraction() if len(number[2]) < EXACT_DECIMALS else None


def _has_letters(answer: str) -> bool:
    return re.search(r"[^\W\d_]{2}", answer) is not None and not re.search(r"[\d\\^_]", answer)


def _judge_choice(gold: Gold, answer: str, in_sentence: bool) -> Verdict | None:
    assert gold.choice
    letter, option = gold.choice
    chosen = text.chosen_letter(answer, in_sentence)
    if chosen is not None:
        return Verdict("equal" if chosen == letter else "different", "choice")
    if option and text.normalised(answer) == option:
        return Verdict("equal", "choice")
    return None


def _judge_values(gold: Gold, answer: str, policy: Policy) -> Verdict | None:
    """By typed values; None where either was not read or the comparison cannot tell."""
    try:
        values = _readings(answer)
    except Unreadable:
        return None
    if not gold.values:
        return None
    open_question = False
    for theirs in gold.values:
        for ours in values:
            try:
                verdict = compare.same(theirs, ours, policy)
            except Unreadable:
                verdict = False
            if verdict:
                return Verdict("equal", "value")
            open_question |= verdict is None
    if open_question:
        return None
    if any(isinstance(v, Text) for v in (*gold.values, *values)):
        return _judge_text(gold, answer)
    return Verdict("different", "value")


def _judge_text(gold: Gold, answer: str) -> Verdict:
    same = any(isinstance(value, Text) for value in gold.values) and text.says(answer, gold.text)
    return Verdict("equal" if same else "different", "text")


def _judge_symbolically(gold: Gold, answer: str, ask: Ask | None) -> Verdict:
    different = Verdict("different", "unreadable")
    if ask is None or any(
        not side or len(side) > MAX_SYMPY_CHARS or is_prose(side) or _NEGATION.search(side)
        for side in (gold.text, answer)
    ):
        return different
    if gold.choice or any(isinstance(value, Text) for value in gold.values):
        return different
    if not _BEYOND_US.search(gold.text) and not _BEYOND_US.search(answer):
        return different
    try:
        same = ask(gold.text, answer)
    except WorkerOverBudget as error:
        return Verdict("over_budget", error.limit)
    except FunctionRaised:
        return different
    return Verdict("equal" if same else "different", "sympy")


def self_check(gold: Gold) -> str | None:
    """Why a gold cannot be used; None where it can."""
    if gold.problem:
        return gold.problem
    if gold.limit:
        return f"reading it exceeds the budget of {gold.limit}"
    return None
