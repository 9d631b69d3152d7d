"""Draw a typed value, render it in many notations: equal by construction. Perturb it: different by construction."""

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from verifiers.math import MathVerifier

verifier = MathVerifier(symbolic=False)


def accepts(gold, answer):
    return verifier.check(gold, f"Thus the final answer is $\\boxed{{{answer}}}$.").value == 1.0


# Renderers: value -> the ways to write it


def of_integer(n):
    sign, digits = "-" * (n < 0), str(abs(n))
    grouped = f"{abs(n):,}"
    return [
        f"{sign}{digits}", f"{sign}{digits}.0", f"{sign}{digits}.", f"{sign}{grouped}", sign + grouped.replace(",", "{,}"),
        sign + grouped.replace(",", "\\,"), f"\\frac{{{2 * n}}}{{2}}", f"\\mathbf{{{n}}}", f"\\text{{{n}}}", f"\\left({n}\\right)", f"{n}\\%\\cdot 100",
        f"x = {n}", sign + digits.translate(str.maketrans("0123456789", "０１２３４５６７８９")), sign + "00" + digits, f"{n} \\text{{ units}}",
    ][:10] + [f"x = {n}", sign + "0" + digits, f"{n} \\text{{ units}}"]  # fmt: skip


def of_fraction(q):
    n, d = q.numerator, q.denominator
    forms = [
        f"\\frac{{{n}}}{{{d}}}",
        f"\\dfrac{{{3 * n}}}{{{3 * d}}}",
        f"{n}/{d}",
        f"-\\frac{{{-n}}}{{{d}}}",
        f"\\frac{{{-n}}}{{{-d}}}",
        f"{{{n} \\over {d}}}",
    ]
    if 0 < n < 10 and d < 10:
        forms.append(f"\\frac{n}{d}")
    if n > d > 1:
        forms += [f"{n // d}\\frac{{{n % d}}}{{{d}}}", f"{n // d} {n % d}/{d}"]
    if not 10**6 % d:
        forms.append(f"{float(q):.10f}")
    return forms


def of_surd(a, b, r):
    return [f"{a}+{b}\\sqrt{{{r}}}", f"{b}\\sqrt{{{r}}}+{a}", f"{a}+{b}*sqrt({r})", f"{a}+{b}\\cdot {r}^{{1/2}}", f"{a}+{b}\\sqrt{{{r}}}{{}}",
            f"\\frac{{{2 * a}+{2 * b}\\sqrt{{{r}}}}}{{2}}", f"{a}+\\sqrt{{{b * b * r}}}"]  # fmt: skip


def of_set(numbers):
    listed = [str(n) for n in numbers]
    return [
        "\\{" + ", ".join(listed) + "\\}",
        ", ".join(listed[::-1]),
        " \\text{ and } ".join(listed),
        "x = " + " \\text{ or } x = ".join(listed),
    ]


def of_interval(low, high, closed_low, closed_high):
    left, right = "(["[closed_low], ")]"[closed_high]
    less_left, less_right = ("<", "\\le")[closed_low], ("<", "\\leqslant")[closed_high]
    return [f"{left}{low}, {high}{right}", f"\\left{left}{low},{high}\\right{right}", f"{low} {less_left} x {less_right} {high}", f"x \\in {left}{low},{high}{right}",
            f"\\{{x \\mid {low} {less_left} x {less_right} {high}\\}}"]  # fmt: skip


def of_polynomial(roots):
    """(x - r1)(x - r2)..., factored and expanded."""
    coefficients = [1]
    for r in roots:
        coefficients = [a - r * b for a, b in zip([*coefficients, 0], [0, *coefficients])]
    degree = len(roots)
    terms = [f"{c:+d}x^{{{degree - k}}}" for k, c in enumerate(coefficients) if c]
    return ["".join(f"(x{-r:+d})" if r else "x" for r in roots), "".join(terms), "".join(terms[::-1])]


def of_tuple(numbers):
    listed = ", ".join(map(str, numbers))
    return [f"({listed})", f"\\left({listed}\\right)", f"(x_1, x_2) = ({listed})"]


