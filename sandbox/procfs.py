"""What /proc tells about processes; a process that has gone counts as nothing."""

from __future__ import annotations

import os

_TICKS = os.sysconf("SC_CLK_TCK")


def mounted() -> bool:
    """Whether anything can be told; a container may allow no /proc in its namespaces."""
    return os.path.exists("/proc/self")


def others() -> list[int]:
    """Every process that this /proc shows, but us."""
    us = os.getpid()
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != us]


def first() -> int:
    """The process whose parent is outside of our pid namespace, beside ourselves; 0 when there is none."""
    return next((pid for pid in others() if _stat(pid)[1:2] == ["0"]), 0)


def children(parent: int, but: int) -> list[int]:
    """The direct children of a process, but one."""
    return [pid for pid in others() if pid != but and _stat(pid)[1:2] == [str(parent)]]


def cpu_s(pid: int) -> float:
    """CPU time of a process and of the children it has waited for."""
    fields = _stat(pid)
    return sum(map(int, fields[11:15])) / _TICKS if fields else 0.0


def _stat(pid: int) -> list[str]:
    """Fields of /proc/<pid>/stat from the third on; the second, the name, may hold anything."""
    return _read(pid, "stat").rpartition(")")[2].split()


def anonymous_kb(pid: int) -> int:
    """Private and shared memory that is not a file's."""
    found = 0
    for line in _read(pid, "status").splitlines():
        if line.startswith(("RssAnon:", "RssShmem:")):
            found += int(line.split()[1])
    return found


def proportional_kb(pid: int) -> int:
    """The same with shared pages divided among those that share them. Exact, and slow."""
    total = files = 0
    for line in _read(pid, "smaps_rollup").splitlines():
        if line.startswith(("Pss_Anon:", "Pss_Shmem:")):
            total += int(line.split()[1])
        elif line.startswith("Pss:"):
            files = int(line.split()[1])
    return total or files or anonymous_kb(pid)


def exiting(pid: int) -> bool:
    """Whether a process is dead or on its way (PF_EXITING)."""
    fields = _stat(pid)
    return not fields or bool(int(fields[6]) & 4)


def threads(pid: int) -> int:
    """Number of threads of a process."""
    fields = _stat(pid)
    return int(fields[17]) if fields else 0


def capabilities() -> int:
    """Our effective capabilities, as bits."""
    for line in _read(os.getpid(), "status").splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    return 0


def kill_first(pid: int) -> None:
    """Have the kernel kill this process before others when memory runs out."""
    try:
        with open(f"/proc/{pid}/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        return


def _read(pid: int, name: str) -> str:
    try:
        with open(f"/proc/{pid}/{name}", encoding="latin-1") as file:
            return file.read()
    except OSError:
        return ""
