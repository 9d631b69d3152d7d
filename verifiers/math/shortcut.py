"""The commonest pair at once: a completion whose only box ends it, and holds the gold itself or a plain number.

It decides nothing that extraction and the ladder would decide otherwise (a test holds them side by side); it only gets there
without calling them, which is most of what such a pair costs.
"""

from __future__ import annotations

import re

from verifiers.math.ladder import EXACT_DECIMALS, Gold, plain_value
from verifiers.math.normalise import canonical, plain_number, simple_fraction

_LAST_BOX = re.compile(r"\\boxed\{((?:[^{}]|\{[^{}]*\}){1,100})\}[$\s.]{0,8}(?:\\[\])])?[\s.]{0,4}\Z")
MAX_CHARS = 100_000


def settle(gold: Gold, completion: str) -> tuple[bool, str, str] | None:
    """(equal, the rung, the answer), or None for a pair that is not of this kind."""
    start = completion.rfind("\\boxed{")
    if start < 0 or completion.find("\\boxed") != start or len(completion) > MAX_CHARS:
        return None
    if (
        "<" in completion
        or "%" in completion
        or "fbox" in completion
        or "\\if" in completion
        or "phantom" in completion
    ):
        return None  # Reasoning, comments and the like need a second look, and so does a box that is denied:
    before = completion[max(0, start - 40) : start].lower()
    if "not" in before or "n't" in before or "nor" in before or "ne" in before or "≠" in before or "◁" in completion:
        return None
    if start and (completion[start - 1].isdigit() or "-" in before[-3:] or "−" in before[-3:]):
        return None
    match = _LAST_BOX.match(completion, start)
    if match is None:
        return None
    answer = match[1].strip()
    if "\\}" in answer or answer.endswith("\\"):
        return None
    if answer == gold.text:
        return True, "string", answer
    if gold.fraction is not None and (equal := _equal_numbers(gold, answer)) is not None:
        return equal, "number", answer
    return (True, "string", answer) if canonical(answer) == gold.canonical else None


def _equal_numbers(gold: Gold, answer: str) -> bool | None:
    number = plain_number(answer)
    if number is None:
        value = simple_fraction(answer) or plain_value(answer)
        return None if value is None else value == gold.fraction
    if len(number[2]) >= EXACT_DECIMALS:
        return None
    # Decimals are equal where their digits are: no arithmetic.
    return number == gold.number if gold.number is not None else number.fraction() == gold.fraction
