"""Counting the memory of a whole process tree, by looking at /proc now and then."""

from __future__ import annotations

from sandbox import procfs


class Polled:
    """For machines without a writable cgroup: the sum over the tree, seen every few milliseconds."""

    def __init__(self) -> None:
        self._limit_kb = 0

    def reset(self, limit_mb: int) -> None:
        """A new job begins."""
        self._limit_kb = limit_mb << 10

    def used_kb(self, pids: list[int]) -> int:
        """Memory of these processes together.

        The quick sum counts pages that several processes share several times, so it is taken again with care before it
        costs a job its life.
        """
        quick = sum(map(procfs.anonymous_kb, pids))
        return quick if quick <= self._limit_kb else sum(map(procfs.proportional_kb, pids))

    def ran_out(self) -> bool:
        """Whether the kernel killed something for want of memory since `reset`."""
        return False
