"""Control groups: the kernel's own count of a process tree's memory and tasks. Version 1 and 2, where they are
writable.

Each zygote is put into a group of its own, so that its jobs are born inside and joining costs nothing.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator

from sandbox import leftovers

_OURS = 1  # tasks in each group that are no job's: the zygote
_TRIES, _PAUSE_S = 400, 0.005
_SPARE_BYTES = 4 << 20  # what it may come to hold later on


class Unavailable(Exception):
    """No group can be made here; the message says why."""


class Group:
    """One group in every hierarchy that it needs. Files are opened at once: a jail cannot see /sys/fs/cgroup."""

    def __init__(self, directories: list[str], unified: bool):
        self._directories = directories
        memory, pids = directories[0], directories[-1]
        limit, events, usage = (
            ("memory.max", "memory.events", "memory.current")
            if unified
            else ("memory.limit_in_bytes", "memory.oom_control", "memory.usage_in_bytes")
        )
        self._limit = os.open(os.path.join(memory, limit), os.O_WRONLY | os.O_CLOEXEC)
        self._events = os.open(os.path.join(memory, events), os.O_RDONLY | os.O_CLOEXEC)
        self._usage = os.open(os.path.join(memory, usage), os.O_RDONLY | os.O_CLOEXEC)
        self._tasks = os.open(os.path.join(pids, "pids.max"), os.O_WRONLY | os.O_CLOEXEC)
        self._events_seen = b""
        self._killed = 0
        self._own_bytes = 0
        self._set: tuple[int, int] | None = None

    @property
    def fds(self) -> tuple[int, ...]:
        return self._limit, self._events, self._usage, self._tasks

    def join(self, pid: int) -> None:
        """Move a process in; its children will follow."""
        for directory in self._directories:
            with open(os.path.join(directory, "cgroup.procs"), "w") as file:
                file.write(str(pid))

    def remove(self) -> None:
        """Delete the group once its last process is gone."""
        for fd in self.fds:
            os.close(fd)
        for directory in self._directories:
            remove(directory)

    def settle(self) -> None:
        """What is in use now is ours and no job's: a zygote with its modules."""
        self._own_bytes = int(os.pread(self._usage, 64, 0)) + _SPARE_BYTES

    def set_limits(self, memory_mb: int, tasks: int) -> None:
        """What the next job may use."""
        if (memory_mb, tasks) != self._set:
            self._limit_memory((memory_mb << 20) + self._own_bytes)
            os.pwrite(self._tasks, str(tasks + _OURS).encode(), 0)
            self._set = memory_mb, tasks

    def _limit_memory(self, size: int) -> None:
        for _ in range(_TRIES):
            try:
                os.pwrite(self._limit, str(size).encode(), 0)
                return
            except OSError as error:
                if error.errno != errno.EBUSY:
                    raise
                time.sleep(_PAUSE_S)  # version 1 cannot go below what is in use: an earlier job's is not all back yet
        raise OSError(errno.EBUSY, f"memory of earlier jobs was not given back within {_TRIES * _PAUSE_S:g} s")

    def ran_out(self) -> bool:
        """Whether the kernel has killed something for want of memory since the last call that said so."""
        events = os.pread(self._events, 512, 0)
        if events == self._events_seen:
            return False
        self._events_seen = events
        words = events.decode().split()
        before, self._killed = self._killed, int(words[words.index("oom_kill") + 1])
        return self._killed > before


def create(name: str) -> Group:
    """A new group of that name, below or beside our own.

    Raises:
        Unavailable: no hierarchy is writable for us, or it does not count memory and tasks.
    """
    reasons = []
    for unified, parents in _places():
        made = [os.path.join(parent, name) for parent in parents]
        try:
            for directory in dict.fromkeys(made):
                os.mkdir(directory)
            return Group(made, unified)
        except OSError as error:
            reasons.append(str(error))
            for directory in made:
                remove(directory)
    raise Unavailable("; ".join(reasons) or "no cgroup hierarchy here counts memory and tasks")


def sweep() -> None:
    """Remove groups whose supervisor was killed before it could."""
    for _, parents in _places():
        for parent in set(parents):
            for name in leftovers.stale(parent):
                remove(os.path.join(parent, name))


def remove(directory: str) -> None:
    for _ in range(200):
        try:
            os.rmdir(directory)
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.005)  # its last process is still being taken apart
        else:
            return


def _places() -> Iterator[tuple[bool, list[str]]]:
    """Where a group could be made: (version 2?, directories of the memory and of the pids controller)."""
    mounts = _mounts()
    ours: dict[str, str] = {}
    with open("/proc/self/cgroup") as file:
        for line in file:
            _, controllers, path = line.rstrip("\n").split(":", 2)
            ours.update(dict.fromkeys(controllers.split(","), path))
    if "memory" in mounts and "pids" in mounts:
        yield False, [_inside(mounts[name], ours.get(name, "/")) for name in ("memory", "pids")]
    if "" in mounts:
        place = _inside(mounts[""], ours.get("", "/"))
        while place.startswith(mounts[""]):
            # A group that holds processes cannot hand controllers down, so the place is usually our group's parent.
            if {"memory", "pids"} <= set(_words(os.path.join(place, "cgroup.subtree_control"))):
                yield True, [place, place]
            place = os.path.dirname(place)


def _mounts() -> dict[str, str]:
    """Mount point by version 1 controller, and of version 2 under ""."""
    found = {}
    with open("/proc/self/mounts") as file:
        for line in file:
            _, point, kind, options = line.split()[:4]
            if kind == "cgroup2":
                found[""] = point
            elif kind == "cgroup":
                found.update(dict.fromkeys(options.split(","), point))
    return found


def _inside(mount: str, path: str) -> str:
    """Our group's directory; the mount itself where a container shows us only our own part."""
    place = os.path.normpath(mount + path)
    return place if os.path.isdir(place) else mount


def _words(path: str) -> list[str]:
    try:
        with open(path) as file:
            return file.read().split()
    except OSError:
        return []
