import json
import os
import sys
import types
from pathlib import Path

import pytest

from benchmarks.data import load, read, read_problems
from benchmarks.sets import BENCHMARKS

DATA = os.environ.get("ASSAY_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="ASSAY_DATA names no folder with the data sets")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder in which each data set has the rows that a test writes."""
    monkeypatch.setenv("ASSAY_DATA", str(tmp_path))

    def write(name, *rows):
        path = tmp_path / BENCHMARKS[name].file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return tmp_path

    return write


def test_the_prompt_is_the_statement_with_the_boxed_directive_in_the_users_turn(folder):
    folder("math500", {"problem": "What is $\\frac{1}{2}+{1}$?", "answer": "1.5", "solution": "s", "unique_id": "a/1"})
    (problem,) = read("math500")
    directive = "Please reason step by step, and put your final answer within \\boxed{}."
    assert problem.prompt == [{"role": "user", "content": f"What is $\\frac{{1}}{{2}}+{{1}}$?\n\n{directive}"}]
    assert (problem.id, problem.gold, problem.meta["reference"]) == ("a/1", "1.5", "s")


@pytest.mark.parametrize(("answer", "gold"), [("025", "25"), (25, "25"), (25.0, "25"), ("-1", "-1"), ("70.0", "70")])
def test_aime_golds_are_integers_however_a_copy_writes_them(folder, answer, gold):
    folder("aime24", {"id": 60, "problem": "p", "answer": answer})
    (problem,) = read("aime24")
    assert problem.gold == gold
    assert problem.meta["reference"] == f"\\boxed{{{gold}}}"


@pytest.mark.parametrize(
    "row",
    [
        {"question": "q", "answer": "So 1+1,999 = <<1+1999=2000>>2,000\n#### 2,000"},  # the hub's columns
        {"question": "q", "answer": "2000", "solution": "1+1,999 ...\n#### 2,000"},  # the local copy's
    ],
)
def test_gsm8k_takes_the_number_after_the_hashes(folder, row):
    folder("gsm8k", row)
    (problem,) = read("gsm8k")
    assert problem.gold == "2000"
    assert problem.meta["reference"].endswith("#### 2,000")


def test_a_row_without_an_id_is_named_by_its_position(folder):
    folder("math500", *[{"problem": "p", "answer": "1", "solution": "s"}] * 2)
    assert [problem.id for problem in read("math500")] == ["1", "2"]


def test_a_missing_column_is_named_with_what_is_there(folder):
    folder("math500", {"problem": "p", "answer": "1", "solution": "s"}, {"text": "p", "answer": "1"})
    with pytest.raises(ValueError, match=r"row 2 has no column 'problem' or 'question'; it has 'text', 'answer'"):
        read("math500")


@pytest.mark.parametrize("answer", ["many", None, [], "1/2"])
def test_a_gold_of_another_form_is_named_with_its_row(folder, answer):
    folder("aime24", {"problem": "p", "answer": answer})
    with pytest.raises(ValueError, match=r"aime24/test\.jsonl row 1 has a value of another form"):
        read("aime24")


@pytest.mark.parametrize(
    ("typed", "meant"), [("math-500", "math500"), ("aime_24", "aime24"), ("gsm", "gsm8k"), ("AIME25", "aime25")]
)
def test_an_unknown_benchmark_is_refused_with_the_nearest_one(typed, meant):
    with pytest.raises(ValueError, match=f"Unknown benchmark '{typed}': did you mean '{meant}'"):
        read(typed)


def test_a_file_that_is_not_where_it_should_be_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"aime24 is not at .*aime24/test\.jsonl"):
        read("aime24", tmp_path)


def test_without_a_folder_the_hub_is_asked_for_the_entrys_split(monkeypatch):
    asked = []
    hub = types.ModuleType("datasets")
    hub.load_dataset = lambda *args, **named: asked.append((args, named)) or [{"question": "q", "answer": "#### 3"}]
    monkeypatch.setitem(sys.modules, "datasets", hub)
    monkeypatch.delenv("ASSAY_DATA", raising=False)
    (problem,) = read("gsm8k")
    assert problem.gold == "3"
    assert asked == [(("openai/gsm8k", "main"), {"split": "test"})]


def test_an_unreachable_hub_says_how_to_do_without(monkeypatch):
    def fail(*args, **named):
        raise ConnectionError("no route")

    hub = types.ModuleType("datasets")
    hub.load_dataset = fail
    monkeypatch.setitem(sys.modules, "datasets", hub)
    monkeypatch.delenv("ASSAY_DATA", raising=False)
    with pytest.raises(ValueError, match=r"HuggingFaceH4/MATH-500 \(ConnectionError: no route\).*--data-dir"):
        read("math500")


def test_golds_that_the_verifier_refuses_are_named_and_kept(folder):
    folder("math500", {"id": "good", "problem": "p", "answer": "1", "solution": "s"},
           {"id": "blank", "problem": "p", "answer": " ", "solution": "s"})  # fmt: skip
    with pytest.warns(UserWarning, match="1 golds cannot be verified.*blank"):
        problems = load("math500")
    assert [problem.id for problem in problems] == ["good", "blank"]


def test_own_problems_come_in_three_forms(tmp_path):
    turns = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2+2?"}]
    path = tmp_path / "mine.jsonl"
    lines = [
        {"problem": "What is 2+2?", "answer": 4, "id": "a", "level": 1},
        {"prompt": "2+2=", "gold": "4"},
        {"messages": turns, "answer": "4"},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    stated, text, chat = read(str(path))
    assert stated.prompt[0]["content"].startswith("What is 2+2?\n\nPlease reason")
    assert (stated.gold, stated.id, stated.meta) == ("4", "a", {"level": 1, "problem": "What is 2+2?"})
    assert (text.prompt, text.gold, text.id) == ("2+2=", "4", "2")
    assert chat.prompt == turns


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"answer": "4"}, "problem 1 has no column 'prompt' or 'problem' or 'question' or 'messages'; it has 'answer'"),
        ({"problem": "2+2?"}, "has no column 'answer' or 'gold'; it has 'problem'"),
        ({"problem": " ", "answer": "4"}, "the problem is ' '"),
        ({"problem": ["2+2"], "answer": "4"}, "should be a text"),
        ({"messages": [{"content": "x"}], "answer": "4"}, '"messages" should be a list'),
        ({"messages": [], "answer": "4"}, '"messages" should be a list'),
    ],
)
def test_a_bad_problem_of_ones_own_says_what_to_write(tmp_path, line, message):
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(line))
    with pytest.raises(ValueError, match=message):
        read_problems(path)


def test_two_problems_cannot_share_an_id(tmp_path):
    path = tmp_path / "mine.jsonl"
    path.write_text('{"prompt": "a", "answer": "1", "id": "x"}\n{"prompt": "b", "answer": "2", "id": "x"}\n')
    with pytest.raises(ValueError, match="two problems with the id 'x'"):
        read_problems(path)


SIZES = {
    "math500": 500, "aime24": 30, "aime25": 30, "gsm8k": 1319, "amc23": 40, "olympiadbench": 675, "minerva": 272
}  # fmt: skip


@needs_data
@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_the_real_sets_have_their_size_unique_ids_and_text_golds(name, size):
    problems = read(name, Path(DATA))
    assert len({problem.id for problem in problems}) == len(problems) == size
    assert all(isinstance(problem.gold, str) and problem.gold.strip() for problem in problems)
