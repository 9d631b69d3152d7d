"""Rewards from TOML: what is built, and what each mistake is told."""

import importlib.metadata
import sys
import tomllib
import types

import pytest

from verifiers import verifier
from verifiers.config import SHORT, ConfigError, load_object, reward_from_config

USER = """
from verifiers import Score, Verifier, verifier

@verifier
def polite(sample):
    return "please" in sample.completion

def plain(sample):
    return 1.0

class Contains(Verifier):
    name = "contains"
    def __init__(self, word, *, often=1):
        self.word, self.often = word, often
        if often < 1:
            raise ValueError(f"often={often}: ask for it at least once.")
    def score(self, sample):
        return Score.of(sample.completion.count(self.word) >= self.often)

number = 4
"""


@pytest.fixture(autouse=True)
def user_module(monkeypatch):
    module = types.ModuleType("my_rewards")
    exec(USER, module.__dict__)
    monkeypatch.setitem(sys.modules, "my_rewards", module)


def reward(toml):
    return reward_from_config(tomllib.loads(toml)["reward"])


def test_parts_are_added_up_each_times_its_weight():
    made = reward(
        """
        [reward.polite]
        use = "my_rewards:polite"
        [reward.form]
        use = "verifiers.format:ThinkFormat"
        answer_tags = true
        weight = 0.2
        """
    )
    assert repr(made) == "polite + (0.2 * ThinkFormat(answer_tags=True))"


def test_a_formula_says_how_the_parts_are_composed():
    made = reward(
        """
        [reward]
        formula = "gate(form) * clip(please, 0, 0.5)"
        [reward.please]
        use = "my_rewards:Contains"
        word = "please"
        [reward.form]
        use = "verifiers.format:ThinkFormat"
        """
    )
    assert repr(made) == "gate(ThinkFormat()) * clip(Contains('please'), 0.0, 0.5)"


def test_a_verifier_can_be_an_argument_and_a_part_can_be_the_whole_reward():
    made = reward(
        """
        [reward]
        use = "verifiers.text:CosineLength"
        max_length = 100
        unit = "characters"
        [reward.inner]
        use = "my_rewards:polite"
        """
    )
    assert repr(made) == "CosineLength(polite, 100, unit='characters')"


def test_short_names_need_no_path():
    made = reward(
        """
        [reward]
        think_format = { weight = 0.2, opened = true }
        length = { max = 100 }
        """
    )
    assert repr(made) == "(0.2 * ThinkFormat(opened=True)) + Length(max=100)"
    assert repr(reward("[reward]\nthink_format = 0.5")) == "0.5 * ThinkFormat()"


def test_a_package_can_give_its_verifiers_short_names(monkeypatch):
    point = importlib.metadata.EntryPoint("polite", "my_rewards:polite", "assay.verifiers")
    monkeypatch.setattr("verifiers.config.entry_points", lambda group: [point] if group == point.group else [])
    assert repr(reward("[reward]\npolite = 1.0")) == "polite"


@pytest.mark.parametrize("name", ["think_format", "length", "ifeval"])
def test_short_names_lead_to_verifiers(name):
    assert load_object(SHORT[name]) is load_object(name)


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("reward = 3", "reward = 3: write a table, [reward]"),
        ("[reward]", "reward has no part: write [reward.NAME]"),
        ("[reward]\nx = 'y'", "reward.x = 'y': write a weight, or a table [reward.x]"),
        ("[reward]\nx = 1", "reward.x.use = 'x': write an import path"),
        ("[reward.x]\nuse = 3", "reward.x has no use: write use ="),
        ("[reward.x]\nuse = 'no_such_module:a'", "reward.x.use = 'no_such_module:a': cannot import 'no_such_module'"),
        ("[reward.x]\nuse = 'my_rewards:impolite'", "my_rewards has no 'impolite'; it has "),
        ("[reward.x]\nuse = 'my_rewards:number'", "is a int, no verifier and no class of one"),
        ("[reward.x]\nuse = 'my_rewards:plain'\nsample = 1", "made a float, no verifier; put @verifier above"),
        ("[reward.x]\nuse = 'my_rewards:polite'\nword = 'a'", "reward.x.word: my_rewards:polite is a verifier already"),
        ("[reward.x]\nuse = 'my_rewards:Contains'", "reward.x.word is missing"),
        (
            "[reward.x]\nuse = 'my_rewards:Contains'\nword = 'a'\nwrod = 'b'",
            "reward.x.wrod: my_rewards:Contains has no such argument; it has word, often",
        ),
        (
            "[reward.x]\nuse = 'my_rewards:Contains'\nword = 'a'\noften = 0",
            "refuses its arguments: often=0: ask for it",
        ),
        ("[reward.x]\nuse = 'my_rewards:polite'\nweight = 'much'", "reward.x.weight = 'much': write a number"),
        ("[reward.x]\nuse = 'my_rewards:polite'\nweight = inf", "reward.x.weight: inf * polite"),
        ("[reward]\nformula = 'x + y'\n[reward.x]\nuse = 'my_rewards:polite'", "reward.formula: 'y' is not among"),
        (
            "[reward]\nformula = 'x'\n[reward.x]\nuse = 'my_rewards:polite'\nweight = 2",
            "reward.x.weight: with a formula, weights stand in the formula",
        ),
    ],
)
def test_every_mistake_is_told_by_its_key(toml, sentence):
    with pytest.raises(ConfigError) as error:
        reward(toml)
    assert sentence in str(error.value)


def test_an_import_path_may_go_through_attributes():
    assert load_object("verifiers.types:Score.of").__func__ is verifier.__globals__["Score"].of.__func__
