"""Settings, and what is said about wrong ones."""

import tomllib
from itertools import pairwise

import pytest

from grpo_core import presets
from grpo_core.config import TrainConfig
from grpo_core.corrections import KL


def test_group_of_one_is_refused_with_the_reason():
    with pytest.raises(ValueError) as error:
        TrainConfig(group_size=1)
    assert str(error.value) == "group_size=1: GRPO compares a completion with its siblings, so use at least 2."


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0},
        {"mini_batches": 17},
        {"temperature": 0.0},
        {"learning_rate": float("nan")},
        {"schedule": "cosin"},
        {"max_unscored": 10.0},
    ],
)
def test_a_wrong_value_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}="):
        TrainConfig(**wrong)


def test_a_table_reads_as_toml_writes_it():
    table = tomllib.loads('preset = "dapo"\nsteps = 7\ntemperature = 1\nobjective = { high = 0.3 }\nfused = false')
    assert TrainConfig.from_table(table) == TrainConfig(presets.dapo(high=0.3), steps=7, temperature=1.0, fused=False)


def test_beta_is_the_weight_of_the_kl_to_the_reference():
    config = TrainConfig.from_table({"preset": "grpo", "beta": 0.04})
    assert config == TrainConfig(presets.grpo(kl=KL(0.04)))
    assert config.needs_reference
    assert not TrainConfig.from_table({"preset": "grpo"}).needs_reference
    assert not TrainConfig(presets.dppo()).needs_reference


@pytest.mark.parametrize(("preset", "scale"), [("grpo", "std"), ("dr_grpo", "none"), ("rloo", "leave_one_out")])
def test_a_preset_brings_the_advantage_of_its_paper(preset, scale):
    assert TrainConfig.from_table({"preset": preset}).scale == scale
    assert TrainConfig.from_table({"preset": preset, "scale": "batch"}).scale == "batch"


@pytest.mark.parametrize("preset", presets.__all__)
def test_every_preset_can_be_named(preset):
    assert TrainConfig.from_table({"preset": preset}).objective == getattr(presets, preset)()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"stepps": 3}, "unknown setting 'stepps': did you mean 'steps'"),
        ({"preset": "drgrpo"}, "unknown preset 'drgrpo': did you mean 'dr_grpo'"),
        ({"preset": "dapo", "beta": 0.1}, "preset 'dapo' does not take that"),
        ({"steps": "ten"}, "steps = 'ten': write a value of type int"),
        ({"steps": True}, "steps = True: write a value of type int"),
        ({"steps": 2.5}, "steps = 2.5: write a value of type int"),
        ({"scale": "sdt"}, "scale"),
    ],
)
def test_a_wrong_table_gets_one_sentence(table, message):
    with pytest.raises(ValueError, match=message):
        TrainConfig.from_table(table)


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
def test_learning_rate_warms_up_to_its_peak_and_then_never_rises(schedule):
    config = TrainConfig(learning_rate=2.0, steps=20, warmup_steps=5, schedule=schedule)
    rates = [config.learning_rate_at(step) for step in range(20)]
    assert all(a < b for a, b in pairwise(rates[:6]))
    assert rates[5] == max(rates) == 2.0
    assert all(a >= b for a, b in pairwise(rates[5:]))
    assert rates[0] > 0
    assert 0 < rates[-1] <= (2.0 if schedule == "constant" else 0.2)
