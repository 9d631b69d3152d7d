"""An answer's text to its typed value: lists and sets, relations, units, and expressions where nothing else is left."""

# ruff: noqa: SIM905 - a vocabulary reads better as one string of words

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from verifiers.math import units, words
from verifiers.math.errors import OverBudget, Unreadable
from verifiers.math.exact import Irrational, rational_value
from verifiers.math.expr import MINUS_ONE, ONE, Expr, choices, has, negative, substituted, sym, symbols
from verifiers.math.lexer import MAX_CHARS, Token, tokenize
from verifiers.math.parser import parse_expression, rational
from verifiers.math.text import number_word
from verifiers.math.unicode import to_latex
from verifiers.math.values import (
    Based,
    Clock,
    Listing,
    Matrix,
    Number,
    Ratio,
    Relation,
    SetOperation,
    Text,
    Value,
    bare_list,
)

_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::00)?\s*(?:\\(?:text|mathrm|textrm|mbox)\s*\{\s*)?(?:([ap])\.?\s*m\.?)?\s*\}?\.?",
    re.IGNORECASE,
)
_HOUR = re.compile(r"(\d{1,2})\s*(?:\\(?:text|mathrm|textrm|mbox)\s*\{\s*)?([ap])\.?\s*m\.?\s*\}?\.?", re.IGNORECASE)
_BASED = re.compile(
    r"(?:\\text\s*\{\s*)?([0-9A-Z]+)\}?\s*_\s*(?:\{?\s*(?:\\text\s*\{)?\s*(?:base\s*)?(\d{1,2}|\\?[a-z]{3,7})\s*\}*|\((\d{1,2})\))"
)
_BASED_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_ORDINAL = re.compile(r"(\d+)\s*(?:\^\s*)?\{?\s*(?:\\(?:text|mathrm|textrm|mbox|rm)\s*\{?\s*)?(?:st|nd|rd|th)\s*\}*")
_DMS = re.compile(
    r"(\d+)\s*\^\s*\{?\s*\\(?:circ|textcirc)\s*\}?\s*(\d+(?:\.\d+)?)\s*(?:'|\^\s*\{?\\prime\}?)(?:\s*(\d+(?:\.\d+)?)\s*'')?"
)
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+[^,\d]{0,20}")
_BARE_WORD = re.compile(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*")
_MAGNITUDES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_VETOES = frozenset(
    "not no never nor none neither except without less fewer least most than between minus negative plus times either "
    "undefined dne does exist".split()
)


def read(text: str, *, thousands: bool = True) -> Value:
    """The value that a text writes down.

    Raises:
        Unreadable: it is no notation known here.
        OverBudget: it is too long or too deep.
    """
    if len(text) > MAX_CHARS:
        raise OverBudget("size")
    text = _prepared(to_latex(text).strip())
    special = _special(text)
    if special is not None:
        return special
    tokens = tokenize(text, thousands=thousands)
    if not tokens:
        raise Unreadable("empty")
    return _read_list(tokens)


def readings(text: str, *, is_gold: bool = False) -> list[Value]:
    """All values that a text may mean; more than one only where a comma can be of several kinds.

    `3,5` is a list, but as an answer also three and a half; a gold with one decimal is not written with a comma.
    """
    found = [read(text)]
    plain = text.strip().strip("$").strip()
    if "," in plain and found:
        if re.fullmatch(r"-?\d{1,3}(?:,\d{3})+", plain):
            found.append(read(text, thousands=False))
        elif _DECIMAL_COMMA.fullmatch(plain) and (not is_gold or not re.fullmatch(r"-?[1-9]\d*,\d", plain)):
            found.append(read(plain.replace(",", ".")))
    return found


_SPACED = re.compile(r"[-+]?\d{1,3}(?: \d{3})+(?:\.\d+)?")
_EUROPEAN = re.compile(r"([-+]?\d{1,3}(?:\.\d{3})+|[-+]?),(\d+)")
_REPEATING = (
    re.compile(r"([-+]?)(\d*\.\d*)\((\d+)\)(?:\.\.\.)?"),
    re.compile(r"([-+]?)(\d*\.\d*)\\dot\s*\{?(\d)\}?"),
    re.compile(r"([-+]?)(\d*\.\d*?)(\d{1,6}?)\3+(?:\.\.\.|\s*\\(?:l|c)?dots)"),
)
_REALS = Listing((Number(negative(Expr("const", ("inf",)))), Number(Expr("const", ("inf",)))), "(", ")")
_PYTHON = {"Matrix": "{}", "FiniteSet": "\\{{{}\\}}", "Tuple": "({})"}


def _prepared(text: str) -> str:
    """Older and foreign notations in the usual one: {a \\over b}, ]0,1[, Matrix([...]), and doubled backslashes."""
    if "\\\\" in text and "begin" not in text:
        text = re.sub(r"(?<!\\)\\{2,}(?=[A-Za-z{}])", r"\\", text)
    if "\\over" in text:
        text = re.sub(r"\{([^{}]*)\\over(?![A-Za-z])([^{}]*)\}", r"\\frac{\1}{\2}", text)
    while text.startswith("{") and text.endswith("}") and _is_one_group(text):
        text = text[1:-1].strip()
    if text.startswith("]") and "," in text:
        text = "(" + text[1:]
    if text.endswith("[") and "," in text and text[0] in "([":
        text = text[:-1] + ")"
    if text.endswith(")") and (call := re.match(r"(?:sp\.|sympy\.)?(Matrix|FiniteSet|Tuple)\(", text)):
        text = _PYTHON[call[1]].format(text[call.end() : -1])
    return text


def _is_one_group(text: str) -> bool:
    """Whether the braces around a text are one group, and no set."""
    return "," not in text and _is_balanced(text[1:-1])


def _is_balanced(inner: str) -> bool:
    depth = 0
    for brace in re.findall(r"\\.|[{}]", inner):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if depth < 0:
            return False
    return depth == 0


def _repeating(text: str) -> Number | None:
    """0.(3), 0.1\\dot{6}, 0.333..."""
    for pattern in _REPEATING:
        if match := pattern.fullmatch(text):
            decimals = len(match[2].partition(".")[2])
            value = rational(match[2]) + Fraction(int(match[3]), 10**decimals * (10 ** len(match[3]) - 1))
            return Number(Expr("num", (-value if match[1] == "-" else value,)), literal=True)
    return None


def _special(text: str) -> Value | None:
    """Notations that are decided by their look as a whole: words, times of day, bases, ordinals, 60° 42'."""
    if text[:1].isalpha() and (counted := number_word(text)) is not None:
        return Number(Expr("num", (Fraction(counted),)), literal=True)
    if _SPACED.fullmatch(text):
        return Number(Expr("num", (rational(text.replace(" ", "").lstrip("+")),)), literal=True)
    if match := _EUROPEAN.fullmatch(text):
        plain = match[1].replace(".", "").lstrip("+") + "." + match[2]
        return Number(Expr("num", (rational(plain),)), Fraction(10) ** -len(match[2]) / 2, len(plain), literal=True)
    if "." in text and len(text) < 100 and (repeating := _repeating(text)):
        return repeating
    if match := _CLOCK.fullmatch(text):
        return _clock(int(match[1]), int(match[2]), match[3])
    if match := _HOUR.fullmatch(text):
        return _clock(int(match[1]), 0, match[2])
    if "_" in text and (match := _BASED.fullmatch(text)):
        base = match[2] or match[3]
        value = int(base) if base.isdigit() else _BASED_WORDS.get(base, 0)
        if 2 <= value <= 36 and not (match[1].isalpha() and len(match[1]) == 1):
            return Based(match[1].lstrip("0") or "0", value)
    if match := _ORDINAL.fullmatch(text):
        return Number(Expr("num", (rational(match[1]),)), literal=True)
    if match := _DMS.fullmatch(text):
        degrees = rational(match[1]) + rational(match[2]) / 60 + (rational(match[3]) / 3600 if match[3] else 0)
        return Number(Expr("num", (degrees,)), unit=units.make([("degree", 1)]), literal=True)
    return None


def _clock(hours: int, minutes: int, meridiem: str | None) -> Clock | None:
    if minutes > 59 or hours > 24:
        return None
    half = (meridiem or "").lower() + "m" if meridiem else ""
    if half and hours <= 12:
        hours = hours % 12 + (12 if half == "pm" else 0)
    return Clock(60 * hours + minutes, half)


# Lists


def _split(tokens: Sequence[Token], kind: str) -> list[list[Token]]:
    """Cuts tokens at those of a kind that stand outside all brackets."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"open": 1, "begin": 1, "round": 1, "close": -1, "end": -1, "endround": -1}.get(token.kind, 0)
        if token.kind == kind and depth <= 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _read_list(tokens: Sequence[Token]) -> Value:
    parts = [part for part in _split(tokens, "sep") if part]
    if not parts:
        raise Unreadable("only separators")
    joint = "or" if any(t.kind == "sep" and t.value == "or" for t in tokens) else ""
    items: list[Value] = []
    for part in parts:
        value = _read_item(part)
        items += _expanded(value)
    if len(items) > 1 and _is_named(items[0]) and not any(isinstance(item, Relation) for item in items[1:]):
        first = items[0]
        assert isinstance(first, Relation)
        return Relation((first.sides[0], Listing((first.sides[1], *items[1:]))), ("=",))
    return bare_list(items, joint)


def _is_named(value: Value) -> bool:
    return isinstance(value, Relation) and value.ops in (("=",), ("in",)) and is_name(value.sides[0])


def is_name(value: Value) -> bool:
    """True for what may stand on the left of an assignment: x, f(x), m_{max}, (x, y), A:B, \\angle ABC."""
    if isinstance(value, Text):
        return True
    if isinstance(value, Ratio):
        return all(is_name(term) for term in value.terms)
    if isinstance(value, Listing):
        return all(is_name(item) for item in value.items)
    if not isinstance(value, Number):
        return False
    if value.expr.op == "mul":  # AB, a side; xy is a product of two unknowns, which is not told apart.
        return all(arg.op == "sym" and arg.args[0].isupper() for arg in value.expr.args)
    return value.expr.op in ("sym", "apply") or (value.expr.op == "fun" and value.expr.args[0] in ("max", "min"))


def _expanded(value: Value) -> list[Value]:
    """A value with plus-minus signs as the two values that it abbreviates."""
    if isinstance(value, Number) and has(value.expr, "pm", "mp"):
        return [Number(expr, value.half_ulp, value.digits, value.unit) for expr in choices(value.expr)]
    if isinstance(value, Relation) and len(value.sides) == 2 and isinstance(value.sides[1], Number):
        alternatives = _expanded(value.sides[1])
        if len(alternatives) > 1:
            return [Relation((value.sides[0], alternative), value.ops) for alternative in alternatives]
    return [value]


# One item: a relation, or a side of one


def _read_item(tokens: list[Token]) -> Value:
    tokens = _without_noise(_without_quantifier(tokens))
    sides = _split(tokens, "rel")
    ops = [t.value for t in _outer(tokens, "rel")]
    if len(sides) == 1:
        return _read_side(sides[0])
    sides, ops = _negations(sides, ops)
    if not sides[0] and ops[0] in ("=", "~"):
        return _read_item(tokens[1:])
    if any(not side for side in sides):
        raise Unreadable("a relation without a side")
    if "~" in ops:  # What stands before the approximation is the answer.
        cut = ops.index("~")
        sides, ops = sides[: cut + 1], ops[:cut]
        if len(sides) == 1 and _is_bare_name(sides[0]):
            sides, ops = [_split(tokens, "rel")[cut + 1]], []
        elif len(sides) == 1:
            return _read_side(sides[0])
        if not ops:
            return _read_side(sides[0])
    values = tuple(_read_side(side, left=index == 0 and len(sides) > 1) for index, side in enumerate(sides))
    return Relation(values, tuple(ops))


def _is_bare_name(tokens: list[Token]) -> bool:
    return len(tokens) == 1 and tokens[0].kind == "sym"


def _outer(tokens: Sequence[Token], kind: str) -> list[Token]:
    found, depth = [], 0
    for token in tokens:
        depth += {"open": 1, "begin": 1, "round": 1, "close": -1, "end": -1, "endround": -1}.get(token.kind, 0)
        if token.kind == kind and depth <= 0:
            found.append(token)
    return found


def _negations(sides: list[list[Token]], ops: list[str]) -> tuple[list[list[Token]], list[str]]:
    r"""`\not =` and `\not\in`: the mark moves from the side before into the relation."""
    for index, op in enumerate(ops):
        if sides[index] and sides[index][-1].kind == "mark" and sides[index][-1].value == "not":
            if op not in ("=", "in"):
                raise Unreadable("a negated relation")
            sides[index] = sides[index][:-1]
            ops[index] = {"=": "!=", "in": "notin"}[op]
    return sides, ops


def _without_quantifier(tokens: list[Token]) -> list[Token]:
    """f(x) = x, without "for all x in R"."""
    for index in range(1, len(tokens) - 1):
        if tokens[index].kind == "word" and tokens[index].value.lower() == "for":
            following = tokens[index + 1]
            if following.kind == "sym" or following.value.lower() in ("all", "every", "any", "some", "each"):
                return tokens[:index]
    return tokens


def _without_noise(tokens: list[Token]) -> list[Token]:
    start = 0
    while start < len(tokens) and (
        (tokens[start].kind == "word" and tokens[start].value.lower() in words.APPROXIMATIONS)
        or (tokens[start].kind == "rel" and tokens[start].value in ("~", "=", "sim"))
    ):
        start += 1
    return tokens[start:] if start < len(tokens) else tokens


def _read_side(tokens: list[Token], left: bool = False) -> Value:
    if not tokens:
        raise Unreadable("nothing")
    if operators := _outer(tokens, "set"):
        return _set_operation(_split(tokens, "set"), [t.value for t in operators])
    if len(tokens) == 1 and tokens[0].kind == "emptyset":
        return Listing((), "\\{", "\\}")
    if len(tokens) == 1 and tokens[0].value == "ℝ":
        return _REALS
    if tokens and tokens[0].kind == "open" and _closes(tokens) == len(tokens) - 1:
        collection = _read_collection(tokens)
        if collection is not None:
            return collection
    if any(t.kind == "begin" and t.value != "vmatrix" for t in tokens):
        return _read_matrix(tokens)
    if all(t.kind in ("word", "unit") or (t.kind == "sym" and len(tokens) > 1) for t in tokens):
        if any(t.kind in ("word", "unit") for t in tokens):
            return _words(" ".join(t.value for t in tokens))
    if ratio := _read_ratio(tokens):
        return ratio
    return _read_number(tokens, left)


def _words(words_: str) -> Value:
    if words_.lower() in ("all real numbers", "all reals", "all real number", "real numbers"):
        return _REALS
    return Text(words_)


def _set_operation(parts: list[list[Token]], operators: list[str]) -> Value:
    if any(not part for part in parts):
        raise Unreadable("a set operator without a side")
    value = _read_list(parts[0])
    for operator, part in zip(operators, parts[1:]):
        value = SetOperation(operator, value, _read_list(part))
    return value


def _closes(tokens: Sequence[Token]) -> int:
    """Where the bracket that the tokens start with is closed."""
    depth = 0
    for index, token in enumerate(tokens):
        depth += {"open": 1, "begin": 1, "close": -1, "end": -1}.get(token.kind, 0)
        if depth == 0:
            return index
    raise Unreadable("unbalanced brackets")


def _read_collection(tokens: list[Token]) -> Value | None:
    """A bracketed list, set, interval, or set-builder; None for a bracketed expression."""
    opening, closing, inner = tokens[0].value, tokens[-1].value, tokens[1:-1]
    is_set = opening in ("\\{", "{") and closing in ("\\}", "}")
    if not inner:
        return Listing((), "\\{", "\\}") if is_set else None
    if is_set and (condition := _set_builder(inner)):
        return _read_list(condition)
    if any(t.kind in ("set", "rel") for t in _outer(inner, "set") + _outer(inner, "rel")) and not _outer(inner, "sep"):
        return _read_list(inner)
    if not _outer(inner, "sep"):
        if opening == "\\{":
            return Listing(tuple(_expanded(_read_item(inner))), "\\{", "\\}")
        if inner[0].kind == "open" and _closes(inner) == len(inner) - 1:
            nested = _read_side(inner)
            if opening == "[" and isinstance(nested, Listing):
                return Listing((nested,), opening, closing)
            return nested
        return None
    items: list[Value] = []
    for part in _split(inner, "sep"):
        if part:
            value = _read_item(part)
            items += _expanded(value) if is_set else [value]
    if is_set:
        return Listing(tuple(items), "\\{", "\\}")
    return Listing(tuple(items), opening, closing)


def _set_builder(inner: list[Token]) -> list[Token] | None:
    """The condition of {x | condition} or {x : condition}."""
    for index, token in enumerate(inner[:12]):
        if token.kind == "bar" or (token.kind == "op" and token.value == ":"):
            before = inner[:index]
            if before and before[0].kind == "sym" and (len(before) == 1 or before[1].kind in ("rel", "op")):
                return inner[index + 1 :]
            return None
    return None


def _read_matrix(tokens: list[Token]) -> Value:
    start = next(i for i, t in enumerate(tokens) if t.kind == "begin")
    end = _closes_environment(tokens, start)
    before, after = tokens[:start], tokens[end + 1 :]
    while before and after and before[-1].kind == "open" and after[0].kind == "close":
        before, after = before[:-1], after[1:]
    name = tokens[start].value
    if not before and after and after[0].kind == "begin":
        return _matrix_product(_read_matrix(tokens[: end + 1]), _read_matrix(after))
    if after or ("matrix" not in name and name != "array") or name in ("vmatrix", "Vmatrix"):
        raise Unreadable(f"not a matrix: {name}")
    rows = []
    for line in _split(tokens[start + 1 : end], "row"):
        if line:
            rows.append(tuple(_read_list(cell) for cell in _split(line, "amp")))
    if before:
        sign = before[0].value == "-" and len(before) == 1
        factor = Number(MINUS_ONE) if sign else _read_number(before[:-1] if before[-1].value == "*" else before)
        rows = [tuple(_scaled(factor, cell) for cell in row) for row in rows]
    if not rows or len({len(row) for row in rows}) != 1:
        raise Unreadable("a ragged matrix")
    return Matrix(tuple(rows))


def _matrix_product(left: Value, right: Value) -> Value:
    if not isinstance(left, Matrix) or not isinstance(right, Matrix) or len(left.rows[0]) != len(right.rows):
        raise Unreadable("no matrix product")
    if len(left.rows) * len(right.rows) * len(right.rows[0]) > 1_000:
        raise OverBudget("size")
    columns = list(zip(*right.rows))
    return Matrix(tuple(tuple(_dot(row, column) for column in columns) for row in left.rows))


def _dot(row: Sequence[Value], column: Sequence[Value]) -> Value:
    products = [_scaled(a, b) for a, b in zip(row, column)]
    total = Expr("add", tuple(p.expr for p in products if isinstance(p, Number)))
    return _scaled(Number(ONE), Number(total))


def _scaled(factor: Value, cell: Value) -> Value:
    if not isinstance(factor, Number) or not isinstance(cell, Number):
        raise Unreadable("not a scalar")
    product = Expr("mul", (factor.expr, cell.expr))
    try:
        return Number(Expr("num", (rational_value(product),)), literal=True)
    except Irrational:
        return Number(product)


def _closes_environment(tokens: list[Token], start: int) -> int:
    depth = 0
    for index in range(start, len(tokens)):
        depth += {"begin": 1, "end": -1}.get(tokens[index].kind, 0)
        if depth == 0:
            return index
    raise Unreadable("an environment without an end")


def _read_ratio(tokens: list[Token]) -> Ratio | None:
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if depth == 0 and token == ("op", ":", token.spaced):
            parts.append([])
        else:
            parts[-1].append(token)
    if len(parts) < 2 or any(not part for part in parts):
        return None
    terms = [_read_number(part) for part in parts]
    return Ratio(tuple(term for term in terms if isinstance(term, Number)))


# Numbers and their units


def _read_number(tokens: list[Token], left: bool = False) -> Value:
    if tokens and tokens[0].kind == "fun" and tokens[0].value in ("max", "min") and len(tokens) == 1:
        return Text(tokens[0].value)
    body, unit, label = _strip_units(tokens)
    if any(word in _VETOES for word in label):
        return Text(" ".join(t.value for t in tokens))
    if not body:
        return Text(" ".join(t.value for t in tokens))
    if left and label:
        return Text(" ".join(t.value for t in tokens))
    expr = parse_expression(body)
    if symbols(expr) in ({"I"}, {"j"}) and expr.op != "sym":  # 3 + 4*I, as sympy prints it.
        expr = substituted(expr, {sym(*symbols(expr)): Expr("const", ("i",))})
    for word in label:
        if word in _MAGNITUDES and expr.op == "num":
            expr = Expr("num", (expr.args[0] * _MAGNITUDES[word],))
    half_ulp, digits = _decimal(body)
    return Number(expr, half_ulp, digits, units.make(unit), is_literal(expr))


def _strip_units(tokens: list[Token]) -> tuple[list[Token], list[tuple[str, int]], list[str]]:
    """The tokens without the units and words around them, the units, and the words."""
    start, end = 0, len(tokens)
    unit: list[tuple[str, int]] = []
    label: list[str] = []
    while start < end and tokens[start].kind in ("unit", "word"):
        if tokens[start].kind == "unit" and tokens[start].value in units.UNITS.values():
            unit.append((tokens[start].value, 1))
        else:
            label.append(tokens[start].value.lower())
        start += 1
    trail = _trailing_units(tokens, start, end)
    unit += _powers(tokens[trail:end], label)
    return tokens[start:trail], unit, label


def _trailing_units(tokens: list[Token], start: int, end: int) -> int:
    """Where the trailing run of units and words begins."""
    index = end
    while index > start:
        token = tokens[index - 1]
        if token.kind in ("unit", "word", "percent"):
            index -= 1
        elif token.kind == "degree" or (
            token.value == "}" and index - 2 > start and tokens[index - 2].kind == "degree"
        ):
            if any(t.kind == "fun" for t in tokens[start:index]):
                break  # \cos 20^\circ: the angle's, not the value's.
            index -= 1 if token.kind == "degree" else 2
            while index > start and tokens[index - 1].value in ("^", "{"):
                index -= 1
        elif (
            token.kind == "sym"
            and token.value in ("C", "F")
            and index - 2 > start
            and _ends_degree(tokens[start : index - 1])
        ):
            index -= 1
        elif (skip := _unit_power(tokens, start, index)) or (
            token.kind == "op" and token.value in ("/", "*") and index < end and tokens[index].kind == "unit"
            and index - 1 > start
        ):  # fmt: skip
            index -= skip or 1
        else:
            break
    return index


def _ends_degree(tokens: list[Token]) -> bool:
    return tokens[-1].kind == "degree" or (len(tokens) > 1 and tokens[-1].value == "}" and tokens[-2].kind == "degree")


def _unit_power(tokens: list[Token], start: int, index: int) -> int:
    """How many tokens of `cm^2` or `cm^{2}` after the unit end at this index; 0 where it is no power of a unit."""
    for length in (4,) if tokens[index - 1].value == "}" else (2,):
        at = index - length
        if at > start and tokens[at].value == "^" and tokens[at - 1].kind in ("unit", "word"):
            return length
    if (
        index - 2 >= start
        and tokens[index - 1].kind == "num"
        and tokens[index - 2].kind == "unit"
        and not tokens[index - 1].spaced
    ):
        return 1  # cm2
    return 0


def _powers(tokens: list[Token], label: list[str]) -> list[tuple[str, int]]:
    """Units with their powers; words go to `label`."""
    found: list[tuple[str, int]] = []
    sign, prefix = 1, 0
    for index, token in enumerate(tokens):
        if token.kind == "percent":
            found.append(("percent", 1))
        elif token.kind == "degree":
            found.append(("degree", 1))
        elif token.kind == "sym" and found and found[-1][0] == "degree":
            found[-1] = ({"C": "celsius", "F": "fahrenheit"}.get(token.value, "degree"), 1)
        elif token.value == "/" or (token.kind == "word" and token.value.lower() in ("per", "an")):
            sign = -1
        elif token.kind == "unit" and token.value in units.UNIT_PREFIXES:
            power = units.UNIT_PREFIXES[token.value]
            if token.value.endswith("ed") and found:
                found[-1] = (found[-1][0], found[-1][1] * power)
            else:
                prefix = power
        elif token.kind == "unit":
            found.append((token.value, sign * (prefix or _following_power(tokens, index))))
            prefix = 0
        elif token.kind == "word":
            label.append(token.value.lower())
    return found


def _following_power(tokens: list[Token], index: int) -> int:
    rest = [t.value for t in tokens[index + 1 : index + 5] if t.value not in ("{", "}")]
    if rest and rest[0] == "^":
        rest = rest[1:]
        sign = 1
        if rest and rest[0] == "-":
            sign, rest = -1, rest[1:]
        return sign * int(rest[0]) if rest and rest[0].isdigit() and len(rest[0]) == 1 else 1
    return int(rest[0]) if rest and rest[0].isdigit() and len(rest[0]) == 1 else 1


def _decimal(tokens: Sequence[Token]) -> tuple[Fraction | None, int]:
    """Half a unit of the last place, and the significant digits, of tokens that are one decimal literal (times 10^n)."""
    numbers = [t for t in tokens if t.kind == "num"]
    if not numbers or not ("." in numbers[0].value or "e" in numbers[0].value.lower()):
        return None, 0
    rest = [t for t in tokens if t is not numbers[0] and t.value not in ("-", "+")]
    scale = Fraction(1)
    if rest:
        shape = "".join(t.value for t in rest if t.value not in ("{", "}"))
        if not re.fullmatch(r"\*10\^\d{1,4}", shape):
            return None, 0
        negative = any(t.value == "-" for t in tokens[1:])
        scale = Fraction(10) ** (-int(shape[4:]) if negative else int(shape[4:]))
    mantissa, _, exponent = numbers[0].value.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    digits = len(mantissa.replace(".", "").lstrip("0"))
    if abs(int(exponent or 0)) > 10_000:
        return None, 0
    return scale * Fraction(10) ** (int(exponent or 0) - decimals) / 2, digits


def is_literal(x: Expr) -> bool:
    """Whether an expression is one number as one writes it: an integer, a decimal, a fraction, m * 10^n, with a sign."""
    if x.op == "num":
        return True
    if x.op == "mul":
        factors = [arg for arg in x.args if arg != ("num", (Fraction(-1),))]
        if len(factors) == 1:
            return is_literal(factors[0])
        return (
            len(factors) == 2
            and factors[0].op == "num"
            and (_is_reciprocal(factors[1]) or _is_power_of_ten(factors[1]))
        )
    return _is_reciprocal(x)


def _is_reciprocal(x: Expr) -> bool:
    return x.op == "pow" and x.args[1] == ("num", (Fraction(-1),)) and is_literal(x.args[0])


def _is_power_of_ten(x: Expr) -> bool:
    return x.op == "pow" and x.args[0] == ("num", (Fraction(10),)) and x.args[1].op == "num"
