"""The prose of a text: what is left when maths, code, short quotations and links are taken out."""

from __future__ import annotations

import re

# Possessive repeats and contents that exclude their own opening mark: each alternative reads a character at most once
# per opening mark, and an opening mark that never closes takes nothing out.
_NOT_PROSE = re.compile(
    r"```[^`]*+(?:`(?!``)[^`]*+)*+```"
    r"|`[^`\n]++`"
    r"|\\\[(?:[^\\]++|\\[^\[\]])*+\\\]"
    r"|\\\((?:[^\\]++|\\[^()])*+\\\)"
    r"|\$\$[^$]++\$\$"
    r"|\$[^$\n]++\$"
    r"|\\begin\{(?:[^\\]++|\\(?!begin\{|end\{))*+\\end\{[^{}\n]*+\}"
    r"|\\[A-Za-z]++(?:\{[^{}\n]*+\})*+"
    r'|"[^"\n]{1,200}+"'
    r"|“[^“”\n]{1,200}+”|«[^«»\n]{1,200}+»|「[^「」\n]{1,200}+」|『[^『』\n]{1,200}+』|„[^„“\n]{1,200}+“"
    r"|<[^<>\n]{1,200}+>"
    r"|https?://\S++"
)


def prose(text: str) -> str:
    """The text with everything that belongs to no language replaced by a line break.

    >>> prose('Thus $x$ is "vier".')
    'Thus \\n is \\n.'
    """
    return _NOT_PROSE.sub("\n", text)
