"""Cost attacks: inputs that keep other graders busy for minutes are settled without an exception, wherever they come from.

What bounds the time is shown by counting and by the worker's deadline, not by a clock: under load a clock says nothing.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from verifiers.extract import extract
from verifiers.math import MathVerifier, check


def nested(depth):
    text = "1"
    for _ in range(depth):
        text = f"\\frac{{1}}{{1+{text}}}"
    return text


NUMBERS = range(3000)
WRONG = {
    "tower": ("42", "9^{9^{9^{9}}}"),
    "tower in Python": ("\\sqrt{2}", "9**9**9**9"),
    "factorial": ("42", "1000000!"),
    "factorial of a factorial": ("42", "((100!)!)!"),
    "binomial": ("42", "\\binom{10^9}{5\\cdot 10^8}"),
    "sum": ("42", "\\sum_{k=1}^{1000000000} k"),
    "product": ("42", "\\prod_{k=1}^{10^9} k"),
    "integral": ("42", "\\int_0^{42} \\sin(x^{x^{x}}) dx"),
    "nesting": ("42", nested(300)),
    "parentheses": ("42", "(" * 2000 + "42" + ")" * 2000),
    "open braces": ("42", "\\boxed{" + "{" * 20_000),
    "open boxes": ("42", "\\boxed{" * 20_000 + "42"),
    "multinomial": ("42", "(a+b+c+d+e+f+g+h)^{200}"),
    "digits": ("7" * 100_000, "7" * 99_999 + "8"),
    "huge exponents": ("1e999999999", "1e999999998"),
    "huge powers": ("2^{1000000}", "2^{1000001}"),
    "set": ("\\{" + ",".join(map(str, NUMBERS)) + "\\}", "\\{" + ",".join(map(str, [*NUMBERS[::-1][:-1], 7])) + "\\}"),
    "sine of a tower": ("\\pi", "\\sin(10^{10^{10}})"),
    "long sum": ("\\sqrt2", "+".join(["\\sqrt{2}"] * 1500)),
    "plus-minus": ("42", "\\pm 1" * 30),
    "gcd": ("42", "\\gcd(" + ",".join(["10^{1000}"] * 500) + ")"),
    "prefixes": ("42", "\\arcsin" * 3000 + "1"),
    "boxes": ("42", "\\boxed{1} " * 2000 + "\\boxed{43}"),
    "mixed numbers": ("42", "1\\frac{" * 36 + "1" + "}{2}" * 36),
    "products like calls": ("42", "P(" * 36 + "1+x" + ")" * 36),
    "signs": ("42", "\\boxed{" + "=" * 15_000 + "}"),
    "relations": ("42", "1=" * 7_000 + "1"),
}
RIGHT = {
    "digits": ("7" * 100_000, "7" * 100_000),
    "set": ("\\{" + ",".join(map(str, NUMBERS)) + "\\}", "\\{" + ",".join(map(str, NUMBERS[::-1])) + "\\}"),
    "fractions": (
        ",".join(f"\\frac{{1}}{{{i}}}" for i in range(1, 200)),
        ",".join(f"2/{2 * i}" for i in range(199, 0, -1)),
    ),
    "matrix": (
        "\\begin{pmatrix}" + "\\\\".join("&".join(str(i * j) for i in range(50)) for j in range(50)) + "\\end{pmatrix}",
        "\\begin{bmatrix}"
        + "\\\\".join("&".join(f"{i * j}.0" for i in range(50)) for j in range(50))
        + "\\end{bmatrix}",
    ),
    "tower against itself": ("9^{9^{9^{9}}}", "9^{9^{9^{9}}}"),
    "long completion": ("42", "lorem ipsum dolor sit amet 17 $x$ " * 30_000 + " The answer is \\boxed{42}."),
    "boxes": ("42", "\\boxed{42}, " * 2000),
}


@pytest.mark.parametrize("name", WRONG)
def test_bomb_is_refused(name):
    assert check(*WRONG[name]).value in (0.0, None if name in ("huge exponents",) else 0.0)


@pytest.mark.parametrize("name", RIGHT)
def test_large_right_answer_is_accepted(name):
    assert check(*RIGHT[name]).value == 1.0


def test_bombs_need_no_worker():
    """The worker's deadline would end them too; but then eight at once would queue for two workers."""
    verifier = MathVerifier(symbolic=False)
    for gold, answer in [*WRONG.values(), *RIGHT.values()]:
        assert verifier.check(gold, answer).reason == check(gold, answer).reason


def test_eight_bombs_at_once_get_the_verdicts_of_one():
    pairs = [*WRONG.values()]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda pair: check(*pair).reason, pairs))
    assert together == [check(*pair).reason for pair in pairs]


def test_memory_stays_small():
    script = (
        "import re, runpy, sys; bombs = runpy.run_path(sys.argv[1])\n"
        "for gold, answer in [*bombs['WRONG'].values(), *bombs['RIGHT'].values()]: bombs['check'](gold, answer)\n"
        # Not ru_maxrss, which a process inherits from the one that started it.
        "print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])"
    )
    done = subprocess.run([sys.executable, "-c", script, __file__], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 500 * 1024


FRAGMENTS = [
    "\\boxed{", "}", "{", "$", "$$", "\\[", "\\(", "%", " %", "answer is ", '"answer": "', '\\"', "\\", "<answer>", "####", "\n", ". ", "1,", "=",
    "\\text{", "\\frac", "\\phantom{", "\\iffalse", "<!--", "**", "答案是", "^", "|", "not ", "wait ", "A,", "\\color{white}{", "0.", "...", "\\{",
    "!", "1 ", "½", "\\begin{pmatrix}", "&", "\\sqrt", "<think>", "'", "-", "\\pm", "\\over", "\\( é",
]  # fmt: skip


class Steps:
    """Counts the bytecode-independent work of extraction: how often compiled patterns and string methods are entered."""

    def __init__(self):
        self.calls = 0

    def __call__(self, frame, event, arg):
        self.calls += event in ("call", "c_call")


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_extraction_takes_steps_in_proportion_to_the_text(fragment):
    """A repeated fragment of four times the length takes about four times the steps, and not sixteen times."""

    def steps(length):
        counter = Steps()
        text = fragment * (length // len(fragment))
        sys.setprofile(counter)
        try:
            extract(text)
        finally:
            sys.setprofile(None)
        return counter.calls

    assert steps(160_000) < 6 * steps(40_000) + 2_000
