"""Instructions on how many words, sentences and paragraphs."""

from __future__ import annotations

import re

from verifiers.instructions.relation import holds
from verifiers.instructions.sentences import count_sentences

_WORD = re.compile(r"\w+")


def number_words(response: str, *, relation: str, num_words: int) -> bool:
    """At least, or less than, so many words: runs of letters, digits and underscores, so that "it's" is two."""
    return holds(sum(1 for _ in _WORD.finditer(response)), relation, num_words)


def number_sentences(response: str, *, relation: str, num_sentences: int) -> bool:
    """At least, or less than, so many sentences."""
    return holds(count_sentences(response), relation, num_sentences)


def number_paragraphs(response: str, *, num_paragraphs: int) -> bool:
    """Exactly so many paragraphs with the divider *** between them; only the first and the last piece may be blank."""
    pieces = [piece.strip() for piece in response.split("***")]
    # Google's pattern takes one white space on either side of the divider with it; stripping the pieces does the same.
    if not all(pieces[1:-1]):
        return False
    edges = {0, len(pieces) - 1}
    return len(pieces) - sum(not pieces[i] for i in edges) == num_paragraphs


def nth_paragraph_first_word(response: str, *, num_paragraphs: int, nth_paragraph: int, first_word: str) -> bool:
    """So many paragraphs, blank lines between them, of which the nth (from 1) begins with the word, in any case.

    As in Google's code, blank pieces are left out of the count but not of the numbering.
    """
    pieces = response.split("\n\n")
    count = sum(bool(piece.strip()) for piece in pieces)
    if not 1 <= nth_paragraph <= count or not (words := pieces[nth_paragraph - 1].split(None, 1)):
        return False
    word = re.split(r"[.,?!'\"]", words[0].lstrip("'").lstrip('"'), maxsplit=1)[0]
    return count == num_paragraphs and word.lower() == first_word.lower()
