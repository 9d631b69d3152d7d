"""JSON Schema (2020-12), compiled to functions: the part that describes what a model is asked to write.

Checked: type, enum, const; minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf; minLength, maxLength,
pattern; items, prefixItems, minItems, maxItems, uniqueItems, contains; properties, required, additionalProperties,
patternProperties, propertyNames, minProperties, maxProperties, dependentRequired; allOf, anyOf, oneOf, not,
if/then/else; $ref to "#" or "#/$defs/...". Annotations (title, description, default, examples, format, ...) are read
past, any other keyword is refused.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import regex

Check: TypeAlias = Callable[[Any], str | None]
"""What is wrong with a value, in a sentence; None where nothing is."""
Compile: TypeAlias = Callable[[Any], Check]

ANNOTATIONS = {"$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples"}
ANNOTATIONS |= {"format", "deprecated", "readOnly", "writeOnly", "then", "else"}  # `if` reads the last two
TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda v: v is None,
    "boolean": lambda v: isinstance(v, bool),
    "number": lambda v: _number(v),
    "integer": lambda v: _number(v) and v == v // 1,
    "string": lambda v: isinstance(v, str),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
}
PATTERN_TIME_LIMIT_S = 0.2


class SchemaError(ValueError):
    """The schema is unusable, and why."""


class Schema:
    """A compiled schema.

    >>> Schema({"type": "integer", "maximum": 9}).fault(12)
    '12 is more than 9'

    Raises:
        SchemaError: it is no schema, or has a keyword that is not checked here.
    """

    def __init__(self, schema: Any):
        self._root, self._refs = schema, {}  # type: tuple[Any, dict[str, Check]]
        self._check = self._compile(schema)

    def fault(self, value: Any) -> str | None:
        """What is wrong with the value, in a sentence; None where it fits."""
        try:
            return self._check(value)
        except RecursionError:
            return "nested too deeply"
        except TimeoutError:
            return "a pattern took too long on this text"

    def _compile(self, schema: Any) -> Check:
        if isinstance(schema, bool):
            return _pass if schema else lambda v: "nothing is allowed here"
        if not isinstance(schema, Mapping):
            raise SchemaError(f"{schema!r:.100} is no JSON schema: a schema is an object, or true or false.")
        checks = []
        for key, given in schema.items():
            if key in ANNOTATIONS:
                continue
            try:
                checks.append(self._keyword(key, given, schema))
            except (TypeError, AttributeError, KeyError, regex.error) as error:
                raise SchemaError(f"schema has {key}: {given!r:.100}, which cannot be used ({error!r}).") from None
        return _all(checks)

    def _keyword(self, key: str, given: Any, schema: Mapping[str, Any]) -> Check:
        if key in _VALUES:
            return _VALUES[key](given)
        if key in _SCHEMAS:
            return _SCHEMAS[key](self._compile, given, schema)
        if key == "$ref":
            return self._ref(given)
        raise SchemaError(f"schema keyword {key!r} is not checked here; leave it out, or check it with a verifier.")

    def _ref(self, pointer: str) -> Check:
        """The schema that a `$ref` within this document points to."""
        if pointer not in self._refs:
            node = self._root
            try:
                for step in pointer.removeprefix("#").split("/")[1:]:
                    node = node[step.replace("~1", "/").replace("~0", "~")]
            except (KeyError, TypeError):
                raise SchemaError(f"schema has $ref {pointer!r}, which points nowhere.") from None
            self._refs[pointer] = lambda v: self._refs[pointer](v)  # a schema may refer to itself
            self._refs[pointer] = self._compile(node)
        return lambda v: self._refs[pointer](v)


def _number(v: Any) -> bool:
    return isinstance(v, int | float) and not isinstance(v, bool)


def _pass(v: Any) -> None:
    return None


def _all(checks: list[Check]) -> Check:
    def check(v: Any) -> str | None:
        return next((fault for c in checks if (fault := c(v))), None)

    return checks[0] if len(checks) == 1 else check


def _shown(v: Any) -> str:
    text = json.dumps(v) if isinstance(v, dict | list) else repr(v)
    return text if len(text) <= 60 else text[:57] + "..."


def _when(applies: Callable[[Any], bool], holds: Callable[[Any], bool], fault: str) -> Check:
    """A keyword that says something of one type of value only."""
    return lambda v: f"{_shown(v)} {fault}" if applies(v) and not holds(v) else None


def same(a: Any, b: Any) -> bool:
    """Equality of JSON values: 1 and 1.0 are the same, 1 and true are not."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and a == b if isinstance(a, str) or isinstance(b, str) else a == b


