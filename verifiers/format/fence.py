"""Does the completion hold one code block?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from verifiers.base import Verifier
from verifiers.format.visible import is_blank
from verifiers.types import Sample, Score

_OPENING = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^`\n]*$", re.MULTILINE)


class CodeFence(Verifier):
    """1.0 for exactly one fenced code block (CommonMark, section 4.5), closed and not blank, in the language asked for.

    Args:
        language: what must stand after the opening fence, in any case; None takes any, also none.
        outside: allow text around the block.

    The code is what the score shows as `extracted`. What open-r1 calls its code format is `CodeFence("python")` joined
    by `&` to `ThinkFormat(answer_tags=True)`.
    """

    name = "code_fence"

    def __init__(self, language: str | None = None, *, outside: bool = True):
        self.language, self.outside = language, outside

    def score(self, sample: Sample) -> Score:
        text = sample.completion
        blocks = list(itertools.islice(code_blocks(text), 2))
        if len(blocks) != 1:
            return Score.of(False, "format:no_code_block" if not blocks else "format:several_code_blocks")
        start, end, language, code = blocks[0]
        if code is None:
            return Score.of(False, "format:unclosed_code_block")
        if self.language is not None and language.lower() != self.language.lower():
            return Score.of(False, "format:language")
        if is_blank(code):
            return Score.of(False, "format:blank_code_block")
        if not self.outside and not (is_blank(text[:start]) and is_blank(text[end:])):
            return Score.of(False, "format:text_outside")
        return Score.of(True, "well_formed", code[:1000])


def code_blocks(text: str) -> Iterator[tuple[int, int, str, str | None]]:
    """(start, end, language, code) of each fenced block; code None for one that never closes.

    >>> [code for _, _, language, code in code_blocks("```py\\n1\\n```")]
    ['1\\n']
    """
    position = 0
    while opening := _OPENING.search(text, position):
        fence = opening[1]
        closing = re.compile(rf"^ {{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*$", re.MULTILINE)
        closed = closing.search(text, opening.end())
        if closed is None:
            yield opening.start(), len(text), opening[2], None
            return
        yield opening.start(), closed.end(), opening[2], text[opening.end() + 1 : closed.start()]
        position = closed.end()


EXAMPLES = {
    CodeFence("python"): [
        (None, "```python\nprint(4)\n```", 1.0),
        (None, "Here it is:\n```Python\nprint(4)\n```\nDone.", 1.0),
        (None, "~~~python\nprint('```')\n~~~", 1.0),
        (None, "```\nprint(4)\n```", 0.0),
        (None, "```python\nprint(4)", 0.0),
        (None, "```python\n \n```", 0.0),
        (None, "```python\n1\n```\n```python\n2\n```", 0.0),
        (None, "print(4)", 0.0),
    ],
    CodeFence(outside=False): [(None, "```\n4\n```", 1.0), (None, "So:\n```\n4\n```", 0.0)],
}
