"""How other libraries write the tests of a problem: the forms of APPS, MBPP, HumanEval and open-r1.

A form has a gold for some of the modes only. A mapping's keys are also the columns that a function of TRL's shape names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class GoldForm:
    """One way to write a gold.

    Args:
        modes: of the problems that can be written so.
        write: the gold in this form, from the one of docs/code.md.
    """

    name: str
    modes: tuple[str, ...]
    write: Callable[[Mapping[str, Any]], Any]


def _apps(gold: Mapping[str, Any]) -> dict[str, Any]:
    if gold["mode"] == "stdio":
        return {
            "inputs": [test["stdin"] for test in gold["tests"]],
            "outputs": [test["stdout"] for test in gold["tests"]],
        }
    inputs = [test["args"] for test in gold["tests"]]
    return {"fn_name": gold["entry_point"], "inputs": inputs, "outputs": [test["expected"] for test in gold["tests"]]}


def _open_r1(gold: Mapping[str, Any]) -> dict[str, Any]:
    cases = [{"input": t["stdin"], "output": t["stdout"], "type": "stdin_stdout"} for t in gold["tests"]]
    return {"verification_info": {"language": "python", "test_cases": cases}}


def _mbpp(gold: Mapping[str, Any]) -> dict[str, Any]:
    return {"test_list": list(gold["tests"]), "test_setup_code": "", "test_imports": []}


def _human_eval(gold: Mapping[str, Any]) -> dict[str, Any]:
    return {"task_id": "audit/0", "prompt": "", "test": gold["test_code"], "entry_point": gold["entry_point"]}


CODE_FORMS = (
    GoldForm("GOLD", ("asserts", "check", "call", "stdio"), dict),
    GoldForm("APPS", ("call", "stdio"), _apps),
    GoldForm("APPS as JSON", ("call", "stdio"), lambda gold: json.dumps(_apps(gold))),
    GoldForm("MBPP", ("asserts",), _mbpp),
    GoldForm("list of asserts", ("asserts",), lambda gold: list(gold["tests"])),
    GoldForm("text of asserts", ("asserts",), lambda gold: "\n".join(gold["tests"])),
    GoldForm("HumanEval", ("check",), _human_eval),
    GoldForm("open-r1", ("stdio",), _open_r1),
)
"""The first is ours; a function's form is found out by trying them in this order."""

PROGRAM_STYLES = {
    "fenced": "Here is the program.\n\n```python\nPROGRAM```\n",
    "bare": "PROGRAM",
}
"""How a completion holds its program."""


def code_form(name: str | None) -> GoldForm:
    """The form of that name.

    Raises:
        ValueError: there is none.
    """
    for form in CODE_FORMS:
        if form.name == (name or "GOLD"):
            return form
    raise ValueError(f"gold_form {name!r} is not known for code; there are {', '.join(f.name for f in CODE_FORMS)}.")


def submission(source: str, style: str = "fenced") -> str:
    """A completion that submits the program."""
    return PROGRAM_STYLES[style].replace("PROGRAM", source)
