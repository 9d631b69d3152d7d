"""A reward from a TOML table.

    [reward]
    formula = "0.8 * answer + 0.2 * form"       # without it, the parts are added up, each times its weight

    [reward.answer]
    use = "verifiers.math:MathVerifier"         # module:object, yours as well as ours

    [reward.form]
    use = "verifiers.format:ThinkFormat"
    answer_tags = true                          # all other keys are arguments
    weight = 0.2                                # only where there is no formula; 1.0 by default

A part without a `use` is used by its own name: `math = 0.8`, `think_format = { weight = 0.2, opened = true }`. Short
names are those of SHORT below, and those that an installed package gives its verifiers by entry points of the group
`assay.verifiers`. A table inside a part that has a `use` of its own is a verifier as an argument. An object that is a
verifier already, such as a function under `@verifier`, takes no arguments.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from verifiers.base import Verifier
from verifiers.formula import FormulaError, read_formula

ENTRY_POINTS = "assay.verifiers"
SHORT = {
    "math": "verifiers.math:MathVerifier",
    "code": "verifiers.code:CodeVerifier",
    "exact": "verifiers.exact:ExactMatch",
    "choice": "verifiers.choice:MultipleChoice",
    "think_format": "verifiers.format:ThinkFormat",
    "length": "verifiers.text:Length",
    "ifeval": "verifiers.instructions:IFEval",
}
"""The verifiers that most rewards are made of; all others by import path."""


class ConfigError(ValueError):
    """What is wrong with a configuration: the key, what was seen, what to write instead."""


def reward_from_config(table: Mapping[str, Any], *, key: str = "reward") -> Verifier:
    """The verifier that a `[reward]` table describes.

    Args:
        key: the table's name, for the messages.

    Raises:
        ConfigError: with the key that is wrong.
    """
    if not isinstance(table, Mapping):
        raise ConfigError(f"{key} = {table!r}: write a table, [{key}], with a table for each part.")
    if "use" in table:  # a reward of one part needs no name for it
        return weighted({key: table}, key)
    formula = table.get("formula")
    parts = {name: _part(name, part, f"{key}.{name}") for name, part in table.items() if name != "formula"}
    if not parts:
        raise ConfigError(f'{key} has no part: write [{key}.NAME] with use = "module:object".')
    if formula is None:
        return weighted({f"{key}.{name}": part for name, part in parts.items()}, key)
    if heavy := next((name for name, part in parts.items() if part.get("weight", 1.0) != 1.0), None):
        raise ConfigError(f"{key}.{heavy}.weight: with a formula, weights stand in the formula.")
    made = {name: verifier_from_config(part, f"{key}.{name}") for name, part in parts.items()}
    try:
        return read_formula(str(formula), made)
    except FormulaError as error:
        raise ConfigError(f"{key}.formula: {error}") from None


def _part(name: str, part: Any, key: str) -> dict[str, Any]:
    """A part written out: `math = 0.8` is a weight, and what has no `use` is used by its own name."""
    if isinstance(part, int | float) and not isinstance(part, bool):
        part = {"weight": part}
    if not isinstance(part, Mapping):
        raise ConfigError(f'{key} = {part!r}: write a weight, or a table [{key}] with use = "module:object".')
    return {"use": name, **part}


def weighted(parts: Mapping[str, Mapping[str, Any]], key: str) -> Verifier:
    """The sum of the parts, each times its weight."""
    terms = []
    for name, part in parts.items():
        weight = part.get("weight", 1.0)
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise ConfigError(f"{name}.weight = {weight!r}: write a number.")
        made = verifier_from_config(part, name)
        try:
            terms.append(made if weight == 1 else weight * made)
        except ValueError as error:
            raise ConfigError(f"{name}.weight: {error}") from None
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def verifier_from_config(table: Mapping[str, Any], key: str) -> Verifier:
    """One part: the object that `use` names, made with the other keys."""
    if not isinstance(table.get("use"), str):
        raise ConfigError(f'{key} has no use: write use = "module:object", e.g. "verifiers.format:ThinkFormat".')
    thing = load_object(table["use"], f"{key}.use")
    arguments = {
        name: verifier_from_config(value, f"{key}.{name}") if isinstance(value, Mapping) and "use" in value else value
        for name, value in table.items()
        if name not in ("use", "weight")
    }
    if isinstance(thing, Verifier):
        if arguments:
            raise ConfigError(
                f"{key}.{next(iter(arguments))}: {table['use']} is a verifier already and takes no arguments."
            )
        return thing
    if not callable(thing):
        raise ConfigError(f"{key}.use = {table['use']!r} is a {type(thing).__name__}, no verifier and no class of one.")
    _check_arguments(thing, arguments, key, table["use"])
    try:
        made = thing(**arguments)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{key}: {table['use']} refuses its arguments: {error}") from None
    if not isinstance(made, Verifier):
        raise ConfigError(
            f"{key}.use = {table['use']!r} made a {type(made).__name__}, no verifier; put @verifier above the function."
        )
    return made


def load_object(path: str, key: str = "use") -> Any:
    """What an import path `module:object` names, or the short name of an entry point.

    Raises:
        ConfigError: no such module, no such object, no such short name.
    """
    module_name, colon, attribute = path.partition(":")
    if not colon:
        named = SHORT | {point.name: point.value for point in entry_points(group=ENTRY_POINTS)}
        if path not in named:
            close = difflib.get_close_matches(path, named, n=1)
            hint = f"did you mean {close[0]!r}? Or " if close else ""
            known = ", ".join(sorted(named))
            raise ConfigError(f'{key} = {path!r}: {hint}write an import path, "module:object", or one of {known}.')
        module_name, _, attribute = named[path].partition(":")
    try:
        thing: Any = importlib.import_module(module_name)
    except (ImportError, ValueError) as error:
        raise ConfigError(f"{key} = {path!r}: cannot import {module_name!r} ({error}).") from None
    for step in attribute.split("."):
        if not hasattr(thing, step):
            public = (
                ", ".join(name for name in vars(thing) if not name.startswith("_"))
                if hasattr(thing, "__dict__")
                else ""
            )
            raise ConfigError(f"{key} = {path!r}: {module_name} has no {attribute!r}; it has {public[:300]}.")
        thing = getattr(thing, step)
    return thing


def _check_arguments(thing: Any, arguments: Mapping[str, Any], key: str, use: str) -> None:
    try:
        parameters = inspect.signature(thing).parameters
    except (TypeError, ValueError):
        return
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    names = [name for name, p in parameters.items() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    if unknown := next((name for name in arguments if name not in names and not takes_any), None):
        raise ConfigError(f"{key}.{unknown}: {use} has no such argument; it has {', '.join(names) or 'none'}.")
    for name in names:
        if parameters[name].default is inspect.Parameter.empty and name not in arguments:
            raise ConfigError(f"{key}.{name} is missing: {use} needs it.")
