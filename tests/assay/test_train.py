import json
from pathlib import Path

import pytest

from benchmarks.jsonl import read_jsonl
from tests.assay.helpers import run, write_jsonl

CONFIG = """
[model]
path = "{model}"
device = "cpu"
[data]
train = "problems.jsonl"
{data}
[reward]
{reward}
[train]
steps = {steps}
prompts_per_step = 2
group_size = 4
max_new_tokens = 6
learning_rate = 1e-3
out = "{out}"
"""

REWARDS = """
from verifiers import verifier

@verifier
def short(sample):
    return sample.num_tokens / 6

def seven(samples):
    return [0.0] * (len(samples) - 1)

def judge(samples):
    return [None] * len(samples)

def raises(samples):
    return [sample.problem.meta["absent"] for sample in samples]
"""


@pytest.fixture
def config(tmp_path, tiny_folder, monkeypatch):
    write_jsonl(tmp_path / "problems.jsonl", *({"prompt": f"{n}+1=", "answer": str(n + 1)} for n in range(6)))
    (tmp_path / "train_rewards.py").write_text(REWARDS)

    def write(name="run", steps=3, reward="think_format = 1.0", data="", out="out"):
        path = tmp_path / f"{name}.toml"
        path.write_text(CONFIG.format(model=tiny_folder, steps=steps, reward=reward, data=data, out=out))
        return path

    return write


def metrics_of(folder):
    """The metrics without the times, which are the only part that may differ between two runs."""
    return [{k: v for k, v in row.items() if not k.startswith("time/")} for row in read_jsonl(folder / "metrics.jsonl")]


OWN = 'path = "train_rewards:short"'


def test_a_run_leaves_metrics_samples_a_model_folder_and_a_report(config, tmp_path, capsys):
    path = config(reward=OWN, data='eval = "problems.jsonl"\neval_samples = 2\neval_limit = 3')
    out, _ = run("train", path, capsys=capsys)
    assert Path(out.splitlines()[-1]) == tmp_path / "out/report.html"
    assert "held-out problems pass@1 went from" in (tmp_path / "out/report.html").read_text()
    assert [row["step"] for row in metrics_of(tmp_path / "out")] == [1, 2, 3]
    samples = read_jsonl(tmp_path / "out/samples.jsonl")
    assert [row["run"] for row in samples] == ["step 1"] * 8 + ["step 2"] * 8 + ["step 3"] * 8
    assert (tmp_path / "out/step-000003/model.safetensors").exists()
    assert "short" in out  # the table of the reward's parts
    assert json.dumps(samples)


def test_the_same_seed_gives_the_same_metrics_bit_for_bit(config, tmp_path):
    run("train", config("a", reward=OWN, out="a"))
    run("train", config("b", reward=OWN, out="b"))
    assert metrics_of(tmp_path / "a") == metrics_of(tmp_path / "b")


def test_ctrl_c_leaves_a_checkpoint_and_resume_repeats_the_uninterrupted_run(config, tmp_path, capsys, monkeypatch):
    from grpo_core.trainer import Trainer

    run("train", config("whole", reward=OWN, out="whole"))
    step = Trainer.step

    def until_two(self):
        if self.num_steps == 2:
            raise KeyboardInterrupt
        return step(self)

    path = config("cut", reward=OWN, out="cut")
    monkeypatch.setattr(Trainer, "step", until_two)
    out, _ = run("train", path, capsys=capsys, code=130)
    assert "Stopped after step 2" in out
    assert f"assay train {path} --resume" in out
    monkeypatch.setattr(Trainer, "step", step)
    out, _ = run("train", path, "--resume", capsys=capsys)
    assert "2 done, 3 in all" in out
    assert metrics_of(tmp_path / "cut") == metrics_of(tmp_path / "whole")


def test_steps_logged_after_the_last_checkpoint_are_not_logged_twice(config, tmp_path):
    run("train", config(reward=OWN))
    folder = tmp_path / "out"
    # As after a crash: the log is ahead of the checkpoint.
    log = folder / "metrics.jsonl"
    log.write_text(log.read_text() + log.read_text().splitlines()[-1].replace('"step": 3', '"step": 4') + "\n")
    run("train", config(reward=OWN), "--resume")
    assert [row["step"] for row in metrics_of(folder)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reward": 'path = "train_rewards:seven"'}, "reward returned 7 values for 8 samples; return one per sample"),
        ({"reward": 'path = "train_rewards:judge"'}, "100% of samples went unscored"),
        ({"reward": "maths = 1.0"}, "reward.maths.use = 'maths': did you mean 'math'?"),
        ({"steps": '"3"'}, "[train] steps = '3'"),
        ({"data": 'evl = "x"'}, "[data] has an unknown key 'evl': did you mean 'eval'?"),
    ],
)
def test_a_mistake_is_one_sentence_with_exit_code_2(config, changes, message, capsys):
    _, err = run("train", config(**changes), capsys=capsys, code=2)
    assert message in err
    assert err.count("\n") == 1


def test_a_verifier_that_is_broken_says_how(config, tmp_path, capsys):
    (tmp_path / "broken_verifier.py").write_text(
        "from verifiers import verifier\n@verifier\ndef reward(sample):\n    return {}['gold']\n"
    )
    _, err = run("train", config(reward='path = "broken_verifier:reward"'), capsys=capsys, code=2)
    assert "error:KeyError 8 ('gold')" in err


def test_a_finished_run_is_neither_overwritten_nor_resumed_by_accident(config, capsys):
    path = config(reward=OWN)
    _, err = run("train", path, "--resume", capsys=capsys, code=2)
    assert "no checkpoint to go on from" in err
    run("train", path, capsys=capsys)
    _, err = run("train", path, capsys=capsys, code=2)
    assert "go on with" in err
    assert "--resume" in err
