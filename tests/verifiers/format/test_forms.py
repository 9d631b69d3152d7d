"""XML fields, tags, fences, regular expressions and JSON as forms."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample
from verifiers.format import BoxedOnce, CodeFence, JSONFormat, RegexFormat, TagCount, XMLFields
from verifiers.format.fence import code_blocks
from verifiers.format.visible import is_blank


def score(verifier, text, gold=None):
    return verifier.score(Sample(Problem("", gold), text))


PROSE = st.text(min_size=1).filter(lambda t: not is_blank(t) and "<" not in t)


@given(PROSE, PROSE, PROSE)
def test_fields_in_order_pass_and_any_other_arrangement_fails(first, second, other):
    a, b = f"<a>{first}</a>", f"<b>{second}</b>"
    fields, loose = XMLFields("a", "b"), XMLFields("a", "b", outside=True)
    assert score(fields, f" {a}\n{b} ").value == 1.0
    assert score(fields, a + b).extracted == second.strip()
    assert score(fields, a + other + b).reason == "format:text_outside"
    assert score(loose, other + a + other + b + other).value == 1.0
    for wrong in (
        b + a,
        a,
        b,
        a + b + b,
        a + a + b,
        f"<a>{first}{b}</a>",
        f"<a>{first}<b></a>{second}</b>",
        a + "<b>x",
    ):
        assert score(loose, wrong).value == 0.0, wrong


@pytest.mark.parametrize("fields", [(), ("a", "a"), ("a b",), ("1",), ("",)])
def test_names_that_are_no_tags_are_refused(fields):
    with pytest.raises(ValueError, match="XMLFields"):
        XMLFields(*fields)


def test_repr_of_fields_reads_back():
    for fields in (XMLFields("a", "b"), XMLFields("a", outside=True)):
        assert repr(eval(repr(fields))) == repr(fields)


@given(st.lists(st.sampled_from(["<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>", "x"]), max_size=8))
def test_tag_count_gives_a_quarter_for_each_tag_that_stands_once(pieces):
    text = "".join(pieces)
    once = sum(text.count(tag) == 1 for tag in ("<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>"))
    assert score(TagCount(), text).value == once / 4


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(), v, max_size=3),
    max_leaves=8,
)


@given(JSON, st.sampled_from([None, 2]))
def test_whatever_json_writes_is_json_bare_and_fenced(value, indent):
    text = json.dumps(value, indent=indent)
    assert score(JSONFormat(), text).value == 1.0
    assert score(JSONFormat(), f"```json\n{text}\n```").value == 1.0
    assert score(JSONFormat(fence="required"), text).reason == "format:no_fence"
    assert score(JSONFormat(fence="refused"), f"```\n{text}\n```").reason == "format:fenced"
    assert score(JSONFormat(), f"{text} .").value == 0.0


def test_json_says_why_it_is_none():
    for text, reason in {
        '{"a": 1, "a": 2}': "format:repeated_key",
        '{"a": [{"b": 1, "b": 1}]}': "format:repeated_key",
        "[" * 100_000: "format:too_deep",
        "[NaN]": "format:not_json",
        "-Infinity": "format:not_json",
        "[" + "1," * 600_000 + "1]": "over_budget",
    }.items():
        assert score(JSONFormat(), text).reason == reason
    with pytest.raises(ValueError, match="use 'allowed', 'required' or 'refused'"):
        JSONFormat(fence="maybe")


def test_a_pattern_that_backtracks_for_ever_is_stopped_in_any_thread():
    assert score(RegexFormat("(a|aa)*[bc]", time_limit_s=0.01), "a" * 60 + "d").reason == "over_budget"
    with pytest.raises(ValueError, match="RegexFormat"):
        RegexFormat("(")


CODE = st.text(st.characters(exclude_characters="`~\r"), min_size=1).filter(lambda t: not is_blank(t))


@given(CODE, st.sampled_from(["```", "````", "~~~"]))
def test_a_block_gives_back_its_code(code, fence):
    text = f"Here:\n{fence}python\n{code}\n{fence}\n"
    [(_, _, language, inside)] = code_blocks(text)
    assert (language, inside) == ("python", code + "\n")
    assert score(CodeFence("python"), text).value == 1.0
    assert score(CodeFence("c"), text).reason == "format:language"
    assert score(CodeFence(outside=False), text).reason == "format:text_outside"
    assert score(CodeFence(), text + text).reason == "format:several_code_blocks"
    assert score(CodeFence(), text.rstrip()[: -len(fence)]).reason == "format:unclosed_code_block"


def test_a_longer_fence_holds_a_shorter_one():
    text = "````\n```\n1\n```\n````"
    assert [block[3] for block in code_blocks(text)] == ["```\n1\n```\n"]


@given(st.integers(0, 3), st.integers(0, 3), PROSE)
def test_one_box_in_the_answer_is_asked_for_whatever_the_thinking_has(inside, outside, text):
    text = text.replace("\\", "")
    thinking, answer = (f"{text}\\boxed{{{{4}}}}" * n for n in (inside, outside))
    assert score(BoxedOnce(), f"<think>{thinking}</think>{answer}").value == float(outside == 1)
    assert score(BoxedOnce(), answer).value == float(outside == 1)
    assert score(BoxedOnce(), f"<think>{thinking}{answer}").value == 0.0
