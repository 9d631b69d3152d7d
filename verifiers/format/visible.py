"""What counts as blank: text in which a reader would see nothing."""

from __future__ import annotations

import re

# White space and control characters, soft hyphen, joiners and bidi marks, fillers, variation selectors, tags, and lone
# surrogates: a block made of these looks empty, and is the cheapest way to fill one.
_VISIBLE = re.compile(
    r"[^\s\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f"
    r"\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff]"
)
# Engines may leave end-of-turn and padding tokens in the text: <|im_end|>, <｜end▁of▁sentence｜>, </s>, <eos>.
_SPECIAL_TOKEN = re.compile(r"<\|[^<>|\s]{1,40}\|>|<｜[^<>｜\s]{1,40}｜>|</?s>|<(?:eos|bos|pad|end_of_turn)>")

_TAIL = 300
_AT_END = re.compile(rf"(?:\s|{_SPECIAL_TOKEN.pattern})+\Z")


def is_blank(text: str) -> bool:
    """Nothing to see: white space, invisible characters and special tokens of the model only.

    >>> is_blank(" \\u200b\\n"), is_blank("<|im_end|>"), is_blank(".")
    (True, True, False)
    """
    first = _VISIBLE.search(text)
    if first is None:
        return True
    if first.group() != "<":
        return False
    return _VISIBLE.search(without_special_tokens(text)) is None


def without_special_tokens(text: str) -> str:
    """The text without the tokens that end a turn or pad one."""
    return _SPECIAL_TOKEN.sub("", text)


def without_end_of_turn(text: str) -> str:
    """The text without white space and such tokens at its end; those in its midst are its own."""
    text = text.rstrip()
    return text[:-_TAIL] + _AT_END.sub("", text[-_TAIL:])
