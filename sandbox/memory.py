"""Counting the memory of a whole process tree, by looking at /proc now and then."""

from __future__ import annotations

from sandbox import procfs


class Polled:
    """For machines without a writable cgroup: the sum over the tree, seen every few milliseconds."""

    def __init__(self) -> None:
        self._limit_kb = self._peak_kb = 0

    def reset(self, limit_mb: int, tasks: int) -> None:
        """A new job begins."""
        self._limit_kb, self._peak_kb = limit_mb << 10, 0

    def used_kb(self, pids: list[int]) -> int:
        """Memory of these processes together.

        The quick sum counts pages that several processes share several times, so it is taken again with care before it
        costs a job its life.
        """
        used = sum(map(procfs.anonymous_kb, pids))
        if used > self._limit_kb:
            used = sum(map(procfs.proportional_kb, pids))
        self._peak_kb = max(self._peak_kb, used)
        return used

    def peak_kb(self) -> int:
        """The most that was seen since `reset`."""
        return self._peak_kb

    def ran_out(self) -> bool:
        """Whether the kernel killed something for want of memory since `reset`: it does not know of the limit."""
        return False

    def done(self) -> None:
        """The job is over."""