integers = st.integers(-(10**9), 10**9)
small = st.integers(-30, 30)
values = st.one_of(
    integers.map(of_integer),
    st.builds(Fraction, st.integers(-200, 200).filter(bool), st.sampled_from([2, 3, 4, 5, 7, 8, 12, 16, 25])).filter(lambda q: q.denominator > 1).map(of_fraction),
    st.builds(of_surd, st.integers(1, 20), st.integers(2, 9), st.sampled_from([2, 3, 5, 6, 7])),
    st.lists(small, min_size=2, max_size=5, unique=True).map(of_set),
    st.tuples(small, small, st.booleans(), st.booleans()).filter(lambda t: t[0] < t[1]).map(lambda t: of_interval(*t)),
    st.lists(st.integers(-5, 5), min_size=1, max_size=4).map(of_polynomial),
    st.tuples(small, small).map(of_tuple),
)  # fmt: skip


@settings(deadline=None)
@given(values.flatmap(lambda forms: st.tuples(st.sampled_from(forms), st.sampled_from(forms))))
def test_two_notations_of_one_value_are_equal(pair):
    gold, answer = pair
    assert accepts(gold, answer)


@settings(deadline=None)
@given(values, st.data())
def test_values_that_differ_are_never_equal(forms, data):
    others = data.draw(values)
    gold, answer = data.draw(st.sampled_from(forms)), data.draw(st.sampled_from(others))
    assume(not accepts(forms[0], others[0]))  # They may be one value, or a list may hold one number twice.
    assert not accepts(gold, answer)


@settings(deadline=None)
@given(integers, st.integers(-3, 3).filter(bool), st.data())
def test_off_by_little_is_wrong(n, by, data):
    assert not accepts(data.draw(st.sampled_from(of_integer(n))), data.draw(st.sampled_from(of_integer(n + by))))


@settings(deadline=None)
@given(st.integers(10**20, 10**40), st.integers(1, 9))
def test_long_integers_are_compared_to_the_last_digit(n, by):
    assert accepts(str(n), f"{n}.0")
    assert not accepts(str(n), str(n + by))


@settings(deadline=None)
@given(st.lists(small, min_size=2, max_size=5, unique=True), small)
def test_member_too_many_or_too_few_is_wrong(numbers, extra):
    assume(extra not in numbers)
    gold = ", ".join(map(str, numbers))
    assert not accepts(gold, f"{gold}, {extra}")
    assert not accepts(gold, ", ".join(map(str, numbers[:-1])))


@settings(deadline=None)
@given(
    st.tuples(small, small, st.booleans(), st.booleans()).filter(lambda t: t[0] < t[1]),
    st.sampled_from(range(4)),
    st.data(),
)
def test_interval_with_another_end_is_wrong(interval, which, data):
    low, high, closed_low, closed_high = interval
    changed = [
        (low - 1, high, closed_low, closed_high),
        (low, high + 1, closed_low, closed_high),
        (low, high, not closed_low, closed_high),
        (low, high, closed_low, not closed_high),
    ][which]
    assert not accepts(
        data.draw(st.sampled_from(of_interval(*interval))), data.draw(st.sampled_from(of_interval(*changed)))
    )


@settings(deadline=None)
@given(values.flatmap(lambda forms: st.sampled_from(forms)), values.flatmap(lambda forms: st.sampled_from(forms)))
def test_equality_is_symmetric_for_exact_values(one, other):
    assert accepts(one, other) == accepts(other, one)


@settings(deadline=None)
@given(small, small.filter(bool), small)
def test_line_equals_its_multiples_only(a, b, c):
    gold = f"{a}x + {b}y = {c}"
    assert accepts(gold, f"{3 * a}x + {3 * b}y - {3 * c} = 0")
    assert accepts(gold, f"{-a}x = {b}y - {c}")
    assert not accepts(gold, f"{a}x + {b}y = {c + 1}")


@pytest.mark.parametrize(
    "style", ["{}", "${}$", "\\boxed{{{}}}", "The final answer is ${}$.", "<think>no</think>\\boxed{{{}}}", "#### {}"]
)
@settings(deadline=None)
@given(forms=st.one_of(integers.map(of_integer), st.tuples(small, small).map(of_tuple)))
def test_answer_is_found_in_every_style_of_completion(style, forms):
    assert verifier.check(forms[0], style.format(forms[0])).value == 1.0
