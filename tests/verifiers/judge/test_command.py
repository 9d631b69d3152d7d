"""`assay judge calibrate` against a server on loopback: what it asks, what it writes, what it keeps to itself."""

import json

import pytest
from typer.testing import CliRunner

from assay.cli import app


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "labelled.jsonl"
    rows = [(f"gold-{k}" if k % 2 else "other", bool(k % 2)) for k in range(20)]
    lines = [
        {"question": f"q{k}", "reference": f"gold-{k}", "completion": text, "label": label}
        for k, (text, label) in enumerate(rows)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def run(*arguments):
    return CliRunner().invoke(app, ["judge", "calibrate", *map(str, arguments)])


def report(folder):
    return json.loads((folder / "calibration.json").read_text())


def honest(completion, attempt):
    return f"VERDICT: {'CORRECT' if completion.startswith('gold') else 'INCORRECT'}"


def test_a_good_judge_gets_a_good_report_and_a_second_run_asks_nothing(server, data, tmp_path):
    server.plan = honest
    arguments = (data, "--model", "judge", "--base-url", server.url, "--out", tmp_path / "out")
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    found = report(tmp_path / "out")
    assert found["estimates"]["accuracy"]["value"] == 1.0
    assert found["estimates"]["false_positive_rate"]["value"] == 0.0
    # The other gold of a canary starts with "gold", so this judge is fooled by plain canaries, and the report says so.
    assert found["canaries"]["kinds"]["plain"]["value"] > 0
    assert "| accuracy | 1.000 | 0.839 to 1.000 | 20 |" in (tmp_path / "out/calibration.md").read_text()
    assert "<svg" in (tmp_path / "out/calibration.svg").read_text()
    asked = server.asked.total()
    assert run(*arguments).exit_code == 0
    assert server.asked.total() == asked
    assert report(tmp_path / "out") == found


def test_pairs_are_judged_in_pairs(server, tmp_path):
    server.plan = lambda completion, attempt: "VERDICT: A"
    path = tmp_path / "pairs.jsonl"
    rows = [{"question": "q", "first": f"a{k}", "second": f"b{k}", "label": "first"} for k in range(10)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = run(path, "--model", "judge", "--base-url", server.url, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    found = report(tmp_path / "out")["estimates"]
    assert found["position_bias"]["value"] == 0.5
    assert found["inconsistency"]["value"] == 1.0


def test_a_judge_that_is_down_is_reported_with_the_share_and_no_figure(server, data, tmp_path):
    server.plan = lambda completion, attempt: (400, {}, "no")
    run(data, "--model", "judge", "--base-url", server.url, "--out", tmp_path / "out")
    text = (tmp_path / "out/calibration.md").read_text()
    assert "100% of the items have no verdict" in text
    assert "| accuracy | - | - to - | 0 |" in text


def test_a_key_reaches_the_server_and_no_file(server, data, tmp_path, monkeypatch):
    monkeypatch.setenv("MY_JUDGE_KEY", "sk-secret-77")
    server.plan = honest
    result = run(data, "--model", "m", "--base-url", server.url, "--out", tmp_path / "out", "--key-env", "MY_JUDGE_KEY")
    assert result.exit_code == 0, result.output
    assert {k.lower(): v for k, v in server.headers[0].items()}["authorization"] == "Bearer sk-secret-77"
    for file in (tmp_path / "out").iterdir():
        assert b"sk-secret-77" not in file.read_bytes()
    assert "sk-secret-77" not in result.output
