"""Unicode mathematics as the LaTeX or ASCII that it stands for."""

from __future__ import annotations

import re
import unicodedata

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ", "0123456789+-()ni")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋₍₎", "0123456789+-()")
_SUPERSCRIPT_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ]+")
_SUBSCRIPT_RUN = re.compile("[₀₁₂₃₄₅₆₇₈₉₊₋₍₎]+")

_GREEK = dict(zip(
    "αβγδεζηθικλμνξρστυφχψωΓΔΘΛΞΠΣΦΨΩϕϵϑ",
    "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon varphi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega phi epsilon vartheta".split(),
))  # fmt: skip

_TABLE: dict[int, str] = str.maketrans(
    {
        **{letter: f"\\{name} " for letter, name in _GREEK.items()},
        **dict.fromkeys("−–—‐‑‒﹣", "-"),
        **dict.fromkeys("×·⋅∙•∗✕", "*"),
        **dict.fromkeys("⁄∕", "/"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", ""),
        **dict.fromkeys("‘’′", "'"),
        **dict.fromkeys("“”", '"'),
        **dict.fromkeys("、，‚،", ","),
        **dict.fromkeys("‖∥", "\\|"),
        "÷": "/", "π": "\\pi ", "∞": "\\infty ", "√": "\\sqrt ", "∛": "\\cbrt ", "±": "\\pm ", "∓": "\\mp ",
        "≤": "\\le ", "≦": "\\le ", "⩽": "\\le ", "≥": "\\ge ", "≧": "\\ge ", "⩾": "\\ge ", "≠": "\\ne ", "≈": "\\approx ",
        "≃": "\\approx ", "∪": "\\cup ", "∩": "\\cap ", "∖": "\\setminus ", "∅": "\\emptyset ", "∈": "\\in ", "∉": "\\notin ",
        "ℝ": "\\mathbb{R}", "ℤ": "\\mathbb{Z}", "ℕ": "\\mathbb{N}", "ℚ": "\\mathbb{Q}", "ℂ": "\\mathbb{C}",
        "°": "^{\\circ}", "º": "^{\\circ}", "℃": "^{\\circ}C", "″": "''", "∠": "\\angle ", "△": "\\triangle ", "∑": "\\sum ",
        "∏": "\\prod ", "∫": "\\int ", "⌊": "\\lfloor ", "⌋": "\\rfloor ", "⌈": "\\lceil ", "⌉": "\\rceil ", "→": "\\to ",
        "ℯ": "e", "⟨": "\\langle ", "⟩": "\\rangle ", "∣": "|", "。": ".", "：": ":", "；": ";", "％": "%", "∧": "\\land ",
        "∨": "\\lor ", "∶": ":", "∼": "\\sim ", "¬": "\\neg ", "ⅈ": "i", "⋯": "\\cdots ", "…": "\\ldots ", "₁": "₁",
    }
)  # fmt: skip


def to_latex(text: str) -> str:
    """The text with Unicode digits, operators and letters of mathematics replaced; ASCII is returned as it is."""
    if text.isascii():
        return text
    text = _SUPERSCRIPT_RUN.sub(lambda m: "^{" + m.group().translate(_SUPERSCRIPTS) + "}", text)
    text = _SUBSCRIPT_RUN.sub(lambda m: "_{" + m.group().translate(_SUBSCRIPTS) + "}", text)
    text = text.translate(_TABLE)
    if text.isascii():
        return text
    return "".join(map(_ascii, text))


def _ascii(character: str) -> str:
    """One character: digits of any script, full-width forms and vulgar fractions become ASCII, the rest stays."""
    if character < "\x80":
        return character
    value = unicodedata.decimal(character, None)
    if value is not None:
        return str(value)
    if unicodedata.category(character) == "No" and "⁄" in (form := unicodedata.normalize("NFKC", character)):
        numerator, _, denominator = form.partition("⁄")
        return f"\\frac{{{numerator}}}{{{denominator}}}"
    if "\uff01" <= character <= "\uff5e":
        return chr(ord(character) - 0xFEE0)
    if 0x1D400 <= ord(character) <= 0x1D7FF:  # Mathematical alphanumerics: bold, italic, ...
        form = unicodedata.normalize("NFKC", character)
        return _TABLE.get(ord(form), form)
    return character