def _key(v: Any) -> str:
    """Equal for equal JSON values, so that many can be compared in linear time."""
    if _number(v) and v == v // 1:
        v = int(v)
    if isinstance(v, list):
        return f"[{','.join(map(_key, v))}]"
    if isinstance(v, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{_key(v[k])}" for k in sorted(v)) + "}"
    return json.dumps(v)


def _type(given: Any) -> Check:
    names = [given] if isinstance(given, str) else list(given)
    tests = [TYPES[name] for name in names]
    return lambda v: None if any(test(v) for test in tests) else f"{_shown(v)} is not of type {' or '.join(names)}"


def _pattern(given: str) -> Check:
    compiled = regex.compile(given)
    return _when(
        TYPES["string"],
        lambda v: compiled.search(v, timeout=PATTERN_TIME_LIMIT_S) is not None,
        f"does not match {given}",
    )


def _unique(given: bool) -> Check:
    return _when(TYPES["array"], lambda v: not given or len(set(map(_key, v))) == len(v), "has an item twice")


def _required(given: list[str]) -> Check:
    names = list(given)
    return lambda v: (
        f"{missing[0]!r} is missing" if isinstance(v, dict) and (missing := [k for k in names if k not in v]) else None
    )


def _dependent(given: Mapping[str, list[str]]) -> Check:
    checks = {key: _required(names) for key, names in given.items()}
    return lambda v: (
        next((f for key, c in checks.items() if key in v and (f := c(v))), None) if isinstance(v, dict) else None
    )


_VALUES: dict[str, Callable[[Any], Check]] = {
    "type": _type,
    "enum": lambda g: _when(lambda v: True, lambda v: any(same(v, x) for x in g), f"is not one of {_shown(list(g))}"),
    "const": lambda g: _when(lambda v: True, lambda v: same(v, g), f"is not {_shown(g)}"),
    "minimum": lambda g: _when(_number, lambda v: v >= g, f"is less than {g + 0}"),
    "maximum": lambda g: _when(_number, lambda v: v <= g, f"is more than {g + 0}"),
    "exclusiveMinimum": lambda g: _when(_number, lambda v: v > g, f"is not more than {g + 0}"),
    "exclusiveMaximum": lambda g: _when(_number, lambda v: v < g, f"is not less than {g + 0}"),
    # Decimal fractions as they are written: 0.3 is a multiple of 0.1, though not as binary floats.
    "multipleOf": lambda g: _when(
        _number,
        lambda v: math.isfinite(v) and Fraction(str(v)) % Fraction(str(g)) == 0,
        f"is not a multiple of {g + 0}",
    ),
    "minLength": lambda g: _when(TYPES["string"], lambda v: len(v) >= g, f"is shorter than {g + 0}"),
    "maxLength": lambda g: _when(TYPES["string"], lambda v: len(v) <= g, f"is longer than {g + 0}"),
    "pattern": _pattern,
    "minItems": lambda g: _when(TYPES["array"], lambda v: len(v) >= g, f"has fewer than {g + 0} items"),
    "maxItems": lambda g: _when(TYPES["array"], lambda v: len(v) <= g, f"has more than {g + 0} items"),
    "uniqueItems": _unique,
    "required": _required,
    "dependentRequired": _dependent,
    "minProperties": lambda g: _when(TYPES["object"], lambda v: len(v) >= g, f"has fewer than {g + 0} properties"),
    "maxProperties": lambda g: _when(TYPES["object"], lambda v: len(v) <= g, f"has more than {g + 0} properties"),
}
"""Keywords whose argument is a value."""


