import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.jsonl import append_jsonl, read_jsonl, read_log

values = st.one_of(st.none(), st.integers(), st.text(max_size=20))
rows = st.lists(st.dictionaries(st.text(max_size=5), values, max_size=3))


@given(rows)
def test_whatever_is_appended_is_read_back(tmp_path_factory, written):
    path = tmp_path_factory.mktemp("log") / "rows.jsonl"
    for row in written:
        append_jsonl(path, [row])
    assert read_log(path) == written


def test_a_line_separator_inside_a_string_ends_no_line(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"text": "a\u2028b\x85c"}, ensure_ascii=False) + "\n", encoding="utf-8")
    assert read_jsonl(path) == [{"text": "a\u2028b\x85c"}]


def test_a_lone_surrogate_survives(tmp_path):
    append_jsonl(tmp_path / "a", [{"completion": "\ud800"}])
    assert read_jsonl(tmp_path / "a") == [{"completion": "\ud800"}]


@pytest.mark.parametrize("torn", ['{"b": ', '{"b": "x', "{", '{"b": 2}x'])
def test_a_torn_last_line_costs_that_line_only(tmp_path, torn):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n' + torn)
    assert read_log(path) == [{"a": 1}]
    append_jsonl(path, [{"c": 3}])
    assert read_log(path) == [{"a": 1}, {"c": 3}]


def test_a_bad_line_in_the_middle_is_an_error_even_in_a_log(tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"a": 1}\n{"b": \n{"c": 3}\n')
    with pytest.raises(ValueError, match=r"rows\.jsonl line 2 is not JSON"):
        read_log(tmp_path / "rows.jsonl")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n  \n", "is empty"),
        (b'{"a": 1}\n{a}\n', "line 2 is not JSON"),
        (b'{"a": 1}\n[1]\n', "line 2 is a JSON list, not an object"),
        (b"7\n", "line 1 is a JSON number"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "line 1 is not JSON"),
    ],
)
def test_a_bad_file_is_named_with_the_line(tmp_path, content, message):
    path = tmp_path / "data.jsonl"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_jsonl(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"none\.jsonl does not exist"):
        read_jsonl(tmp_path / "none.jsonl")
    with pytest.raises(ValueError, match="is a folder"):
        read_jsonl(tmp_path)
    assert read_log(tmp_path / "none.jsonl") == []


def test_nan_never_reaches_a_log(tmp_path):
    with pytest.raises(ValueError, match="JSON compliant"):
        append_jsonl(tmp_path / "a", [{"value": float("nan")}])
