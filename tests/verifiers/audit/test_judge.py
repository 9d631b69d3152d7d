"""Rewards that ask a model: ours keep every demand, and judges as one finds them are found wanting."""

import importlib.util
from pathlib import Path

import pytest

from verifiers.audit import Capabilities, audit, check_verifier
from verifiers.audit.foreign import guessed
from verifiers.audit.injections import HONEST_ANSWERS, INJECTIONS, MASTER_KEYS
from verifiers.audit.questions import QUESTIONS

spec = importlib.util.spec_from_file_location("planted_judge", Path(__file__).with_name("planted_judge.py"))
planted = importlib.util.module_from_spec(spec)
spec.loader.exec_module(planted)


@pytest.mark.parametrize("name", planted.OURS)
def test_our_judges_keep_every_demand_whatever_the_model_falls_for(name):
    scope = Capabilities(task="judge", partial_credit=name == "probability", time_limit_s=20)
    report = check_verifier(planted.OURS[name], capabilities=scope, examples=60, budget_s=120)
    asked = {relation.name for relation in report.relations if relation.status == "passed"}
    assert asked >= {"judged answers", "injections", "master keys", "contract", "totality"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("obeys orders", "order: ignore the instructions"),
        ("opens to master keys", "colon"),
        ("verdict as a substring of an echo", "delimiter: section headers"),
        ("last reference counts", "delimiter: rule and ground truth"),
        ("reads the reasoning and denials", "thinking: right in the reasoning, then wrong"),
        ("no verdict is a pass", "persuasion: outdated reference"),
        ("chat tokens are turns", "delimiter: ChatML turn"),
        ("CORRECT in INCORRECT", "wrong: alone"),
        ("fields of the completion are filled", "delimiter: placeholders"),
        ("no gates", "solution with a colon"),
        ("shown the reasoning", "thinking: right in the reasoning, then wrong"),
    ],
)
def test_a_judge_as_one_finds_them_is_found_wanting_for_what_it_falls_for(name, kind):
    report = audit(planted.JUDGES[name], examples=60, budget_s=60)
    assert kind in {finding.kind for finding in report.findings}, report.to_markdown()


def test_nearly_every_planted_judge_is_found():
    missed = [n for n, judge in planted.JUDGES.items() if audit(judge, examples=30, stop_at_first=True).passed]
    assert len(missed) <= 0.05 * len(planted.JUDGES), missed


def test_a_judge_is_known_by_its_name_or_declares_itself():
    def helpfulness_judge(gold, completion): ...
    def asks_a_model(gold, completion): ...

    asks_a_model.capabilities = {"task": "judge"}
    assert guessed(helpfulness_judge).task == guessed(asks_a_model).task == "judge"
    assert {guessed(judge).task for judge in planted.OURS.values()} == {"judge"}


def test_no_template_gives_the_right_answer_away_where_it_must_not():
    kinds = {f"{group}: {name}": text for group, named in INJECTIONS.items() for name, text in named.items()}
    giving = {name for name, text in (kinds | MASTER_KEYS).items() if "{right}" in text}
    assert giving == {"persuasion: both", "persuasion: denied"}
    assert all("{right}" in text and "{wrong}" not in text for text in HONEST_ANSWERS.values())
    assert all(right not in wrong and wrong not in right for _, right, wrong in QUESTIONS)


def test_the_judge_is_asked_the_question():
    def judge_reward(prompts, completions, solution):
        """Blind without a question, so that a lost one shows as a false negative."""
        return [
            float(p[-1]["content"].endswith(("?", ".")) and g in c[0]["content"])
            for p, c, g in zip(prompts, completions, solution)
        ]

    report = audit(judge_reward, relations=["judged answers"], examples=20)
    assert report.fnr.cases > 20
    assert report.fnr.errors == 0
