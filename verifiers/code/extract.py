"""Which code does a completion submit? The last fenced block after any reasoning."""

from __future__ import annotations

import re

from verifiers.sections import split_thinking

_FENCE = re.compile(r"^[ \t]{0,3}(`{3,}|~{3,})[ \t]*([^\n`]*)$")


def extract_code(completion: str) -> str | None:
    """The text of the last fenced block after any reasoning; None without one, or where the reasoning never closes.

    A fence that is still open at the end counts as closed there when no closed block precedes it, as after a stop at
    the closing fence. A completion without any fence submits nothing: prose is not run.
    """
    _, answer = split_thinking(completion)
    if "<think>" in answer:  # thinking that never closes, not at the beginning
        return None
    blocks, open_block = _blocks(answer)
    if blocks:
        return blocks[-1]
    return open_block


def _blocks(text: str) -> tuple[list[str], str | None]:
    """The closed blocks, and the one open at the end. A fence is closed by one of its kind that is at least as long."""
    blocks: list[str] = []
    fence = ""
    lines: list[str] = []
    for line in text.split("\n"):
        match = _FENCE.match(line.rstrip("\r"))
        if not fence:
            if match:
                fence, lines = match[1], []
        elif match and match[1][0] == fence[0] and len(match[1]) >= len(fence) and not match[2].strip():
            blocks.append("\n".join(lines) + "\n")
            fence = ""
        else:
            lines.append(line)
    return blocks, ("\n".join(lines) + "\n" if fence else None)
