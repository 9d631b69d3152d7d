"""The truth of a case comes from its construction; here it is held against an independent reading of the same texts."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.audit import attacks, completions, equivalents, inequivalents, typed_answers
from verifiers.audit.answers import Answer, all_types, types_named
from verifiers.audit.attacks import ATTACKS
from verifiers.audit.styles import STYLES

quick = settings(max_examples=40, deadline=None, derandomize=True, database=None)
TYPES = all_types()


def both_writings(name):
    """Golds of a type, each with all of its right and all of its wrong texts."""

    @st.composite
    def drawn(draw):
        value = draw(TYPES[name].values)
        texts = [
            {w(value, k) for w in writers.values() for k in range(1, 10)} - {None}
            for writers in (TYPES[name].same, TYPES[name].different)
        ]
        return Answer(TYPES[name], value), *texts

    return drawn()


@pytest.mark.parametrize("name", TYPES)
def test_no_text_is_both_right_and_wrong(name):
    @quick
    @given(both_writings(name))
    def holds(drawn):
        answer, right, wrong = drawn
        assert right
        assert wrong
        assert not right & wrong, answer
        assert answer.gold not in wrong

    holds()


@quick
@given(st.sampled_from(["integer", "fraction", "decimal", "power of ten"]).flatmap(both_writings))
def test_sympy_reads_the_right_texts_as_the_value_and_the_wrong_ones_as_others(drawn):
    answer, right, wrong = drawn
    value = answer.value
    if isinstance(value, tuple):
        value = Fraction(value[0], 100) * Fraction(10) ** value[1]
    read = {text: plain_number(text) for text in right | wrong}
    assert any(read[text] is not None for text in right)
    for text, number in read.items():
        if number is not None:
            assert (number == value) is (text in right), (answer, text)


def plain_number(text):
    """The rational that a text writes in plain notation; None where the notation is another."""
    text = text.strip("$ ").replace(r"\left(", "").replace(r"\right)", "").replace("dfrac", "frac")
    try:
        if r"\times10^{" in text or r"\times 10^{" in text or r" \cdot 10^{" in text:
            mantissa, _, exponent = text.replace(r"\times", r"\cdot").replace(" ", "").partition(r"\cdot10^{")
            return Fraction(mantissa) * Fraction(10) ** int(exponent[:-1])
        sign = -1 if text.startswith("-") else 1
        if text.lstrip("-").startswith(r"\frac{") and text.count("{") == 2 and text.endswith("}"):
            p, q = text.lstrip("-")[6:-1].split("}{")
            return sign * Fraction(int(p), int(q)) if int(q) else None
        return Fraction(text)
    except ValueError:
        return None


@quick
@given(
    typed_answers()
    .filter(lambda a: a.type.name != "word")
    .flatmap(lambda a: st.tuples(st.just(a), equivalents(a), inequivalents(a)))
)
def test_the_strategies_draw_from_the_two_sides(drawn):
    answer, right, wrong = drawn
    assert right != wrong
    assert wrong != answer.gold


@quick
@given(st.sampled_from(sorted(STYLES)).flatmap(lambda style: completions("42", style)))
def test_a_completion_holds_its_answer(text):
    assert "42" in text


@quick
@given(typed_answers(["integer"]).flatmap(attacks))
def test_an_attack_is_a_text(text):
    assert isinstance(text, str)


def test_attacks_are_made_from_integers_only():
    with pytest.raises(ValueError, match="takes an answer of type 'integer', not 'word'"):
        attacks(Answer(TYPES["word"], "Paris"))


def test_an_attack_never_ends_in_the_right_box_alone():
    for kinds in ATTACKS.values():
        for name, attack in kinds.items():
            assert attack("42", "43") not in ("42", "\\boxed{42}"), name


def test_an_unknown_type_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="answer type 'integr' is not known; there are integer,"):
        types_named(["integr"])
