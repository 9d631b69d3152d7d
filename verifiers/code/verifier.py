"""`CodeVerifier`: does the submitted program pass the problem's tests, run where it can neither cheat nor do harm?"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

from sandbox import LanguageUnavailable, LevelUnavailable, Sandbox, SandboxBroken, SandboxError
from verifiers.base import Verifier
from verifiers.code import direct, relayed, stdio
from verifiers.code.compare import same_value
from verifiers.code.extract import extract_code
from verifiers.code.gold import GoldError, Task, read_gold
from verifiers.code.guest import MODULES
from verifiers.code.guest.values import encode
from verifiers.code.naming import classes_under_test, owned_names
from verifiers.code.outcome import ACCEPTED, INTERNAL, Outcome
from verifiers.code.splitting import Split, call_message, split_asserts, split_check
from verifiers.types import Sample, Score


class CodeVerifier(Verifier):
    """1.0 when the program passes every test, else 0.0; the reason is the status of the first test not passed.

    The program is the last fenced block of the completion after any reasoning. The gold is a mapping: `docs/code.md`.

        verifier = CodeVerifier()
        verifier.score(Sample(Problem("Square x.", gold={"mode": "asserts", "tests": ["assert f(3) == 9"]}), text))

    Args:
        sandbox: where programs run, made with `modules=MODULES`; None takes one that the process shares.
        fractional: the reward is the share of tests passed. All tests are run then; else a failure may settle it.
    """

    name = "code"

    def __init__(self, sandbox: Sandbox | None = None, fractional: bool = False):
        self._sandbox, self.fractional = sandbox, fractional
        self.concurrency = 2 * (sandbox.workers if sandbox else len(os.sched_getaffinity(0)))

    def score(self, sample: Sample) -> Score:
        try:
            task = read_gold(sample.gold)
        except GoldError as error:
            return Score.unscored("gold_unusable", message=str(error))
        program = extract_code(sample.completion, task.lang)
        if program is None:
            return Score.of(False, "no_answer")
        return self._judge(task, program)

    def check(self, gold: Any, program: str) -> Score:
        """The score of a program as it is, without a completion around it."""
        try:
            task = read_gold(gold)
        except GoldError as error:
            return Score.unscored("gold_unusable", program, message=str(error))
        return self._judge(task, program)

    def check_gold(self, gold: Any) -> str | None:
        try:
            read_gold(gold)
        except GoldError as error:
            return str(error)
        return None

    def _judge(self, task: Task, program: str) -> Score:
        try:
            box = self._sandbox or shared_sandbox()
            outcome = judge(box, program, task, stop_early=not self.fractional)
            if outcome.status == INTERNAL:  # once more: a worker may have been lost in the middle of a session
                outcome = judge(box, program, task, stop_early=not self.fractional)
        except (LanguageUnavailable, LevelUnavailable) as error:
            return Score.unscored("unavailable", program, message=str(error))
        except (SandboxBroken, SandboxError) as error:
            return Score.unscored(INTERNAL, program, message=str(error))
        if outcome.status == INTERNAL:
            return Score.unscored(INTERNAL, program, **outcome.detail())
        share = outcome.passed / len(outcome.tests)
        value = share if self.fractional else float(outcome.status == ACCEPTED)
        return Score.of(value, outcome.status, program, **outcome.detail())

    def __repr__(self) -> str:
        return f"CodeVerifier({'fractional=True' if self.fractional else ''})"


def check(gold: Any, program: str) -> Score:
    """The score of one program as it is, in a sandbox that the process shares; see `CodeVerifier.check`."""
    return CodeVerifier().check(gold, program)


def judge(box: Sandbox, program: str, task: Task, stop_early: bool = True) -> Outcome:
    """Put a program to the tests of a task: directly where the tests can be split, else with a tester beside it."""
    if task.mode == "stdio":
        return stdio.judge(box, program, task, stop_early)
    if splits := _splits(task):
        try:
            return direct.judge(box, program, splits, task.limits, task.files)
        except direct.NeedsTester:
            pass
    return relayed.judge(box, program, *_plan(task), task.limits, task.files)


def _splits(task: Task) -> Sequence[Split] | None:
    if task.mode == "asserts":
        return split_asserts(task.tests)
    if task.mode == "check":
        split = split_check(task.test_code, task.entry_point)
        return [split] if split else None
    try:
        return [_split_call(task, test) for test in task.tests]
    except ValueError:  # arguments that are not plain
        return None


def _split_call(task: Task, test: Any) -> Split:
    call = call_message(task.entry_point, test["args"], test.get("kwargs"))
    return Split((call,), lambda results: same_value(results[0], test["expected"], task.tol))


def _plan(task: Task) -> tuple[dict[str, Any], int]:
    """What the tester is told, and how many tests it has to report."""
    if task.mode == "asserts":
        owned, classes = sorted(owned_names(task.tests)), sorted(classes_under_test(task.tests))
        return {"tests": list(task.tests), "owned": owned, "classes": classes}, len(task.tests)
    if task.mode == "check":
        classes = sorted(classes_under_test((task.test_code,), task.entry_point))
        owned = [task.entry_point]
        plan = {"test_code": task.test_code, "entry_point": task.entry_point, "owned": owned, "classes": classes}
        return plan, 1
    cases = [encode((tuple(t["args"]), dict(t.get("kwargs") or {}), t["expected"])) for t in task.tests]
    return {"cases": cases, "entry_point": task.entry_point, "tol": task.tol}, len(cases)


_shared: dict[str, Any] = {"lock": threading.Lock(), "box": None}


def shared_sandbox() -> Sandbox:
    """The sandbox of this process, made when first needed."""
    with _shared["lock"]:
        if _shared["box"] is None:
            _shared["box"] = Sandbox(modules=MODULES)
        return _shared["box"]


_SQUARE = {"mode": "asserts", "tests": ["assert f(2) == 4", "assert f(3) == 9"], "limits": {"time_s": 5}}

EXAMPLES = [
    (_SQUARE, "```python\ndef f(x):\n    return x * x\n```", 1.0),
    (_SQUARE, "```python\ndef f(x):\n    return 2 * x\n```", 0.0),
    (_SQUARE, "<think>```\ndef f(x): return x * x\n```</think>I do not know.", 0.0),
    ({"mode": "stdio", "tests": [{"stdin": "2\n", "stdout": "4\n"}]}, "```\nprint(int(input()) ** 2)\n```", 1.0),
    ({"mode": "asserts", "tests": []}, "```\ndef f(x): return x * x\n```", None),
]
