"""What is the same answer and what is not, by kind; and what each policy changes."""

import pytest

from verifiers.math import MathVerifier

EQUAL = {
    "numbers": [("1/2", "0.5"), ("1e-7", "10^{-7}"), ("1000.0", "1,000"), ("5\\sqrt2", "\\sqrt{50}"), ("\\frac{\\sqrt3}{3}", "1/\\sqrt3"),
                ("e^{i\\pi}", "-1"), ("np.arcsin(10/13)", "\\arcsin\\frac{10}{13}"), ("6-5i", "-5i+6"), ("2^{100}", "4^{50}"),
                ("\\frac{\\log 2}{\\log 2-\\log 3}", "-\\frac{\\ln 2}{\\ln 3-\\ln 2}"), ("\\ln 2 + i\\pi/3", "\\frac{i\\pi}{3}+\\ln 2")],
    "expressions": [("(a+5)(b+2)", "ab+2a+5b+10"), ("\\frac{d!}{2k(d-k)!}", "\\frac12 \\binom{d}{k}(k-1)!"), ("\\cot x", "\\frac{\\cos x}{\\sin x}"),
                    ("\\lceil n/2\\rceil+1", "1+\\lceil \\frac{n}{2} \\rceil"), ("x^2+C", "x^2+c"), ("\\lim_{x \\to 3^+} a", "\\lim_{x \\to 3^{+}} a"), ("\\frac{\\pi}{6}+k\\pi", "\\frac{\\pi}{6}+n\\pi"),
                    ("\\frac{1}{2a}(\\exp{a*t} - \\exp{-a*t})", "\\frac{e^{at}-e^{-at}}{2a}"), ("f(2)<f(1)", "f(1) > f(2)")],
    "units": [("90^\\circ", "90"), ("\\frac{\\pi}{6}", "30^\\circ"), ("50\\%", "\\frac12"), ("50\\%", "50"), ("1 \\text{ m}", "100 \\text{ cm}"),
              ("\\$5", "5 \\text{ dollars}"), ("864 \\mbox{ inches}^2", "864"), ("5 \\text{ apples}", "5"), ("30^\\circ", "30 \\text{ degrees}")],
    "lists": [("1,-2", "-2, 1"), ("2,3", "\\{3,2\\}"), ("2,3", "x=2 \\text{ or } x=3"), ("1 \\pm \\sqrt{19}", "1-\\sqrt{19}, 1+\\sqrt{19}"),
              ("3,4", "p=3, q=4"), ("(1,1), (3,2)", "(3,2), (1,1)"), ("x=2,x=-3", "x = -3, 2"), ("(7,6)", "x=7, y=6"), ("(p,q)=(3,2)", "(3,2)"),
              ("1,2,3", "[3, 1, 2]"), ("(1,2,3)", "1,2,3"), ("p=5, q=2; p=7, q=2", "(p=5, q=2), (p=7, q=2)")],
    "intervals": [("(-12,0)", "-12 < x < 0"), ("x \\ge 5", "[5,\\infty)"), ("x \\in [-2,7]", "[-2,7]"), ("(-\\infty,2)\\cup(2,\\infty)", "x \\ne 2"),
                  ("[1,2]\\cup[2,3]", "[1,3]"), ("[-2,2]", "|x| \\le 2"), ("x<1 \\text{ or } x>2", "(-\\infty,1)\\cup(2,\\infty)"), ("0<f(x)<1", "(0,1)")],
    "equations": [("x=5", "5"), ("y=2x+3", "2x+3=y"), ("2x+4y-3=0", "y=-\\frac12 x+\\frac34"), ("f(n)=n^2", "f(x)=x^2"), ("x^2+y^2=25", "x^2+y^2-25=0")],
    "matrices": [("\\begin{pmatrix}-1/3\\\\2/3\\end{pmatrix}", "\\begin{bmatrix}-\\frac13\\\\\\frac23\\end{bmatrix}"),
                 ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "[[1,2],[3,4]]"), ("(1,2,3)", "\\begin{pmatrix}1\\\\2\\\\3\\end{pmatrix}")],
    "words": [("\\text{(C)}", "C"), ("C", "(C) 42"), ("\\text{east}", "East"), ("A, C", "CA"), ("12:00", "12:00"), ("8:34 \\text{ P.M.}", "20:34"),
              ("4210_{5}", "4210_5"), ("4210_5", "4210"), ("2:3", "\\frac23"), ("2:3:4", "4:6:8"), ("\\emptyset", "no solution"),
              ("June 5", "5 June"), ("June 5", "5"), ("-5", "negative 5"), ("24", "2 dozen"), ("42", "forty-two")],
}  # fmt: skip

