"""Answer types that are named as much as counted: quantities with units, percentages, money, option letters, words."""

from __future__ import annotations

from hypothesis import strategies as st

from verifiers.audit.answers import AnswerType

UNITS = {"cm": "m", "kg": "g", "hours": "minutes", "miles": "km"}
"""A unit, and another that must not be taken for it."""

QUANTITY = AnswerType(
    "quantity",
    st.tuples(st.integers(1, 99), st.sampled_from(sorted(UNITS))),
    lambda v: rf"{v[0]}\text{{ {v[1]}}}",
    same={
        "as it is": lambda v, k: rf"{v[0]}\text{{ {v[1]}}}",
        "roman": lambda v, k: rf"{v[0]}\ \mathrm{{{v[1]}}}",
        "thin space": lambda v, k: rf"{v[0]}\,\text{{{v[1]}}}",
    },
    different={
        "other unit": lambda v, k: rf"{v[0]}\text{{ {UNITS[v[1]]}}}",
        "other number": lambda v, k: rf"{v[0] + k}\text{{ {v[1]}}}",
    },
)

PERCENTAGE = AnswerType(
    "percentage",
    st.integers(1, 99),
    lambda n: rf"{n}\%",
    same={"as it is": lambda n, k: rf"{n}\%", "spaced": lambda n, k: rf"{n} \%"},
    different={
        "money": lambda n, k: rf"\${n}",
        "degrees": lambda n, k: rf"{n}^\circ",
        "value off": lambda n, k: rf"{n + k}\%",
    },
)

MONEY = AnswerType(
    "money",
    st.integers(1, 999),
    lambda n: rf"\${n}",
    same={"as it is": lambda n, k: rf"\${n}"},
    different={
        "percentage": lambda n, k: rf"{n}\%",
        "value off": lambda n, k: rf"\${n + k}",
        "degrees": lambda n, k: rf"{n}^\circ",
    },
)

LETTERS = "ABCDE"


def _others(letter: str) -> str:
    return LETTERS.replace(letter, "")


CHOICE = AnswerType(
    "choice",
    st.sampled_from(LETTERS),
    str,
    same={
        "as it is": lambda c, k: c,
        "parentheses": lambda c, k: f"({c})",
        "text": lambda c, k: rf"\text{{{c}}}",
        "text in parentheses": lambda c, k: rf"\text{{({c})}}",
    },
    different={
        "other letter": lambda c, k: _others(c)[k % 4],
        "two letters": lambda c, k: f"{c}, {_others(c)[k % 4]}",
        "all letters": lambda c, k: LETTERS,
        "negated": lambda c, k: rf"\text{{not }}{c}",
    },
)

ROMAN = ("I", "II", "III", "IV", "V")

STATEMENT = AnswerType(
    "statement label",
    st.sampled_from(ROMAN),
    lambda r: rf"\text{{({r})}}",
    same={
        "as it is": lambda r, k: rf"\text{{({r})}}",
        "parentheses": lambda r, k: f"({r})",
        "text": lambda r, k: rf"\text{{{r}}}",
        "bare": lambda r, k: r,
    },
    different={
        "other label": lambda r, k: rf"\text{{({_other_label(r, k)})}}",
        "other label, bare": lambda r, k: _other_label(r, k),
        "two labels": lambda r, k: rf"\text{{({r}) and ({_other_label(r, k)})}}",
        "negated": lambda r, k: rf"\text{{not ({r})}}",
    },
)


def _other_label(label: str, k: int) -> str:
    return ROMAN[(ROMAN.index(label) + 1 + k % 4) % 5]


WORDS = ("Tuesday", "Paris", "hexagon", "parabola", "Isaac")

WORD = AnswerType(
    "word",
    st.sampled_from(WORDS),
    str,
    same={
        "as it is": lambda w, k: w,
        "text": lambda w, k: rf"\text{{{w}}}",
    },
    different={
        "other word": lambda w, k: rf"\text{{{WORDS[(WORDS.index(w) + 1 + k % 4) % 5]}}}",
        "negated": lambda w, k: rf"\text{{not {w}}}",
        "both": lambda w, k: rf"\text{{{w} or {WORDS[(WORDS.index(w) + 1 + k % 4) % 5]}}}",
        "prefix": lambda w, k: rf"\text{{{w[:-1]}}}",
        "longer word": lambda w, k: rf"\text{{{w}ish}}",
    },
)

LABELS = (QUANTITY, PERCENTAGE, MONEY, CHOICE, STATEMENT, WORD)
