"""`assay judge calibrate` against a server on loopback, and the report that it writes."""

import json

import pytest
from typer.testing import CliRunner

from assay.judge import app
from verifiers.judge import Client, PointwiseJudge, Scripted
from verifiers.judge.calibration import calibrate, load_labelled


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "labelled.jsonl"
    rows = [
        {
            "question": f"q{k}",
            "reference": f"gold-{k}",
            "completion": f"gold-{k}" if k % 2 else "other",
            "label": bool(k % 2),
        }
        for k in range(20)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def run(*arguments):
    return CliRunner().invoke(app, ["calibrate", *map(str, arguments)])


def honest(completion, attempt):
    return f"VERDICT: {'CORRECT' if completion.startswith('gold') else 'INCORRECT'}"


def test_a_good_judge_gets_a_good_report_and_a_second_run_asks_nothing(server, data, tmp_path):
    server.plan = honest
    arguments = (data, "--model", "judge", "--base-url", server.url, "--out", tmp_path / "out")
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert report["estimates"]["accuracy"]["value"] == 1.0
    assert report["estimates"]["false_positive_rate"]["value"] == 0.0
    # The other gold of a canary starts with "gold", so this judge is fooled by plain canaries, and the report says so.
    assert report["canaries"]["kinds"]["plain"]["value"] > 0
    assert "| accuracy | 1.000 | 1.000 to 1.000 | 20 |" in (tmp_path / "out/report.md").read_text()
    assert "<svg" in (tmp_path / "out/report.svg").read_text()
    assert result.output.strip().splitlines()[-1] == str(tmp_path / "out/report.md")
    asked = server.asked.total()
    again = run(*arguments)
    assert again.exit_code == 0
    assert server.asked.total() == asked
    assert (tmp_path / "out/report.json").read_text() == json.dumps(report, indent=1) + "\n"


def test_pairs_are_judged_in_pairs(server, tmp_path):
    server.plan = lambda completion, attempt: "VERDICT: A"
    path = tmp_path / "pairs.jsonl"
    rows = [{"question": "q", "first": f"a{k}", "second": f"b{k}", "label": "first"} for k in range(10)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = run(path, "--model", "judge", "--base-url", server.url, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "out/report.json").read_text())["estimates"]
    assert found["position_bias"]["value"] == 0.5
    assert found["inconsistency"]["value"] == 1.0


def test_a_judge_that_is_down_fails_with_the_share_and_no_figure(server, data, tmp_path):
    server.plan = lambda completion, attempt: (400, {}, "no")
    result = run(data, "--model", "judge", "--base-url", server.url, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "100% of the items have no verdict" in result.output
    assert "| accuracy | - | - to - | 0 |" in result.output


def test_a_key_reaches_the_server_and_no_file(server, data, tmp_path, monkeypatch):
    monkeypatch.setenv("MY_JUDGE_KEY", "sk-secret-77")
    server.plan = honest
    result = run(data, "--model", "m", "--base-url", server.url, "--out", tmp_path / "out", "--key-env", "MY_JUDGE_KEY")
    assert result.exit_code == 0
    assert {k.lower(): v for k, v in server.headers[0].items()}["authorization"] == "Bearer sk-secret-77"
    for file in (tmp_path / "out").iterdir():
        assert b"sk-secret-77" not in file.read_bytes()
    assert "sk-secret-77" not in result.output


def test_the_report_is_the_same_for_the_same_verdicts(data):
    judge = PointwiseJudge(Client(Scripted(lambda request: "VERDICT: CORRECT")))
    assert calibrate(judge, load_labelled(data)) == calibrate(judge, load_labelled(data))
