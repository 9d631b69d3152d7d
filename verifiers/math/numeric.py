"""Numeric values of expressions to any precision, and the test that two of them are one function.

Equality of closed forms is decided at two precisions: a difference that shrinks with the working precision is rounding, one
that stays is a difference. With variables the same is asked at several points. mpmath is imported when first needed.
"""

from __future__ import annotations

import contextlib
import threading
import zlib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from verifiers.math.errors import OverBudget, Unreadable
from verifiers.math.exact import Irrational, rational_value
from verifiers.math.expr import Expr, symbols, walk

PRECISION = 160  # bits
MAX_PRECISION = 6_000
MAX_MAGNITUDE = 100_000  # bits before the point of what is exponentiated
POINTS = 4
KINKS = frozenset(("abs", "floor", "ceil", "round", "max", "min", "sgn", "mod"))
"""Functions in several pieces: two that agree on one piece may be different ones."""
WIDTHS = (3, 17, 101)

_local = threading.local()


def context() -> Any:
    """This thread's own mpmath context; the global one is shared state."""
    if not hasattr(_local, "mp"):
        from mpmath import MPContext

        _local.mp = MPContext()
    return _local.mp


def equal(a: Expr, b: Expr) -> bool | None:
    """Whether two expressions are equal, as numbers or as functions of their variables.

    None where that cannot be told: undefined at the points tried, or they differ in an unevaluated sum, integral or limit.

    Raises:
        OverBudget: the numbers on the way are too large.
    """
    if a == b:
        return True
    with contextlib.suppress(Irrational, OverBudget, Unreadable):  # The commonest case first.
        return rational_value(a) == rational_value(b)
    names = sorted(symbols(a) | symbols(b))
    verdict = _exactly_equal(a, b, names)
    if verdict is None:
        verdict = _numerically_equal(a, b, names)
    if verdict is False and (_is_unevaluated(a) or _is_unevaluated(b)):
        return None
    return verdict


def _is_unevaluated(x: Expr) -> bool:
    """Whether an expression holds a part that stands for its value without being evaluated here."""
    opaque = ("gcd", "lcm", "gcf", "hcf", "det", "re", "im", "round")
    return any(node.op == "big" or (node.op == "fun" and node.args[0] in opaque) for node in walk(x))


def point(names: list[str], index: int) -> dict[str, Fraction]:
    """The index-th point at which expressions in these variables are compared: fixed for a name, never simple numbers."""
    env = {}
    for name in names:
        seed = zlib.crc32(f"{index}:{name}".encode("utf-8", "replace"))
        value = Fraction(seed % 9_973 + 3_001, 7_919)
        env[name] = -value if index == POINTS - 1 else value
    return env


def points(names: list[str], *exprs: Expr) -> Iterator[dict[str, Fraction]]:
    """Where expressions are compared; on both sides of every kink too, where they have such."""
    for index in range(POINTS if names else 1):
        yield point(names, index)
    if names and any(node.op == "fun" and node.args[0] in KINKS for x in exprs for node in walk(x)):
        reach = min(max(map(_largest, exprs)), Fraction(10**9)) + 1
        for index, width in enumerate(WIDTHS, POINTS):
            for side in (1, -1):
                near = point(names, index)
                signs = {name: side * (-1) ** zlib.crc32(f"{name}:{width}".encode()) for name in names}
                yield {name: signs[name] * width * reach * near[name] for name in names}


def _largest(x: Expr) -> Fraction:
    """The size of the largest rational constant in an expression."""
    found = Fraction(1)
    for node in walk(x):
        with contextlib.suppress(Irrational, OverBudget, Unreadable, ValueError, TypeError):
            found = max(found, abs(rational_value(node)))
    return found


def _exactly_equal(a: Expr, b: Expr, names: list[str]) -> bool | None:
    """By exact rational arithmetic; None where the expressions are not rational."""
    checked = 0
    for env in points(names, a, b):
        try:
            if rational_value(a, env) != rational_value(b, env):
                return False
            checked += 1
        except (Irrational, OverBudget):
            if checked < POINTS - 1:
                return None
        except Unreadable:
            if not names:
                raise
    return True if checked else None


def _numerically_equal(a: Expr, b: Expr, names: list[str]) -> bool | None:
    checked = 0
    for env in points(names, a, b):
        try:
            same = _equal_at(a, b, env, any(value < 0 for value in env.values()))
        except (Unreadable, ZeroDivisionError, ValueError):
            if not names:
                return False  # An undefined value is nobody's equal.
            continue
        except OverBudget:
            if checked < 2:
                raise
            continue
        if same is False:
            return False
        checked += same is True
    return True if checked >= (2 if names else 1) else None


