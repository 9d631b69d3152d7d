"""What a verifier is held to, and what a decorated function becomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample, Score, Verifier, verifier
from verifiers.base import guarded_score, scores_of

SAMPLE = Sample(Problem("", id="p"), "text")


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (lambda samples: [Score.of(1)] * (len(samples) - 1), "error:ValueError"),
        (lambda samples: [0.5] * len(samples), "error:TypeError"),
        (lambda samples: 1 / 0, "error:ZeroDivisionError"),
        (lambda samples: [Score(1.5, "too much")] * len(samples), "error:range"),
        (lambda samples: [Score(-0.5, "too little")] * len(samples), "error:range"),
    ],
)
def test_a_bug_in_a_verifier_makes_its_samples_unscored(broken, reason):
    class Broken(Verifier):
        def score_all(self, samples):
            return broken(samples)

    scores = scores_of(Broken(), [SAMPLE, SAMPLE])
    assert [(s.value, s.reason) for s in scores] == [(None, reason)] * 2
    assert all(s.name == "Broken" and s.detail["message"] for s in scores)


def test_one_sample_that_breaks_a_verifier_leaves_the_others_scored():
    fragile = verifier(lambda sample: 1 / len(sample.completion) <= 1, name="fragile")
    scores = scores_of(fragile, [Sample(Problem(""), c) for c in ("a", "", "b")])
    assert [s.value for s in scores] == [1.0, None, 1.0]
    assert scores[1].reason == "error:ZeroDivisionError"


def test_threads_keep_the_order_of_the_samples():
    barrier_free = verifier(lambda sample: int(sample.completion) / 100, name="n", concurrency=4)
    samples = [Sample(Problem(""), str(n)) for n in range(100)]
    assert [s.value for s in scores_of(barrier_free, samples)] == [n / 100 for n in range(100)]


def test_a_verifier_without_score_says_so():
    score = guarded_score(type("Empty", (Verifier,), {})(), SAMPLE)
    assert score.value is None
    assert "defines neither score nor score_all" in score.detail["message"]


def test_a_decorated_function_takes_bool_number_none_and_score():
    for result, value in ((True, 1.0), (0.25, 0.25), (None, None), (Score.of(False), 0.0)):
        assert verifier(lambda sample, result=result: result, name="f").score(SAMPLE).value == value


def test_a_decorated_function_can_still_be_called_and_named():
    @verifier(name="style", range=(-1.0, 1.0))
    def polite(sample):
        """Says please."""
        return "please" in sample.completion

    assert polite(Sample(Problem(""), "please")) is True
    assert (polite.name, polite.range, repr(polite), polite.__doc__) == ("style", (-1.0, 1.0), "polite", "Says please.")


@verifier
def picklable(sample):
    return True


class Configured(Verifier):
    def __init__(self, mark, *, level=2, tags=("a",), label=None):
        self.mark, self.level, self.tags, self.label = mark, level, tags, label


@given(st.text(), st.integers(), st.tuples(st.text()), st.none() | st.text())
def test_the_default_repr_is_the_call_that_made_it(mark, level, tags, label):
    made = Configured(mark, level=level, tags=tags, label=label)
    again = eval(repr(made), {"Configured": Configured})
    assert vars(again) == vars(made)
    assert repr(Configured("x")) == "Configured('x')"
