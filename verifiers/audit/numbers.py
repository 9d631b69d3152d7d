"""Answer types that are rational numbers: integers, fractions, decimals, powers of ten, numbers in a base."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from verifiers.audit.answers import AnswerType

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def _grouped(n: int, separator: str) -> str | None:
    return f"{n:,}".replace(",", separator) if abs(n) >= 1000 else None


INTEGER = AnswerType(
    "integer",
    st.integers(-9_999, 9_999) | st.integers(2, 99),
    str,
    same={
        "as it is": lambda n, k: str(n),
        "plus sign": lambda n, k: f"+{n}" if n > 0 else None,
        "decimal zero": lambda n, k: f"{n}.{'0' * (k % 3 + 1)}",
        "full stop": lambda n, k: f"{n}.",
        "comma groups": lambda n, k: _grouped(n, ","),
        "braced comma groups": lambda n, k: _grouped(n, "{,}"),
        "thin space groups": lambda n, k: _grouped(n, r"\,"),
        "full-width digits": lambda n, k: str(n).translate(WIDE) if n > 0 else None,
        "bold": lambda n, k: rf"\mathbf{{{n}}}",
        "spaced": lambda n, k: rf"\ {n}\ ",
        "dollars": lambda n, k: f"${n}$",
    },
    different={
        "off by a little": lambda n, k: str(n + k),
        "other sign": lambda n, k: str(-n) if n else None,
        "digit appended": lambda n, k: f"{n}{k}" if n else None,
        "digit prepended": lambda n, k: f"{k}{n}" if n >= 0 else None,
        "digit dropped": lambda n, k: str(n)[:-1] if abs(n) >= 10 else None,
        "digits swapped": lambda n, k: (
            (t := str(n))[:-2] + t[-1] + t[-2] if abs(n) >= 10 and abs(n) % 100 % 11 else None
        ),
        "tiny difference": lambda n, k: f"{n}.00000{k}" if n else f"0.00000{k}",
        "hundredth": lambda n, k: f"{Fraction(n, 100).numerator / Fraction(n, 100).denominator:g}" if n else None,
        "chain ending in the gold": lambda n, k: f"{n - k}={n}",
        "chain of three": lambda n, k: f"x={n - k}={n}",
        "negated": lambda n, k: (rf"\neq {n}", rf"\neg {n}", rf"\text{{not }}{n}")[k % 3],
        "inequality": lambda n, k: (f"x>{n}", rf"x\le {n}", rf"\ge {n}")[k % 3],
        "or": lambda n, k: rf"{n} \text{{ or }} {n + k}",
        "comma and another": lambda n, k: f"{n - k}, {n}",
        "plus or minus": lambda n, k: rf"\pm {abs(n)}" if n else None,
        "placeholder": lambda n, k: (r"\text{NaN}", "?", r"\infty", r"\mathbb{R}", "x", r"\ldots")[k % 6],
        "tautology": lambda n, k: "x=x" if k == n else f"{k}={k}",
    },
)

LARGE_INTEGER = AnswerType(
    "large integer",
    st.integers(10**10, 10**20).filter(lambda n: n % 10 < 9),
    str,
    same={
        "as it is": lambda n, k: str(n),
        "comma groups": lambda n, k: _grouped(n, ","),
        "braced comma groups": lambda n, k: _grouped(n, "{,}"),
    },
    different={
        "last digit": lambda n, k: str(n + 1),
        "middle digit": lambda n, k: str(n + 10**5),
        "rounded": lambda n, k: str(round(n, -6)) if n % 10**6 else None,
    },
)


def _frac(f: Fraction, command: str = "frac") -> str:
    return f"{'-' if f < 0 else ''}\\{command}{{{abs(f.numerator)}}}{{{f.denominator}}}"


def _bare_frac(f: Fraction) -> str | None:
    if not (abs(f.numerator) < 10 and f.denominator < 10):
        return None
    return f"{'-' if f < 0 else ''}\\frac{abs(f.numerator)}{f.denominator}"


def _terminating(f: Fraction) -> str | None:
    """The decimal that is exactly this fraction."""
    for digits in range(1, 7):
        if (f * 10**digits).denominator == 1:
            return f"{'-' if f < 0 else ''}{float(abs(f)):.{digits}f}"
    return None


def _repeating(f: Fraction) -> str | None:
    """With a bar over one repeating digit, for ninths and thirds."""
    if f.denominator not in (3, 9):
        return None
    whole, rest = divmod(abs(f), 1)
    return rf"{'-' if f < 0 else ''}{whole}.\overline{{{rest * 9}}}"


def _mixed(f: Fraction) -> str | None:
    whole, rest = divmod(abs(f), 1)
    return rf"{'-' if f < 0 else ''}{whole}\frac{{{rest.numerator}}}{{{rest.denominator}}}" if whole else None


FRACTION = AnswerType(
    "fraction",
    st.builds(Fraction, st.integers(-40, 40), st.integers(2, 12)).filter(lambda f: f.denominator > 1),
    _frac,
    same={
        "as it is": lambda f, k: _frac(f),
        "dfrac": lambda f, k: _frac(f, "dfrac"),
        "slash": lambda f, k: f"{f.numerator}/{f.denominator}",
        "bare digits": lambda f, k: _bare_frac(f),
        "half braced": lambda f, k: (
            rf"\frac{{{abs(f.numerator)}}}{f.denominator}" if f > 0 and f.denominator < 10 else None
        ),
        "minus inside": lambda f, k: rf"\frac{{{f.numerator}}}{{{f.denominator}}}",
        "exact decimal": lambda f, k: _terminating(f),
        "repeating decimal": lambda f, k: _repeating(f),
        "mixed number": lambda f, k: _mixed(f),
        "parentheses": lambda f, k: rf"\left({_frac(f)}\right)",
    },
    different={
        "inverted": lambda f, k: _frac(1 / f) if abs(f.numerator) > 1 else str(1 / f),
        "numerator off": lambda f, k: rf"\frac{{{f.numerator + k}}}{{{f.denominator}}}",
        "denominator off": lambda f, k: rf"\frac{{{f.numerator}}}{{{f.denominator + k}}}",
        "other sign": lambda f, k: _frac(-f),
        "decimal approximation": lambda f, k: None if _terminating(f) else f"{float(f):.{2 + k % 5}f}",
        "pair": lambda f, k: f"({f.numerator}, {f.denominator})",
        "numerator alone": lambda f, k: str(f.numerator),
        "its digits": lambda f, k: f"{f.numerator}{f.denominator}",
        "product": lambda f, k: rf"{f.numerator} \cdot {f.denominator}",
        "division by zero": lambda f, k: rf"\frac{{{f.numerator}}}{{0}}",
        "or": lambda f, k: rf"{_frac(f)} \text{{ or }} {_frac(f + k)}",
        "chain ending in the gold": lambda f, k: f"{_frac(f - k)}={_frac(f)}",
    },
)


def _decimal(f: Fraction) -> str:
    return f"{'-' if f < 0 else ''}{abs(f.numerator) * (100 // f.denominator) // 100}.{_hundredths(f)}"


def _hundredths(f: Fraction) -> str:
    return f"{int(abs(f) * 100) % 100:02d}".rstrip("0") or "0"


DECIMAL = AnswerType(
    "decimal",
    st.builds(lambda n: Fraction(n, 100), st.integers(-999, 9_999)).filter(lambda f: f.denominator > 1),
    _decimal,
    same={
        "as it is": lambda f, k: _decimal(f),
        "trailing zero": lambda f, k: _decimal(f) + "0",
        "leading point": lambda f, k: _decimal(f)[1:] if 0 < f < 1 else None,
        "fraction": lambda f, k: _frac(f),
        "braced comma": lambda f, k: _decimal(f).replace(".", "{,}"),
    },
    different={
        "last digit": lambda f, k: _decimal(f) + str(k),
        "other sign": lambda f, k: _decimal(-f),
        "point moved": lambda f, k: f"{float(f * 10):.1f}",
        "off by one": lambda f, k: _decimal(f + 1) if f + 1 else None,
        "whole part": lambda f, k: _decimal(f).split(".")[0],
    },
)

SCIENTIFIC = AnswerType(
    "power of ten",
    st.tuples(st.integers(101, 999).filter(lambda m: m % 10), st.integers(-40, 30).filter(lambda e: abs(e) > 3)),
    lambda v: rf"{v[0] / 100:.2f}\times10^{{{v[1]}}}",
    same={
        "as it is": lambda v, k: rf"{v[0] / 100:.2f}\times10^{{{v[1]}}}",
        "cdot": lambda v, k: rf"{v[0] / 100:.2f} \cdot 10^{{{v[1]}}}",
        "point moved": lambda v, k: rf"{v[0] / 10:.1f}\times 10^{{{v[1] - 1}}}",
    },
    different={
        "exponent off": lambda v, k: rf"{v[0] / 100:.2f}\times10^{{{v[1] + k}}}",
        "mantissa off": lambda v, k: rf"{v[0] / 100 + k:.2f}\times10^{{{v[1]}}}",
        "exponent's sign": lambda v, k: rf"{v[0] / 100:.2f}\times10^{{{-v[1]}}}",
        "mantissa alone": lambda v, k: f"{v[0] / 100:.2f}",
        "zero": lambda v, k: "0",
    },
)


def _in_base(n: int, base: int) -> str:
    return (_in_base(n // base, base) if n >= base else "") + str(n % base)


BASED = AnswerType(
    "number in a base",
    st.tuples(st.integers(3, 300), st.integers(3, 8)).filter(lambda v: v[0] >= v[1]),
    lambda v: f"{_in_base(*v)}_{{{v[1]}}}",
    key=lambda v: v[0],
    same={
        "as it is": lambda v, k: f"{_in_base(*v)}_{{{v[1]}}}",
        "bare subscript": lambda v, k: f"{_in_base(*v)}_{v[1]}",
    },
    different={
        "other base": lambda v, k: f"{_in_base(*v)}_{{{v[1] + 1}}}",
        "other digits": lambda v, k: f"{_in_base(v[0] + k, v[1])}_{{{v[1]}}}",
    },
)

NUMBERS = (INTEGER, LARGE_INTEGER, FRACTION, DECIMAL, SCIENTIFIC, BASED)
