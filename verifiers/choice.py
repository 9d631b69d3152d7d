"""Which of the options does the completion choose?"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifiers.base import Verifier
from verifiers.exact import normalise
from verifiers.extract import Extraction, extract
from verifiers.types import Problem, Sample, Score

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class MultipleChoice(Verifier):
    """1.0 when the completion commits to the gold's option, by its letter, its text, or both.

    Understood are "C", "(C)", "C) Paris", "Paris", "\\\\boxed{\\\\text{C}}", "the answer is C because ...", "I choose
    option (C)"; of several sentences the last one that chooses counts. Two options at once, or a letter beside another
    option's text, are `ambiguous`.

    The gold is a letter, a position counted from 0, or the option's text. The options are `problem.meta["options"]` (or
    "choices"), or stand in the gold: {"answer": "C", "options": [...]}. Without options only letters A to J are
    understood.
    """

    name = "choice"

    def score(self, sample: Sample) -> Score:
        gold, options = _gold_and_options(sample.gold, sample.problem.meta)
        right = _letter_of_gold(gold, options)
        if right is None:
            return Score.unscored("gold_unusable", message=_complaint(gold, options))
        found = extract(sample.completion)
        if not found.readings:
            return Score.of(False, found.how)
        choice = choose(found, options)
        if not choice:
            return Score.of(False, "no_choice", found.answer)
        if len(choice) > 1:
            return Score.of(False, "ambiguous", "".join(sorted(choice)))
        return Score.of(choice == {right}, "equal" if choice == {right} else "different", next(iter(choice)))

    def check_gold(self, gold: Any) -> str | None:
        answer, options = _gold_and_options(gold, {})
        if isinstance(answer, str) and answer.strip() and not options:
            return None  # a letter, or the text of an option that the problem's meta has
        return None if _letter_of_gold(answer, options) else _complaint(answer, options)


def choose(found: Extraction, options: Sequence[str] = ()) -> set[str] | None:
    """Letters that an answer commits to: one, several where it hedges, None where it names no option."""
    chosen = next((c for reading in found.readings if (c := _named(reading, options))), None)
    if chosen is None:
        chosen = _last_choice(found.readings[0], options)
    for rival in found.rivals:
        chosen = (chosen or set()) | (_named(rival, options) or _last_choice(rival, options) or set())
    return chosen


_WORD = r"(?:(?:the\s+)?(?:correct\s+)?(?:option|choice|answer|letter)\s*(?:is)?\s*:?\s*)?"
_LETTER_ALONE = re.compile(rf"{_WORD}[(\[]?\s*([A-Za-z])\s*[)\]]?", re.IGNORECASE)
_LETTER_AND_TEXT = re.compile(rf"{_WORD}(?:[(\[]([A-Z])[)\]]|([A-Z])\s*[).:,\]–—-])\s*[-:–—]?\s*(.+)", re.DOTALL)


def _named(text: str, options: Sequence[str]) -> set[str] | None:
    """What a text that is nothing but an answer names."""
    plain = normalise(text, case=True)
    known = LETTERS[: len(options) or 10]
    if (alone := _LETTER_ALONE.fullmatch(plain)) and alone[1].upper() in known:
        return {alone[1].upper()}
    if by_text := _by_text(plain, options):
        return {by_text}
    both = _LETTER_AND_TEXT.fullmatch(text.strip().strip("*$ "))
    if both is None or (letter := str(both[1] or both[2])) not in known:
        return None
    if other := _by_text(both[3], options):
        return {letter, other}
    if re.search(r"[.!?]\s|\n", both[3]):
        return None  # more than an answer: sentences, of which the last one that chooses counts
    # "A, or maybe B" chooses two, "A, not B" one, "A) is wrong" none.
    return {mention.letter for mention in _mentions(text, known) if mention.chosen} or None


def _by_text(text: str, options: Sequence[str]) -> str | None:
    wanted = normalise(text)
    found = [LETTERS[i] for i, option in enumerate(options) if normalise(option) == wanted]
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Mention:
    """A letter that a sentence mentions, and whether the sentence chooses it or rules it out."""

    letter: str
    chosen: bool


_MENTION = re.compile(r"(?<![\w'’.])(?:\(([A-Z])\)|([A-Z]))(?![\w'’]|\.\w)")
_DENIED_BEFORE = re.compile(
    r"(?:\bnot|n['’]t|\bneither|\bnor|\bno longer|\brather than|\binstead of|\bexcept|\beliminat\w+|\brul\w+ out|\bexclud\w+)"
    r"[^.,;]{0,25}$",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"^(?:\s*(?:,\s*(?:and|or)?|and|or)\s*\(?[A-Z]\)?(?!\w)){0,25}[^.,;]{0,15}(?:\bis|\bare|\bseems|\bcan|\bcould|\bdoes|\bwould)?\s*"
    r"(?:not\b|n['’]t\b|wrong\b|incorrect\b|false\b|ruled out\b|out\b)",
    re.IGNORECASE,
)


_UNSURE = re.compile(r"\b(?:also|too|may|might|could|maybe|perhaps|possibly|or)\b", re.IGNORECASE)


def _mentions(sentence: str, known: str) -> Iterator[Mention]:
    for found in _MENTION.finditer(sentence[:2000]):
        letter, bare = found[1] or found[2], found[2]
        after = sentence[found.end() : found.end() + 80]
        # "A good one" and "I think" are words, not options.
        if letter not in known or (bare == "A" and re.match(r"\s+[a-z]", after) and not _is_verb(after)) or bare == "I":
            continue
        denied = _DENIED_BEFORE.search(sentence[max(0, found.start() - 60) : found.start()]) or _DENIED_AFTER.match(
            after
        )
        yield Mention(letter, not denied)


def _is_verb(after: str) -> bool:
    return re.match(r"\s+(?:is|was|are|seems|fits|works|because|since|or|and|but|as)\b", after) is not None


def _last_choice(text: str, options: Sequence[str]) -> set[str] | None:
    """What the last sentence that chooses an option chooses."""
    known = LETTERS[: len(options) or 10]
    for sentence in reversed(re.split(r"(?<=[.!?])\s+|\n+", text[-4000:])):
        chosen = {mention.letter for mention in _mentions(sentence, known) if mention.chosen}
        _, but, clause = sentence.rpartition(" but ")
        if len(chosen) > 1 and but and not _UNSURE.search(clause):
            chosen = {mention.letter for mention in _mentions(clause, known) if mention.chosen} or chosen
        if chosen:
            return chosen
    return None


def _gold_and_options(gold: Any, meta: Mapping[str, Any]) -> tuple[Any, tuple[str, ...]]:
    options = meta.get("options") or meta.get("choices") or ()
    if isinstance(gold, Mapping):
        gold, options = gold.get("answer"), gold.get("options") or gold.get("choices") or options
    if isinstance(options, Mapping):
        options = list(options.values())
    return gold, tuple(str(option) for option in options) if isinstance(options, list | tuple) else ()


def _letter_of_gold(gold: Any, options: Sequence[str]) -> str | None:
    known = LETTERS[: len(options) or 26]
    if isinstance(gold, int) and not isinstance(gold, bool):
        return known[gold] if 0 <= gold < len(known) else None
    if not isinstance(gold, str):
        return None
    letter = gold.strip().strip("()[].: ").upper()
    # A letter before a text: options may be letters themselves, and then a completion's "A" is a letter too.
    return letter if len(letter) == 1 and letter in known else _by_text(gold, options)


def _complaint(gold: Any, options: Sequence[str]) -> str:
    if options:
        return f"gold {gold!r:.100} is none of the {len(options)} options: give a letter, a position from 0, or the text of one."
    return f"gold {gold!r:.100} is no letter and no position, and there are no options: put them into meta['options']."


def multiple_choice_problem(
    question: str, options: Sequence[str], answer: int, *, id: str = "", shuffle_seed: int | None = None
) -> Problem:
    """A problem that shows the options under letters, shuffled where a seed is given, so that no letter is favoured.

    Args:
        answer: position of the right option in `options`, from 0.

    Raises:
        ValueError: fewer than 2 or more than 26 options, or no such position.

    >>> multiple_choice_problem("2 + 2?", ["3", "4"], 1).prompt
    '2 + 2?\\n\\nA) 3\\nB) 4\\n\\nAnswer with the letter of the right option.'
    """
    if not 2 <= len(options) <= 26 or not 0 <= answer < len(options):
        raise ValueError(f"{len(options)} options and answer={answer}: give 2 to 26 options, and the position of one.")
    order = list(range(len(options)))
    if shuffle_seed is not None:
        random.Random(f"{shuffle_seed} {id} {question}").shuffle(order)
    shown = [options[i] for i in order]
    lines = "\n".join(f"{letter}) {option}" for letter, option in zip(LETTERS, shown))
    prompt = f"{question}\n\n{lines}\n\nAnswer with the letter of the right option."
    return Problem(prompt, LETTERS[order.index(answer)], id=id, meta={"options": shown, "order": order})


_CAPITALS = {"answer": "C", "options": ["Rome", "Berlin", "Paris", "Madrid"]}
EXAMPLES = [
    (_CAPITALS, "C", 1.0),
    (_CAPITALS, "(c)", 1.0),
    (_CAPITALS, "The answer is (C) Paris.", 1.0),
    (_CAPITALS, "**Paris**", 1.0),
    (_CAPITALS, "\\boxed{\\text{(C)}}", 1.0),
    (_CAPITALS, "The answer is C because it is the capital of France.", 1.0),
    (_CAPITALS, "A is wrong, and so is B. I would choose option C.", 1.0),
    (_CAPITALS, "First I thought of B. But the answer is C.", 1.0),
    (_CAPITALS, "The answer is not B, it is C.", 1.0),
    (_CAPITALS, "<think>C</think>B", 0.0),
    (_CAPITALS, "<think>C", 0.0),
    (_CAPITALS, "It is either B or C.", 0.0),
    (_CAPITALS, "The answer is C or D.", 0.0),
    (_CAPITALS, "C) Berlin", 0.0),
    (_CAPITALS, "The answer is E.", 0.0),
    (_CAPITALS, "The answer is not C.", 0.0),
    (_CAPITALS, "A good question.", 0.0),
    ("C", "C", 1.0),
    (2, "The answer is C.", 1.0),
    ({"answer": "London", "options": ["Rome", "Paris"]}, "A", None),
    (None, "A", None),
    (Sample(Problem("", "Paris", meta={"choices": ["Rome", "Paris"]}), "B"), 1.0),
]
