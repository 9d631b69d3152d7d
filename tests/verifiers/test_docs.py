"""docs/verifiers.md names every verifier, and its code runs."""

import re
import tomllib
from pathlib import Path

import pytest

from verifiers.base import FunctionVerifier
from verifiers.config import reward_from_config

DOCS = (Path(__file__).parents[2] / "docs" / "verifiers.md").read_text(encoding="utf-8")


def test_every_public_verifier_has_an_entry():
    from tests.verifiers import test_contract as contract

    exempt = (
        "verifiers.combinators",
        "verifiers.example",
        "verifiers.sections",
        "verifiers.audit",
        "verifiers.adapters",
    )
    missing = [
        f"{module.__name__}.{thing.__name__}"
        for module in contract.MODULES
        if not module.__name__.startswith(exempt)
        for thing in contract.verifiers_defined_in(module)
        if not isinstance(thing, FunctionVerifier) and not re.search(rf"\b{thing.__name__}\b", DOCS)
    ]
    assert not missing


def test_every_combinator_has_an_entry():
    from verifiers import combinators

    assert [name for name in combinators.__all__ if f"`{name}" not in DOCS and f"{name}(" not in DOCS] == []


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)


def test_the_first_example_says_what_it_prints():
    pytest.importorskip("sympy")
    names = {}
    exec(blocks("python")[0], names)
    assert (names["score"].value, names["score"].reason) == (1.0, "equal, well_formed")


def test_the_verifier_of_ones_own_does_what_its_examples_say():
    from verifiers import Problem, Sample

    names = {}
    exec(blocks("python")[1], names)
    for gold, completion, value in names["EXAMPLES"]:
        assert names["ends_in_palindrome"].score(Sample(Problem("", gold), completion)).value == value


def test_the_configuration_is_read():
    table = tomllib.loads(blocks("toml")[0])["reward"]
    table["brief"]["use"] = "verifiers.example:ends_in_gold"
    assert repr(reward_from_config(table)).startswith("gate(ThinkFormat(opened=True)) * ")
