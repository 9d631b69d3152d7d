"""Which code does a completion submit? The last fenced block after any reasoning."""

from __future__ import annotations

import re

from verifiers.format.visible import is_blank, without_end_of_turn
from verifiers.sections import split_thinking

_FENCE = re.compile(r"^[ \t]{0,3}(`{3,}|~{3,})[ \t]*([^\n`]*)$")
_TAG = re.compile(r"[\w+#]+")

_TAGS = {
    "python": "python py python3 py3 pypy pypy3 cpython".split(),
    "c": "c c99 c11 c17 h".split(),
    "cpp": "cpp c++ cc cxx c++11 c++14 c++17 c++20 hpp".split(),
    "rust": "rust rs".split(),
    "go": "go golang".split(),
    "javascript": "javascript js node nodejs mjs".split(),
    "bash": "bash sh shell zsh".split(),
}
_NO_PROGRAMS = """
text txt plaintext plain output stdout stdin input console terminal log json jsonl yaml yml toml ini csv xml html css markdown
md diff latex tex math mermaid dot sql regex traceback pycon doctest
""".split()
_OTHERS = frozenset(_NO_PROGRAMS).union(*_TAGS.values())


def extract_code(completion: str, language: str = "python") -> str | None:
    """The text of the last fenced block after any reasoning; None without one, or where the reasoning never closes.

    Blocks marked as something else, such as the output or the shell command that an explanation ends with, are passed
    over where there is another. A fence that is still open at the end counts as closed there when no closed block
    precedes it, as after a stop at the closing fence. A completion without any fence submits nothing: prose is not run.

    >>> extract_code("```python\\nf = abs\\n```\\nIt prints\\n```text\\n4\\n```")
    'f = abs\\n'
    """
    _, answer = split_thinking(completion)
    if "<think>" in answer:  # thinking that never closes, not at the beginning
        return None
    blocks, open_block = _blocks(answer)
    ours = [code for mark, code in blocks if mark not in _OTHERS or mark in _TAGS[language]]
    if blocks:
        return ours[-1] if ours else blocks[-1][1]
    return open_block


def _blocks(text: str) -> tuple[list[tuple[str, str]], str | None]:
    """The closed blocks with what they are marked as, and the one open at the end.

    A fence is closed by one of its kind that is at least as long.
    """
    blocks: list[tuple[str, str]] = []
    fence = mark = ""
    lines: list[str] = []
    for line in text.split("\n"):
        match = _FENCE.match(line.rstrip("\r"))
        if not fence:
            if match:
                tag = _TAG.search(match[2])
                fence, mark, lines = match[1], tag[0].lower() if tag else "", []
        elif match and match[1][0] == fence[0] and len(match[1]) >= len(fence) and is_blank(match[2]):
            blocks.append((mark, "\n".join(lines) + "\n"))
            fence = ""
        else:
            lines.append(line)
    if not fence:
        return blocks, None
    return blocks, without_end_of_turn("\n".join(lines)).removesuffix(fence) + "\n"
