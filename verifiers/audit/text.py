"""How a hostile text is shown."""

from __future__ import annotations


def printable(text: str) -> str:
    """With escapes for what has no glyph, so that an example stays on its line and hides nothing."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
