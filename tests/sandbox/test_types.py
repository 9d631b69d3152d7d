"""Limits, levels and jobs say at once what is wrong with them."""

import dataclasses

import pytest

from sandbox import Level, Limits, Status
from sandbox.types import _ALLOWED

FIELDS = [field.name for field in dataclasses.fields(Limits)]
SILLY = [0, -1, 1e-300, 2**63, 10**30, 1e308, float("inf"), float("-inf"), float("nan"), None, "5", True]


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("value", SILLY, ids=repr)
def test_a_limit_that_no_job_could_keep_is_refused_by_name(name, value):
    with pytest.raises((ValueError, TypeError), match=f"{name}=.*number"):
        Limits(**{name: value})


def test_too_little_memory_for_an_interpreter_is_refused():
    with pytest.raises(ValueError, match="from 32 to"):
        Limits(memory_mb=8)


def test_parts_of_what_is_counted_in_whole_ones_are_rounded_up():
    limits = Limits(cpu_s=0.5, memory_mb=244.14, disk_mb=0.5, output_kb=64.0)
    assert (limits.cpu_s, limits.memory_mb, limits.disk_mb, limits.output_kb) == (0.5, 245, 1, 64)
    assert all(isinstance(getattr(limits, name), int) for name in FIELDS if not name.endswith("_s"))


@pytest.mark.parametrize("name", FIELDS)
def test_a_job_runs_to_a_verdict_of_its_own_at_the_edges_of_every_limit(name, box):
    for value in _ALLOWED[name]:
        result = box.run("open('a', 'w').write('b')\nprint(4)", stdin=b"x", limits=Limits(**{name: value}))
        assert result.ok or (value < 1 and result.status is Status.TIME_LIMIT), result
    assert not box.internal_errors


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
