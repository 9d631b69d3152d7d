"""From samples to numbers: deadlines, callbacks, golds."""

import threading

from verifiers import Problem, Sample, Score, Verifier, as_reward, check_gold, score_all, verifier

SAMPLES = [Sample(Problem("", gold=g), c) for g, c in (("1", "1"), ("2", "1"), (None, "1"))]


@verifier
def same(sample):
    return None if sample.gold is None else sample.gold == sample.completion


def test_scores_come_in_order_named_and_from_any_iterable():
    scores = score_all(same, iter(SAMPLES))
    assert [(s.name, s.value) for s in scores] == [("same", 1.0), ("same", 0.0), ("same", None)]


def test_no_samples_give_no_scores():
    assert score_all(same, []) == []
    assert as_reward(same)([]) == []


def test_a_verifier_past_the_deadline_leaves_the_batch_unscored():
    release = threading.Event()

    @verifier
    def stalls(sample):
        release.wait(60)
        return True

    scores = score_all(stalls, SAMPLES, deadline_s=0.05)
    release.set()
    assert [(s.value, s.reason) for s in scores] == [(None, "unavailable:deadline")] * 3
    assert "stalls gave no scores within 0.05 s" in scores[0].detail["message"]


def test_a_verifier_within_the_deadline_is_not_disturbed_by_it():
    assert score_all(same, SAMPLES, deadline_s=60) == score_all(same, SAMPLES)


def test_a_reward_is_numbers_and_none_and_shows_its_scores_to_whoever_logs_them():
    seen = []
    reward = as_reward(same, on_scores=lambda samples, scores: seen.append((list(samples), scores)))
    assert reward(SAMPLES) == [1.0, 0.0, None]
    assert reward.__name__ == "same"
    assert reward.verifier is same
    [(samples, scores)] = seen
    assert samples == SAMPLES
    assert [s.value for s in scores] == [1.0, 0.0, None]


def test_unusable_golds_are_listed_by_id_or_position():
    class NeedsDigits(Verifier):
        def score(self, sample):
            return Score.of(True)

        def check_gold(self, gold):
            return None if str(gold).isdigit() else f"gold {gold!r} is not a number; write digits."

    problems = [Problem("", "1", id="a"), Problem("", "x", id="b"), Problem("", "y")]
    complaints = {"b": "gold 'x' is not a number; write digits.", "#2": "gold 'y' is not a number; write digits."}
    assert check_gold(NeedsDigits(), problems) == complaints
    assert check_gold(same & (2 * NeedsDigits()), problems) == complaints
