"""Tokens to an expression, by recursive descent. Anything that is no plain expression is Unreadable here."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from verifiers.math import calls, numerals, operators
from verifiers.math import words as w
from verifiers.math.errors import Unreadable
from verifiers.math.expr import HALF, Expr, negative, num, product, quotient, sym, total
from verifiers.math.lexer import Token

END = Token("eof", "", False)
DEGREE = Expr("const", ("degree",))
_STARTS = frozenset("num sym const fun frac sqrt binom open round big emptyset mark bar begin".split())
_APPLIED = frozenset("f g h F G H P Q T N S I u p q L V E phi psi delta theta".split())


def parse_expression(tokens: Sequence[Token]) -> Expr:
    """The expression that all these tokens make up.

    Raises:
        Unreadable: they do not.
        OverBudget: a literal has too many digits.
    """
    return Parser(tokens).whole()


class Parser:
    def __init__(self, tokens: Sequence[Token]):
        self.tokens, self.position = tokens, 0
        self.bars = 0  # open |

    def whole(self) -> Expr:
        value = self.sum()
        if self.peek().kind != "eof":
            raise Unreadable(f"unexpected {self.peek().value!r}")
        return value

    def peek(self, ahead: int = 0) -> Token:
        index = self.position + ahead
        return self.tokens[index] if index < len(self.tokens) else END

    def next(self) -> Token:
        token = self.peek()
        self.position += 1
        return token

    def accept(self, kind: str, *values: str) -> bool:
        token = self.peek()
        if token.kind == kind and (not values or token.value in values):
            self.position += 1
            return True
        return False

    def expect(self, kind: str, *values: str) -> Token:
        token = self.next()
        if token.kind != kind or (values and token.value not in values):
            raise Unreadable(f"expected {' or '.join(values) or kind}, not {token.value!r}")
        return token

    # Sums and products

    def sum(self) -> Expr:
        sign = self.next().value if self.peek().kind == "op" and self.peek().value in ("+", "-", "pm", "mp") else "+"
        value = self.term()
        if sign == "-":
            value = negative(value)
        elif sign != "+":
            value = Expr(sign, (num(0), value))
        terms = [value]
        while self.peek().kind == "op" and self.peek().value in ("+", "-", "pm", "mp"):
            sign = self.next().value
            term = self.term()
            if sign in ("pm", "mp"):
                terms = [Expr(sign, (total(terms), term))]
            else:
                terms.append(term if sign == "+" else negative(term))
        return total(terms)

    def term(self) -> Expr:
        factors = [self.factor()]
        while True:
            token = self.peek()
            if token.kind == "op" and token.value in ("*", "/", ":"):
                self.next()
                factor = self.factor()
                factors = [quotient(product(factors), factor)] if token.value != "*" else [*factors, factor]
            elif token.kind == "op" and token.value in ("mod", "bmod", "pmod"):
                self.next()
                factors = [Expr("fun", ("mod", product(factors), self.factor()))]
            elif self.starts_factor(token) and not (token.kind == self.peek(-1).kind == factors[-1].op == "num"):
                factors.append(self.power())
            else:
                return product(factors)

    def starts_factor(self, token: Token) -> bool:
        return token.kind in _STARTS and (token.kind != "bar" or not self.bars)

    def factor(self) -> Expr:
        if self.accept("op", "-"):
            return negative(self.factor())
        if self.accept("op", "+"):
            return self.factor()
        return self.power()

    # Powers and what else follows an atom

    def power(self) -> Expr:
        value = self.atom()
        while True:
            token = self.peek()
            if token.kind == "op" and token.value == "^" and not self.is_side():
                self.next()
                value = self.raised(value)
                if value.op == "pow" and value.args[0].op == "sym" and self.accept("op", "_"):  # x^2_1 is x_1^2.
                    value = Expr("pow", (sym(f"{value.args[0].args[0]}_{self.index()}"), value.args[1]))
            elif token.kind == "op" and token.value == "!":
                self.next()
                double = self.accept("op", "!")
                value = Expr("fun", ("factorial2" if double else "factorial", value))
            elif token.kind == "percent":
                self.next()
                value = Expr("mul", (value, num(Fraction(1, 100))))
            elif token.kind == "degree":
                self.next()
                value = Expr("mul", (value, DEGREE))
            else:
                return value

    def is_side(self) -> bool:
        """Whether this is the ^+ of x \\to 3^+, a side and no power."""
        ahead = [self.peek(k).value for k in (1, 2, 3)]
        return (
            ahead[0] in ("+", "-") and ahead[1] == "}" or ahead[0] == "{" and ahead[1] in ("+", "-") and ahead[2] == "}"
        )

    def raised(self, base: Expr) -> Expr:
        if self.peek().kind == "degree" or (self.peek().value == "{" and self.peek(1).kind == "degree"):
            braced = self.accept("open", "{")
            self.expect("degree")
            if braced:
                self.expect("close", "}")
            return Expr("mul", (base, DEGREE))
        exponent = self.exponent()
        return Expr("pow", (base, exponent))

    def exponent(self) -> Expr:
        if self.accept("op", "-"):
            return negative(self.exponent())
        self.accept("op", "+")
        if self.peek().kind == "op" and self.peek().value in ("*", "'"):
            raise Unreadable("not an exponent")
        value = self.atom()
        if self.accept("op", "^"):
            value = Expr("pow", (value, self.exponent()))
        while self.accept("op", "!"):
            value = Expr("fun", ("factorial", value))
        return value

    # Atoms

    def atom(self) -> Expr:
        token = self.next()
        if token.kind == "num":
            return numerals.number(self, token)
        if token.kind == "sym":
            return self.symbol(token)
        if token.kind == "const":
            return Expr("const", (token.value,))
        if token.kind == "open":
            return self.group(token.value)
        if token.kind == "frac":
            return self.fraction()
        if token.kind == "sqrt":
            return self.root()
        if token.kind == "binom":
            return Expr("fun", ("binom", self.argument(), self.argument()))
        if token.kind == "fun":
            return calls.function(self, token.value)
        if token.kind == "bar":
            return self.absolute()
        if token.kind == "round":
            value = self.sum()
            self.expect("endround", token.value)
            return Expr("fun", (token.value, value))
        if token.kind == "big":
            return operators.big(self, token.value)
        if token.kind == "mark":
            return self.marked(token.value)
        if token.kind == "begin" and token.value == "vmatrix":
            return operators.determinant(self)
        raise Unreadable(f"unexpected {token.value!r}" if token.value else "unexpected end")

    def symbol(self, token: Token) -> Expr:
        name = token.value
        while True:
            if self.peek().kind == "op" and self.peek().value == "_":
                self.next()
                name += "_" + self.index()
            elif self.peek().kind == "op" and self.peek().value.startswith("'"):
                name += self.next().value
            elif self.peek().value == "^" and self.peek(1).value == "{" and self.peek(2).value.startswith("'"):
                self.next()
                self.next()
                while self.peek().value.startswith("'"):
                    name += self.next().value
                self.expect("close", "}")
            else:
                break
        if name == "e":
            return Expr("const", ("e",))
        if name in ("i", "imath"):
            return Expr("const", ("i",))
        if (
            name.partition("_")[0].rstrip("'") in _APPLIED
            and self.peek().value in ("(", "{")
            and (args := self.applied(name))
        ):
            return Expr("apply", (name, *args))
        return sym(name)

    def applied(self, name: str) -> list[Expr] | None:
        """The arguments of f(x), consumed; None (and nothing consumed) where it is a product such as P(1+r)."""
        braced = self.peek().value == "{"
        if self.peek(int(braced)).value != "(" or not (name[0] in "fghFGH" or self.is_call(self.position + braced)):
            return None
        self.position += 1 + braced
        args = [self.sum()]
        while self.accept("sep", ","):
            args.append(self.sum())
        self.expect("close", ")")
        if braced:
            self.expect("close", "}")
        return args

    def is_call(self, at: int) -> bool:
        """Whether the brackets that open at a token hold one symbol or number, or several arguments."""
        if at + 2 < len(self.tokens) and self.tokens[at + 2].value == ")":
            return self.tokens[at + 1].kind in ("num", "sym", "const")
        depth = 0
        for token in self.tokens[at:]:
            depth += {"open": 1, "close": -1}.get(token.kind, 0)
            if depth <= 1 and token.value == ",":
                return True
            if depth == 0:
                break
        return False

    def index(self) -> str:
        """A subscript, as part of a name."""
        token = self.next()
        if token.value not in ("{", "("):
            if token.kind not in ("num", "sym", "const", "word", "unit", "fun"):
                raise Unreadable("not a subscript")
            return token.value
        closing, depth, parts = w.OPENING[token.value], 1, []
        while True:
            token = self.next()
            if token.kind == "eof":
                raise Unreadable("unbalanced subscript")
            depth += {"open": 1, "close": -1}.get(token.kind, 0)
            if depth == 0:
                break
            parts.append(token.value)
        if token.value != closing:
            raise Unreadable("unbalanced subscript")
        return "".join(parts)

    def group(self, opening: str) -> Expr:
        if opening not in w.OPENING:
            raise Unreadable("not a group")
        bars, self.bars = self.bars, 0
        value = self.sum()
        self.expect("close", w.OPENING[opening])
        self.bars = bars
        return value

    def argument(self) -> Expr:
        """What a command such as \\frac takes: a group, or one digit or letter (\\frac12)."""
        token = self.peek()
        if token.kind == "num" and token.value.isdigit() and len(token.value) > 1:
            # \frac12 is one half: give the rest of the digits back.
            self.tokens = [*self.tokens]
            self.tokens[self.position] = Token("num", token.value[1:], False)
            return num(int(token.value[0]))
        if token.kind in ("open", "num", "sym", "const", "frac", "sqrt", "mark"):
            if token.kind == "sym":
                self.next()
                return Expr("const", (token.value,)) if token.value in ("e", "i") else sym(token.value)
            return self.atom()
        raise Unreadable("a missing argument")

    def fraction(self) -> Expr:
        above = self.argument()
        return quotient(above, self.argument())

    def root(self) -> Expr:
        degree = None
        if self.accept("open", "["):
            degree = self.sum()
            self.expect("close", "]")
        radicand = self.argument()
        return Expr("pow", (radicand, quotient(num(1), degree) if degree else HALF))

    def absolute(self) -> Expr:
        bars, self.bars = self.bars, self.bars + 1
        value = self.sum()
        self.expect("bar")
        self.bars = bars
        return Expr("fun", ("abs", value))

    def marked(self, name: str) -> Expr:
        if name in ("dot", "ddot", "overline"):
            inner = self.argument()
            if name == "overline" and inner.op == "mul" and len(inner.args) == 2 and is_segment(inner):
                return inner  # The segment AB; longer rows of letters are the digits of a number.
            if inner.op == "sym":
                return self.symbol(Token("sym", f"{name} {inner.args[0]}", False)) if name != "overline" else inner
            if name == "overline":
                return Expr("apply", ("overline", inner))
        raise Unreadable(f"\\{name}")


def is_segment(x: Expr) -> bool:
    """Whether an expression is a row of capital letters: AB, a side."""
    return x.op == "mul" and all(arg.op == "sym" and arg.args[0].isupper() for arg in x.args)
