"""Which block of a completion is the program."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.code.extract import extract_code

FENCED = "```python\n{}\n```"


@given(st.text(alphabet="ab \n=()", max_size=40), st.text(alphabet="xyz \n", max_size=20))
def test_the_last_block_is_the_program_whatever_stands_around_it(program: str, prose: str) -> None:
    completion = f"{prose}\n```\nfirst\n```\n{prose}\n{FENCED.format(program)}\n{prose}"
    assert extract_code(completion) == program + "\n"


@pytest.mark.parametrize(
    ("completion", "program"),
    [
        ("no code", None),
        ("", None),
        ("def f(): pass", None),
        ("```\nx = 1\n```", "x = 1\n"),
        ("~~~py\nx = 1\n~~~", "x = 1\n"),
        ("```python\nx = '```'\n```", "x = '```'\n"),
        ("````\n```\nx\n```\n````", "```\nx\n```\n"),
        ("```python\nx = 1", "x = 1\n"),
        ("```python\nx = 1\n```\nand\n```python\ny =", "x = 1\n"),
        ("  ```python\nx = 1\n  ```", "x = 1\n"),
        ("```python\r\nx = 1\r\n```\r\n", "x = 1\r\n"),
        ("<think>```\nwrong\n```</think>\n```\nright\n```", "right\n"),
        ("```\nwrong\n```\n<think>", None),
        ("<think>```\nwrong\n```", None),
        ("<think>```\nwrong\n```</think>", None),
        ("```\nwrong\n```</think>none", None),
        ("```\n```", "\n"),
    ],
)
def test_program_of_a_completion(completion: str, program: str | None) -> None:
    assert extract_code(completion) == program


@given(st.text())
def test_any_text_is_read(completion: str) -> None:
    program = extract_code(completion)
    assert program is None or isinstance(program, str)
