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
        ("```python\nx = 1\n```<|im_end|>", "x = 1\n"),
        ("```python\nx = '<s>'\n```</s>\n", "x = '<s>'\n"),
        ("```python\nx = '<s>'</s>", "x = '<s>'\n"),
        ("```python\nx = 1```", "x = 1\n"),
        ("```python\nx = 1\n```\nIt prints\n```text\n4\n```", "x = 1\n"),
        ("```python\nx = 1\n```\nRun it:\n```bash\npython x.py\n```", "x = 1\n"),
        ("```{.python .numberLines}\nx = 1\n```\n``` json\n{}\n```", "x = 1\n"),
        ("```python\nx = 1\n```\n```solution.py\ny = 1\n```", "y = 1\n"),
        ("```python\nx = 1\n```\n```\ny = 1\n```", "y = 1\n"),
        ("```text\nx = 1\n```\n```json\n{}\n```", "{}\n"),
    ],
)
def test_program_of_a_completion(completion: str, program: str | None) -> None:
    assert extract_code(completion) == program


@pytest.mark.parametrize(("language", "program"), [("python", "p\n"), ("bash", "b\n"), ("cpp", "c\n"), ("rust", "u\n")])
def test_the_block_is_one_in_the_language_of_the_problem(language: str, program: str) -> None:
    blocks = "```c++\nc\n```\n```\nu\n```\n```py\np\n```\n```sh\nb\n```\n```output\no\n```"
    text = blocks if language == "rust" else blocks.replace("```\nu\n```\n", "")
    assert extract_code(text, language) == program


@given(st.text())
def test_any_text_is_read(completion: str) -> None:
    program = extract_code(completion)
    assert program is None or isinstance(program, str)
