"""Knights and knaves: who tells the truth? (Smullyan; as a training task in Logic-RL, arXiv:2502.14768)"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifiers.base import Verifier
from verifiers.tasks.common import answers_of, unique_problems
from verifiers.types import Problem, Sample, Score

NAMES = ("Ava", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gwen", "Hugo", "Iris", "Jack", "Kira", "Leo")


class KnightsAndKnaves(Verifier):
    """1.0 when the completion's answer calls every person what the gold calls them, and nobody two things.

    The gold is {"Ava": "knight", "Ben": "knave"}. An answer says "Ava is a knight, Ben is a knave", "Ava: knight; Ben:
    knave", or "Ava and Cleo are knights".
    """

    name = "knights_and_knaves"

    def score(self, sample: Sample) -> Score:
        if why := self.check_gold(sample.gold):
            return Score.unscored("gold_unusable", message=why)
        answers = answers_of(sample)
        if isinstance(answers, Score):
            return answers
        said = roles_of(answers[0], list(sample.gold))
        if said is None:
            return Score.of(False, "ambiguous", answers[0])
        if said.keys() != sample.gold.keys():
            return Score.of(False, "incomplete", answers[0])
        return Score.of(said == dict(sample.gold), "equal" if said == dict(sample.gold) else "different", answers[0])

    def check_gold(self, gold: Any) -> str | None:
        if isinstance(gold, Mapping) and gold and all(role in ("knight", "knave") for role in gold.values()):
            return None
        return f'gold {gold!r:.100}: give {{"Ava": "knight", "Ben": "knave"}}.'


_ROLE = re.compile(r"\b(not\s+(?:a\s+)?)?(knight|knave)s?\b", re.IGNORECASE)


def roles_of(text: str, names: Sequence[str]) -> dict[str, str] | None:
    """What a text calls each person: each role belongs to the names since the role before it. None where it contradicts
    itself.

    >>> roles_of("Ava and Cleo are knights, Ben is a knave", ["Ava", "Ben", "Cleo"])
    {'Ava': 'knight', 'Cleo': 'knight', 'Ben': 'knave'}
    """
    said: dict[str, str] = {}
    position = 0
    for found in _ROLE.finditer(text[:5000]):
        role = found[2].lower()
        if found[1]:
            role = "knave" if role == "knight" else "knight"
        between = text[position : found.start()]
        for name in names:
            if re.search(rf"\b{re.escape(name)}\b", between, re.IGNORECASE) and said.setdefault(name, role) != role:
                return None
        position = found.end()
    return said


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that a person says: its words, and whether it is true in a world."""

    text: str
    holds: Callable[[Mapping[str, bool]], bool]


def make(n: int, *, level: int = 1, seed: int = 0) -> list[Problem]:
    """n puzzles with level + 1 persons, each of which has exactly one solution."""
    if level + 1 > len(NAMES):
        raise ValueError(f"level={level}: there are names for {len(NAMES)} persons, level {len(NAMES) - 1}.")
    return unique_problems(n, "knights", level, seed, lambda rng: _one(rng, level))


def _one(rng: random.Random, level: int) -> Problem:
    names = rng.sample(NAMES, level + 1)
    while True:
        said = {name: _statement(rng, name, names, level) for name in names}
        # A knight's statement is true, a knave's is false.
        worlds = (dict(zip(names, bits)) for bits in itertools.product((True, False), repeat=len(names)))
        solutions = [w for w in worlds if all(said[name].holds(w) == w[name] for name in names)]
        if len(solutions) == 1:
            break
    lines = "\n".join(f'{name} says: "{said[name].text}"' for name in names)
    prompt = (
        f"On an island knights always tell the truth and knaves always lie. You meet {', '.join(names)}.\n{lines}\n"
        "Who is what? Put the answer within \\boxed{}, as NAME is a knight, NAME is a knave, ..."
    )
    return Problem(prompt, {name: "knight" if is_knight else "knave" for name, is_knight in solutions[0].items()})


def _statement(rng: random.Random, speaker: str, names: Sequence[str], level: int) -> Statement:
    first = _claim(rng, speaker, names)
    if level == 1 or rng.random() < 0.4:
        return first
    second, joint = _claim(rng, speaker, names), rng.choice(("and", "or"))
    if joint == "and":
        return Statement(f"{first.text}, and {second.text}", lambda w: first.holds(w) and second.holds(w))
    return Statement(f"{first.text}, or {second.text}", lambda w: first.holds(w) or second.holds(w))


def _claim(rng: random.Random, speaker: str, names: Sequence[str]) -> Statement:
    others = [name for name in names if name != speaker]
    one, is_knight = rng.choice(others), rng.random() < 0.5
    if rng.random() < 0.3:
        word = "of the same kind" if is_knight else "of different kinds"
        return Statement(f"{one} and I are {word}", lambda w: (w[one] == w[speaker]) == is_knight)
    return Statement(f"{one} is a {'knight' if is_knight else 'knave'}", lambda w: w[one] == is_knight)


_GOLD = {"Ava": "knight", "Ben": "knave"}
EXAMPLES = [
    (_GOLD, "\\boxed{\\text{Ava is a knight, Ben is a knave}}", 1.0),
    (_GOLD, "<answer>Ben: knave; Ava: knight</answer>", 1.0),
    (_GOLD, "\\boxed{\\text{Ava is a knave, Ben is a knight}}", 0.0),
    (_GOLD, "\\boxed{\\text{Ava is a knight}}", 0.0),
    (_GOLD, "\\boxed{\\text{Ava and Ben are knights}}", 0.0),
    (_GOLD, "\\boxed{\\text{Ava is a knight, Ben is a knave, Ben is a knight}}", 0.0),
    (_GOLD, "<think>Ava is a knight, Ben is a knave", 0.0),
    ({"Ava": "wizard"}, "\\boxed{\\text{Ava is a knight}}", None),
]