def _items(compile: Compile, given: Any, schema: Mapping[str, Any]) -> Check:
    check, first = compile(given), len(schema.get("prefixItems", ()))
    return lambda v: next((f for x in v[first:] if (f := check(x))), None) if isinstance(v, list) else None


def _prefix_items(compile: Compile, given: Any, schema: Mapping[str, Any]) -> Check:
    checks = [compile(inner) for inner in given]
    return lambda v: next((f for c, x in zip(checks, v) if (f := c(x))), None) if isinstance(v, list) else None


def _contains(compile: Compile, given: Any, schema: Mapping[str, Any]) -> Check:
    check = compile(given)
    return _when(TYPES["array"], lambda v: any(check(x) is None for x in v), "has no item of the kind it must contain")


def _properties(compile: Compile, given: Any, schema: Mapping[str, Any]) -> Check:
    checks = {key: compile(inner) for key, inner in given.items()}
    return lambda v: (
        next((f"{k}: {f}" for k, c in checks.items() if k in v and (f := c(v[k]))), None)
        if isinstance(v, dict)
        else None
    )


def _patterns(given: Mapping[str, Any]) -> list[regex.Pattern[str]]:
    return [regex.compile(pattern) for pattern in given]


def _matches(pattern: regex.Pattern[str], key: str) -> bool:
    return pattern.search(key, timeout=PATTERN_TIME_LIMIT_S) is not None


def _pattern_properties(compile: Compile, given: Any, schema: Mapping[str, Any]) -> Check:
    checks = list(zip(_patterns(given), map(compile, given.values())))
    return lambda v: (
        next((f"{k}: {f}" for k, x in v.items() for p, c in checks if _matches(p, k) and (f := c(x))), None)
        if isinstance(v, dict)
        else None
    )


def _additional_properties(compile: Compile, given: Any, schema: Mapping[str, Any]) -> Check:
    check, named = compile(given), frozenset(schema.get("properties", ()))
    patterns = _patterns(schema.get("patternProperties", {}))

    def holds(v: Any) -> str | None:
        if not isinstance(v, dict):
            return None
        rest = (k for k in v if k not in named and not any(_matches(p, k) for p in patterns))
        return next((f"{k}: {f}" for k in rest if (f := check(v[k]))), None)

    return holds


def _property_names(compile: Compile, given: Any, schema: Mapping[str, Any]) -> Check:
    check = compile(given)
    return lambda v: next((f for k in v if (f := check(k))), None) if isinstance(v, dict) else None


def _all_of(compile: Compile, given: Any, schema: Mapping[str, Any]) -> Check:
    return _all([compile(inner) for inner in given])


def _counted(wanted: Callable[[int], bool], fault: str) -> Callable[[Compile, Any, Mapping[str, Any]], Check]:
    def make(compile: Compile, given: Any, schema: Mapping[str, Any]) -> Check:
        checks = [compile(inner) for inner in given]
        return _when(lambda v: True, lambda v: wanted(sum(c(v) is None for c in checks)), fault)

    return make


def _not(compile: Compile, given: Any, schema: Mapping[str, Any]) -> Check:
    check = compile(given)
    return _when(lambda v: True, lambda v: check(v) is not None, "fits what it must not be")


def _if(compile: Compile, given: Any, schema: Mapping[str, Any]) -> Check:
    condition, then, other = compile(given), compile(schema.get("then", True)), compile(schema.get("else", True))
    return lambda v: then(v) if condition(v) is None else other(v)


_SCHEMAS: dict[str, Callable[[Compile, Any, Mapping[str, Any]], Check]] = {
    "items": _items,
    "prefixItems": _prefix_items,
    "contains": _contains,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "propertyNames": _property_names,
    "allOf": _all_of,
    "anyOf": _counted(lambda n: n > 0, "fits none of the alternatives"),
    "oneOf": _counted(lambda n: n == 1, "does not fit exactly one of the alternatives"),
    "not": _not,
    "if": _if,
}
"""Keywords whose argument is one or more schemas."""
