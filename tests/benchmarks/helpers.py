"""Small stand-ins for the tests of this folder."""

from benchmarks.results import Attempt, Result
from verifiers import Problem, Sample, Score, Verifier


class LastWord(Verifier):
    """Right where the last word equals the gold as a number, so that "1.0" and "1" are one answer; "?" is no answer."""

    name = "last_word"

    def __init__(self):
        self.calls = 0

    def score(self, sample):
        self.calls += 1
        word = (sample.completion.split() or ["?"])[-1]
        if word == "?":
            return Score.of(False, "no_answer")
        if sample.gold == "bad":
            return Score.unscored("gold_unusable", word)
        try:
            same = float(word) == float(sample.gold)
        except ValueError:
            same = word == sample.gold
        return Score.of(same, "equal" if same else "different", word)

    def check_gold(self, gold):
        return "the gold is 'bad'" if gold == "bad" else None


def attempt(completion, gold="1", id="q", index=0, run="r", **sample):
    return Attempt(Sample(Problem("p", gold, id), completion, **sample), index, run)


def results_of(answers, gold="1", id="q", run="r", verifier=None):
    """One result for each answer, in order."""
    verifier = verifier or LastWord()
    attempts = [attempt(f"so {answer}", gold, id, index, run) for index, answer in enumerate(answers)]
    return [Result(a, verifier.score(a.sample)) for a in attempts]
