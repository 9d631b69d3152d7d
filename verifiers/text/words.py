"""Words, in scripts with spaces between them and in scripts without."""

from __future__ import annotations

import re

# Han, kana, Thai, Lao, Burmese, Khmer and their extensions: no spaces between words, so each character counts as one.
SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{SPACELESS}]|[^\s{SPACELESS}]+")
_MARKS = r",;:!?.…/|~*_–—-"
_LONGEST = 32
_PIECE = re.compile(rf"[{SPACELESS}]|[^\s{SPACELESS}{_MARKS}]{{1,{_LONGEST}}}[{_MARKS}]{{0,4}}|[{_MARKS}]{{1,4}}")


def words_of(text: str) -> list[str]:
    """Runs between white space, and each character of a script that writes no spaces.

    >>> words_of("It is 四十二, ok?")
    ['It', 'is', '四', '十', '二', ',', 'ok?']
    """
    return _WORD.findall(text)


def pieces_of(text: str) -> list[str]:
    """Words, but without trust in the white space: a mark ends one, and so does a length that no word has.

    >>> pieces_of("wait,wait - ok?")
    ['wait,', 'wait', '-', 'ok?']
    """
    return _PIECE.findall(text)
