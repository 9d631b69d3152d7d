"""Number bases: write a number of one base in another."""

from __future__ import annotations

import random
import re
from typing import Any

from verifiers.base import Verifier
from verifiers.tasks.common import answers_of, unique_problems
from verifiers.types import Problem, Sample, Score

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PREFIX = {"0b": 2, "0o": 8, "0x": 16}
_FORM = re.compile(
    r"(?:\\(?:text|mathrm|texttt)\{)?(?P<prefix>0[box])?(?P<digits>[0-9a-z]+)\}?"
    r"(?:_\{?(?:\\text\{)?(?P<base>\d{1,2})\}{0,2}|\s*\(?base\s*(?P<named>\d{1,2})\)?)?"
)


class NumberBase(Verifier):
    """1.0 when the completion's answer is the gold's number, written in the gold's base.

    The gold is {"digits": "ff", "base": 16}. Upper case, leading zeros, a prefix (0x) and a base written beside it
    (ff_{16}, "ff base 16") are allowed, unless they name another base.
    """

    name = "number_base"

    def score(self, sample: Sample) -> Score:
        if why := self.check_gold(sample.gold):
            return Score.unscored("gold_unusable", message=why)
        answers = answers_of(sample)
        if isinstance(answers, Score):
            return answers
        values = [read_digits(answer, sample.gold["base"]) for answer in answers]
        gold = int(sample.gold["digits"], sample.gold["base"])
        known = any(value is not None for value in values)
        return Score.of(
            gold in values, "equal" if gold in values else "different" if known else "no_digits", answers[0]
        )

    def check_gold(self, gold: Any) -> str | None:
        try:
            int(gold["digits"], gold["base"])
            if 2 <= gold["base"] <= 36:
                return None
        except (TypeError, KeyError, ValueError):
            pass
        return f'gold {gold!r:.100}: give {{"digits": "ff", "base": 16}}, digits of a base from 2 to 36.'


def read_digits(text: str, base: int) -> int | None:
    """The number that a text writes in this base; None where it is no digits of it, or says that it has another base.

    >>> read_digits("0xFF", 16), read_digits("ff_{16}", 16), read_digits("101_3", 2)
    (255, 255, None)
    """
    plain = text.strip().strip("$. ").lower()
    if len(plain) > 1000:
        return None
    found = _FORM.fullmatch(plain)
    # 0b1 is binary, and four digits of base 16: the prefix counts where it names the base, or cannot be digits.
    if found and found["prefix"] and _PREFIX[found["prefix"]] != base:
        digits = found["prefix"] + found["digits"]
    else:
        digits = found["digits"] if found else ""
    said = found and (found["base"] or found["named"])
    if not digits or (said and int(said) != base) or any(DIGITS.index(d) >= base for d in digits):
        return None
    return int(digits, base)


def write_digits(value: int, base: int) -> str:
    """A whole number in a base.

    >>> write_digits(255, 16)
    'ff'
    """
    digits = ""
    while value:
        value, digit = divmod(value, base)
        digits = DIGITS[digit] + digits
    return digits or "0"


def make(n: int, *, level: int = 1, seed: int = 0) -> list[Problem]:
    """n conversions of numbers of up to 2 * level + 1 decimal digits; from level 3 on bases go up to 36."""
    return unique_problems(n, "bases", level, seed, lambda rng: _one(rng, level))


def _one(rng: random.Random, level: int) -> Problem:
    bases = [2, 8, 10, 16] if level == 1 else range(2, 17) if level == 2 else range(2, 37)
    source, target = rng.sample(list(bases), 2)
    value = rng.randint(2, 10 ** (2 * level + 1))
    prompt = (
        f"Write the number {write_digits(value, source)} of base {source} in base {target}. Use the digits 0-9 and then the "
        "letters from a. Put the answer within \\boxed{}."
    )
    return Problem(prompt, {"digits": write_digits(value, target), "base": target})


_GOLD = {"digits": "ff", "base": 16}
EXAMPLES = [
    (_GOLD, "\\boxed{ff}", 1.0),
    (_GOLD, "\\boxed{0xFF}", 1.0),
    (_GOLD, "\\boxed{\\text{FF}_{16}}", 1.0),
    (_GOLD, "\\boxed{00ff}", 1.0),
    (_GOLD, "\\boxed{255}", 0.0),
    (_GOLD, "\\boxed{ff_{17}}", 0.0),
    (_GOLD, "\\boxed{fg}", 0.0),
    (_GOLD, "<think>ff", 0.0),
    ({"digits": "12", "base": 2}, "\\boxed{1}", None),
]
