"""How a job's end is told when the kernel takes the zygote along with it."""

import os

import pytest

from sandbox.line import Line, ZygoteGone, pair
from sandbox.monitor import Monitor, Tree, nonblocking_pipe

LIMITS = {"wall_s": 10, "cpu_s": 10, "memory_mb": 512, "output_kb": 1, "tasks": 1, "disk_mb": 1, "inodes": 1}


class Group:
    """A control group that tells of `kills`, once, as the real one does."""

    def __init__(self, kills):
        self._kills = kills

    def ran_out(self):
        told, self._kills = self._kills, False
        return told


class Empty:
    """A writable place with nothing in it."""

    def used(self):
        return 0, 0


class Starving(Tree):
    """A job that nobody sees any more; its zygote goes when it is asked about the job, after the group was."""

    def pids(self):
        self._zygote.close()
        return []

    def cpu_s(self):
        return 0.0

    def kill(self):
        self.hear()


@pytest.fixture
def watch(request):
    """A monitor of such a job, in a group with or without a kill."""
    ours, theirs = pair()
    tree = Starving(Line(ours), owns_namespace=False, forks=False, first_to_go=False)
    tree._zygote = theirs
    pipes = [nonblocking_pipe() for _ in range(3)]
    (out, _), (err, _), (hangup, _) = pipes
    yield Monitor(tree, out, err, hangup, LIMITS, Group(request.param), Empty())
    for fd in (hangup, *[end for _, end in pipes]):
        os.close(fd)


@pytest.mark.parametrize("watch", [True], indirect=True, ids=["kill"])
def test_a_zygote_killed_for_memory_is_the_jobs_doing_even_when_a_look_has_noticed_first(watch):
    assert watch.run()["status"] == "memory_limit_exceeded"
    assert watch.spent


@pytest.mark.parametrize("watch", [False], indirect=True, ids=["no-kill"])
def test_a_zygote_that_goes_without_a_reason_is_nobodys_doing(watch):
    with pytest.raises(ZygoteGone):
        watch.run()
