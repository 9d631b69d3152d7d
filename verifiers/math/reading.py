"""An answer's text to its typed value: lists and sets, relations, units, and expressions where nothing else is left."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifiers.math import words
from verifiers.math.errors import OverBudget, Unreadable
from verifiers.math.expr import Expr, choices, has, negative
from verifiers.math.lexer import MAX_CHARS, Token, tokenize
from verifiers.math.matrices import read_matrix
from verifiers.math.notations import special, usual_notation
from verifiers.math.parser import is_segment
from verifiers.math.quantities import read_number
from verifiers.math.tokens import closes, outer, split
from verifiers.math.unicode import to_latex
from verifiers.math.values import Congruence, Listing, Number, Ratio, Relation, SetOperation, Text, Value, bare_list

_DECIMAL_COMMA = re.compile(r"-?\d+,\d+[^,\d]{0,20}")
_REALS = Listing((Number(negative(Expr("const", ("inf",)))), Number(Expr("const", ("inf",)))), "(", ")")


def read(text: str, *, thousands: bool = True) -> Value:
    """The value that a text writes down.

    Raises:
        Unreadable: it is no notation known here.
        OverBudget: it is too long or too deep.
    """
    if len(text) > MAX_CHARS:
        raise OverBudget("size")
    text = usual_notation(to_latex(text).strip())
    if (value := special(text)) is not None:
        return value
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
            if ",0" not in plain:  # 10,000 is no list.
                found.append(read(text, thousands=False))
        elif _DECIMAL_COMMA.fullmatch(plain) and (not is_gold or not re.fullmatch(r"-?[1-9]\d*,\d", plain)):
            found.append(read(plain.replace(",", ".")))
    return found


def _read_list(tokens: Sequence[Token]) -> Value:
    parts = [part for part in split(tokens, "sep") if part]
    if not parts:
        raise Unreadable("only separators")
    joint = "or" if any(t.kind == "sep" and t.value == "or" for t in tokens) else ""
    items: list[Value] = []
    signs = any(t.value in ("pm", "mp") for t in tokens)
    for part in parts:
        value = _read_item(part)
        items += _expanded(value) if signs else [value]
    if len(items) > 1 and isinstance(items[0], Relation) and items[0].ops == ("!=",):  # x != -7, 3
        name = items[0].sides[0]
        items = [item if isinstance(item, Relation) else Relation((name, item), ("!=",)) for item in items]
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
        return is_segment(value.expr)
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


def _read_item(tokens: list[Token]) -> Value:
    tokens = _without_noise(_without_quantifier(tokens))
    sides = split(tokens, "rel")
    ops = [t.value for t in outer(tokens, "rel")]
    if len(sides) == 1:
        return _read_side(sides[0])
    sides, ops = _negations(sides, ops)
    if any(not side for side in sides):
        raise Unreadable("a relation without a side")
    if "~" in ops:  # What stands before the approximation is the answer.
        cut = ops.index("~")
        sides, ops = sides[: cut + 1], ops[:cut]
        if len(sides) == 1 and _is_bare_name(sides[0]):
            sides, ops = [split(tokens, "rel")[cut + 1]], []
        elif len(sides) == 1:
            return _read_side(sides[0])
        if not ops:
            return _read_side(sides[0])
    values = tuple(_read_side(side, left=index == 0 and len(sides) > 1) for index, side in enumerate(sides))
    return Relation(values, tuple(ops))


def _is_bare_name(tokens: list[Token]) -> bool:
    return len(tokens) == 1 and tokens[0].kind == "sym"


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
    if start == len(tokens):
        raise Unreadable("only signs")
    return tokens[start:]


def _read_side(tokens: list[Token], left: bool = False) -> Value:
    if not tokens:
        raise Unreadable("nothing")
    if operators := outer(tokens, "set"):
        return _set_operation(split(tokens, "set"), [t.value for t in operators])
    if len(tokens) == 1 and tokens[0].kind == "emptyset":
        return Listing((), "\\{", "\\}")
    if len(tokens) == 1 and tokens[0].value == "ℝ":
        return _REALS
    if tokens and tokens[0].kind == "open" and closes(tokens) == len(tokens) - 1:
        collection = _read_collection(tokens)
        if collection is not None:
            return collection
    if tokens[0].kind == "begin" and tokens[0].value in ("cases", "dcases", "rcases") and tokens[-1].kind == "end":
        return _read_cases(tokens[1:-1])
    if any(t.kind == "begin" and t.value != "vmatrix" for t in tokens):
        return read_matrix(tokens, _read_list)
    kinds = {t.kind for t in tokens}
    if kinds <= {"word", "unit", "sym"} and kinds & {"word", "unit"}:
        return _words(" ".join(t.value for t in tokens))
    if "op" in kinds and (congruence := _read_congruence(tokens)) is not None:
        return congruence
    if ratio := _read_ratio(tokens):
        return ratio
    return read_number(tokens, left)


def _read_cases(tokens: list[Token]) -> Value:
    """A function in pieces as the set of its (value, condition) pairs; without conditions, a system of equations."""
    rows = [split(line, "amp") for line in split(tokens, "row") if line]
    if any(len(row) not in (1, 2) for row in rows):
        raise Unreadable("a piece with several conditions")
    if all(len(row) == 1 for row in rows):
        return bare_list([_read_list(row[0]) for row in rows])
    pieces = []
    for row in rows:
        if len(row) == 1:
            raise Unreadable("a piece without a condition")
        condition = [t for t in row[1] if t.value.lower() not in ("if", "when", "for", "where")]
        pieces.append(Listing((_read_list(row[0]), _read_list(condition)), "(", ")"))
    return Listing(tuple(pieces), "\\{", "\\}")


def _read_congruence(tokens: list[Token]) -> Congruence | None:
    r"""`3 \pmod{7}`, and `3 (mod 7)`."""
    at = next((i for i, t in enumerate(tokens) if t.kind == "op" and t.value in ("pmod", "mod", "bmod")), 0)
    if not at or at + 1 == len(tokens):
        return None
    if tokens[at].value == "pmod":
        before, after = tokens[:at], tokens[at + 1 :]
    elif tokens[at - 1].value == "(" and tokens[-1].value == ")" and closes(tokens[at - 1 :]) == len(tokens) - at:
        before, after = tokens[: at - 1], tokens[at + 1 : -1]
    else:
        return None
    residue, modulus = (read_number(part) for part in (before, after)) if before else (None, None)
    return Congruence(residue, modulus) if isinstance(residue, Number) and isinstance(modulus, Number) else None


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


def _read_collection(tokens: list[Token]) -> Value | None:
    """A bracketed list, set, interval, or set-builder; None for a bracketed expression."""
    opening, closing, inner = tokens[0].value, tokens[-1].value, tokens[1:-1]
    is_set = opening in ("\\{", "{") and closing in ("\\}", "}")
    if not inner:
        return Listing((), "\\{", "\\}") if is_set else None
    if is_set and (condition := _set_builder(inner)):
        return _read_list(condition)
    if any(t.kind in ("set", "rel") for t in outer(inner, "set") + outer(inner, "rel")) and not outer(inner, "sep"):
        return _read_list(inner)
    if not outer(inner, "sep"):
        if opening == "\\{":
            return Listing(tuple(_expanded(_read_item(inner))), "\\{", "\\}")
        if inner[0].kind == "open" and closes(inner) == len(inner) - 1:
            nested = _read_side(inner)
            if opening == "[" and isinstance(nested, Listing):
                return Listing((nested,), opening, closing)
            return nested
        return None
    items: list[Value] = []
    for part in split(inner, "sep"):
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
    terms = [read_number(part) for part in parts]
    return Ratio(tuple(term for term in terms if isinstance(term, Number)))
