import re
from pathlib import Path

import pytest

from assay.demo import fresh_folder
from benchmarks.jsonl import read_jsonl
from tests.assay.helpers import run


def test_the_quick_demo_shows_every_part_in_a_log_without_colours(tmp_path, capsys):
    out, err = run("demo", "--quick", "--out", tmp_path / "demo", capsys=capsys)
    assert err == ""
    for part in (
        "versions",
        "device",
        "seed",
        "Cold start",
        "Held-out before",
        "Reinforcement",
        "GRPO",
        "Held-out after",
    ):
        assert part in out
    assert re.search(r"reward part +mean +std +weight +unscored +ms", out)
    assert re.search(r"^math .*0\.9", out, re.M)
    assert re.search(r"pass@1 .*maj@4", out)
    assert "\x1b" not in out
    report = Path(out.splitlines()[-1])
    assert report == tmp_path / "demo/report.html"
    assert report.read_text().count("<svg") >= 5
    assert read_jsonl(tmp_path / "demo/samples.jsonl")


def test_an_earlier_demo_is_not_overwritten(tmp_path):
    assert fresh_folder(tmp_path / "demo").name == "demo"
    (tmp_path / "demo/report.html").write_text("")
    assert fresh_folder(tmp_path / "demo").name == "demo-2"


@pytest.mark.slow
def test_the_demo_learns(tmp_path, capsys):
    out, _ = run("demo", "--out", tmp_path / "demo", capsys=capsys)
    before, after = (
        float(re.search(rf"Held-out {when} +pass@1 ([\d.]+) %", out).group(1)) for when in ("before", "after")
    )
    assert before <= 65
    assert after >= 90
