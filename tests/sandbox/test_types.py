"""Limits, levels and jobs say at once what is wrong with them."""

import pytest

from sandbox import Level, Limits


@pytest.mark.parametrize("change", [{"cpu_s": 0}, {"wall_s": -1}, {"tasks": 0}, {"output_kb": float("nan")}])
def test_a_limit_that_is_not_positive_is_refused(change):
    with pytest.raises(ValueError, match="positive"):
        Limits(**change)


def test_too_little_memory_for_an_interpreter_is_refused():
    with pytest.raises(ValueError, match="at least 32"):
        Limits(memory_mb=8)


def test_changed_limits_leave_the_original_alone():
    limits = Limits()
    assert limits.but(wall_s=2).wall_s == 2
    assert limits.wall_s == 10


def test_levels_are_ordered_and_have_names():
    assert Level.RLIMITS < Level.FILTERED < Level.NAMESPACED < Level.CGROUPED < Level.VM
    assert Level.parse("namespaced") is Level.NAMESPACED
    assert Level.parse(None) is None
    assert str(Level.FILTERED) == "filtered"
    with pytest.raises(ValueError, match="'rlimits', 'filtered'"):
        Level.parse("paranoid")