DIFFERENT = {
    "numbers": [("42", "43"), ("42", "-42"), ("12999557322036211", "12999557322036212"), ("9999", "10{,}000"),
                ("1/2004!", "1/2006!"), ("1-1/e", "1+1/e"), ("6.62\\times10^{-34}", "1.05\\times10^{-34}"), ("\\sqrt2", "\\sqrt2+10^{-99}"), ("42", "4²"),
                ("0.5", "0.49"), ("2.5", "2.54"), ("42", "\\text{NaN}"), ("0", "\\infty-\\infty"), ("\\infty", "-\\infty"), ("3+4i", "3-4i"), ("42", "x")],
    "expressions": [("x+1", "x-1"), ("x^2", "|x|^3"), ("\\sqrt{x^2}", "x"), ("f(x)", "f(y)"), ("2k", "2n"), ("2^{k-n}", "2^{k-n+1}")],
    "units": [("1\\text{ cm}", "1\\text{ m}"), ("15\\text{ cm}^2", "15\\text{ cm}"), ("\\$36", "36\\%"), ("25\\%", "25^\\circ"), ("0.28", "28"),
              ("5 \\text{ hours}", "5 \\text{ minutes}"), ("864 \\mbox{ inches}^2", "864 \\mbox{ inches}^2+1")],
    "lists": [("1,2", "1"), ("1", "1,2"), ("1,2,3", "1,2,4"), ("0", "0 \\text{ or } 1"), ("1,2", "x=2, y=1"), ("(0,1)", "\\{0,1\\}"), ("(1,2)", "(2,1)"),
              ("(1,2,3),(3,2,1)", "(1,2,3),(3,2,2)"), ("1,2,2", "1,1,2"), ("\\pm 3", "3"), ("(1,2,3)", "3,2,1"), ("1,2", "[1,2]")],
    "intervals": [("(0,1)", "[0,1]"), ("(0,1)", "0<x\\le 1"), ("(2,\\infty)", "\\mathbb{R}"), ("42", "[0,1000]"), ("x>3", "x<3"), ("[0,100)", "(0,100)")],
    "equations": [("x=3", "y=3"), ("0=0", "42=42"), ("x=5", "x=x"), ("42", "41=42"), ("42", "42 \\ne 41"), ("42", "\\neq 42"), ("y=2x", "y=3x"), ("42", "1=1"),
                  ("x=5", "x^2=25")],
    "matrices": [("\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{pmatrix}1&2\\end{pmatrix}"), ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "-2")],
    "words": [("\\text{(C)}", "B"), ("C", "B or C"), ("east", "west"), ("12:00", "1:00"), ("144_8", "144_9"), ("1:2:3", "1:4:9"), ("3:45 PM", "3:45 AM"),
              ("\\text{(C)}", "(C)+1"), ("42", "not 42"),
              ("June 5", "May 5"), ("5", "5 squared"), ("5", "twice 5"), ("100", "more than 100")],
}  # fmt: skip


@pytest.fixture(scope="module")
def grade():
    verifier = MathVerifier(symbolic=False)
    return lambda gold, answer: verifier.check(gold, f"So it is $\\boxed{{{answer}}}$.").value


@pytest.mark.parametrize("kind", EQUAL)
def test_equal_answers_are_accepted(kind, grade):
    assert [pair for pair in EQUAL[kind] if grade(*pair) != 1.0] == []


@pytest.mark.parametrize("kind", EQUAL)
def test_equality_is_symmetric(kind, grade):
    refused = [pair for pair in EQUAL[kind] if grade(*pair[::-1]) != 1.0]
    # A choice is one by its gold, and "(C) 42" is an answer to it, not the other way round with a bare letter.
    assert refused == []


@pytest.mark.parametrize("kind", DIFFERENT)
def test_different_answers_are_refused_both_ways(kind, grade):
    assert [pair for pair in DIFFERENT[kind] if grade(*pair) != 0.0] == []
    assert [pair for pair in DIFFERENT[kind] if grade(*pair[::-1]) == 1.0] == []


@pytest.mark.parametrize(
    ("gold", "answer"), [("5", "5..."), ("A", "A) 3 B) 4 C) 5"), ("5", "\\geq 5"), ("5", "5 \\pm 1"), ("5", "5+")]
)
def test_what_commits_to_nothing_is_refused(gold, answer, grade):
    assert grade(gold, answer) == 0.0


@pytest.mark.parametrize(("exact", "rounded"), [("1/3", "0.3333"), ("\\pi", "3.14"), ("\\sqrt2", "1.41421")])
def test_exact_gold_wants_an_exact_answer_and_rounded_gold_does_not(exact, rounded, grade):
    assert grade(exact, rounded) == 0.0
    assert grade(rounded, exact) == 1.0


@pytest.mark.parametrize(
    ("policy", "gold", "answer", "default"),
    [
        ({"decimals": "exact"}, "3.14", "\\frac{22}{7}", 1.0),
        ({"min_round_digits": 2}, "2.5", "2.54", 0.0),
        ({"exact_digits": None}, "\\frac{1}{12}", "0.0833333333333333", 1.0),
        ({"exact_digits": 4}, "\\frac13", "0.3333", 0.0),
        ({"tolerance": 0.01}, "3.00e8", "2.99e8", 0.0),
        ({"percent": False}, "\\frac12", "50\\%", 1.0),
        ({"units": "require"}, "5 \\text{ cm}", "5", 1.0),
        ({"echo": True}, "156", "12 \\cdot 13", 0.0),
        ({"choices": False}, "C", "C. Cecile", 1.0),
    ],
)
def test_policy_changes_what_it_says(policy, gold, answer, default, grade):
    assert grade(gold, answer) == default
    assert MathVerifier(symbolic=False, **policy).check(gold, f"\\boxed{{{answer}}}").value == 1.0 - default


@pytest.mark.parametrize(
    "answer", ["12 \\cdot 13", "100+56", "\\binom{13}{2}\\cdot 2", "\\frac{12 \\cdot 26}{2}", "\\sqrt{144}\\cdot 13"]
)
def test_calculation_left_undone_is_no_number(answer, grade):
    assert grade("156", answer) == 0.0


@pytest.mark.parametrize(
    ("gold", "answer"),
    [("16", "2^4"), ("10000", "10^4"), ("\\frac12", "2^{-1}"), ("6", "\\frac{12}{2}"), ("0.00002", "2\\times10^{-5}")],
)
def test_form_of_a_number_is_no_calculation(gold, answer, grade):
    assert grade(gold, answer) == 1.0
