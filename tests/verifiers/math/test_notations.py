"""Congruences, functions in pieces, bases, times, units and signs: read in every usual spelling, told from their near misses."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from verifiers.math import MathVerifier

verifier = MathVerifier(symbolic=False)
digits = st.integers(1, 9)
small = st.integers(-50, 50)


def accepts(gold, answer):
    return verifier.check(gold, f"\\boxed{{{answer}}}").value == 1.0


@given(small, small, st.integers(2, 40), st.integers(2, 40))
def test_residues_are_equal_where_their_classes_are(a, b, m, n):
    spellings = [f"{b} \\pmod{{{n}}}", f"x \\equiv {b} \\pmod{{{n}}}", f"{b} (\\mathrm{{mod}}\\ {n})"]
    for answer in spellings:
        assert accepts(f"{a}\\pmod{{{m}}}", answer) == (m == n and (a - b) % m == 0)
    assert accepts(f"x\\equiv {a} \\pmod{{{m}}}", f"x\\equiv {b} \\pmod {{{n}}}") == (m == n and (a - b) % m == 0)
    assert accepts(str(a), f"{a} \\pmod{{{m}}}")
    assert not accepts(f"x\\equiv {a} \\pmod{{{m}}}", f"x={a}")
    assert not accepts(f"x\\equiv {a} \\pmod{{{m}}}", f"y\\equiv {a} \\pmod{{{m}}}")


@given(small, small, small)
def test_function_in_pieces_is_its_pieces(a, b, k):
    assume(a != b)
    gold = f"f(x)=\\begin{{cases}}{a}x & x \\ge {k}\\\\ {b}x & x < {k}\\end{{cases}}"
    assert accepts(
        gold, f"\\begin{{cases}} {b} x, & \\text{{if }} x < {k} \\\\ {a} x, & \\text{{if }} {k} \\le x \\end{{cases}}"
    )
    assert not accepts(gold, f"f(x)=\\begin{{cases}}{b}x & x \\ge {k}\\\\ {a}x & x < {k}\\end{{cases}}")
    assert not accepts(gold, f"f(x)=\\begin{{cases}}{a}x & x > {k}\\\\ {b}x & x \\le {k}\\end{{cases}}")
    assert not accepts(gold, f"{a}x")


@given(small, small)
def test_system_is_its_equations(a, b):
    system = f"\\begin{{cases}}x={a}\\\\y={b}\\end{{cases}}"
    assert accepts(f"({a},{b})", system)
    assert accepts(f"({b},{a})", system) == (a == b)
    assert accepts(f"x={a},y={b}", f"\\begin{{aligned}}x&={a}\\\\y&={b}\\end{{aligned}}")


@given(st.text("0123456789ABCDEF", min_size=2, max_size=6), st.sampled_from((16, 17, 20)))
def test_base_may_be_written_below_behind_or_not_at_all(number, base):
    assume(number[0] != "0" and number[0].isdigit())
    gold = f"{number}_{{{base}}}"
    for answer in (f"({number})_{{{base}}}", f"{number.lower()}_{{{base}}}", f"{number} \\text{{ base }} {base}"):
        assert accepts(gold, answer)
    assert not accepts(gold, f"{number}_{{{base + 1}}}")
    assert not accepts(gold, f"{number}0_{{{base}}}")


@given(st.integers(1, 12), st.integers(0, 59), st.sampled_from("ap"))
def test_time_of_day_is_one_in_all_spellings(hour, minute, half):
    gold = f"\\text{{{hour}:{minute:02d} {half}.m.}}"
    for answer in (
        f"{hour}:{minute:02d} {half}m",
        f"{hour}{{:}}{minute:02d}\\text{{ {half}.m.}}",
        f"{hour}:{minute:02d}",
    ):
        assert accepts(gold, answer)
    assert not accepts(gold, f"{hour}:{minute:02d} {'pa'[half == 'p']}m")
    assert not accepts(gold, f"{hour}:{(minute + 1) % 60:02d} {half}m")


@given(st.text("123456789", min_size=2, max_size=5))
def test_dots_over_a_period_are_a_bar_over_it(period):
    gold = f"0.\\overline{{{period}}}"
    assert accepts(gold, f"0.\\dot{{{period[0]}}}{period[1:-1]}\\dot{{{period[-1]}}}")
    assert not accepts(gold, f"0.{period}")


@given(st.integers(2, 9_999), st.sampled_from(["m/s^2", "km/h", "ft/s", "kg/m^3"]))
def test_rate_is_a_unit_in_every_spelling(n, unit):
    above, _, below = unit.partition("/")
    name, _, power = below.partition("^")
    inverse = f"{name}^{{-{power or 1}}}"
    for answer in (
        f"{n}\\ \\mathrm{{{above}\\,{inverse}}}",
        f"{n}\\,\\frac{{\\text{{{above}}}}}{{\\text{{{name}}}{'^' * bool(power)}{power}}}",
    ):
        assert accepts(f"{n}\\text{{ {unit}}}", answer)
        assert accepts(str(n), answer)
        assert not accepts(f"{n}\\text{{ kg}}", answer)
    assert verifier.check(f"{n}\\text{{ {unit}}}", f"{n} {unit}").value == 1.0


@given(st.integers(1, 999))
def test_capitals_tell_units_apart(n):
    assert accepts(f"{n}\\text{{ N}}", str(n))
    assert accepts(f"{1000 * n}\\text{{ Pa}}", f"{n}\\text{{ kPa}}")
    assert not accepts(f"{n}\\text{{ Pa}}", f"{n}\\text{{ kPa}}")
    assert not accepts(f"{n}\\text{{ N}}", f"{n}\\text{{ J}}")


@given(st.integers(1, 99))
def test_percent_sign_on_a_gold_below_one_divides_it(n):
    assert accepts(f"0.{n:02d}", f"{n}\\%")
    assert not accepts(f"0.{n:02d}", f"0.{n:02d}\\%")
    assert accepts(f"0.{n:02d}\\%", f"0.{n:02d}")  # A missing sign is forgiven, a contradicting one is not.


@given(st.integers(2, 40), st.integers(1, 40))
def test_multiple_of_pi_is_not_measured_in_degrees(d, n):
    assert accepts(f"\\frac{{{n}\\pi}}{{{d}}}", f"\\frac{{{180 * n}}}{{{d}}}^\\circ")
    assert not accepts(f"\\frac{{{n}\\pi}}{{{d}}}", f"\\frac{{{n}\\pi}}{{{d}}}^\\circ")


@pytest.mark.parametrize(
    "name", ["m+n", "\\frac{a}{b}", "a+b+c", "|S|", "AB+BC", "x-y", "\\angle ABC", "\\gcd(a,b)", "\\deg f", "\\det A"]
)
def test_answer_may_name_in_letters_what_was_asked_for(name):
    assert accepts("42", f"{name}=42")
    assert not accepts("42", f"{name}=41")
    assert not accepts("42", f"{name}>42")


@pytest.mark.parametrize("side", ["-x", "2x", "x^2", "x+1", "\\sqrt{x}", "|x|", "1/x", "x!", "\\ln x", "2m+n"])
def test_value_of_something_else_is_no_answer(side):
    assert not accepts("42", f"{side}=42")


def test_equation_as_gold_is_not_answered_by_its_right_side():
    assert not accepts("x+y=5", "5")


@given(small, small)
def test_roots_may_be_numbered_in_any_order_and_unknowns_may_not(a, b):
    assume(a != b)
    assert accepts(f"{a},{b}", f"x_1={b}, x_2={a}")
    assert not accepts(f"{a},{b}", f"p={b}, q={a}")
    assert not accepts(f"{a},{b}", f"x_1={b}, x_2={a + 1}") or a + 1 == a


@given(st.sampled_from("xyzt"), st.sampled_from("xyzt"), st.integers(1, 9))
def test_name_of_a_functions_variable_does_not_matter_but_is_bound(one, other, k):
    assert accepts(f"f({one})={one}^2+{k}", f"f({other})={other}^2+{k}")
    assert accepts(f"f({one})={one}^2+{k}", f"f({other})={one}^2+{k}") == (one == other)


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("10,000", "10,0000"),
        ("1,000", "1;000"),
        ("17", "17,17"),
        ("\\emptyset", "\\{\\emptyset\\}"),
        ("3:4", "4 to 3"),
        ("\\overline{ABC}", "ABC"),
        ("x\\neq 3", "x\\neq 3,4"),
    ],
)
def test_look_alike_is_told_apart(gold, answer):
    assert not accepts(gold, answer)


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("17", "17\\\\"),
        ("75^\\circ", "75^{\\text{o}}"),
        ("\\binom{2n}{n}", "{2n \\choose n}"),
        ("(-\\infty,-1)\\cup(2,\\infty)", "(-oo,-1) U (2,oo)"),
        ("x\\neq 2", "\\mathbb R \\backslash \\{2\\}"),
        ("(-\\infty,3)\\cup(3,4)\\cup(4,\\infty)", "x\\neq 3,4"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{pmatrix}1&2\\cr3&4\\end{pmatrix}"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{pmatrix}1&2\\\\[4pt]3&4\\end{pmatrix}"),
        ("\\$18.90", "US\\$18.90"),
        ("3:4", "3 to 4"),
        ("2:3:5", "2\\colon 3\\colon 5"),
        ("21", "\\text{twenty-one}"),
        ("42", "\\left.42\\right."),
        ("AB", "\\overline{AB}"),
        ("42", "42=x"),
        ("\\frac34", "\\Pr(A)=\\tfrac34"),
        ("\\infty", "∞"),
        (">", ">"),
    ],
)  # fmt: skip
def test_usual_spelling_is_read(gold, answer):
    assert accepts(gold, answer)