def _equal_at(a: Expr, b: Expr, env: Mapping[str, Fraction], negative: bool) -> bool | None:
    mp = context()
    precision = min(PRECISION + _size(a) + _size(b), MAX_PRECISION)
    (x, spread), (y, other) = _measured(a, env, precision), _measured(b, env, precision)
    if max(spread, other) > 60:  # e^-200 is lost beside 1.
        precision = min(precision + 2 * max(spread, other), MAX_PRECISION)
        x, y = value(a, env, precision), value(b, env, precision)
    if mp.isinf(x) or mp.isinf(y):
        return x == y
    if negative and (mp.im(x) or mp.im(y)):
        return None  # Identities such as log x^2 = 2 log x hold on the positive axis only, and are meant so.
    difference, scale = abs(x - y), max(abs(x), abs(y))
    if difference <= mp.ldexp(scale, 40 - precision):
        return True
    if difference > mp.ldexp(scale, -40) and difference > mp.ldexp(1, -40):
        return False
    finer = 3 * precision
    x, y = value(a, env, finer), value(b, env, finer)
    return bool(abs(x - y) < mp.ldexp(difference, -precision))


def _size(x: Expr) -> int:
    """Bits of the integers in an expression, so that the precision covers 1 + 10^-300."""
    total = 0
    for node in walk(x):
        if node.op == "num":
            total += node.args[0].numerator.bit_length() + node.args[0].denominator.bit_length()
        elif node.op == "pow" and node.args[0].op == node.args[1].op == "num":
            exponent = abs(node.args[1].args[0])
            total += int(min(exponent, MAX_PRECISION)) * node.args[0].args[0].numerator.bit_length()
    return min(total, MAX_PRECISION)


def value(x: Expr, env: Mapping[str, Fraction], precision: int = PRECISION) -> Any:
    """The value as an mpmath number.

    Raises:
        Unreadable: it is undefined, or of a kind that is not evaluated.
        OverBudget: a number on the way is too large.
    """
    return _measured(x, env, precision)[0]


def _measured(x: Expr, env: Mapping[str, Fraction], precision: int) -> tuple[Any, int]:
    """The value, and the size in bits of the largest or smallest power on the way."""
    mp = context()
    with mp.workprec(precision):
        evaluator = _Evaluator(mp, env)
        result = evaluator.value(x)
        if mp.isnan(result):
            raise Unreadable("undefined")
        return result, evaluator.spread


_COMPLEX = {
    "sin": "sin", "cos": "cos", "tan": "tan", "cot": "cot", "sec": "sec", "csc": "csc", "asin": "asin", "acos": "acos",
    "atan": "atan", "acot": "acot", "asec": "asec", "acsc": "acsc", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
    "coth": "coth", "sech": "sech", "csch": "csch", "asinh": "asinh", "acosh": "acosh", "atanh": "atanh", "acoth": "acoth",
    "asech": "asech", "acsch": "acsch", "erf": "erf", "arg": "arg",
}  # fmt: skip


