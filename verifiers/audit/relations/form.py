"""Rewards for reasoning tags: which completions are well formed."""

from __future__ import annotations

import functools

from verifiers.audit import case as cases
from verifiers.audit.capabilities import Capabilities
from verifiers.audit.formats import ILL_FORMED, WELL_FORMED
from verifiers.audit.relations.items import filled
from verifiers.audit.relations.relation import Kinds, Relation


def _form(scope: Capabilities) -> Kinds:
    if scope.task != "think_format":
        return {}
    good = {name: filled(form).map(functools.partial(cases.right, scope.gold)) for name, form in WELL_FORMED.items()}
    bad = {name: filled(form).map(functools.partial(cases.wrong, scope.gold)) for name, form in ILL_FORMED.items()}
    return good | bad


FORMAT = Relation("format", "Reasoning between tags and then an answer, and nothing else, is well formed.", _form)
