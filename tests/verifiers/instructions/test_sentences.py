"""Where sentences end."""

import pytest

from verifiers.instructions.sentences import count_sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" \n ", 0),
        ("Hello", 1),
        ("Hello. World", 2),
        ("hello. world.", 2),
        ("Title\n\nNo mark ends it", 1),
        ("What?! Yes.", 2),
        ("She said: “No.” He left.", 1),  # Punkt knows no curly quotes
        ('"It works." She smiled.', 2),
        ("(It works.) She smiled.", 2),
        ("Dr. Smith and Mrs. Jones left.", 1),
        ("J. R. R. Tolkien wrote it.", 1),
        ("It is 3.5 m long. Or 4.", 2),
        ("See Fig. 3 for details.", 1),
        ("It was 5 p.m. We left.", 2),
        ("It was 5 p.m. in London.", 1),
        ("Wait... what?", 1),
        ("Wait... The end.", 2),
        ("1. Add. 2. Stir.", 4),
        ("Visit example.com today. Do it.", 2),
        ("a.b.c.d", 1),
        ("...", 1),
        ("Yes! Yes! Yes!", 3),
    ],
)
def test_sentences_are_counted_as_punkt_does(text, count):
    assert count_sentences(text) == count
