"""MathVerifier: three outcomes with their reasons, a batch that equals its singles, the same verdict from anywhere."""

import asyncio
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.pool import WorkerUnavailable
from verifiers import Problem, Sample, Score
from verifiers.math import MathVerifier, check
from verifiers.math import verifier as module

# The third needs sympy; the fourth would need it for longer than it gets.
CASES = [
    ("42", "So it is \\boxed{42}.", 1.0, "equal"),
    ("42", "So it is \\boxed{43}.", 0.0, "different"),
    ("\\frac{n(n+1)}{2}", "\\boxed{\\sum_{k=1}^{n} k}", 1.0, "equal"),
    ("\\pi", "\\boxed{\\int_0^{42} \\sin(x^{x^{x}}) dx}", 0.0, "over_budget"),
    ("42", "\\boxed{9^{9^{9^{9}}}}", 0.0, "over_budget"),
    ("42", "I do not know", 0.0, "different"),
    ("42", "<think>\\boxed{42}", 0.0, "no_answer"),
    ("42", "\\boxed{1}2", 0.0, "ambiguous"),
    ("42", "It is \\boxed{41}. Or that other number: \\boxed{42}.", 0.0, "ambiguous"),
    ("", "\\boxed{42}", None, "gold_unusable"),
    (None, "\\boxed{42}", None, "gold_unusable"),
    ("...", "\\boxed{42}", None, "gold_unusable"),
]


def outcome(score):
    return score.value, score.reason


@pytest.mark.parametrize(("gold", "completion", "value", "reason"), CASES)
def test_verdict_comes_with_its_reason(gold, completion, value, reason):
    assert outcome(check(gold, completion)) == (value, reason)


def test_batch_equals_its_singles_in_order():
    verifier = MathVerifier()
    samples = [Sample(Problem("", gold), completion) for gold, completion, *_ in CASES * 3]
    assert [outcome(s) for s in verifier.score_all(samples)] == [outcome(verifier.score(s)) for s in samples]


def in_threads():
    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(lambda case: outcome(check(*case[:2])), CASES))


def in_an_event_loop():
    async def run():
        return [outcome(check(*case[:2])) for case in CASES]

    return asyncio.run(run())


def in_a_fork():
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.write(write, json.dumps([outcome(check(*case[:2])) for case in CASES]).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        found = [tuple(pair) for pair in json.load(pipe)]
    os.waitpid(child, 0)
    return found


@pytest.mark.parametrize("place", [in_threads, in_an_event_loop, in_a_fork])
def test_verdicts_do_not_depend_on_the_place(place):
    check("\\pi", "\\boxed{\\sum_{k=1}^{n} k}")  # A worker of ours is up before the fork.
    assert place() == [case[2:] for case in CASES]


def test_callers_alarm_still_fires():
    fired = threading.Event()
    before = signal.signal(signal.SIGALRM, lambda *_: fired.set())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        check("\\pi", "\\boxed{\\int_0^{42} \\sin(x^{x^{x}}) dx}")
        assert fired.wait(5)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_outage_is_not_the_completions_fault(monkeypatch):
    def down(*_):
        raise WorkerUnavailable("no processes left")

    monkeypatch.setattr(module._shared_pool(None, 500, 0.9), "run", down)
    assert outcome(check("\\frac{n(n+1)}{2}", "\\boxed{\\sum_{k=1}^{n} k}")) == (None, "unavailable")
    assert outcome(check("42", "\\boxed{42}")) == (1.0, "equal")  # Nobody had to be asked.


def test_import_and_numeric_verdicts_load_no_algebra_system():
    script = (
        "import sys; from verifiers.math import check; assert check('42', 'so \\\\boxed{42.0}').value == 1.0\n"
        "assert check('1/2', 'so \\\\boxed{0.5}').value == 1.0\n"
        "print([m for m in ('sympy', 'torch', 'math_verify', 'latex2sympy2_extended', 'mpmath') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_score_says_what_was_extracted_and_which_rung_decided():
    score = check("0.5", "So the answer is \\boxed{\\frac{1}{2}}.")
    assert (score.extracted, score.detail) == ("\\frac{1}{2}", {"rung": "value", "how": "box"})
    assert Score.from_json(score.to_json()) == score


@pytest.mark.parametrize("digits", ["６０", "৬০", "٦٠", "६०", "๖๐", "60"])
@pytest.mark.parametrize("form", ["{}", "\\boxed{{{}}}", "The answer is {}.", "\\frac{{{}}}{{1}}", "x = {}"])
def test_digits_of_every_script_are_digits(digits, form):
    assert check("60", form.format(digits)).value == 1.0
    assert check("61", form.format(digits)).value == 0.0


@pytest.mark.parametrize(
    ("gold", "completion"),
    [("60", "कुल ६० रुपये"), ("5", "x = 5 or x = 5"), ("3,-3", "\\pm3"), ("\\text{Yes}", "Yes, it is.")],
)
def test_looser_writing_is_read(gold, completion):
    assert check(gold, completion).value == 1.0


def test_repr_is_the_call_that_makes_the_verifier():
    assert repr(MathVerifier()) == "MathVerifier()"
    assert repr(MathVerifier(lenient=True, tolerance=0.01)) == "MathVerifier(lenient=True, tolerance=0.01)"


def test_verifier_travels_to_another_process():
    verifier = pickle.loads(pickle.dumps(MathVerifier(lenient=True)))
    assert verifier.check("42", "it is 42 of").value == 1.0


@pytest.mark.parametrize(("gold", "completion"), [(42, "\\boxed{42}"), (0.5, "\\boxed{1/2}"), (42.0, "42"), ("$42$", "42"), ("\\boxed{42}", "42"),
                                                  ("The answer is 42.", "42"), ("#### 42", "42")])  # fmt: skip
def test_gold_may_be_written_in_many_ways(gold, completion):
    assert check(gold, completion).value == 1.0


@pytest.mark.parametrize("gold", [None, "", "  ", "$$", "\\boxed{}", "...", True, ["42"], "(" * 300 + "1" + ")" * 300])
def test_unusable_gold_is_found_before_training(gold):
    assert isinstance(MathVerifier().check_gold(gold), str)


@settings(deadline=None)
@given(
    st.text(max_size=60),
    st.text(alphabet=st.sampled_from("\\{}$()[]0123456789.,+-*/^_=<>|!%&abxyπ√½ \n\ud800"), max_size=60),
)
def test_no_text_raises(gold, completion):
    verifier = MathVerifier(symbolic=False, lenient=True)
    assert verifier.check(gold, completion).value in (0.0, 1.0, None)
    assert verifier.check(completion, gold).value in (0.0, 1.0, None)
    assert verifier.check("42", completion).value in (0.0, 1.0)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "\\frac \\sqrt \\left( \\right) { } ^ _ 1 2 x , \\pm \\cup \\begin{pmatrix} \\end{pmatrix} & \\\\ \\text{ = < | ! \\int dx \\sum".split()
        ),
        max_size=25,
    )
)
def test_no_soup_of_commands_raises(pieces):
    text = " ".join(pieces)
    verifier = MathVerifier(symbolic=False)
    assert verifier.check("x+1", f"\\boxed{{{text}}}").value in (0.0, 1.0)
    assert verifier.check(text, text).value in (1.0, 0.0, None)
