"""Other people's reward functions as verifiers, as they are: the shapes of TRL, open-r1, verl, OpenRLHF, and plain ones.

    shape      signature                                                        gold goes to
    trl        f(completions, ..., solution=..., **kwargs) -> list              every column that it names, and the usual ones;
                                                                                of a mapping, its keys as columns
    verl       f(data_source, solution_str, ground_truth, extra_info) -> float  ground_truth
    openrlhf   f(queries, prompts, labels) -> tensor or {"rewards": ...}        labels
    pair       f(gold, completion) or f(completion, gold) -> number             the argument named like a gold, else the first
    sample     f(sample) -> number or Score, or f(samples) -> list              Sample.gold

The shape is read off the names of the parameters. Exceptions are not caught here: that a grader raises is a finding.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeAlias

from verifiers.audit.capabilities import Capabilities, Task, declared
from verifiers.base import FunctionVerifier, Verifier
from verifiers.types import Sample, Score

Shape: TypeAlias = Literal["trl", "verl", "openrlhf", "pair", "sample", "samples"]
GOLD_NAMES = ("solution", "answer", "ground_truth", "gold", "target", "label", "labels", "reference", "gt", "expected")
TEST_NAMES = {"tests", "test_cases", "test_list", "unit_tests", "verification_info", "entry_point", "test_code"}
"""Parameters by which a function is known to judge programs."""
NOT_GOLD = {"prompts", "completions", "completion_ids", "trainer_state", "log_extra", "log_metric", "kwargs", "self"}


def shape_of(function: Callable[..., Any]) -> Shape:
    """Which calling convention the function follows.

    Raises:
        TypeError: none that is known.
    """
    parameters = _parameters(function)
    names, required = set(parameters), _required(function)
    if "completions" in names:
        return "trl"
    if {"solution_str", "ground_truth"} <= names:
        return "verl"
    if {"queries", "labels"} <= names or {"queries", "prompts"} <= names:
        return "openrlhf"
    if len(required) == 1:
        return "samples" if required[0].name in ("samples", "batch") else "sample"
    if len(required) == 2:
        return "pair"
    raise TypeError(
        f"{_name(function)}({', '.join(parameters)}) is no reward function of a known shape; wrap it as f(gold, completion)."
    )


def _parameters(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except ValueError:  # A builtin may have none.
        return {}


def _required(function: Callable[..., Any]) -> list[inspect.Parameter]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p for p in _parameters(function).values() if p.default is p.empty and p.kind in kinds]


def adapted(grader: Any, scope: Capabilities) -> Verifier:
    """The grader as a verifier.

    Raises:
        TypeError: it is neither a verifier nor callable in a known shape.
    """
    if isinstance(grader, type) and issubclass(grader, Verifier):
        grader = grader()
    if isinstance(grader, Verifier):
        return grader
    if not callable(grader):
        raise TypeError(f"{grader!r} is a {type(grader).__name__}: give a Verifier or a reward function.")
    shape = shape_of(grader)
    if shape == "sample":
        return FunctionVerifier(grader, range=scope.reward_range or (0.0, 1.0), name=_name(grader))
    data_source = "apps" if scope.task == "code" else "math"
    return Foreign(grader, shape, scope.reward_range or (0.0, 1.0), data_source)


TASKS_OF_OURS: Mapping[str, Task] = {
    "think_format": "think_format",
    "code": "code",
    "judge": "judge",
    "judge_probability": "judge",
    "panel": "judge",
}
"""By the name of the verifier, where it declares nothing."""


def guessed(grader: Any, given: Capabilities | Mapping[str, Any] | None = None) -> Capabilities:
    """What is declared; where nothing is, what the grader's name and parameters say.

    A verifier's name tells its task. A function that is called a code reward, or names a column of tests, judges programs;
    one of TRL's shape that names no gold and is called a format reward looks for reasoning tags; one that is called a judge
    asks a model. How a function wants golds written is found out by trying.
    """
    scope = declared(grader, given)
    if given is not None or getattr(grader, "capabilities", None) is not None:
        return scope
    if isinstance(grader, Verifier | type):
        return replace(scope, task=TASKS_OF_OURS.get(getattr(grader, "name", ""), "answer"))
    return replace(scope, task=_task_of(grader), gold_form=None) if callable(grader) else scope


def _task_of(function: Callable[..., Any]) -> Task:
    words = set(_name(function).lower().split("_"))
    if "code" in words or TEST_NAMES & set(_parameters(function)):
        return "code"
    if "judge" in words:
        return "judge"
    if "format" in words and shape_of(function) == "trl" and not _gold_columns(function):
        return "think_format"
    return "answer"


class Foreign(Verifier):
    """A reward function of another library; one call a batch where its shape takes batches."""

    def __init__(
        self,
        function: Callable[..., Any],
        shape: Shape,
        range: tuple[float, float] = (0.0, 1.0),
        data_source: str = "math",
    ):
        self.function, self.shape, self.range, self.name = function, shape, range, _name(function)
        self.data_source = data_source

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        values = _CALLS[self.shape](self, samples)
        if inspect.isawaitable(values):
            values = asyncio.run(_result_of(values))
        return [_score(value) for value in values]

    def __repr__(self) -> str:
        return f"Foreign({self.name}, {self.shape!r})"


async def _result_of(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


def _score(value: Any) -> Score:
    if isinstance(value, Score):
        return value
    if isinstance(value, Mapping):
        value = value.get("score", value.get("reward", value.get("rewards")))
    if isinstance(value, tuple | list) and value:
        value = value[0]
    return Score.unscored("none", message="the function returned None") if value is None else Score.of(float(value))


def _trl(foreign: Foreign, samples: Sequence[Sample]) -> Any:
    golds = [sample.gold for sample in samples]
    parameters = inspect.signature(foreign.function).parameters
    prompts = [[{"role": "user", "content": sample.problem.prompt}] for sample in samples]
    ids = [list(sample.completion.encode(errors="replace")) for sample in samples]
    arguments: dict[str, Any] = {"prompts": prompts, "completion_ids": ids}
    columns: dict[str, Any] = dict.fromkeys(_gold_columns(foreign.function), golds)
    if all(isinstance(gold, Mapping) for gold in golds):
        columns |= {key: [gold.get(key) for gold in golds] for key in dict.fromkeys(k for gold in golds for k in gold)}
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        columns = dict.fromkeys(GOLD_NAMES, golds) | columns
    else:
        arguments, columns = ({k: v for k, v in given.items() if k in parameters} for given in (arguments, columns))
    chats = [[{"role": "assistant", "content": sample.completion}] for sample in samples]
    return foreign.function(completions=chats, **arguments, **columns)


def _gold_columns(function: Callable[..., Any]) -> list[str]:
    """Parameters without a default that must be columns of the data set: where the gold goes."""
    parameters = inspect.signature(function).parameters.values()
    named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and p.name not in NOT_GOLD]
    return [p.name for p in named if p.default is p.empty or p.name in GOLD_NAMES]


def _verl(foreign: Foreign, samples: Sequence[Sample]) -> list[Any]:
    names = inspect.signature(foreign.function).parameters
    known = {"data_source": foreign.data_source, "extra_info": {}}
    extra: dict[str, Any] = {name: value for name, value in known.items() if name in names}
    return [foreign.function(solution_str=s.completion, ground_truth=s.gold, **extra) for s in samples]


def _openrlhf(foreign: Foreign, samples: Sequence[Sample]) -> Any:
    prompts = [f"{sample.problem.prompt or 'Question?'}\n" for sample in samples]
    queries = [prompt + sample.completion for prompt, sample in zip(prompts, samples)]
    rewards = foreign.function(queries, prompts, [sample.gold for sample in samples])
    if isinstance(rewards, Mapping):
        rewards = rewards["rewards"]
    return rewards.tolist() if hasattr(rewards, "tolist") else rewards


def _pair(foreign: Foreign, samples: Sequence[Sample]) -> list[Any]:
    first, second = [p.name for p in _required(foreign.function)][:2]
    named = {*GOLD_NAMES, *TEST_NAMES}
    gold_second = second in named and first not in named
    call = foreign.function
    return [call(s.completion, s.gold) if gold_second else call(s.gold, s.completion) for s in samples]


_CALLS: Mapping[str, Callable[[Foreign, Sequence[Sample]], Any]] = {
    "trl": _trl,
    "verl": _verl,
    "openrlhf": _openrlhf,
    "pair": _pair,
    "samples": lambda foreign, samples: foreign.function(samples),
}


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def shown(grader: Verifier) -> str:
    """What a report calls it: a function by its name, a verifier by the call that makes it."""
    return grader.name if isinstance(grader, Foreign) else repr(grader)


def _last_word(gold: str, completion: str) -> bool:
    return completion.split()[-1:] == [gold]


EXAMPLES = {Foreign(_last_word, "pair"): [("4", "It is 4", 1.0), ("4", "4 it is", 0.0), ("4", "", 0.0)]}
