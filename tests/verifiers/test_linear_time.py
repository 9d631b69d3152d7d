"""No text makes a format or text verifier slow: 10 MB of anything within a second of CPU."""

import time

import pytest

from verifiers import Sample
from verifiers.base import scores_of

SIZE = 10_000_000
FAMILIES = tuple(
    f"verifiers.{name}" for name in ("format", "text", "instructions", "exact", "numeric", "squad", "choice", "tasks")
)
PIECES = [
    *(
        "a",
        "A",
        " ",
        "\n",
        "\t\n",
        "1",
        "1,",
        "é",
        "好",
        "こんにちは。",
        "\x00",
        "\ud800",
        "\u202e",
        "word ",
        ". ",
        "p.",
        "a.b.",
    ),
    *(
        "<",
        "<|",
        "<<",
        ">>",
        "<think>",
        "</think>",
        "<think>a</think>",
        "<answer>\n",
        "[",
        "]",
        "{",
        '{"a":',
        '"',
        "\\",
    ),
    *("`", "```\n", "~~~\n```\n", "\\boxed{", "$", "$$", "\\(", "*", "**", "- ", "1.", "Step 1", "First, ", "http://"),
    *("'", "“", "(A) ", "Q: "),
]


def subjects():
    from tests.verifiers import test_contract as contract

    modules = contract.modules_with_verifiers()
    for module in modules:
        if module.__name__.startswith(FAMILIES):
            for number, (verifier, batches) in enumerate(contract.subjects(module)):
                yield pytest.param(verifier, batches[0], id=f"{module.__name__.removeprefix('verifiers.')}-{number}")


@pytest.mark.slow
@pytest.mark.parametrize(("verifier", "batch"), list(subjects()))
def test_ten_megabytes_take_a_second_at_most(verifier, batch):
    for piece in PIECES:
        text = piece * (SIZE // len(piece.encode("utf-8", "surrogatepass")))
        samples = [Sample(batch[0].problem, text, batch[0].num_tokens)]
        start = time.process_time()
        scores_of(verifier, samples)
        assert time.process_time() - start <= 1.0, (verifier, piece)
