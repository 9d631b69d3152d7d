"""The shortcut gives the verdict of the long way, for every pair that it settles."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from verifiers.math import MathVerifier
from verifiers.math import verifier as module
from verifiers.math.ladder import read_gold
from verifiers.math.shortcut import settle

GOLDS = ["42", "0.5", "\\frac{1}{2}", "-3", "1,000", "x+1", "\\text{(C)}", "012", "3.0", "50\\%"]
verifier = MathVerifier(symbolic=False)


@settings(deadline=None)
@given(
    st.sampled_from(GOLDS),
    st.text(alphabet=st.sampled_from("abc \n.$1not"), max_size=45),
    st.one_of(st.sampled_from(GOLDS), st.text(alphabet=st.sampled_from("0123{}\\frac=x()/.,- "), max_size=14)),
    st.text(alphabet=st.sampled_from("$.\\])1 \n"), max_size=5),
)
@example("42", "It is ", "x = 42", "$.")
@example("42", "It is not ", "42", "")
@example("\\frac{1}{2}", "", "\\frac{2}{4}", "\\]")
def test_shortcut_agrees_with_the_long_way(gold, before, answer, after):
    completion = f"{before}\\boxed{{{answer}}}{after}"
    settled = settle(read_gold(gold), completion)
    if settled is None:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "settle", lambda gold, completion: None)
        assert verifier.check(gold, completion).value == float(settled[0])


def test_shortcut_is_taken():
    assert settle(read_gold("42"), "So it is $\\boxed{42}$.") == (True, "string", "42")
    assert settle(read_gold("42"), "So it is \\(\\boxed{43.0}\\).") == (False, "number", "43.0")
    assert settle(read_gold("42"), "So it is \\boxed{\\sqrt{1764}}") is None
