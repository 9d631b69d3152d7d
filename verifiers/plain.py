"""Unicode as plain text, where its compatibility form would say something else."""

from __future__ import annotations

import re
import unicodedata


def _with_decomposition(kind: str) -> str:
    return "".join(
        re.escape(chr(code)) for code in range(0xA0, 0x2200) if unicodedata.decomposition(chr(code)).startswith(kind)
    )


_RAISED = re.compile(f"[{_with_decomposition('<super>')}]+")
_LOWERED = re.compile(f"[{_with_decomposition('<sub>')}]+")
_FRACTION = re.compile(f"[{_with_decomposition('<fraction>')}]")


def plain_unicode(text: str) -> str:
    """NFKC, except that it keeps apart what NFKC runs together: 4² is 4^2 and not 42, 4½ is 4 1/2 and not 41/2.

    >>> plain_unicode("４²"), plain_unicode("x₁"), plain_unicode("4½")
    ('4^2', 'x_1', '4 1/2')
    """
    if text.isascii():
        return text
    text = _RAISED.sub(lambda run: f"^{run.group()}", text)
    text = _LOWERED.sub(lambda run: f"_{run.group()}", text)
    text = _FRACTION.sub(lambda found: f" {found.group()}", text)
    return unicodedata.normalize("NFKC", text).replace("\u2044", "/").strip()
