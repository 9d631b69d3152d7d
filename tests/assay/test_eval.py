import json
import os
import re
from pathlib import Path

import pytest

from assay import eval as module
from assay.sources import EvalConfig
from benchmarks.jsonl import read_jsonl
from tests.assay.helpers import run, write_jsonl

DATA = os.environ.get("ASSAY_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="ASSAY_DATA names no folder with the data sets")


@pytest.fixture
def problems(tmp_path):
    rows = [{"problem": f"What is {n}+1?", "answer": str(n + 1), "id": f"q{n}"} for n in range(4)]
    return write_jsonl(tmp_path / "mine.jsonl", *rows)


def test_references_are_scored_and_the_last_line_is_the_report(problems, tmp_path, capsys):
    out, _ = run("eval", problems, "--reference", "--out", tmp_path / "run", capsys=capsys)
    assert "4 of 4 right" in out
    assert "100.0 %" in out
    assert Path(out.splitlines()[-1]).read_text().startswith("<!doctype html>")
    rows = read_jsonl(tmp_path / "run/samples.jsonl")
    assert [row["problem_id"] for row in rows] == ["q0", "q1", "q2", "q3"]
    assert all(row["reason"] and row["extracted"] and row["prompt"] for row in rows)


def test_the_folder_keeps_settings_prompt_versions_and_figures(problems, tmp_path, capsys):
    run("eval", problems, "--reference", "--out", tmp_path / "run", capsys=capsys)
    settings = json.loads((tmp_path / "run/run.json").read_text())
    assert settings["config"]["reference"] is True
    assert "Please reason step by step" in settings["prompt"][0]["content"]
    assert settings["versions"]["math-verify"]
    (summary,) = json.loads((tmp_path / "run/summary.json").read_text())
    assert summary["pass_at_1"] == 1.0


def test_a_gold_that_cannot_be_verified_is_named_and_not_skipped(tmp_path, capsys):
    rows = {"problem": "p", "answer": "1", "id": "good"}, {"problem": "p", "answer": " ", "id": "no-gold"}
    out, _ = run(
        "eval", write_jsonl(tmp_path / "m.jsonl", *rows), "--reference", "--out", tmp_path / "run", capsys=capsys
    )
    assert "1 golds cannot be verified" in out
    assert out.count("no-gold") >= 2  # before the run, and among the solutions that were not accepted
    assert "50.0 %" in out  # unscored


def test_recorded_completions_are_grouped_by_model_with_pass_and_majority_at_k(problems, tmp_path, capsys):
    answers = {"weak": ["1", "7", "7"], "strong": ["1", "1.0", "7"]}
    rows = [
        {"problem_id": "q0", "completion": f"It is \\boxed{{{answer}}}.", "model": model, "sample": i}
        for model, given in answers.items()
        for i, answer in enumerate(given)
    ]
    recorded = write_jsonl(tmp_path / "completions.jsonl", *rows)
    out, _ = run("eval", problems, "--completions", recorded, "--out", tmp_path / "run", capsys=capsys)
    weak, strong = (re.search(rf"^{name} .*$", out, re.M).group() for name in answers)
    assert "33.3 %" in weak
    assert "0.0 %" in weak
    assert "66.7 %" in strong
    assert strong.count("100.0 %") == 2  # pass@3 and maj@3: "1" and "1.0" are one vote


def test_an_unknown_name_is_fine_where_the_recorded_file_has_it(tmp_path, capsys):
    recorded = write_jsonl(
        tmp_path / "c.jsonl", {"benchmark": "own", "id": "a", "completion": "\\boxed{2}", "gold": "2"}
    )
    out, _ = run("eval", "own", "--completions", recorded, "--out", tmp_path / "run", capsys=capsys)
    assert "1 of 1 right" in out
    _, err = run("eval", "other", "--completions", recorded, "--out", tmp_path / "b", capsys=capsys, code=2)
    assert "Unknown benchmark 'other'" in err


def test_a_limit_is_on_questions_that_have_completions(problems, tmp_path, capsys):
    rows = [{"problem_id": f"q{q}", "completion": "\\boxed{3}", "sample": i} for q in (3, 2, 1) for i in range(2)]
    recorded = write_jsonl(tmp_path / "c.jsonl", *rows)
    out, _ = run("eval", problems, "--completions", recorded, "--limit", "2", "--out", tmp_path / "run", capsys=capsys)
    assert "2 have completions, of 4" in out
    assert {row["problem_id"] for row in read_jsonl(tmp_path / "run/samples.jsonl")} == {"q3", "q2"}


def test_a_file_with_ids_of_its_own_is_told_apart(problems, tmp_path, capsys):
    recorded = write_jsonl(tmp_path / "c.jsonl", {"problem_id": "q0", "completion": "\\boxed{9}", "gold": "9"})
    out, _ = run("eval", problems, "--completions", recorded, "--out", tmp_path / "run", capsys=capsys)
    assert "under 1 ids the data set has another one" in " ".join(out.split())
    assert "1 of 1 right" in out


def test_ctrl_c_gives_the_figures_so_far_and_resume_gives_the_rest(problems, tmp_path, capsys, monkeypatch):
    real = module.evaluate

    def interrupted(batches, verifier, folder):
        def one_then_stop():
            yield next(iter(batches))[:2]
            raise KeyboardInterrupt

        yield from real(one_then_stop(), verifier, folder)

    monkeypatch.setattr(module, "evaluate", interrupted)
    out, _ = run("eval", problems, "--reference", "--out", tmp_path / "run", capsys=capsys, code=130)
    assert "2 of 2 right" in out
    assert f"assay eval --resume {tmp_path / 'run'}" in out
    monkeypatch.setattr(module, "evaluate", real)
    out, _ = run("eval", "--resume", tmp_path / "run", capsys=capsys)
    assert "2 samples were scored before" in out
    assert "4 of 4 right" in out
    assert len(read_jsonl(tmp_path / "run/samples.jsonl")) == 4


def test_rescoring_says_how_many_verdicts_changed(problems, tmp_path, capsys):
    run("eval", problems, "--reference", "--out", tmp_path / "run", capsys=capsys)
    path = tmp_path / "run/samples.jsonl"
    path.write_text(path.read_text().replace('"value": 1.0', '"value": 0.0', 1))
    out, _ = run("rescore", tmp_path / "run", capsys=capsys)
    assert "4 samples scored again; 1 verdicts changed" in out
    assert "4 of 4 right" in out


def test_two_runs_in_the_same_second_have_folders_of_their_own(problems, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = EvalConfig(str(problems), reference=True)
    first = module.default_folder(config)
    first.mkdir(parents=True)
    assert module.default_folder(config) != first


@needs_data
@pytest.mark.parametrize(("name", "size"), [("math500", "500"), ("aime24", "30"), ("aime25", "30"), ("gsm8k", "1,319")])
def test_every_own_solution_of_a_real_set_is_accepted(name, size, tmp_path, capsys):
    out, _ = run("eval", name, "--reference", "--data-dir", DATA, "--out", tmp_path / "run", capsys=capsys)
    assert f"{size} of {size} right" in out


@needs_data
def test_the_recorded_aime24_runs_have_the_published_pass_at_1(tmp_path, capsys):
    path = Path(DATA) / "recorded/skythought.jsonl"
    run("eval", "aime24", "--completions", path, "--data-dir", DATA, "--out", tmp_path / "run", capsys=capsys)
    found = {s["run"]: round(100 * s["pass_at_1"], 1) for s in json.loads((tmp_path / "run/summary.json").read_text())}
    short = "Sky-T1-math-correct-5K-32B-short"
    assert found == {
        "Sky-T1-math-correct-5K-27B": 6.7, short: 13.3, f"{short}@ckpt84": 13.3, f"{short}@ckpt105": 6.7,
        f"{short}@ckpt119": 10.0, f"{short}@ckpt133": 10.0, f"{short}@ckpt140": 6.7,
        "Sky-T1-math-correct-5K-32B@ckpt140": 30.0, "Sky-T1-math-reflection-0.2-32B": 33.3,
    }  # fmt: skip


@needs_data
def test_sixteen_recorded_samples_give_the_published_pass_and_majority_at_16(tmp_path, capsys):
    path = Path(DATA) / "recorded/atts.jsonl"
    found = {}
    for name in ("math500", "olympiadbench"):
        run("eval", name, "--completions", path, "--data-dir", DATA, "--out", tmp_path / name, capsys=capsys)
        for s in json.loads((tmp_path / name / "summary.json").read_text()):
            found[name, s["run"]] = (s["pass_at_1"], s["pass_at_k"]["16"], s["maj_at_k"]["16"])
    alone, helped = "DeepSeek-R1-Distill-Llama-8B", "DeepSeek-R1-Distill-Llama-8B+QwQ-32B"
    # pass@1 may differ by the samples on which our verdict and the recorded one do: 1.5 points is 4 of 256.
    assert found["math500", alone] == (pytest.approx(0.7422, abs=0.015), 1.0, 1.0)
    assert found["math500", helped] == (pytest.approx(0.8203, abs=0.025), 1.0, 7 / 8)
    assert found["olympiadbench", helped] == (pytest.approx(0.3125, abs=0.001), 0.5, 0.5)


def test_a_model_is_sampled_k_times_and_the_very_prompt_is_kept(problems, tiny_folder, tmp_path, capsys):
    command = [
        "eval",
        problems,
        "--model",
        tiny_folder,
        "-k",
        "2",
        "--max-tokens",
        "5",
        "--limit",
        "3",
        "--device",
        "cpu",
    ]
    out, _ = run(*command, "--out", tmp_path / "a", capsys=capsys)
    assert "2 a question, temperature 0.6, top-p 0.95, at most 5 tokens, seed 0" in out
    rows = read_jsonl(tmp_path / "a/samples.jsonl")
    assert [(row["problem_id"], row["sample"]) for row in rows] == [(f"q{q}", i) for q in range(3) for i in range(2)]
    assert all(row["num_tokens"] <= 5 and row["finish"] in ("stop", "length") for row in rows)
    settings = json.loads((tmp_path / "a/run.json").read_text())
    assert settings["prompt"].startswith("<|user|>What is 0+1?")
    assert settings["prompt"].endswith("<|assistant|>")
    run(*command, "--out", tmp_path / "b", capsys=capsys)
    again = read_jsonl(tmp_path / "b/samples.jsonl")
    assert [row["completion"] for row in again] == [row["completion"] for row in rows]


def test_the_token_limit_is_what_the_models_context_leaves(problems, tiny_folder, tmp_path, capsys):
    out, _ = run("eval", problems, "--model", tiny_folder, "--limit", "1", "--out", tmp_path / "a", capsys=capsys)
    tokens = int(re.search(r"at most (\d+) tokens", out).group(1))
    assert 300 < tokens < 512
