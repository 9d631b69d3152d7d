"""The kernel's limits on one process, as a job lays them on itself."""

from __future__ import annotations

import resource


class Rlimits:
    """From what a job may use to what the kernel is told.

    Args:
        inherited: bytes of writable memory that a job has from its zygote.
        ours: processes of ours that the kernel counts as the jobs' user's; None where it counts a stranger's as well.
    """

    def __init__(self, inherited: int, ours: int | None):
        self._inherited = inherited
        self._ours = ours
        self._limits: dict[str, int] = {}
        self._prepared: list[tuple[int, tuple[int, int]]] = []

    def of(self, limits: dict[str, int], program: bool) -> list[tuple[int, tuple[int, int]]]:
        """(resource, (soft, hard)) of each limit. `program`: the job will become another program."""
        limits = {**limits, "stack_mb": 64 if program else 8}  # what a thread reserves, and seldom uses
        if limits != self._limits:
            self._prepared = [(name, _capped(name, soft, hard)) for name, soft, hard in self._wanted(limits)]
            self._limits = limits
        return self._prepared

    def _wanted(self, limits: dict[str, int]) -> list[tuple[int, int, int]]:
        cpu_s = int(limits["cpu_s"] + 0.999)
        disk = limits["disk_mb"] << 20
        # Half again: whoever watches the tree holds it to memory_mb; this bounds a process between two looks.
        data_mb = limits["memory_mb"] * 3 // 2 + limits["tasks"] * limits["stack_mb"]
        data = self._inherited + (data_mb << 20)
        wanted = [
            (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
            (resource.RLIMIT_DATA, data, data),
            (resource.RLIMIT_FSIZE, disk, disk),
            (resource.RLIMIT_NOFILE, limits["open_files"], limits["open_files"]),
        ]
        if self._ours is not None:
            tasks = limits["tasks"] + self._ours
            wanted.append((resource.RLIMIT_NPROC, tasks, tasks))
        return wanted


def _capped(name: int, soft: int, hard: int) -> tuple[int, int]:
    """No more than we were started with: nobody but root may go above."""
    top = resource.getrlimit(name)[1]
    return (soft, hard) if top == resource.RLIM_INFINITY else (min(soft, top), min(hard, top))
