"""Instructions on which words and letters occur, and how often.

Google's code uses a keyword as a regular expression; here it is text. In its data set no keyword has a character on
which that makes a difference.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifiers.instructions.relation import holds


def existence(response: str, *, keywords: Sequence[str]) -> bool:
    """Each keyword occurs, in any case, also inside a longer word."""
    return all(_text(keyword).search(response) for keyword in _listed(keywords))


def frequency(response: str, *, keyword: str, frequency: int, relation: str) -> bool:
    """The keyword occurs at least, or less than, so many times; also inside longer words."""
    return holds(sum(1 for _ in _text(keyword.strip()).finditer(response)), relation, frequency)


def forbidden_words(response: str, *, forbidden_words: Sequence[str]) -> bool:
    """None of the words occurs as a whole word, in any case."""
    return not any(re.search(rf"\b{re.escape(word)}\b", response, re.IGNORECASE) for word in _listed(forbidden_words))


def letter_frequency(response: str, *, letter: str, let_frequency: int, let_relation: str) -> bool:
    """A letter, or any other single character, occurs at least, or less than, so many times, in any case."""
    letter = letter.strip().lower()
    if len(letter) != 1:
        raise ValueError(f"letter {letter!r} is not one character")
    return holds(response.lower().count(letter), let_relation, let_frequency)


def capital_word_frequency(response: str, *, capital_frequency: int, capital_relation: str) -> bool:
    """At least, or less than, so many words are written in capitals only; a hyphenated word is one, "I" is one too."""
    return holds(sum(map(str.isupper, tokens(response))), capital_relation, capital_frequency)


def _listed(words: Sequence[str]) -> Sequence[str]:
    if isinstance(words, str) or not words:
        raise ValueError(f"{words!r} is not a list of words")
    return words


def _text(keyword: str) -> re.Pattern[str]:
    if not keyword:
        raise ValueError("a keyword is empty")
    return re.compile(re.escape(keyword), re.IGNORECASE)


_SEPARATORS = re.compile(r"\.\.+|--+|[;@#$%&?!()\[\]{}<>\"`“”‘«»]|[:,](?!\d)")
_CONTRACTED = re.compile(r"n't(?!\w)|'(?:s|m|d|ll|re|ve)(?!\w)", re.IGNORECASE)
_JOINED = re.compile(r"\b(can|gon|got|wan|lem|gim)(not|na|ta|me)\b", re.IGNORECASE)


def tokens(text: str) -> list[str]:
    """Words as the Penn Treebank's conventions cut them, punctuation left out: "DON'T" is DO and N'T, "CO-OP" is one."""
    return _JOINED.sub(r"\1 \2", _CONTRACTED.sub(r" \g<0>", _SEPARATORS.sub(" ", text))).split()
