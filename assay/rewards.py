"""The [reward] table of a training config: verifiers with their weights, or one object of the user's own.

    [reward]                                    [reward]
    math = 0.9                                  path = "my_rewards:reward"
    think_format = { weight = 0.1, opened = true }

The table on the left is that of `verifiers.config`: short names, `use = "module:object"`, formulas. A path names a
Verifier, a class of one, or a function from samples to numbers; its module is installed or stands beside the config.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from assay.errors import AssayError
from verifiers import Sample, Score, Verifier
from verifiers.config import ConfigError, reward_from_config


def reward_of(table: Mapping[str, Any], folder: Path) -> Any:
    """The Verifier (or plain reward function) that the table describes.

    Args:
        folder: where the config stands; modules beside it can be imported.

    Raises:
        AssayError: an unknown name, an option that the reward does not take, a path that leads nowhere.
    """
    if "path" in table:
        if len(table) > 1:
            raise AssayError("[reward] has `path` and other keys; combine them inside the module: 0.9 * math + ...")
        return import_reward(str(table["path"]), folder)
    if not table:
        raise AssayError('[reward] is empty; write e.g. `math = 1.0`, or `path = "module:object"`.')
    _make_importable(folder)
    try:
        return reward_from_config(table)
    except ConfigError as error:
        raise AssayError(str(error)) from error


def import_reward(path: str, folder: Path) -> Any:
    """The object that `module:object` names.

    Raises:
        AssayError: the path has another form, the module cannot be imported, or it has no such object.
    """
    module_name, colon, name = path.partition(":")
    if not (module_name and colon and name):
        raise AssayError(f"[reward] path = {path!r}: write module:object, e.g. my_rewards:reward for my_rewards.py.")
    _make_importable(folder)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name.split(".")[0]:
            raise
        raise AssayError(
            f"[reward] path = {path!r}: there is no module {error.name!r} in {folder} or installed."
        ) from error
    if not hasattr(module, name):
        public = ", ".join(n for n in vars(module) if not n.startswith("_")) or "nothing"
        raise AssayError(f"[reward] path = {path!r}: the module has no {name!r}; it has {public}.")
    found = getattr(module, name)
    found = found() if isinstance(found, type) and issubclass(found, Verifier) else found
    if not isinstance(found, Verifier) and not callable(found):
        raise AssayError(
            f"[reward] path = {path!r} is a {type(found).__name__}; give a Verifier or a function of samples."
        )
    return found


def as_verifier(reward: Any) -> Verifier:
    """The reward itself where it is a Verifier, else one that asks the function."""
    return reward if isinstance(reward, Verifier) else PlainReward(reward)


class PlainReward(Verifier):
    """A function from samples to numbers, seen as a verifier."""

    range = (float("-inf"), float("inf"))

    def __init__(self, fn: Callable[[Sequence[Sample]], Sequence[float | None]]):
        self.fn, self.name = fn, getattr(fn, "__name__", type(fn).__name__)

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        return [Score.unscored("none") if v is None else Score.of(float(v), "reward") for v in self.fn(samples)]


def _make_importable(folder: Path) -> None:
    """Modules beside the config can be named in it."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
