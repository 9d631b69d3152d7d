from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.intervals import Z95, wilson


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_bounds_are_where_the_score_test_just_rejects(case):
    c, n = case
    for bound in wilson(c, n):
        if 0 < bound < 1:
            assert abs(c / n - bound) == pytest.approx(Z95 * sqrt(bound * (1 - bound) / n), rel=1e-6)
    low, high = wilson(c, n)
    assert 0 <= low <= c / n <= high <= 1


def test_no_trials_say_nothing_about_the_share():
    assert wilson(0, 0) == (0.0, 1.0)
