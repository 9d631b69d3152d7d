from types import SimpleNamespace

from benchmarks import generate as module
from benchmarks.evaluate import evaluate
from benchmarks.generate import generate
from tests.benchmarks.helpers import LastWord
from verifiers import Problem, Sample

PROBLEMS = [Problem("p", "1", str(i)) for i in range(7)]


class Engine:
    """Completions that tell the seed and the place they were drawn with."""

    def __init__(self):
        self.calls = []

    def generate(self, problems, n, *, seed):
        self.calls.append([p.id for p in problems])
        return [SimpleNamespace(sample=Sample(p, f"{seed} {p.id} {i}")) for p in problems for i in range(n)]


def test_chunks_draw_different_random_numbers(monkeypatch):
    monkeypatch.setattr(module, "ROWS", 2)
    seeds = {text.split()[0] for text in texts(generate(Engine(), PROBLEMS, 2, run="m", seed=5)).values()}
    assert len(seeds) == 7


def texts(batches):
    return {a.key: a.sample.completion for batch in batches for a in batch}


def test_each_problem_gets_k_samples_in_order(monkeypatch):
    monkeypatch.setattr(module, "ROWS", 6)
    attempts = [a for batch in generate(Engine(), PROBLEMS, 3, run="m") for a in batch]
    assert [a.key for a in attempts] == [("m", str(q), i) for q in range(7) for i in range(3)]


def test_going_on_gives_the_samples_of_an_uninterrupted_run(monkeypatch):
    monkeypatch.setattr(module, "ROWS", 4)
    whole = texts(generate(Engine(), PROBLEMS, 2, run="m", seed=5))
    first = texts([next(generate(Engine(), PROBLEMS, 2, run="m", seed=5))])
    engine = Engine()
    rest = texts(generate(engine, PROBLEMS, 2, run="m", seed=5, done=set(first)))
    assert engine.calls[0] == ["2", "3"]
    assert first | rest == whole


def test_a_chunk_that_was_cut_in_two_is_drawn_again_but_scored_once(monkeypatch):
    monkeypatch.setattr(module, "ROWS", 4)
    whole = list(evaluate(generate(Engine(), PROBLEMS, 2, run="m"), LastWord()))
    assert len(whole) == 14


def test_more_samples_than_a_call_takes_are_one_problem_a_call(monkeypatch):
    monkeypatch.setattr(module, "ROWS", 4)
    engine = Engine()
    list(generate(engine, PROBLEMS[:2], 9, run="m"))
    assert engine.calls == [["0"], ["1"]]
