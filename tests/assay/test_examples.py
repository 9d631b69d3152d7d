"""The examples run as their first lines say."""

import runpy
import shutil
import sys
from pathlib import Path

import pytest

from tests.assay.helpers import run

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def example(tmp_path, monkeypatch, capsys):
    """Runs one from a copy of the folder, so that what it writes stays out of the tree."""
    shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=shutil.ignore_patterns("tiny-model", "__pycache__"))
    monkeypatch.chdir(tmp_path)

    def start(name, *args):
        monkeypatch.setattr(sys, "argv", [name, *args])
        runpy.run_path(str(tmp_path / "examples" / name), run_name="__main__")
        return capsys.readouterr().out

    return start


def test_recorded_completions_are_scored_with_reasons_and_figures(example):
    out = example("score_completions.py")
    assert "demo: pass@1 0.556" in out  # 2/3, 1/3 and 2/3 of the three problems
    assert "maj@k {3: 0.6666666666666666}" in out


def test_a_reward_of_ones_own_trains(example):
    out = example("custom_reward.py", "1")
    assert "step   1  reward" in out
    assert "checkpoint in runs/custom-reward/step-000001" in out


def test_the_config_trains_on_a_model_folder_and_a_file_of_problems(example, tmp_path, capsys):
    example("make_tiny_model.py")
    out, _ = run("train", "examples/train.toml", capsys=capsys)
    assert "think_format" in out
    assert Path(out.splitlines()[-1]).resolve() == (tmp_path / "runs/example/report.html").resolve()
