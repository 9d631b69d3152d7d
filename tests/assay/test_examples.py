"""The examples run as their first lines say."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def here(tmp_path):
    """A copy of the examples, so that what they write stays out of the tree."""
    shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=shutil.ignore_patterns("tiny-model", "__pycache__"))

    def run(*command):
        path = os.pathsep.join([str(EXAMPLES.parent), os.environ.get("PYTHONPATH", "")])
        done = subprocess.run(
            [sys.executable, *command],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_recorded_completions_are_scored_with_reasons_and_figures(here):
    out = here("examples/score_completions.py")
    assert "demo: pass@1 0.556" in out  # 2/3, 1/3 and 2/3 of the three problems
    assert "maj@k {3: 0.6666666666666666}" in out


def test_a_reward_of_ones_own_trains(here):
    out = here("examples/custom_reward.py", "1")
    assert "step   1  reward" in out
    assert "checkpoint in runs/custom-reward/step-000001" in out


def test_the_config_trains_on_a_model_folder_and_a_file_of_problems(here, tmp_path):
    here("examples/make_tiny_model.py")
    out = here("-m", "assay", "train", "examples/train.toml")
    assert "think_format" in out
    assert Path(out.splitlines()[-1]).resolve() == (tmp_path / "runs/example/report.html").resolve()
