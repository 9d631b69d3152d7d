"""An answer's text as tokens: LaTeX, Python and plain notation alike. One pass; layout commands leave no trace.

Kinds of token: num, sym (a variable, with its value its name), const, fun, op, rel, sep (between the members of a list), open and
close (brackets), bar, round (floor and ceiling brackets), frac, sqrt, binom, big (sums, integrals, limits), set (union, ...),
unit, word, percent, degree, env (\\begin), amp, row.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from verifiers.math import words as w
from verifiers.math.errors import OverBudget, Unreadable
from verifiers.math.units import SYMBOLS, UNIT_PREFIXES, UNITS

MAX_CHARS = 40_000
MAX_TOKENS = 16_000
MAX_DEPTH = 40


class Token(NamedTuple):
    kind: str
    value: str
    spaced: bool  # white space stands before it


_SCANNER = re.compile(
    r"""
      (?P<space> (?: \s | ~ | \\[,;:!>\ ] | \\(?=\s|$) )+ )
    | (?P<num>
          \d{1,3} (?: (?: \{,\} | ,?(?:\\[,!;:>\ ]|~)[\ ]* ){1,2} \d{3} )+ (?!\d) (?:\.\d+)?    # 1{,}000  1\,000  1,\!000
        | \d{1,3} (?: ,\d{3} )+ (?![\d,]) (?: \.\d+ )?                                          # 1,000: not inside brackets
        | (?: \d+ (?:\{,\}\d+ | \.\d+ | \.(?!\.) )? | \.\d+ ) (?: [eE][+-]?\d+ (?![A-Za-z]) )?
      )
    | (?P<cmd> \\[A-Za-z]+\*? )
    | (?P<row> \\\\ \s* \[ \s* -?[\d.]+ \s* (?:pt|em|ex|mm|cm) \s* \] )
    | (?P<esc> \\. )
    | (?P<word> [^\W\d_]+ )
    | (?P<op> \*\* | <= | >= | =< | => | == | != | <> | '+ | \.\.\.+ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_GROUPED = re.compile(r"[{},!;:>~\\\s]")
_SUBSCRIPT = re.compile(r"\s*_\s*(?:\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|(\\[A-Za-z]+|[^\W_]))")


def tokenize(text: str, *, thousands: bool = True) -> list[Token]:
    """The tokens of an answer.

    Args:
        thousands: read `1,000` outside brackets as one number; else as a list of two.
    Raises:
        Unreadable: something has no meaning here.
        OverBudget: the text is too long or its brackets too deep to be an answer.
    """
    if len(text) > MAX_CHARS:
        raise OverBudget("size")
    lexer = _Lexer(text, thousands)
    lexer.run(0, len(text), in_text=False)
    return lexer.tokens


class _Lexer:
    def __init__(self, text: str, thousands: bool):
        self.text, self.thousands = text, thousands
        self.tokens: list[Token] = []
        self.depth = 0  # of ( [ \{, inside which a comma separates
        self.nesting = 0  # of all brackets
        self.spaced = False
        self.environments = 0

    def add(self, kind: str, value: str) -> None:
        if len(self.tokens) >= MAX_TOKENS:
            raise OverBudget("size")
        self.tokens.append(Token(kind, value, self.spaced))
        self.spaced = False

    def run(self, start: int, end: int, in_text: bool) -> None:
        position = start
        while position < end:
            match = _SCANNER.match(self.text, position, end)
            assert match  # The last alternative takes any character.
            position = match.end()
            kind, value = match.lastgroup, match.group()
            if kind == "space":
                self.spaced = True
            elif kind == "num":
                position = self.number(match, end)
            elif kind == "word":
                self.word(match, in_text)
            elif kind == "cmd":
                position = self.command(value[1:].rstrip("*"), position, end, in_text)
            elif kind == "row":
                self.add("row", "\\\\")
            elif kind == "esc":
                self.escaped(value[1])
            else:
                self.operator(value)

    # Numbers

    def number(self, match: re.Match[str], end: int) -> int:
        value = match.group()
        if "," in value and (self.depth or not self.thousands) and "{" not in value and "\\" not in value:
            first = value.index(",")  # A list, not thousands.
            value = value[:first]
            self.add("num", value)
            return match.start() + first
        if _GROUPED.search(value):
            digits = re.sub(r"\\[,!;:> ]|[{}\s~]", "", value)
            groups = digits.split(",")
            if len(groups) == 2 and "{,}" in value and len(groups[1]) != 3:
                digits = ".".join(groups)  # 0{,}5 is a decimal comma.
            elif len(groups) == 2 and groups[0].strip("0") == "" and "." not in digits:
                digits = ".".join(groups)
            else:
                digits = digits.replace(",", "")
            value = digits
        elif "," in value:
            if value.startswith("0,"):
                value = value.replace(",", ".", 1)
            value = value.replace(",", "")
        self.add("num", value)
        return match.end()

    # Words

    def word(self, match: re.Match[str], in_text: bool) -> None:
        run = match.group()
        lower = run.lower()
        previous = self.tokens[-1] if self.tokens else None
        if lower in w.SEPARATORS and (len(run) > 1 or (in_text and (previous is not None))) and not run.isupper():
            return self.add("sep", "or" if lower in ("or", "oder", "或") else "and")
        if lower in ("np", "math", "numpy", "sp", "sympy") and self.text[match.end() : match.end() + 1] == ".":
            return None  # The point after it is dropped by `operator`.
        if (
            lower in UNITS
            and run in w.FUNCTIONS
            and (self.after_value(previous) or self.after_per())
            and not self.is_called(match.end())
        ):
            return self.add("unit", UNITS[lower])  # 17 min
        if run in w.FUNCTIONS:
            return self.add("fun", w.FUNCTIONS[run])
        if run in w.CONSTANTS:
            return self.add("const", w.CONSTANTS[run])
        if run in w.GREEK and len(run) > 2:
            return self.add("sym", run)
        if lower in ("mod", "modulo"):
            return self.add("op", "mod")
        if lower in ("negative", "minus"):
            return self.add("op", "-")
        if in_text and run in SYMBOLS and self.after_value(previous):
            return self.add("unit", run)
        if lower in UNITS and (
            len(run) > 1 or not run.isascii() or (in_text and self.after_value(previous)) or self.after_per()
        ):
            return self.add("unit", UNITS[lower])
        if lower in UNIT_PREFIXES:
            return self.add("unit", lower)
        if len(run) == 1 and run.isascii():
            return self.add("word" if in_text and not run.islower() else "sym", run)
        is_word = (len(run) > 2 and len(set(lower)) > 1) or lower in w.SHORT_WORDS
        if in_text or not run.isascii() or (is_word and not self.is_product(match)):
            return self.add("word", run)
        for letter in run:
            self.add("sym", letter)
        return None

    def is_product(self, match: re.Match[str]) -> bool:
        """Whether a run of letters is a product of variables: it touches other mathematics and is no word."""
        before = self.text[match.start() - 1 : match.start()]
        after = self.text[match.end() : match.end() + 1]
        touches = before.isdigit() or (before and before in "})*/^+-|") or (after and after in "^_*/+-({")
        return bool(touches) and len(match.group()) <= 6

    def after_value(self, token: Token | None) -> bool:
        return token is not None and token.kind in ("num", "close", "unit", "percent", "const")

    def is_called(self, position: int) -> bool:
        """Whether arguments follow a word."""
        return re.match(r"\s*[\w({\\^_]", self.text[position : position + 9]) is not None

    def after_per(self) -> bool:
        """Whether a unit and a slash stand before: the h of km/h."""
        return len(self.tokens) > 1 and self.tokens[-1].value == "/" and self.tokens[-2].kind == "unit"

    # Operators and brackets

    def operator(self, value: str) -> None:
        if value in ("(", "[", "{"):
            self.open(value)
        elif value in (")", "]", "}"):
            self.close(value)
        elif value in w.RELATIONS:
            self.add("rel", w.RELATIONS[value])
        elif value in (",", ";"):
            self.add("sep", value)
        elif value == "|":
            self.add("bar", "|")
        elif value == "%":
            self.add("percent", "%")
        elif value in ("+", "-", "*", "/", "^", "_", "!", ":", "**", "&"):
            self.add("amp" if value == "&" else "op", "^" if value == "**" else value)
        elif value.startswith("'"):
            self.add("op", value)
        elif value in ("$", '"', "`", "?", "．") or value.startswith("..."):
            if value.startswith("..."):
                self.add("word", "...")
            elif value != "$":
                raise Unreadable(f"stray {value!r}")
        elif value == ".":
            pass
        elif value in "€£¥₹¢":
            self.add("unit", UNITS[value])
        else:
            raise Unreadable(f"unknown character {value!r}")

    def open(self, bracket: str) -> None:
        self.nesting += 1
        if self.nesting > MAX_DEPTH:
            raise OverBudget("depth")
        self.depth += bracket != "{"
        self.add("open", bracket)

    def close(self, bracket: str) -> None:
        self.nesting -= 1
        if (
            bracket == "}"
            and len(self.tokens) > 1
            and self.tokens[-1].value == "{"
            and self.tokens[-2].value not in "_^"
        ):
            self.tokens.pop()  # \pi{}: the group only ends the command.
            return
        self.depth -= bracket != "}"
        self.add("close", bracket)

    def escaped(self, character: str) -> None:
        if character == "{":
            self.open("\\{")
        elif character == "}":
            self.close("\\}")
        elif character == "%":
            self.add("percent", "%")
        elif character == "$":
            self.add("unit", "dollar")
        elif character == "|":
            self.add("bar", "\\|")
        elif character == "\\":
            self.add("row", "\\\\")
        elif character in "()[]#&_\"'-@.=/*":
            self.spaced = True  # Math delimiters and escapes without a meaning of their own.
        else:
            raise Unreadable(f"unknown escape \\{character}")

    # Commands

    def command(self, name: str, position: int, end: int, in_text: bool) -> int:
        if name in w.LAYOUT:
            self.spaced = True
            if name in ("left", "right") and self.text[position : position + 1] == ".":
                return position + 1  # A bracket that is not drawn.
            if name in ("quad", "qquad") and self.tokens and self.tokens[-1].kind != "sep":
                self.add("sep", "quad")
            return position
        if name in w.FRACTIONS:
            self.add("frac", name)
        elif name == "sqrt":
            self.add("sqrt", name)
        elif name in w.BINOMIALS:
            self.add("binom", name)
        elif name in w.FUNCTIONS:
            self.add("fun", w.FUNCTIONS[name])
        elif name in w.CONSTANTS:
            self.add("const", w.CONSTANTS[name])
        elif name in w.GREEK:
            self.add("sym", name)
        elif name in w.RELATIONS:
            self.add("rel", w.RELATIONS[name])
        elif name in ("cdot", "times", "ast", "cdotp", "star", "bullet"):
            self.add("op", "*")
        elif name == "div":
            self.add("op", "/")
        elif name in ("pm", "mp") or name in ("bmod", "mod", "pmod"):
            self.add("op", name)
        elif name in w.TEXTS or name in w.FONTS:
            return self.argument(name, position, end, in_text)
        elif name in w.BARS:
            self.add("bar", "\\|" if name in ("Vert", "lVert", "rVert") else "|")
        elif name in w.OPENING_COMMANDS:
            self.open(w.OPENING_COMMANDS[name])
        elif name in w.CLOSING_COMMANDS:
            self.close(w.CLOSING_COMMANDS[name])
        elif name in w.ROUNDING:
            self.add("round", w.ROUNDING[name])
        elif name in w.ROUNDING_END:
            self.add("endround", w.ROUNDING_END[name])
        elif name in w.SET_OPERATORS:
            self.add("set", w.SET_OPERATORS[name])
        elif name in w.BIG_OPERATORS:
            self.add("big", name)
        else:
            return self.rare_command(name, position, end)
        return position

    def rare_command(self, name: str, position: int, end: int) -> int:
        if name in ("circ", "degree", "degrees", "textdegree", "textcirc", "textcircled"):
            if (self.tokens and self.tokens[-1].value in ("^", "{") and name == "circ") or name != "circ":
                self.add("degree", "°")
                return position
            raise Unreadable("composition of functions")
        if name in ("emptyset", "varnothing"):
            self.add("emptyset", "∅")
        elif name in ("land", "lor"):
            self.add("sep", "and" if name == "land" else "or")
        elif name == "cr":
            self.add("row", "\\\\")
        elif name == "colon":
            self.add("op", ":")
        elif name == "Pr":
            self.add("sym", "P")
        elif name == "prime":
            self.add("op", "'")
        elif name in ("ldots", "dots", "cdots", "dotsc", "dotsm", "dotsb"):
            self.add("word", "...")
        elif name in ("begin", "end"):
            return self.environment(name, position, end)
        elif name in (
            "hspace",
            "vspace",
            "label",
            "tag",
            "color",
            "textcolor",
            "kern",
            "phantom",
            "hphantom",
            "vphantom",
        ):
            self.spaced = True
            return self.skip_group(position, end)
        elif name in ("angle", "triangle", "measuredangle", "deg", "dim"):
            self.add("word", name)
        elif name in ("overline", "dot", "ddot", "not", "neg", "lnot", "substack", "stackrel", "underset", "cbrt"):
            self.add("mark" if name != "cbrt" else "fun", name)
        elif name == "percent":
            self.add("percent", "%")
        elif name in ("euro", "EUR", "pounds", "textsterling", "yen"):
            self.add("unit", {"pounds": "sterling", "textsterling": "sterling", "yen": "yen"}.get(name, "euro"))
        elif name == "textdollar" or name == "dollar":
            self.add("unit", "dollar")
        else:
            # `\vertx` and `\lbrackx` are how some data sets write `\vert x`: the longest command that it starts with.
            for cut in range(len(name) - 1, 1, -1):
                if self.is_command(name[:cut]):
                    rest = len(name) - cut
                    self.command(name[:cut], position - rest, end, False)
                    return position - rest
            raise Unreadable(f"unknown command \\{name}")
        return position

    @staticmethod
    def is_command(name: str) -> bool:
        return any(
            name in table
            for table in (w.BARS, w.OPENING_COMMANDS, w.CLOSING_COMMANDS, w.ROUNDING, w.ROUNDING_END, w.FUNCTIONS, w.RELATIONS,
                          w.SET_OPERATORS, ("cdot", "times", "div", "pm"), w.GREEK, w.LAYOUT, w.FRACTIONS, ("sqrt",))
        )  # fmt: skip

    def argument(self, name: str, position: int, end: int, in_text: bool) -> int:
        """A command that dresses its argument: the argument is read in its place."""
        opening = re.compile(r"\s*\{").match(self.text, position, end)
        if opening is None:
            if name in ("mathbb", "Bbb") and (letter := re.compile(r"\s*([A-Z])").match(self.text, position, end)):
                self.add("sym", "ℝℤℕℚℂ"["RZNQC".index(letter[1])] if letter[1] in "RZNQC" else letter[1])
                return letter.end()
            return position
        stop = self.matching_brace(opening.end() - 1, end)
        content = self.text[opening.end() : stop].strip()
        if name in ("mathbb", "Bbb") and content in tuple("RZNQC"):
            self.add("sym", "ℝℤℕℚℂ"["RZNQC".index(content)])
        elif name in w.FONTS:
            self.nesting += 1
            if self.nesting > MAX_DEPTH:
                raise OverBudget("depth")
            self.run(opening.end(), stop, in_text)
            self.nesting -= 1
        elif name in ("mathrm", "operatorname", "mathop", "rm") and content in ("e", "i", "j", "d"):
            self.add("sym", content)
        elif content in w.FUNCTIONS or content in w.CONSTANTS:
            self.word(re.compile(r"\w+").search(self.text, opening.end(), stop), True)  # type: ignore[arg-type]
        else:
            self.spaced = True
            self.nesting += 1
            if self.nesting > MAX_DEPTH:
                raise OverBudget("depth")
            self.run(opening.end(), stop, name != "operatorname")
            self.nesting -= 1
            self.spaced = True
        return stop + 1

    def matching_brace(self, position: int, end: int) -> int:
        depth = 0
        for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(self.text, position, end):
            depth += {"{": 1, "}": -1}.get(match.group(), 0)
            if depth == 0:
                return match.start()
        raise Unreadable("unbalanced braces")

    def skip_group(self, position: int, end: int) -> int:
        opening = re.compile(r"\s*\*?\s*\{").match(self.text, position, end)
        return self.matching_brace(opening.end() - 1, end) + 1 if opening else position

    def environment(self, name: str, position: int, end: int) -> int:
        match = re.compile(r"\s*\{\s*([A-Za-z]+)\*?\s*\}").match(self.text, position, end)
        if match is None:
            raise Unreadable("\\begin without a name")
        position = match.end()
        if name == "begin" and match[1] in ("array", "tabular", "alignat"):
            position = self.skip_group(position, end)
        self.environments += 1 if name == "begin" else -1
        self.depth += 1 if name == "begin" else -1
        self.add(name, match[1])
        return position
