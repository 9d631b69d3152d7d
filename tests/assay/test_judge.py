import json
import xml.dom.minidom

import pytest

import assay.judge
from tests.assay.helpers import run, write_jsonl
from verifiers.judge import Scripted

ITEMS = [
    {
        "question": f"What is {n}+1?",
        "reference": str(n + 1),
        "completion": f"{n + 1 + (n % 4 == 0)}",
        "label": n % 4 != 0,
    }
    for n in range(12)
]


def believes(verdict):
    return lambda *args: Scripted(lambda request: f"Reasons.\nVERDICT: {verdict}")


@pytest.fixture
def labelled(tmp_path):
    return write_jsonl(tmp_path / "labelled.jsonl", *ITEMS)


def test_a_judge_that_believes_everything_is_found_out(labelled, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(assay.judge, "_transport", believes("CORRECT"))
    out, _ = run("judge", "calibrate", labelled, "--model", "m", "--out", tmp_path / "out", capsys=capsys)
    assert "12 labelled items (pointwise), 12 with a verdict" in out
    report = json.loads((tmp_path / "out/calibration.json").read_text())
    assert report["estimates"]["accuracy"]["value"] == pytest.approx(9 / 12)
    assert report["estimates"]["false_positive_rate"]["value"] == 1.0
    assert report["canaries"]["kinds"]["plain"]["value"] == 1.0
    assert "canary, known to be wrong" in (tmp_path / "out/calibration.md").read_text()
    xml.dom.minidom.parse(str(tmp_path / "out/calibration.svg"))
    assert out.splitlines()[-1] == str(tmp_path / "out/calibration.md")


def test_a_judge_without_verdicts_has_no_figures(labelled, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(assay.judge, "_transport", lambda *args: Scripted(lambda request: "I cannot say."))
    out, _ = run("judge", "calibrate", labelled, "--model", "m", "--out", tmp_path / "out", capsys=capsys)
    assert "12 without a verdict" in out
    report = json.loads((tmp_path / "out/calibration.json").read_text())
    assert report["estimates"]["accuracy"]["value"] is None


def test_pairs_are_compared(tmp_path, monkeypatch, capsys):
    rows = [{"question": "q", "first": f"good {n}", "second": f"bad {n}", "label": "first"} for n in range(4)]
    monkeypatch.setattr(assay.judge, "_transport", believes("A"))
    labelled = write_jsonl(tmp_path / "pairs.jsonl", *rows)
    out, _ = run("judge", "calibrate", labelled, "--model", "m", "--out", tmp_path / "out", capsys=capsys)
    assert "4 labelled items (pairwise)" in out


@pytest.mark.parametrize(
    ("rows", "message"),
    [(None, "is not a file; give labelled items"), ([{"question": "q"}], "is no labelled item"), ([], "holds 0 items")],
)
def test_bad_data_is_one_sentence(rows, message, tmp_path, capsys):
    path = tmp_path / "labelled.jsonl"
    if rows is not None:
        write_jsonl(path, *rows)
    _, err = run("judge", "calibrate", path, "--model", "m", "--out", tmp_path / "out", capsys=capsys, code=2)
    assert message in err
