"""Robustness: every text gets a score, in bounded time, from any thread."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from verifiers.audit import case as cases
from verifiers.audit.answers import typed_answers
from verifiers.audit.capabilities import Capabilities
from verifiers.audit.case import Call, Case
from verifiers.audit.programs.golds import submission
from verifiers.audit.relations.items import plain_items, some_gold
from verifiers.audit.relations.relation import Kinds, Relation
from verifiers.audit.soup import BOMBS, HUGE, tex_soup
from verifiers.audit.styles import completion


def _totality(scope: Capabilities) -> Kinds:
    golds = typed_answers(scope.types()).map(lambda a: a.gold) if scope.task == "answer" else st.just(some_gold(scope))
    verdict = cases.survived if scope.abstains else cases.scored
    soup = {"soup": st.builds(verdict, golds, tex_soup())}
    if scope.task == "code":
        soup["soup as a program"] = st.builds(verdict, golds, tex_soup().map(lambda text: submission(text + "\n")))
    huge = {name: st.just(verdict(some_gold(scope), text)) for name, text in HUGE.items()}
    return soup | huge


def _bounded_time(scope: Capabilities) -> Kinds:
    if scope.task != "answer":
        return {}

    def bomb(text: str, thread: bool) -> SearchStrategy[Case]:
        return st.just(cases.scored(some_gold(scope), completion(text, scope.styles[0]), thread))

    threads = {"": False, ", off the main thread": True} if scope.thread_safe else {"": False}
    return {name + where: bomb(text, thread) for name, text in BOMBS.items() for where, thread in threads.items()}


def _threads(scope: Capabilities) -> Kinds:
    if not scope.thread_safe:
        return {}

    def both(item: tuple[Any, str]) -> Case:
        return Case((Call((item,)), Call((item,), thread=True)), cases.judge_same)

    return {"off the main thread": plain_items(scope).map(both)}


TOTALITY = Relation("totality", "Every text gets a score.", _totality)

BOUNDED_TIME = Relation("bounded time", "No answer takes longer than the time limit.", _bounded_time)

THREADS = Relation("threads", "The verdict is the same from any thread.", _threads)
