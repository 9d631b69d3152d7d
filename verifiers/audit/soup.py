"""Texts that no grader may stumble over: fragments of TeX and Unicode in any order, and bombs."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

TEX = r"""
\boxed{ \boxed{42} \frac{1}{2} \frac \sqrt{ \sqrt[3]{2} \left( \right) \text{ \begin{pmatrix} \end{pmatrix} \pi \infty \% \$ \\ \,
{ } [ ] ( ) $ $$ ^ _ & # ~ = < > \le \neq \pm \cup \in \{ \} , . ; : ! ? | / * + - ' " ` 0 1 42 -7 3.14 1e999 1/0 x y x^2
<think> </think> <answer> </answer> #### Answer: or and not True None nan inf null <|im_end|> ``` __import__('os')
""".split()
ODD = ("\x00", "\ud83d", "\udc00", "‮", "​", "﻿", "😀", "½", "４２", "é", "你好", "\r\n", "\n\n", "\t", " ", " ")

_piece = st.sampled_from([*TEX, *ODD])


def tex_soup(max_size: int = 30) -> SearchStrategy[str]:
    """Any text: TeX tokens, NUL, lone surrogates, bidirectional marks, emoji, in any order."""
    return st.one_of(
        st.lists(_piece, max_size=max_size).map("".join),
        st.lists(_piece, max_size=max_size).map(" ".join),
        st.lists(_piece, max_size=max_size).map(lambda parts: "\\boxed{" + "".join(parts) + "}"),
        st.text(alphabet=st.characters(), max_size=max_size),
    )


HUGE = {
    "one letter, 1 MB": "a" * 1_000_000,
    "words, 1 MB": "word, another one.\n" * 55_000,
    "digits, 1 MB": "\\boxed{" + "7" * 1_000_000 + "}",
    "boxes": "\\boxed{1} " * 20_000,
    "open boxes": "\\boxed{" * 20_000,
    "nested braces": "\\boxed{" + "{" * 2_000 + "42" + "}" * 2_000 + "}",
    "nested fractions": "\\boxed{" + "\\frac{1}{" * 300 + "2" + "}" * 300 + "}",
    "nested parentheses": "\\boxed{" + "(" * 500 + "1" + ")" * 500 + "}",
    "open tags": "<think>" * 20_000,
    "dollars": "$" * 50_000,
    "spaces": "\\boxed{1" + " " * 200_000 + "2}",
}
"""Long texts."""

BOMBS = {
    "power tower": r"9^{9^{9^{9^{9}}}}",
    "power": r"10^{10^{10}}",
    "power of a sum": r"(x+1)^{100000}",
    "nested powers": r"(((((x+1)^{9}+1)^{9}+1)^{9}+1)^{9}+1)^{9}",
    "factorial": r"10000000!",
    "factorial tower": r"((9!)!)!",
    "binomial": r"\binom{10000000}{5000000}",
    "sum": r"\sum_{k=1}^{100000000} \frac{1}{k^2+\sin k}",
    "product": r"\prod_{k=1}^{100000000} k",
    "integral": r"\int_0^1 \sin(\cos(\tan(x^{x^{x}}))) dx",
    "long sum": "+".join(rf"\sqrt{{{n}}}" for n in range(2, 300)),
    "long product": "".join(f"(x+{n})" for n in range(1, 200)),
    "many digits": "7" * 20_000 + "^{" + "7" * 20 + "}",
    "exponent": "1e999999999",
    "nested roots": r"\sqrt{2+" * 60 + "2" + "}" * 60,
}
"""Short answers that cost hours to whoever evaluates them."""
