"""The labelled cases: honest programs with their verdicts, attacks with what is allowed to come of them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.verifiers.code import attempt, host


def _cases() -> list[Any]:
    data = os.environ.get("ASSAY_DATA")
    if not data:
        return [pytest.param(None, marks=pytest.mark.skip("ASSAY_DATA is not set"), id="no data")]
    folder = Path(data).parent / "acceptance"
    files = [folder / "code_benign.jsonl", folder / "code_attacks.jsonl"]
    cases = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return [pytest.param(case, id=case["id"]) for case in cases]


@pytest.fixture(scope="module")
def the_host() -> Any:
    with host.Host() as listening:
        yield listening
        assert not any(listening.hits.values())


@pytest.mark.slow
@pytest.mark.parametrize("level", ["", "filtered"], ids=["best", "filtered"])
@pytest.mark.parametrize("case", _cases())
def test_case_has_an_allowed_outcome_and_leaves_the_host_alone(case: Any, level: str, the_host: Any) -> None:
    score = attempt.attempt(case, level)
    outcome = {"reward": score["value"], "status": score["reason"]}
    allowed = case["must"]["any_of"]
    assert any(a["reward"] == outcome["reward"] and outcome["status"] in a["status"] for a in allowed), score
    assert score["took_s"] <= case["must"]["max_wall_s"]
    assert the_host.holds(case.get("host_check", "ok = True"))
