"""Instructions on language, case, punctuation, and on what the response begins, ends or is made up with."""

from __future__ import annotations

from verifiers.instructions.detect import language_of


def response_language(response: str, *, language: str) -> bool:
    """The response is in the language (ISO 639-1). One in which no language can be told passes, as in Google's code."""
    return language_of(response) in (language, None)


def english_capital(response: str) -> bool:
    """English, and every letter a capital."""
    return response.isupper() and language_of(response) in ("en", None)


def english_lowercase(response: str) -> bool:
    """English, and no letter a capital."""
    return response.islower() and language_of(response) in ("en", None)


def no_comma(response: str) -> bool:
    """No ASCII comma; those of other scripts are not meant."""
    return "," not in response


def two_responses(response: str) -> bool:
    """Two different responses with ****** between them; only before the first and after the last may nothing stand."""
    pieces = [piece.strip() for piece in response.split("******")]
    if not all(pieces[1:-1]):
        return False
    given = [piece for piece in pieces if piece]
    return len(given) == 2 and given[0] != given[1]


def repeat_prompt(response: str, *, prompt_to_repeat: str) -> bool:
    """The response begins with the request, word for word, in any case."""
    if not prompt_to_repeat:
        raise ValueError("prompt_to_repeat is empty")
    return response.strip().lower().startswith(prompt_to_repeat.strip().lower())


def end_checker(response: str, *, end_phrase: str) -> bool:
    """The response ends with the phrase, in any case; quotation marks around it are allowed."""
    return response.strip().strip('"').lower().endswith(end_phrase.strip().lower())


def quotation(response: str) -> bool:
    """The response stands in double quotation marks."""
    body = response.strip()
    return len(body) > 1 and body[0] == body[-1] == '"'
