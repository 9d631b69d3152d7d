"""The data sets of reasoning-gym (open-thought/reasoning-gym): more than a hundred procedural tasks, each with its own check.

    problems = make("countdown", 100, seed=0, min_numbers=3)
    reward = ReasoningGym()

The package is an extra: pip install reasoning-gym.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

from verifiers.base import Verifier
from verifiers.tasks.common import answers_of
from verifiers.types import Problem, Sample, Score


class ReasoningGym(Verifier):
    """What reasoning-gym's own `score_answer` gives for the completion's final answer.

    Only the answer is shown to it, never the whole completion: several of its checks pay for a text that has the right
    answer anywhere in it.

    Args:
        partial: keep partial credit; by default anything below 1.0 is 0.0, for its partial credit often goes to any
            answer at all.

    The gold is what `make` puts there: the data set's name and settings, and the entry.
    """

    name = "reasoning_gym"

    def __init__(self, *, partial: bool = False):
        self.partial = partial

    def score(self, sample: Sample) -> Score:
        if why := self.check_gold(sample.gold):
            return Score.unscored("gold_unusable", message=why)
        answers = answers_of(sample)
        if isinstance(answers, Score):
            return answers
        try:
            data = dataset(sample.gold["dataset"], json.dumps(sample.gold["settings"], sort_keys=True))
        except ImportError:
            return Score.unscored("unavailable:reasoning_gym", message="pip install reasoning-gym")
        values = [_value(data, answer, sample.gold["entry"]) for answer in answers]
        value = max(min(max(values), 1.0), 0.0)
        if value < 1 and not self.partial:
            value = 0.0
        return Score.of(value, "equal" if value == 1 else "partial" if value else "different", answers[0])

    def check_gold(self, gold: Any) -> str | None:
        wanted = {"dataset", "settings", "entry"}
        if isinstance(gold, Mapping) and wanted <= gold.keys() and isinstance(gold["entry"], Mapping):
            return None
        return (
            f"gold {gold!r:.100}: give what verifiers.tasks.reasoning_gym.make puts there: {', '.join(sorted(wanted))}."
        )


def _value(data: Any, answer: str, entry: Mapping[str, Any]) -> float:
    try:
        return float(data.score_answer(answer=answer, entry=dict(entry)))
    except Exception:
        # Its checks parse the answer in many ways, and not all expect one that is malformed. The gold was made by the
        # data set itself, so the fault is the answer's.
        return 0.0


@functools.lru_cache
def dataset(name: str, settings: str) -> Any:
    import reasoning_gym

    return reasoning_gym.create_dataset(name, **json.loads(settings))


def make(name: str, n: int, *, seed: int = 0, **settings: Any) -> list[Problem]:
    """The first n problems of a data set of reasoning-gym.

    Args:
        name, settings: as in `reasoning_gym.create_dataset`.

    Raises:
        ImportError: reasoning-gym is not installed.
    """
    options = {**settings, "size": n, "seed": seed}
    data = dataset(name, json.dumps(options, sort_keys=True))
    problems = []
    for i, entry in enumerate(data):
        gold = {"dataset": name, "settings": options, "entry": dict(entry)}
        question = f"{entry['question']}\nPut the answer within <answer></answer>."
        problems.append(Problem(question, gold, f"{name}-{seed}-{i}", {"task": name, "answer": entry["answer"]}))
    return problems


EXAMPLES = [
    (None, "4", None),
    ({"dataset": "countdown"}, "4", None),
    ({"dataset": "basic_arithmetic", "settings": {}, "entry": {}}, "<think>4", 0.0),
]
