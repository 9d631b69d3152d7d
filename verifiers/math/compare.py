"""Are two typed values the same answer?

True and False are verdicts; None passes the pair on. `gold` stands first everywhere: a decimal gold may be rounded to, a decimal
answer may not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from verifiers.math import numeric, regions, text, units
from verifiers.math.errors import Unreadable
from verifiers.math.exact import Irrational, rational_value
from verifiers.math.expr import Expr, has, negative, num, product, substituted, sym, symbols, walk
from verifiers.math.policy import Policy
from verifiers.math.reading import is_literal, is_name
from verifiers.math.values import Based, Clock, Listing, Matrix, Number, Ratio, Relation, SetOperation, Text, Value

MAX_PAIRS = 20_000


def same(gold: Value, answer: Value, policy: Policy) -> bool | None:
    """Whether an answer is the gold."""
    if isinstance(gold, Relation) or isinstance(answer, Relation):
        return _relations(gold, answer, policy)
    if isinstance(gold, Number) and isinstance(answer, Number):
        return numbers(gold, answer, policy)
    if isinstance(gold, SetOperation) or isinstance(answer, SetOperation):
        return _sets(gold, answer, policy)
    if isinstance(gold, Matrix) or isinstance(answer, Matrix):
        return _matrices(gold, answer, policy)
    if isinstance(gold, Listing) or isinstance(answer, Listing):
        return _listings(gold, answer, policy)
    if isinstance(gold, Text) and isinstance(answer, Text):
        if (value := text.number_word(gold.text)) is not None and text.number_word(answer.text) == value:
            return True
        return text.normalised(gold.text) == text.normalised(answer.text)
    return _odd_pair(gold, answer, policy)


def _odd_pair(gold: Value, answer: Value, policy: Policy) -> bool | None:
    """Kinds that meet only themselves and numbers."""
    if isinstance(gold, Based) and isinstance(answer, Based):
        return gold == answer
    for one, other in ((gold, answer), (answer, gold)):
        if isinstance(one, Based) and isinstance(other, Number):  # The base goes without saying, as a unit does.
            return _is_integer(other, one.digits)
        if isinstance(one, Ratio) and isinstance(other, Number):
            return len(one.terms) == 2 and numeric.equal(_over(one), other.expr)
        if isinstance(one, Ratio) and isinstance(other, Clock):
            return one == Ratio(tuple(Number(num(n), literal=True) for n in divmod(other.minutes, 60)))
        if isinstance(one, Text) and isinstance(other, Number) and (value := text.number_word(one.text)) is not None:
            return numeric.equal(num(value), other.expr)
    if isinstance(gold, Ratio) and isinstance(answer, Ratio):
        return _ratios(gold, answer)
    if isinstance(gold, Clock) and isinstance(answer, Clock):
        if (gold.meridiem and answer.meridiem) or gold.minutes == answer.minutes:
            return gold.minutes == answer.minutes
        # One of them is on a 24-hour clock, or says nothing of the half of the day.
        return (gold.minutes - answer.minutes) % 720 == 0 and min(gold.minutes, answer.minutes) < 13 * 60
    return False


def _is_integer(number: Number, digits: str) -> bool:
    return number.literal and number.expr.op == "num" and number.expr.args[0] == _int(digits)


def _int(digits: str) -> int | None:
    return int(digits) if digits.isdigit() and len(digits) < 2_000 else None


def _over(ratio: Ratio) -> Expr:
    return Expr("mul", (ratio.terms[0].expr, Expr("pow", (ratio.terms[1].expr, num(-1)))))


def _ratios(gold: Ratio, answer: Ratio) -> bool | None:
    """Proportional, term by term."""
    if len(gold.terms) != len(answer.terms):
        return False
    first_gold, first_answer = gold.terms[0].expr, answer.terms[0].expr
    crosses = [
        numeric.equal(product([a.expr, first_answer]), product([b.expr, first_gold]))
        for a, b in zip(gold.terms, answer.terms)
    ]
    return all(crosses)


# Numbers


def numbers(gold: Number, answer: Number, policy: Policy) -> bool | None:
    """Two numbers or expressions, with their units."""
    if not policy.echo and gold.literal and is_undone(answer.expr):
        return False
    if gold.unit == answer.unit:
        return _quantities(gold, answer, policy)
    if gold.unit and answer.unit:
        return _converted(gold, answer)
    if policy.units == "require":
        return False
    verdict = _quantities(gold, answer, policy)
    if verdict is not True:
        percent, degree = (("percent", 1),), (("degree", 1),)
        if policy.percent and percent in (gold.unit, answer.unit):
            return _quantities(_times(gold, Fraction(1, 100)), _times(answer, Fraction(1, 100)), policy)
        if degree in (gold.unit, answer.unit):
            return numeric.equal(_radians(gold), _radians(answer))
    return verdict


def _times(number: Number, factor: Fraction) -> Number:
    """A percentage as the fraction that it is; anything else unchanged."""
    if number.unit != (("percent", 1),):
        return number
    half_ulp = number.half_ulp * factor if number.half_ulp is not None else None
    expr = number.expr
    scaled = num(expr.args[0] * factor) if expr.op == "num" else product([num(factor), expr])
    return Number(scaled, half_ulp, number.digits, (), number.literal)


def _radians(number: Number) -> Expr:
    if number.unit == (("degree", 1),):
        return product([number.expr, Expr("const", ("degree",))])
    return number.expr


def _converted(gold: Number, answer: Number) -> bool | None:
    gold_size, gold_dimension = units.size(gold.unit)
    answer_size, answer_dimension = units.size(answer.unit)
    if gold_dimension != answer_dimension:
        return False
    return numeric.equal(product([num(gold_size), gold.expr]), product([num(answer_size), answer.expr]))


def _quantities(gold: Number, answer: Number, policy: Policy) -> bool | None:
    exact = numeric.equal(gold.expr, answer.expr)
    if exact is True:
        return True
    if symbols(gold.expr) or symbols(answer.expr):
        return _renumbered(gold.expr, answer.expr) or exact
    if gold.half_ulp is not None:
        if policy.tolerance and _within(gold.expr, answer.expr, policy.tolerance):
            return True
        rounds = policy.decimals == "round" and gold.digits >= policy.min_round_digits
        finer = answer.half_ulp is None or answer.half_ulp < gold.half_ulp
        if rounds and finer:
            return _close(gold.expr, answer.expr, gold.half_ulp)
    elif answer.half_ulp is not None and policy.exact_digits and answer.digits >= policy.exact_digits:
        return _close(gold.expr, answer.expr, 2 * answer.half_ulp)
    return exact


def _renumbered(gold: Expr, answer: Expr) -> bool | None:
    """pi/6 + pi k and pi/6 + n pi, x^2 + C and x^2 + c: one family, whatever its integer or constant is called."""
    mine, theirs = symbols(answer), symbols(gold)
    mine, theirs = mine - theirs, theirs - mine
    if len(mine) != 1 or len(theirs) != 1:
        return None
    integers = mine | theirs <= {"k", "n", "m", "l"} and any(node == ("const", ("pi",)) for node in walk(gold))
    constants = mine | theirs <= {"C", "c", "K", "C_1", "c_1"}
    if not integers and not constants:
        return None
    return numeric.equal(gold, substituted(answer, {sym(*mine): sym(*theirs)}))


def _within(gold: Expr, answer: Expr, tolerance: float) -> bool:
    size = abs(_approximate(gold))
    return abs(_approximate(answer) - _approximate(gold)) <= size * Fraction(tolerance)


def _close(gold: Expr, answer: Expr, margin: Fraction) -> bool:
    return abs(_approximate(answer) - _approximate(gold)) <= margin


def _approximate(x: Expr) -> Fraction:
    """The value as a fraction: exact, or to fifty digits."""
    try:
        return rational_value(x)
    except Irrational:
        value = numeric.value(x, {})
        if getattr(value, "imag", 0) or numeric.context().isinf(value):
            raise Unreadable("not a real number") from None
        mantissa, exponent = numeric.context().mpf(value).man_exp
        if abs(exponent) > 10_000:
            raise Unreadable("out of range") from None
        return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def is_undone(x: Expr) -> bool:
    """Whether an expression is a calculation that somebody still has to do: 2+40, 12*13, 10 choose 3, an integral.

    Powers, roots, fractions and scientific notation are forms of a number, not calculations.
    """
    if x.op == "big":
        return True
    if x.op == "fun":
        return x.args[0] in ("factorial", "binom", "factorial2") and not symbols(x)
    if x.op == "pow":
        return is_undone(x.args[0]) or is_undone(x.args[1])
    if x.op not in ("add", "mul") or is_literal(x):
        return False
    parts = [arg for arg in x.args if arg != num(-1)]
    if any(is_undone(part) for part in parts):
        return True
    return len(parts) > 1 and all(_is_rational(part) for part in parts) and not _is_fraction_of_powers(x, parts)


def _is_fraction_of_powers(x: Expr, parts: Sequence[Expr]) -> bool:
    """2^6 3^5 and 3/2^4 are factored forms, not undone products of plain numbers."""
    return x.op == "mul" and all(part.op == "pow" for part in parts[1:])


def _is_rational(x: Expr) -> bool:
    try:
        rational_value(x)
    except (Irrational, Unreadable):
        return False
    return True


# Lists, sets, tuples, intervals


def _listings(gold: Value, answer: Value, policy: Policy) -> bool | None:
    if not isinstance(gold, Listing) or not isinstance(answer, Listing):
        one = gold if isinstance(gold, Listing) else answer
        assert isinstance(one, Listing)
        if len(one.items) == 1 and (one.is_set or one.is_bare):
            return same(gold.items[0], answer, policy) if one is gold else same(gold, one.items[0], policy)
        if not one.items:
            other = answer if one is gold else gold
            return isinstance(other, Text) and text.normalised(other.text) in ("no solution", "empty set", "∅")
        return False
    if gold.is_set or answer.is_set or (gold.is_bare and answer.is_bare):
        if not _unordered(gold) or not _unordered(answer):
            return False
        return _multisets(gold, answer, policy)
    if gold.is_bare or answer.is_bare:
        return _assigned(gold, answer, policy)
    if (gold.opening, gold.closing) != (answer.opening, answer.closing) and not _are_vectors(gold, answer):
        return False
    return _each(gold.items, answer.items, policy)


def _unordered(listing: Listing) -> bool:
    return listing.is_set or listing.is_bare


def _are_vectors(gold: Listing, answer: Listing) -> bool:
    """Brackets tell intervals apart, so they matter for pairs; (1,2,3), [1,2,3] and <1,2,3> are one vector."""
    ordered = {("(", ")"), ("[", "]"), ("<", ">")}
    both = {(gold.opening, gold.closing), (answer.opening, answer.closing)}
    return both <= ordered and (len(gold.items) != 2 or ("<", ">") in both)


def _assigned(gold: Listing, answer: Listing, policy: Policy) -> bool | None:
    """x=7, y=6 for (7,6): the assignments of one listing, in order, against a tuple."""
    bare, other = (gold, answer) if gold.is_bare else (answer, gold)
    names = [item.sides[0] for item in bare.items if isinstance(item, Relation) and item.ops == ("=",)]
    if len(names) != len(bare.items) or len(set(names)) != len(names) or (other.opening, other.closing) != ("(", ")"):
        return False
    values = [item.sides[1] for item in bare.items if isinstance(item, Relation)]
    return _each(values, other.items, policy) if bare is gold else _each(other.items, values, policy)


def _each(gold: Sequence[Value], answer: Sequence[Value], policy: Policy) -> bool | None:
    if len(gold) != len(answer):
        return False
    return _all(same(a, b, policy) for a, b in zip(gold, answer))


def _all(verdicts: Iterable[bool | None]) -> bool | None:
    unknown = False
    for verdict in verdicts:
        if verdict is False:
            return False
        unknown |= verdict is None
    return None if unknown else True


def _multisets(gold: Listing, answer: Listing, policy: Policy) -> bool | None:
    """The same members in any order; how often counts unless one side is a set."""
    golds, answers = list(gold.items), list(answer.items)
    if not gold.is_set and not answer.is_set:
        names = [_name(item) for item in answers], [_name(item) for item in golds]
        for mine, theirs in (names, names[::-1]):
            # 3,4 and p=3, q=4: the names say in which order to read them.
            if len(set(mine)) == len(mine) > 1 and None not in mine and set(theirs) == {None}:
                return _each(golds, answers, policy)
    golds, answers = _ungrouped(golds, answers), _ungrouped(answers, golds)
    if golds == answers:
        return True
    if gold.is_set or answer.is_set:
        golds, answers = _distinct(golds, policy), _distinct(answers, policy)
    if len(golds) != len(answers):
        return False
    return _matched(golds, answers, policy)


def _ungrouped(items: list[Value], others: list[Value]) -> list[Value]:
    """(p=5, q=2), (p=7, q=2) as four assignments, where the other side writes them without brackets."""
    groups = [item for item in items if isinstance(item, Listing) and all(isinstance(i, Relation) for i in item.items)]
    if len(groups) == len(items) > 0 and all(isinstance(item, Relation) for item in others):
        return [relation for group in groups for relation in group.items]
    return items


def _name(item: Value) -> Value | None:
    return item.sides[0] if isinstance(item, Relation) and item.ops == ("=",) else None


def _distinct(items: list[Value], policy: Policy) -> list[Value]:
    items = list(dict.fromkeys(items))
    if len(items) > 60:
        return items
    found: list[Value] = []
    for item in items:
        if not any(same(other, item, policy) is True for other in found):
            found.append(item)
    return found


def _matched(golds: list[Value], answers: list[Value], policy: Policy) -> bool | None:
    """Pairs off equal members: identical ones at once, the rest by comparison."""
    left = list(answers)
    rest = []
    counts: dict[Value, int] = {}
    for item in left:
        counts[item] = counts.get(item, 0) + 1
    for item in golds:
        if counts.get(item):
            counts[item] -= 1
        else:
            rest.append(item)
    left = [item for item, count in counts.items() for _ in range(count)]
    if len(left) > 8 and _all(same(a, b, policy) for a, b in zip(_in_order(rest), _in_order(left))) is True:
        return True  # Without comparing each with each.
    if len(rest) * len(left) > MAX_PAIRS:
        return False
    unknown = False
    for item in rest:
        verdicts = []
        for index, other in enumerate(left):
            verdict = same(item, other, policy)
            verdicts.append(verdict)
            if verdict is True:
                del left[index]
                break
        else:
            if None not in verdicts:
                return False
            unknown = True
    return None if unknown else True


def _in_order(items: list[Value]) -> list[Value]:
    """Numbers by size; in any order if they are no real numbers."""
    try:
        return sorted(items, key=lambda item: _approximate(item.expr) if isinstance(item, Number) else Fraction(0))
    except (Unreadable, ValueError):
        return items


def _sets(gold: Value, answer: Value, policy: Policy) -> bool | None:
    """Unions and the like: as sets of reals, or else by their shape."""
    if isinstance(gold, Number | Text) or isinstance(answer, Number | Text):
        return False
    try:
        return regions.equal(regions.region(gold), regions.region(answer))
    except Unreadable:
        pass
    left, right = _finite(gold), _finite(answer)
    if left is not None and right is not None:
        return _multisets(Listing(tuple(left), "\\{", "\\}"), Listing(tuple(right), "\\{", "\\}"), policy)
    if isinstance(gold, SetOperation) and isinstance(answer, SetOperation) and gold.operator == answer.operator:
        straight = _all([same(gold.left, answer.left, policy), same(gold.right, answer.right, policy)])
        if straight is True or gold.operator == "difference":
            return straight
        crossed = _all([same(gold.left, answer.right, policy), same(gold.right, answer.left, policy)])
        return True if crossed is True else None
    return None


def _finite(value: Value) -> list[Value] | None:
    """The members of a set that is written with braces and set operators only."""
    if isinstance(value, Listing) and value.is_set:
        return list(value.items)
    if isinstance(value, SetOperation):
        left, right = _finite(value.left), _finite(value.right)
        if left is None or right is None:
            return None
        inside = [item for item in left if any(same(item, other, Policy()) is True for other in right)]
        if value.operator == "union":
            return left + right
        return inside if value.operator == "intersection" else [item for item in left if item not in inside]
    return None


def _matrices(gold: Value, answer: Value, policy: Policy) -> bool | None:
    left, right = _rows(gold), _rows(answer)
    if left is None or right is None:
        return False
    if [len(row) for row in left] != [len(row) for row in right]:
        return False
    return _all(_each(a, b, policy) for a, b in zip(left, right))


def _rows(value: Value) -> Sequence[Sequence[Value]] | None:
    """A matrix, a nested list, or a tuple as a column."""
    if isinstance(value, Matrix):
        return value.rows
    if not isinstance(value, Listing) or value.is_bare or value.is_set:
        return None
    if all(isinstance(item, Listing) and not item.is_set for item in value.items):
        return [item.items for item in value.items if isinstance(item, Listing)]
    return [(item,) for item in value.items]


# Relations


def _relations(gold: Value, answer: Value, policy: Policy) -> bool | None:
    if isinstance(gold, Relation) and isinstance(answer, Relation):
        return _two_relations(gold, answer, policy)
    relation, other = (gold, answer) if isinstance(gold, Relation) else (answer, gold)
    assert isinstance(relation, Relation)
    if (value := _assigned_value(relation, policy)) is not None:
        if (
            isinstance(relation.sides[0], Listing)
            and isinstance(other, Listing)
            and other.is_bare
            and isinstance(value, Listing)
        ):
            return _each(
                gold.items if other is gold else value.items, value.items if other is gold else other.items, policy
            )
        return same(value, other, policy) if relation is gold else same(other, value, policy)
    return _as_regions(gold, answer)


def _as_regions(gold: Value, answer: Value) -> bool | None:
    try:
        return regions.equal(regions.region(gold), regions.region(answer))
    except Unreadable:
        return False


def _assigned_value(relation: Relation, policy: Policy) -> Value | None:
    """What a relation such as `x = 5`, `x \\in S` or `10 - 5 = 5` says that something is; None where it is no assignment.

    In a chain the numbers must agree, or nothing is said.
    """
    ops = set(relation.ops)
    if ops == {"in"} and len(relation.ops) == 1:
        return relation.sides[1]
    if ops != {"="}:
        return None
    value = relation.sides[-1]
    for side in relation.sides[:-1]:
        if is_name(side) or (isinstance(side, Number) and symbols(side.expr)) or isinstance(side, Text):
            continue
        if isinstance(side, Number) and has(side.expr, "big", "apply"):
            continue
        if same(side, value, Policy(echo=True)) is not True:
            return None
    first = relation.sides[0]
    if len(relation.sides) == 2 and isinstance(first, Number) and symbols(first.expr) and not is_name(first):
        if not has(first.expr, "big", "apply"):
            return None  # 2x + 4y = 3 is an equation.
    return value


def _two_relations(gold: Relation, answer: Relation, policy: Policy) -> bool | None:
    gold, answer = _oriented(gold), _oriented(answer)
    if _tautology(gold) or _tautology(answer):
        return gold == answer
    if gold.ops == answer.ops and len(gold.sides) == len(answer.sides):
        if _all(same(a, b, policy) for a, b in zip(gold.sides, answer.sides)) is True:
            return True
        if (renamed := _renamed(gold, answer)) and same(gold.sides[1], renamed, policy) is True:
            return True
    if len(gold.sides) == 2 and _same_name(gold, answer):
        value = _assigned_value(answer, policy)
        target = _assigned_value(gold, policy)
        if value is not None and target is not None:
            return same(target, value, policy)
    if gold.ops == answer.ops == ("=",):
        return _equations(gold, answer)
    if {"<", ">", "<=", ">=", "!=", "in", "="} >= {*gold.ops, *answer.ops}:
        if _unknown(gold) == _unknown(answer) is not None:
            try:
                return regions.equal(regions.region(gold), regions.region(answer))
            except Unreadable:
                pass
        return _inequalities(gold, answer)
    return False


def _unknown(relation: Relation) -> Expr | None:
    return regions.variable(relation)


def _oriented(relation: Relation) -> Relation:
    """5 > x as x < 5, and a > b > c as c < b < a."""
    flipped = {">": "<", ">=": "<="}
    if relation.ops and all(op in flipped for op in relation.ops):
        return Relation(relation.sides[::-1], tuple(flipped[op] for op in relation.ops[::-1]))
    return relation


def _tautology(relation: Relation) -> bool:
    return relation.ops == ("=",) and relation.sides[0] == relation.sides[1]


def _same_name(gold: Relation, answer: Relation) -> bool:
    left, right = gold.sides[0], answer.sides[0]
    return is_name(left) and (left == right or _is_graph(left, right) or _is_graph(right, left))


def _is_graph(function: Value, y: Value) -> bool:
    """f(x) = ... and y = ... name one function."""
    return (
        isinstance(function, Number)
        and isinstance(y, Number)
        and function.expr.op == "apply"
        and len(function.expr.args) == 2
        and function.expr.args[0] in "fgh"
        and y.expr == sym("y")
    )


def _renamed(gold: Relation, answer: Relation) -> Value | None:
    """f(n) = n for f(x) = x: the answer's right side with the gold's variable."""
    left, right = gold.sides[0], answer.sides[0]
    if not (isinstance(left, Number) and isinstance(right, Number) and left.expr.op == right.expr.op == "apply"):
        return None
    if left.expr.args[0] != right.expr.args[0] or len(left.expr.args) != len(right.expr.args):
        return None
    value = answer.sides[-1]
    names = {b: a for a, b in zip(left.expr.args[1:], right.expr.args[1:]) if a.op == b.op == "sym"}
    if len(answer.sides) != 2 or len(names) != len(left.expr.args) - 1 or not isinstance(value, Number):
        return None
    return Number(substituted(value.expr, names), value.half_ulp, value.digits, value.unit)


def _difference(relation: Relation, index: int = 0) -> Expr:
    left, right = relation.sides[index], relation.sides[index + 1]
    if not isinstance(left, Number) or not isinstance(right, Number):
        raise Unreadable("not a numeric relation")
    return Expr("add", (left.expr, negative(right.expr)))


def _equations(gold: Relation, answer: Relation) -> bool | None:
    """One zero set: the differences of the sides are proportional."""
    try:
        return proportional(_difference(gold), _difference(answer), None)
    except Unreadable:
        return False


def _inequalities(gold: Relation, answer: Relation) -> bool | None:
    """Each comparison of one is a positive multiple of one of the other."""
    try:
        left = [(op, _directed(gold, i)) for i, op in enumerate(gold.ops)]
        right = [(op, _directed(answer, i)) for i, op in enumerate(answer.ops)]
    except Unreadable:
        return False
    if len(left) != len(right):
        return False
    for op, difference in left:
        for index, (other_op, other) in enumerate(right):
            if _strictness(op) == _strictness(other_op) and proportional(difference, other, op) is True:
                del right[index]
                break
        else:
            return False
    return True


def _strictness(op: str) -> str:
    return {">": "<", ">=": "<="}.get(op, op)


def _directed(relation: Relation, index: int) -> Expr:
    """left - right for <, right - left for >."""
    difference = _difference(relation, index)
    return negative(difference) if relation.ops[index] in (">", ">=") else difference


def proportional(a: Expr, b: Expr, op: str | None) -> bool | None:
    """Whether a = c * b for a constant c that is not zero, and positive where the relation has a direction.

    Raises:
        Unreadable: they are undefined wherever they were tried.
    """
    names = sorted(symbols(a) | symbols(b))
    if not names:
        return False
    mp = numeric.context()
    ratio = None
    checked = 0
    for index in range(numeric.POINTS + 2):
        env = numeric.point(names, index)
        try:
            x, y = numeric.value(a, env, 240), numeric.value(b, env, 240)
        except (Unreadable, ZeroDivisionError, ValueError):
            continue
        tiny = mp.ldexp(1, -150)
        if abs(x) < tiny or abs(y) < tiny:
            if abs(x) < tiny and abs(y) < tiny:
                continue
            return False
        if ratio is None:
            ratio = x / y
        elif abs(x / y - ratio) > mp.ldexp(abs(ratio), -120):
            return False
        checked += 1
    if checked < 3 or ratio is None:
        raise Unreadable("undefined")
    return op in (None, "!=", "=") or (mp.im(ratio) == 0 and ratio > 0)
