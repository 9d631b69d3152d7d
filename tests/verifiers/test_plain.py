"""Compatibility characters become plain ones, and never another number."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from verifiers.plain import plain_unicode


@given(st.text())
def test_nothing_is_left_to_normalise_and_ascii_stays(text):
    plain = plain_unicode(text)
    assert unicodedata.is_normalized("NFKC", plain)
    assert plain == text or not text.isascii()


def test_raised_lowered_and_broken_digits_join_no_number():
    cases = {
        "4²": "4^2",
        "10⁻³": "10^-3".replace("-", "\u2212"),
        "x₁₂": "x_12",
        "4½": "4 1/2",
        "½": "1/2",
        "４２": "42",
        "①": "1",
    }
    for text, plain in cases.items():
        assert plain_unicode(text) == plain
