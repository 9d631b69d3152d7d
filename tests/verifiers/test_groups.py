"""Samples of one problem find each other."""

from verifiers import Problem, Sample
from verifiers.groups import groups_of


def test_samples_group_by_id_and_prompt_whatever_the_object_and_the_order():
    a, a_again, b = Problem("q", id="a"), Problem("q", id="a"), Problem("q", id="b")
    samples = [Sample(p, "") for p in (a, b, a_again, b, a)]
    assert groups_of(samples) == [[0, 2, 4], [1, 3]]


def test_without_an_id_the_prompt_decides():
    chat = [{"role": "user", "content": "q"}]
    samples = [Sample(Problem(p), "") for p in ("q", chat, "r", list(chat), "q")]
    assert groups_of(samples) == [[0, 4], [1, 3], [2]]
