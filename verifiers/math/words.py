"""The vocabulary of answers: which commands and words are functions, constants, relations, separators, or mere layout."""

from __future__ import annotations

FUNCTIONS = {
    name: name
    for name in (
        "sin cos tan cot sec csc sinh cosh tanh coth sech csch exp ln log lg gcd lcm max min abs floor ceil sqrt cbrt "
        "sgn det arg re im erf gcf hcf round"
    ).split()
} | {
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arccot": "acot", "arcsec": "asec", "arccsc": "acsc",
    "asin": "asin", "acos": "acos", "atan": "atan", "acot": "acot", "asec": "asec", "acsc": "acsc", "arctg": "atan",
    "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
    "asinh": "asinh", "acosh": "acosh", "atanh": "atanh", "acoth": "acoth", "asech": "asech", "acsch": "acsch",
    "arcoth": "acoth", "arsech": "asech", "arcsch": "acsch", "arccoth": "acoth", "arcsech": "asech", "arccsch": "acsch",
    "tg": "tan", "ctg": "cot", "sign": "sgn", "ceiling": "ceil", "factorial": "factorial", "binom": "binom",
    "binomial": "binom", "Re": "re", "Im": "im", "Abs": "abs", "Max": "max", "Min": "min",
}  # fmt: skip
INVERSES = {
    "sin": "asin", "cos": "acos", "tan": "atan", "cot": "acot", "sec": "asec", "csc": "acsc",
    "sinh": "asinh", "cosh": "acosh", "tanh": "atanh", "coth": "acoth", "sech": "asech", "csch": "acsch",
}  # fmt: skip

CONSTANTS = {
    "pi": "pi", "infty": "inf", "inf": "inf", "infinity": "inf", "Infinity": "inf", "oo": "inf", "exponentialE": "e",
    "imaginaryI": "i", "imaginaryJ": "i", "Pi": "pi", "nan": "nan", "NaN": "nan", "mathrmpi": "pi",
}  # fmt: skip

GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho varrho sigma tau "
    "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega ell hbar varpi imath jmath "
    "mho nabla partial aleph odot".split()
)

RELATIONS = {
    "=": "=", "==": "=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "=<": "<=", "=>": ">=", "!=": "!=", "<>": "!=",
    "lt": "<", "gt": ">", "le": "<=", "leq": "<=", "leqslant": "<=", "leqq": "<=", "ge": ">=", "geq": ">=",
    "geqslant": ">=", "geqq": ">=", "ne": "!=", "neq": "!=", "in": "in", "notin": "notin", "approx": "~", "simeq": "~",
    "equiv": "equiv", "cong": "cong", "sim": "sim", "propto": "propto", "subset": "subset", "subseteq": "subseteq",
    "supset": "supset", "supseteq": "supseteq", "to": "to", "rightarrow": "to", "mapsto": "to", "parallel": "parallel",
    "perp": "perp", "Rightarrow": "implies", "implies": "implies", "iff": "iff", "Leftrightarrow": "iff", "colon=": "=",
    "nless": ">=", "ngtr": "<=", "doteq": "=", "coloneqq": "=", "longrightarrow": "to", "Longrightarrow": "implies",
}  # fmt: skip

SEPARATORS = frozenset("and or und oder et ou y o e и или 和 或 及 与 land lor".split())
"""Words between the members of a list; the one-letter ones count only inside \\text."""

SET_OPERATORS = {"cup": "union", "bigcup": "union", "cupdot": "union", "sqcup": "union", "cap": "intersection",
                 "bigcap": "intersection", "setminus": "difference", "smallsetminus": "difference",
                 "backslash": "difference"}  # fmt: skip

BIG_OPERATORS = frozenset("sum prod int iint iiint oint lim".split())

OPENING = {"(": ")", "[": "]", "{": "}", "\\{": "\\}"}
OPENING_COMMANDS = {"lgroup": "(", "lbrace": "\\{", "lbrack": "[", "langle": "<", "lparen": "("}
CLOSING_COMMANDS = {"rgroup": ")", "rbrace": "\\}", "rbrack": "]", "rangle": ">", "rparen": ")"}
ROUNDING = {"lfloor": "floor", "llcorner": "floor", "lceil": "ceil", "ulcorner": "ceil"}
ROUNDING_END = {"rfloor": "floor", "lrcorner": "floor", "rceil": "ceil", "urcorner": "ceil"}
BARS = frozenset("vert lvert rvert mid | Vert lVert rVert".split())

LAYOUT = frozenset(
    "left right mleft mright middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm displaystyle "
    "textstyle scriptstyle limits nolimits quad qquad enspace thinspace medspace thickspace negthinspace hfill hskip nobreak "
    "allowbreak mathstrut rm bf it sf tt normalfont centering noindent break newline par small large Large huge Huge scriptsize "
    "footnotesize tiny normalsize strut protect ensuremath unboldmath boldmath phantomsection hline cdotp relax nonumber notag "
    "upright mkern mskip mathord mathrel mathbin mathop mathopen mathclose mathpunct space".split()
)
FONTS = frozenset(
    "mathbf mathit mathsf mathtt mathcal mathfrak mathscr boldsymbol bm bold vec hat bar widehat widetilde tilde overrightarrow "
    "pmb mathbb Bbb bbold mathnormal emph underline uline boxed fbox displaylines ensuremath overset cancel".split()
)
TEXTS = frozenset(
    "text mathrm textrm textbf textit texttt textsf textnormal mbox hbox operatorname mathop textup rm textsc textnormal unit "
    "textmd mathrel intertext SI".split()
)
FRACTIONS = frozenset("frac dfrac tfrac cfrac sfrac nicefrac flatfrac xfrac".split())
BINOMIALS = frozenset("binom dbinom tbinom".split())

NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}

SHORT_WORDS = frozenset("no is of if to by it".split())
"""Words of two letters; all other runs of two letters are products."""

APPROXIMATIONS = frozenset("about approximately approx roughly around nearly circa ca".split())
