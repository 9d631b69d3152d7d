"""The 25 kinds of instruction, by the names that IFEval's data set gives them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from verifiers.instructions import layout, lengths, wording, words

INSTRUCTIONS: dict[str, Callable[..., bool]] = {
    "keywords:existence": words.existence,
    "keywords:frequency": words.frequency,
    "keywords:forbidden_words": words.forbidden_words,
    "keywords:letter_frequency": words.letter_frequency,
    "language:response_language": wording.response_language,
    "length_constraints:number_sentences": lengths.number_sentences,
    "length_constraints:number_paragraphs": lengths.number_paragraphs,
    "length_constraints:number_words": lengths.number_words,
    "length_constraints:nth_paragraph_first_word": lengths.nth_paragraph_first_word,
    "detectable_content:number_placeholders": layout.number_placeholders,
    "detectable_content:postscript": layout.postscript,
    "detectable_format:number_bullet_lists": layout.number_bullet_lists,
    "detectable_format:constrained_response": layout.constrained_response,
    "detectable_format:number_highlighted_sections": layout.number_highlighted_sections,
    "detectable_format:multiple_sections": layout.multiple_sections,
    "detectable_format:json_format": layout.json_format,
    "detectable_format:title": layout.title,
    "combination:two_responses": wording.two_responses,
    "combination:repeat_prompt": wording.repeat_prompt,
    "startend:end_checker": wording.end_checker,
    "startend:quotation": wording.quotation,
    "change_case:capital_word_frequency": words.capital_word_frequency,
    "change_case:english_capital": wording.english_capital,
    "change_case:english_lowercase": wording.english_lowercase,
    "punctuation:no_comma": wording.no_comma,
}


def fault_of(kind: str, kwargs: Mapping[str, Any]) -> str | None:
    """Why this instruction cannot be checked, in a sentence; None where it can."""
    check = INSTRUCTIONS.get(kind)
    if check is None:
        return f"{kind!r} is no kind of instruction known here; the kinds are {', '.join(INSTRUCTIONS)}."
    try:
        inspect.signature(check).bind("", **kwargs)
        check("", **kwargs)  # a relation that is none, a letter that is two: found on an empty response as on any other
    except (TypeError, ValueError, AttributeError) as error:
        return f"{kind} cannot be checked with {dict(kwargs)!r:.200}: {error}."
    return None
