"""Which samples are completions of the same problem."""

from __future__ import annotations

import json
from collections.abc import Sequence

from verifiers.types import Problem, Sample


def groups_of(samples: Sequence[Sample]) -> list[list[int]]:
    """Positions of the samples of each problem, groups in order of first appearance.

    Problems are the same where id and prompt are equal, whether or not they are the same object: samples that came back
    from disk or over HTTP stay in their group.
    """
    keys: dict[int, tuple[str, str]] = {}  # by object, so that a prompt is not serialised for each of its samples
    groups: dict[tuple[str, str], list[int]] = {}
    for position, sample in enumerate(samples):
        problem = sample.problem
        key = keys.get(id(problem)) or keys.setdefault(id(problem), _key(problem))
        groups.setdefault(key, []).append(position)
    return list(groups.values())


def _key(problem: Problem) -> tuple[str, str]:
    prompt = problem.prompt
    return problem.id, prompt if isinstance(prompt, str) else json.dumps(prompt, sort_keys=True, default=repr)
