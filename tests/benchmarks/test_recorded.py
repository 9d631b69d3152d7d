import json
import os
from pathlib import Path

import pytest

from benchmarks.data import read
from benchmarks.recorded import differing_golds, read_recorded
from verifiers import Problem

DATA = os.environ.get("ASSAY_DATA")
PROBLEMS = [Problem("What is 1?", "1", "a"), Problem("What is 2?", "2", "b")]


@pytest.fixture
def recorded(tmp_path):
    def write(*rows, benchmark="", problems=PROBLEMS):
        path = tmp_path / "completions.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return read_recorded(path, problems, benchmark)

    return write


def test_the_smallest_file_is_ids_and_completions(recorded):
    rows = {"problem_id": "a", "completion": "x"}, {"id": "b", "completion": "y"}, {"id": "a", "completion": "z"}
    attempts = recorded(*rows)
    assert [a.key for a in attempts] == [("recorded", "a", 0), ("recorded", "b", 0), ("recorded", "a", 1)]
    assert [a.sample.gold for a in attempts] == ["1", "2", "1"]
    assert {a.sample.finish for a in attempts} == {"unknown"}


def test_an_id_may_carry_the_benchmarks_name(recorded):
    (a,) = recorded({"problem_id": "toy/a", "completion": "x", "benchmark": "toy"}, benchmark="toy")
    assert a.sample.problem == PROBLEMS[0]


def test_lines_of_other_benchmarks_are_left_out(recorded):
    rows = [{"benchmark": name, "problem_id": "a", "completion": name} for name in ("toy", "other")]
    assert [a.sample.completion for a in recorded(*rows, benchmark="toy")] == ["toy"]
    with pytest.raises(ValueError, match="no completions for 'third'; it has other, toy"):
        recorded(*rows, benchmark="third")


def test_a_recorded_gold_is_what_counts_and_ids_of_its_own_claim_no_statement(recorded):
    rows = {"problem_id": "a", "gold": 7, "completion": "x"}, {"problem_id": "b", "gold": "2", "completion": "y"}
    attempts = recorded(*rows)
    assert [a.sample.gold for a in attempts] == ["7", "2"]
    # b's gold agrees by chance: the file plainly has ids of its own, so b is not our b either.
    assert [a.sample.problem.prompt for a in attempts] == ["", ""]
    assert differing_golds(attempts, PROBLEMS) == ["a"]


def test_statements_may_stand_beside_the_file(recorded, tmp_path):
    (tmp_path / "problems.jsonl").write_text('{"problem_id": "toy/9", "problem": "What is 9?"}\n')
    (a,) = recorded({"problem_id": "toy/9", "gold": "9", "completion": "x"}, benchmark="toy")
    assert (a.sample.problem.prompt, a.sample.problem.id) == ("What is 9?", "9")


def test_runs_are_told_apart_by_model_and_by_run_only_where_needed(recorded):
    one = {"problem_id": "a", "completion": "x", "sample": 0}
    by_model = recorded({**one, "model": "m", "run": "file 1"}, {**one, "model": "n", "run": "file 1"},
                        {**one, "model": "m", "run": "file 2", "problem_id": "b"})  # fmt: skip
    assert [a.run for a in by_model] == ["m", "n", "m"]
    by_both = recorded({**one, "model": "m", "run": "budget 1"}, {**one, "model": "m", "run": "budget 2"})
    assert [a.run for a in by_both] == ["m / budget 1", "m / budget 2"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"problem_id": "a"}, "completion 1 has no field 'completion'; it has 'problem_id'"),
        ({"completion": "x"}, "has no field 'problem_id' or 'id'"),
        ({"problem_id": "a", "completion": None}, "completion is a NoneType, not text"),
        ({"problem_id": "z", "completion": "x"}, "problem 'z', which the data set does not have"),
        ({"problem_id": "a", "completion": "x", "sample": "first"}, "sample is 'first'; number the samples"),
    ],
)
def test_a_bad_line_says_which_and_what_to_write(recorded, row, message):
    with pytest.raises(ValueError, match=message):
        recorded(row)


def test_the_same_sample_twice_is_refused(recorded):
    row = {"problem_id": "a", "completion": "x", "sample": 3}
    with pytest.raises(ValueError, match="completion 2 is sample 3 of problem 'a' a second time"):
        recorded(row, row)


@pytest.mark.skipif(not DATA, reason="ASSAY_DATA names no folder with the recorded completions")
def test_the_recorded_aime_runs_are_nine_of_thirty():
    attempts = read_recorded(Path(DATA) / "recorded/skythought.jsonl", read("aime24", DATA), "aime24")
    runs = {a.run for a in attempts}
    assert len(runs) == 9
    assert all(sum(a.run == run for a in attempts) == 30 for run in runs)
    assert all(a.sample.problem.prompt for a in attempts)
