"""Is the completion JSON of the shape that was asked for?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verifiers.base import Verifier
from verifiers.format.json_format import JSONFormat, NotJSON, read_json
from verifiers.format.schema import Schema, SchemaError
from verifiers.types import Sample, Score


class JSONSchema(Verifier):
    """1.0 when the completion is one JSON value, bare or fenced, that fits the schema (JSON Schema 2020-12).

    Args:
        schema: the schema; None takes each problem's gold as its schema.
        fence: as in `JSONFormat`.

    A schema with a keyword that `verifiers.format.schema` does not check is refused instead of read past: as an
    argument with a ValueError, as a gold with `gold_unusable`.
    """

    name = "json_schema"

    def __init__(self, schema: Mapping[str, Any] | bool | None = None, *, fence: str = "allowed"):
        self.schema, self.fence = schema, JSONFormat(fence=fence).fence  # type: ignore[arg-type]
        self._compiled = None if schema is None else Schema(schema)

    def score(self, sample: Sample) -> Score:
        schema = self._compiled
        if schema is None:
            try:
                schema = Schema(sample.gold)
            except SchemaError as error:
                return Score.unscored("gold_unusable", message=str(error))
        try:
            value = read_json(sample.completion, self.fence)
        except NotJSON as error:
            return Score.of(False, error.reason, message=str(error))
        fault = schema.fault(value)
        return Score.of(False, "format:schema", message=fault[:500]) if fault else Score.of(True, "well_formed")

    def check_gold(self, gold: Any) -> str | None:
        if self._compiled is not None:
            return None
        try:
            Schema(gold)
        except SchemaError as error:
            return str(error)
        return None


_PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name"],
    "additionalProperties": False,
}
EXAMPLES = {
    JSONSchema(_PERSON): [
        (None, '{"name": "Ann", "age": 17}', 1.0),
        (None, '```json\n{"name": "Ann"}\n```', 1.0),
        (None, '{"age": 17}', 0.0),
        (None, '{"name": "Ann", "age": -1}', 0.0),
        (None, '{"name": "Ann", "age": true}', 0.0),
        (None, '{"name": "Ann", "size": 1}', 0.0),
        (None, "Ann is 17.", 0.0),
    ],
    JSONSchema(): [
        ({"type": "array", "items": {"type": "number"}}, "[1, 2.5]", 1.0),
        ({"type": "array", "items": {"type": "number"}}, '["1"]', 0.0),
        ({"type": "array", "frobnicate": 1}, "[]", None),
        ("no schema", "[]", None),
    ],
}
