"""Whole programs: one fresh run per test, judged by what was printed and by an exit code of 0."""

from __future__ import annotations

from sandbox import Sandbox
from verifiers.code.gold import Task
from verifiers.code.outcome import ACCEPTED, WRONG, Outcome, TestResult, filled
from verifiers.code.outputs import same_output


def judge(box: Sandbox, program: str, task: Task, stop_early: bool) -> Outcome:
    """Run the program on each test's input, in order.

    Args:
        stop_early: the first test that fails settles it; the rest is not run.
    """
    results: list[TestResult] = []
    run = None
    for test in task.tests:
        stdin = _bytes(test.get("stdin", ""))
        run = box.run(program, language=task.lang, stdin=stdin, files=task.files, limits=task.limits)
        if not run.ok:
            results.append(TestResult(str(run.status), run.detail))
        else:
            same = same_output(run.stdout, _bytes(test["stdout"]), task.tol)
            results.append(TestResult(ACCEPTED if same else WRONG))
        if stop_early and results[-1].status != ACCEPTED:
            failed = results.pop()
            return Outcome(filled(results, len(task.tests), failed.status, failed.why), run)
    return Outcome(results, run)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