class _Evaluator:
    def __init__(self, mp: Any, env: Mapping[str, Fraction]):
        self.mp, self.env = mp, env
        self.spread = 0

    def value(self, x: Expr) -> Any:
        op, args = x
        if op == "num":
            return self.mp.mpf(args[0].numerator) / args[0].denominator
        if op == "sym":
            if args[0] not in self.env:
                raise Unreadable(f"no value for {args[0]}")
            number = self.env[args[0]]
            return number if not isinstance(number, Fraction) else self.mp.mpf(number.numerator) / number.denominator
        if op == "const":
            return self.constant(args[0])
        if op == "add":
            total = self.value(args[0])
            for arg in args[1:]:
                total = total + self.value(arg)
            return total
        if op == "mul":
            total = self.value(args[0])
            for arg in args[1:]:
                total = total * self.value(arg)
            return total
        if op == "pow":
            return self.root(self.value(args[0]), args[1])
        if op == "fun":
            return self.function(args[0], [self.value(arg) for arg in args[1:]])
        if op == "apply":
            return self.opaque(args[0], [self.value(arg) for arg in args[1:]])
        if op == "big":
            return self.big(*args)
        raise Unreadable(f"{op} has no value")

    def constant(self, name: str) -> Any:
        mp = self.mp
        if name == "pi":
            return +mp.pi
        if name == "e":
            return +mp.e
        if name == "i":
            return mp.j
        if name == "inf":
            return mp.inf
        if name == "degree":
            return mp.pi / 180
        raise Unreadable("undefined")

    def magnitude(self, x: Any) -> None:
        mp = self.mp
        if mp.isinf(x) or not x:
            return
        if mp.mag(x) > MAX_MAGNITUDE:
            raise OverBudget("magnitude")

    def root(self, base: Any, exponent: Expr) -> Any:
        """A power. Odd roots of negative numbers are the real ones, as in school mathematics: (-8)^(2/3) = 4."""
        mp = self.mp
        if not mp.im(base) and base < 0 and not mp.isinf(base):
            try:
                exact = rational_value(exponent, {k: v for k, v in self.env.items() if isinstance(v, Fraction)})
            except (Irrational, OverBudget):
                exact = Fraction(0)
            if exact.denominator > 1 and exact.denominator % 2 and not symbols(exponent):
                size = self.power(-base, self.value(exponent))
                return -size if exact.numerator % 2 else size
        return self.power(base, self.value(exponent))

    def power(self, base: Any, exponent: Any) -> Any:
        mp = self.mp
        if not base and (mp.re(exponent) < 0 or mp.im(exponent)):
            raise Unreadable("division by zero")
        if mp.isinf(base) or mp.isinf(exponent):
            if mp.isinf(base) and exponent == 1:
                return base
            if mp.isinf(base) and not mp.isinf(exponent) and not mp.im(exponent) and exponent < 0:
                return mp.zero
            if not mp.im(base) and mp.isinf(exponent) and base > 1:
                return mp.inf if exponent > 0 else mp.zero
            raise Unreadable("undefined")
        if base:
            size = mp.mag(exponent) if exponent else 0
            if size + max(abs(mp.mag(base)), 1).bit_length() > 40:
                raise OverBudget("magnitude")
        result = mp.power(base, exponent)
        if result:
            self.spread = max(self.spread, abs(mp.mag(result)))
        return result

    def function(self, name: str, args: list[Any]) -> Any:
        mp = self.mp
        for arg in args:
            self.magnitude(arg)
        if name in _COMPLEX and len(args) == 1:
            if mp.isinf(args[0]) and name not in ("atan", "tanh"):
                raise Unreadable("undefined")
            if not mp.isinf(args[0]) and args[0] and mp.mag(args[0]) > 2_000:
                raise OverBudget("magnitude")
            if args[0] and name.endswith("h") and mp.mag(args[0]) < 14:
                self.spread = max(self.spread, 3 * abs(int(mp.re(args[0]))))  # tanh x is 1 - 2 e^-2x.
            return getattr(mp, _COMPLEX[name])(args[0])
        if name == "abs":
            return abs(args[0])
        if name == "log":
            if not args[0] or (len(args) > 1 and (not args[1] or args[1] == 1)):
                raise Unreadable("undefined")
            return mp.log(args[0]) if len(args) == 1 else mp.log(args[0]) / mp.log(args[1])
        if name in ("factorial", "binom", "factorial2"):
            return self.combinatorial(name, args)
        if any(mp.im(arg) for arg in args):
            raise Unreadable("complex")
        if name in ("floor", "ceil"):
            return self.rounded(name, args[0])
        if name in ("max", "min"):
            return max(args) if name == "max" else min(args)
        if name == "mod" and args[1]:
            return args[0] - args[1] * mp.floor(args[0] / args[1])
        if name == "sgn":
            return mp.sign(args[0])
        if name in ("gcd", "lcm", "gcf", "hcf", "det", "re", "im", "round"):
            return self.opaque(name, sorted(args))
        raise Unreadable(f"unknown function {name}")

    def rounded(self, name: str, x: Any) -> Any:
        """Floor or ceiling; a value within rounding error of an integer is that integer."""
        mp = self.mp
        nearest = mp.nint(x)
        if abs(x - nearest) <= mp.ldexp(max(abs(x), 1), 30 - mp.prec):
            return nearest
        return mp.floor(x) if name == "floor" else mp.ceil(x)

    def combinatorial(self, name: str, args: list[Any]) -> Any:
        mp = self.mp
        if any(arg and mp.mag(arg) > 64 for arg in args):
            raise OverBudget("magnitude")
        if name == "factorial":
            return mp.factorial(args[0])
        return mp.binomial(*args) if name == "binom" else mp.fac2(args[0])

    def opaque(self, name: str, args: list[Any]) -> Any:
        """Some value that depends on the function's name and arguments only: f(x) is unknown, but f(2) = f(1+1)."""
        key = name + "".join(f",{self.key(arg)}" for arg in args)
        return self.mp.mpf(zlib.crc32(key.encode("utf-8", "replace")) + 7) / 4_000_000_007

    def key(self, x: Any) -> str:
        mp = self.mp
        if mp.isinf(x):
            return str(x)
        return f"{mp.nstr(mp.re(x), 20)},{mp.nstr(mp.chop(mp.im(x), 1e-20), 20)}"

    def big(self, operator: str, variable: Expr | None, low: Expr | None, high: Expr | None, body: Expr) -> Any:
        """An unevaluated sum or integral: equal to another with the same limits and the same body."""
        parts = [self.value(bound) if bound is not None else self.mp.mpf(-17) for bound in (low, high)]
        if variable is None:
            bodies = [self.value(body)]
        elif variable.op != "sym":
            raise Unreadable("not a variable")
        else:
            bodies = []
            for step in (1, 2):
                inner = _Evaluator(self.mp, {**self.env, variable.args[0]: Fraction(3_571 * step, 1_009)})
                bodies.append(inner.value(body))
        free = operator if operator != "int" or low is not None else f"int {variable}"
        return self.opaque(free, [*parts, *bodies])
