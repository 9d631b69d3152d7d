"""Majority, pass@k, diversity and relative length: against other ways to compute them."""

import itertools
from math import comb
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample, gate, verifier
from verifiers.example import ends_in_gold
from verifiers.group import Diversity, MajorityVote, PassAtK, RelativeLength

VERDICTS = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=7)


def samples(completions, problem="p", gold="4", tokens=None):
    shared = Problem("", gold, id=problem)
    return [Sample(shared, c, tokens[i] if tokens else None) for i, c in enumerate(completions)]


@verifier
def verdict(sample):
    return {"T": True, "F": False, "N": None}[sample.completion[0]]


def completions_of(verdicts):
    return [{True: "T", False: "F", None: "N"}[v] for v in verdicts]


@given(VERDICTS, st.integers(1, 4))
def test_pass_at_k_credits_the_subsets_that_pass_with_a_sample_in_them(verdicts, k):
    values = [s.value for s in PassAtK(verdict, k).score_all(samples(completions_of(verdicts)))]
    scored = [i for i, v in enumerate(verdicts) if v is not None]
    for i, value in enumerate(values):
        if verdicts[i] is None or len(scored) < k:
            assert value is None
        else:
            subsets = [s for s in itertools.combinations(scored, k) if i in s]
            assert value == pytest.approx(fmean(any(verdicts[j] for j in s) for s in subsets))


@given(VERDICTS, st.integers(1, 4))
def test_the_mean_of_the_credits_is_pass_at_k(verdicts, k):
    values = [s.value for s in PassAtK(verdict, k).score_all(samples(completions_of(verdicts))) if s.value is not None]
    known = [v for v in verdicts if v is not None]
    n, c = len(known), sum(known)
    if n >= k:
        assert fmean(values) == pytest.approx(1 - comb(n - c, k) / comb(n, k))
    if k == 1:
        assert values == [float(v) for v in known]


@given(st.lists(st.sampled_from(["4", "5", "6", None]), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_majority_is_the_one_most_frequent_answer_in_any_order(answers, rng):
    group = samples(["" if a is None else f"\\boxed{{{a}}}" for a in answers])
    votes = [a for a in answers if a is not None]
    leaders = [a for a in set(votes) if votes.count(a) == max(map(votes.count, votes))]
    expected = [float(len(leaders) == 1 and a == leaders[0]) for a in answers]
    assert [s.value for s in MajorityVote().score_all(group)] == expected
    order = list(range(len(group)))
    rng.shuffle(order)
    assert [s.value for s in MajorityVote().score_all([group[i] for i in order])] == [expected[i] for i in order]


def test_answers_that_a_verifier_calls_equal_vote_together():
    same_parity = verifier(lambda s: int(s.gold) % 2 == int(s.completion[7:-1]) % 2, name="parity")
    group = samples([f"\\boxed{{{n}}}" for n in (2, 4, 6, 3, 5)])
    assert [s.value for s in MajorityVote().score_all(group)] == [0.0] * 5
    assert [s.value for s in MajorityVote(same_parity).score_all(group)] == [1.0, 1.0, 1.0, 0.0, 0.0]


def test_groups_do_not_see_each_other_however_they_are_mixed():
    p, q = samples(["\\boxed{4}", "\\boxed{4}", "\\boxed{5}"]), samples(["\\boxed{5}", "\\boxed{5}", "\\boxed{4}"], "q")
    mixed = [sample for pair in zip(p, q) for sample in pair]
    for v in (MajorityVote(), PassAtK(ends_in_gold, 2), Diversity(), RelativeLength(ends_in_gold, unit="characters")):
        apart = zip(v.score_all(p), v.score_all(q))
        assert v.score_all(mixed) == [score for pair in apart for score in pair], v


def test_a_majority_needs_its_share():
    group = samples(["\\boxed{4}"] * 2 + ["\\boxed{5}", "\\boxed{6}", ""])
    assert MajorityVote(share=0.4).score_all(group)[0].value == 1.0
    assert MajorityVote(share=0.5).score_all(group)[0].reason == "no_majority"


def test_behind_a_gate_the_whole_group_votes():
    """The malformed siblings vote too; only their own reward is cut."""
    well_formed = verifier(lambda s: s.completion.startswith("ok"), name="well_formed")
    group = samples(["ok \\boxed{4}", "\\boxed{5}", "\\boxed{5}"])
    assert [s.value for s in (gate(well_formed) * MajorityVote()).score_all(group)] == [0.0, 0.0, 0.0]


@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=5).map(" ".join), min_size=2, max_size=5))
def test_diversity_is_one_minus_the_mean_jaccard_similarity(texts):
    values = [s.value for s in Diversity(n=1).score_all(samples(texts))]
    sets = [set(text.split()) for text in texts]
    for i, value in enumerate(values):
        similar = [len(sets[i] & s) / len(sets[i] | s) for j, s in enumerate(sets) if j != i]
        assert value == pytest.approx(1 - fmean(similar))


def test_only_right_samples_are_rewarded_for_being_different():
    group = samples(["nonsense 5", "so 4", "thus 4", "thus 4"])
    values = [s.value for s in Diversity(ends_in_gold, n=1).score_all(group)]
    assert values[0] == 0.0
    assert values[1] > values[2] == values[3] > 0


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=6))
def test_relative_length_is_the_reward_of_kimi(drawn):
    lengths = [n for n, _ in drawn]
    group = samples(["T" if right else "F" for _, right in drawn], tokens=lengths)
    values = [s.value for s in RelativeLength(verdict).score_all(group)]
    low, high = min(lengths), max(lengths)
    for (n, right), value in zip(drawn, values):
        expected = 0.5 - (n - low) / (high - low) if high > low else 0.0
        assert value == pytest.approx(expected if right else min(0.0, expected))


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=6))
def test_among_the_right_a_wrong_sample_changes_nothing(drawn):
    v = RelativeLength(verdict, among="right")
    group = samples(["T" if right else "F" for _, right in drawn], tokens=[n for n, _ in drawn])
    alone = [s for s in group if s.completion == "T"]
    by_sample = dict(zip(map(id, alone), (s.value for s in v.score_all(alone))))
    for sample, score in zip(group, v.score_all(group)):
        assert score.value == by_sample.get(id(sample), 0.0)


def test_arguments_that_make_no_sense_are_refused():
    for make in (
        lambda: PassAtK(verdict, 0),
        lambda: MajorityVote(share=2),
        lambda: Diversity(n=0),
        lambda: RelativeLength(verdict, among="wrong"),
    ):
        with pytest.raises(ValueError, match=r"\w+\("):
            make()
