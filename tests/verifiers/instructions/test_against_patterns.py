"""The single passes give the verdicts of the patterns that IFEval publishes, on every small text."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.instructions import layout, lengths, wording, words


def texts(alphabet):
    return st.lists(st.sampled_from(alphabet), max_size=14).map("".join)


COUNT = st.integers(0, 4)


def same_count(check, key, text, count, **rest):
    """`check` says "at least n" exactly up to n = count."""
    assert check(text, **{key: count}, **rest)
    assert not check(text, **{key: count + 1}, **rest)


@settings(max_examples=300)
@given(texts(["[", "]", "a", "\n", " "]))
def test_placeholders(text):
    same_count(layout.number_placeholders, "num_placeholders", text, len(re.findall(r"\[.*?\]", text)))


@settings(max_examples=500)
@given(texts(["*", "-", "a", "\n", " ", "\t"]))
def test_bullets(text):
    stars = re.findall(r"^\s*\*[^\*].*$", text, flags=re.MULTILINE)
    dashes = re.findall(r"^\s*-.*$", text, flags=re.MULTILINE)
    for n in range(8):
        assert layout.number_bullet_lists(text, num_bullets=n) == (n == len(stars) + len(dashes))


@settings(max_examples=300)
@given(texts(["<", ">", "<<", ">>", "a", "\n", " "]))
def test_titles(text):
    found = re.findall(r"<<[^\n]+>>", text)
    assert layout.title(text) == any(t.lstrip("<").rstrip(">").strip() for t in found)


@settings(max_examples=300)
@given(texts(["Section", "section", " ", "\n", "1", "23", "a"]))
def test_sections(text):
    pieces = re.split(r"\s?Section\s?\d+\s?", text)
    same_count(layout.multiple_sections, "num_sections", text, len(pieces) - 1, section_spliter="Section")


@settings(max_examples=300)
@given(texts(["*", "**", "***", "a", "\n", " "]), COUNT)
def test_paragraphs(text, n):
    pieces = re.split(r"\s?\*\*\*\s?", text)
    count, ok = len(pieces), True
    for i, piece in enumerate(pieces):
        if not piece.strip():
            count -= 1
            ok = ok and i in (0, len(pieces) - 1)
    assert lengths.number_paragraphs(text, num_paragraphs=n) == (ok and count == n)


@settings(max_examples=300)
@given(texts(["p", "P", ".", "s", "S", " ", "\n", "a"]))
def test_postscripts(text):
    for marker, pattern in (("P.P.S", r"\s*p\.\s?p\.\s?s.*$"), ("P.S.", r"\s*p\.\s?s\..*$")):
        found = re.findall(pattern, text.lower(), flags=re.MULTILINE)
        assert layout.postscript(text, postscript_marker=marker) == bool(found)


@settings(max_examples=300)
@given(texts(["***", "******", "*", "a", "b", "\n", " "]))
def test_two_responses(text):
    pieces = text.split("******")
    blank_inside = any(not p.strip() and 0 < i < len(pieces) - 1 for i, p in enumerate(pieces))
    given_ = [p for p in pieces if p.strip()]
    expected = not blank_inside and len(given_) == 2 and given_[0].strip() != given_[1].strip()
    assert wording.two_responses(text) == expected


@given(texts(["rock", "Rock", "s", " ", "-", "_", "."]))
def test_forbidden_words(text):
    found = re.search(r"\brock\b", text, flags=re.IGNORECASE)
    assert words.forbidden_words(text, forbidden_words=["rock"]) == (found is None)
