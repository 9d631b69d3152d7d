import pytest

from benchmarks.evaluate import Folder, evaluate, in_batches, references, rescore, summaries
from benchmarks.results import Result
from tests.benchmarks.helpers import LastWord, attempt
from verifiers import Problem


@pytest.fixture
def folder(tmp_path):
    return Folder.create(tmp_path / "run", {"config": {"name": "mine"}})


ATTEMPTS = [attempt(f"so {n}", index=n, num_tokens=n, finish="length") for n in range(5)]


def test_every_sample_has_its_line_with_the_reason_and_the_extraction(folder):
    results = list(evaluate(in_batches(ATTEMPTS, 2), LastWord(), folder))
    assert folder.results() == results
    assert [r.score.reason for r in results] == ["different", "equal", "different", "different", "different"]
    assert [r.score.extracted for r in results] == ["0", "1", "2", "3", "4"]


def test_what_was_scored_is_on_disk_before_the_next_batch_is_asked_for(folder):
    def batches():
        yield ATTEMPTS[:2]
        assert len(folder.results()) == 2
        yield ATTEMPTS[2:]

    assert len(list(evaluate(batches(), LastWord(), folder))) == 5


def test_an_interrupted_run_goes_on_without_repeating(folder):
    running = evaluate(in_batches(ATTEMPTS, 2), LastWord(), folder)
    next(running)
    running.close()
    with folder.samples.open("ab") as file:
        file.write(b'{"run": "r", "problem_id"')  # killed while it wrote
    verifier = LastWord()
    rest = list(evaluate(in_batches(ATTEMPTS, 2), verifier, folder))
    assert verifier.calls == len(rest) == 3
    assert sorted(r.attempt.index for r in folder.results()) == [0, 1, 2, 3, 4]


def test_rescoring_replaces_verdicts_and_generates_nothing(folder):
    list(evaluate([ATTEMPTS], LastWord(), folder))

    class Lenient(LastWord):
        def score(self, sample):
            from verifiers import Score

            return Score.of(True, "lenient")

    rescored = rescore(folder, Lenient())
    assert folder.results() == rescored
    assert {r.score.reason for r in rescored} == {"lenient"}
    assert [r.attempt.sample.completion for r in rescored] == [a.sample.completion for a in ATTEMPTS]


def test_a_result_survives_its_line_with_every_outcome():
    for gold in ("1", "bad"):
        for completion in ("so 1", "?", "\ud800 \u2028 1"):
            a = attempt(completion, gold)
            result = Result(a, LastWord().score(a.sample))
            assert Result.from_row(result.to_row()) == result


def test_runs_are_summarized_each_on_its_own():
    attempts = [attempt("1", run="good"), attempt("2", run="bad")]
    results = list(evaluate([attempts], LastWord()))
    assert {s.run: s.pass_at_1 for s in summaries(results, LastWord())} == {"good": 1.0, "bad": 0.0}


def test_a_reference_is_the_solution_or_else_the_boxed_gold():
    problems = [Problem("p", "4", "a", {"reference": "So 4."}), Problem("p", "4", "b")]
    assert [a.sample.completion for a in references(problems)] == ["So 4.", "\\boxed{4}"]


def test_a_folder_is_not_overwritten(folder):
    with pytest.raises(ValueError, match="holds an evaluation already"):
        Folder.create(folder.path, {})


def test_a_folder_without_an_evaluation_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"no run\.json"):
        Folder.open(tmp_path)


def test_a_folder_says_with_which_versions(folder):
    assert folder.settings()["versions"]["torch"]
