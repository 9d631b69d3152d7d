"""The data sets, one entry each: where it is, which columns it has, how the prompt reads, what the gold is.

To add one, write an entry. Licences differ and several texts may not be redistributed, so none of the data is shipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.jsonl import Row
from verifiers import Verifier

BOXED = "{problem}\n\nPlease reason step by step, and put your final answer within \\boxed{{}}."
"""The directive that DeepSeek recommends for R1 and its distilled models: in the user's turn, with no system prompt."""


def column(*names: str) -> Callable[[Row], Any]:
    """Reads the first of these columns that a row has; KeyError, with all of them, where it has none."""

    def read(row: Row) -> Any:
        for name in names:
            if name in row:
                return row[name]
        raise KeyError(*names)

    return read


def statement(row: Row) -> str:
    return column("problem", "question")(row)


def integer(row: Row) -> str:
    """AIME and AMC golds are integers, written "025", 25 or 25.0 depending on the copy."""
    return str(int(float(column("answer")(row))))


def after_hashes(row: Row) -> str:
    """GSM8K's gold is the number after ####; the local copies have it in a column of its own."""
    return str(column("answer")(row)).split("####")[-1].strip().replace(",", "")


def only_answer(row: Row) -> str:
    """OlympiadBench keeps its gold as a list of one string."""
    answers = column("final_answer", "answer")(row)
    return answers[0] if isinstance(answers, list) else answers


def boxed(gold: Callable[[Row], Any]) -> Callable[[Row], str]:
    """The gold itself as a completion, where the data set has no solution or does not box it."""
    return lambda row: f"\\boxed{{{gold(row)}}}"


def maths() -> Verifier:
    from verifiers.math import MathVerifier  # brings sympy, which `import benchmarks` has no need of

    return MathVerifier()


@dataclass(frozen=True, slots=True)
class Benchmark:
    """How one data set becomes problems.

    Args:
        hub: its id on the Hugging Face hub, with `config` and `split`.
        file: its place below a local data folder.
        problem, gold, reference: read the statement, the reference answer, and a right completion from a row.
        template: the user's turn; `{problem}` stands for the statement.
        k: samples a question that published figures take (open-r1), for `assay eval --samples`' help.
    """

    title: str
    hub: str
    split: str
    file: str
    gold: Callable[[Row], Any]
    reference: Callable[[Row], str]
    config: str | None = None
    problem: Callable[[Row], str] = statement
    template: str = BOXED
    k: int = 4
    verifier: Callable[[], Verifier] = maths


BENCHMARKS: dict[str, Benchmark] = {
    "math500": Benchmark(
        "MATH-500", "HuggingFaceH4/MATH-500", "test", "math500/test.jsonl", column("answer"), column("solution")
    ),
    "aime24": Benchmark(
        "AIME 2024", "HuggingFaceH4/aime_2024", "train", "aime24/test.jsonl", integer, boxed(integer), k=64
    ),
    "aime25": Benchmark(
        "AIME 2025", "yentinglin/aime_2025", "train", "aime25/test.jsonl", integer, boxed(integer), k=64
    ),
    "gsm8k": Benchmark(
        "GSM8K", "openai/gsm8k", "test", "gsm8k/test.jsonl", after_hashes, column("solution", "answer"), config="main"
    ),
    "amc23": Benchmark("AMC 2023", "math-ai/amc23", "test", "amc23/test.jsonl", integer, boxed(integer), k=16),
    "olympiadbench": Benchmark(
        "OlympiadBench (maths, English, text)",
        "Hothan/OlympiadBench",
        "train",
        "olympiadbench/oe_to_maths_en_comp.jsonl",
        only_answer,
        boxed(only_answer),
        config="OE_TO_maths_en_COMP",
    ),
    "minerva": Benchmark(
        "Minerva maths",
        "math-ai/minervamath",
        "test",
        "minerva_math/test.jsonl",
        column("answer"),
        boxed(column("answer")),
    ),
}
