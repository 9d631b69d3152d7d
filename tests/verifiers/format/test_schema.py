"""Our JSON Schema against the jsonschema package on random schemas and values."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.format.schema import Schema, SchemaError

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema, the independent reference, is not installed")

NAMES = st.sampled_from("abc")
SMALL = st.integers(0, 3)
NUMBER = st.integers(-4, 4) | st.sampled_from([0.5, -1.5, 2.0])
SCALAR = st.none() | st.booleans() | NUMBER | st.sampled_from(["", "a", "ab", "b1"])
VALUE = st.recursive(
    SCALAR, lambda v: st.lists(v, max_size=3) | st.dictionaries(NAMES | st.just("ab"), v, max_size=3), max_leaves=6
)
TYPE = st.sampled_from(["null", "boolean", "number", "integer", "string", "array", "object"])
PATTERN = st.sampled_from(["^a", "b$", "[0-9]"])


def keywords(schema):
    several = st.lists(schema, min_size=1, max_size=3)
    named = st.dictionaries(NAMES, schema, max_size=2)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": TYPE | st.lists(TYPE, min_size=1, max_size=2, unique=True),
            "enum": st.lists(VALUE, min_size=1, max_size=3),
            "const": VALUE,
            "minimum": NUMBER,
            "exclusiveMaximum": NUMBER,
            "multipleOf": st.sampled_from([1, 2, 0.5]),
            "minLength": SMALL,
            "maxLength": SMALL,
            "pattern": PATTERN,
            "items": schema,
            "prefixItems": several,
            "contains": schema,
            "minItems": SMALL,
            "maxItems": SMALL,
            "uniqueItems": st.booleans(),
            "properties": named,
            "patternProperties": st.dictionaries(PATTERN, schema, max_size=1),
            "additionalProperties": schema,
            "propertyNames": st.just({"pattern": "^a"}),
            "required": st.lists(NAMES, max_size=2, unique=True),
            "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, max_size=2, unique=True), max_size=1),
            "minProperties": SMALL,
            "maxProperties": SMALL,
            "allOf": several,
            "anyOf": several,
            "oneOf": several,
            "not": schema,
            "if": schema,
            "then": schema,
            "else": schema,
            "title": st.just("read past"),
        },
    )


def few(schema):
    """Schemas with a handful of keywords: with many of them nothing ever fits."""
    return st.tuples(keywords(schema), st.integers(1, 3), st.randoms(use_true_random=False)).map(
        lambda drawn: {k: drawn[0][k] for k in drawn[2].sample(sorted(drawn[0]), min(drawn[1], len(drawn[0])))}
    )


SCHEMA = st.recursive(st.booleans() | st.builds(dict, type=TYPE), few, max_leaves=4)


@settings(max_examples=300, deadline=None)
@given(SCHEMA, VALUE)
def test_a_value_fits_exactly_where_the_jsonschema_package_says_so(schema, value):
    fault = Schema(schema).fault(value)
    assert (fault is None) == jsonschema.Draft202012Validator(schema).is_valid(value), (schema, value, fault)


TREE = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "required": ["next"]},
        "list": {"type": "array", "items": {"$ref": "#"}},
    },
}


def test_a_schema_may_refer_to_itself():
    assert Schema(TREE).fault({"next": {"next": 1}}) is not None
    assert Schema({"items": {"$ref": "#"}, "type": "array"}).fault([[], [[]]]) is None
    assert Schema({"items": {"$ref": "#"}, "type": "array"}).fault([[], [1]]) == "1 is not of type array"
    assert Schema({"$ref": "#"}).fault(1) == "nested too deeply"


@pytest.mark.parametrize(
    ("schema", "sentence"),
    [
        ({"minContains": 2}, "'minContains' is not checked here"),
        ({"type": "text"}, "schema has type: 'text'"),
        ({"minimum": "3"}, "schema has minimum: '3'"),
        ({"pattern": "("}, "schema has pattern"),
        ({"properties": []}, "schema has properties"),
        ({"$ref": "http://elsewhere"}, "points nowhere"),
        ({"$ref": "#/$defs/missing"}, "points nowhere"),
        ("string", "is no JSON schema"),
    ],
)
def test_a_schema_that_cannot_be_checked_is_refused_with_a_sentence(schema, sentence):
    with pytest.raises(SchemaError, match="schema") as error:
        Schema(schema)
    assert sentence in str(error.value)


def test_a_pattern_that_backtracks_for_ever_is_a_fault_and_not_a_hang():
    assert Schema({"pattern": "^(a|a)*$"}).fault("a" * 40 + "b") == "a pattern took too long on this text"


def test_faults_name_the_place():
    schema = Schema({"properties": {"a": {"properties": {"b": {"type": "string"}}}}})
    assert schema.fault(json.loads('{"a": {"b": 1}}')) == "a: b: 1 is not of type string"
