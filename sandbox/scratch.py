"""The one writable place of a jail: made once, found clean by every job.

`work` is the working directory; /tmp, /var/tmp and /dev/shm are links to the others, so one quota holds for all.
Each has one of its own: a program that finds a file of /tmp in /var/tmp too would think that somebody was here before.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping

from sandbox import leftovers, linux

DIRS = ("work", "tmp", "vartmp", "shm")
_DEEPEST = 256
_REMOUNT_ABOVE = 64  # inodes: beyond, a new tmpfs is cheaper than removing the old one's files


class Scratch:
    """A directory that is given to one job after another.

    Args:
        path: an empty directory; where `mounted` it becomes a tmpfs with a quota.
        owner: uid and gid of the jobs, when they differ from ours.
    """

    def __init__(self, path: str, *, mounted: bool, owner: int | None = None):
        self.path = path
        self.work = os.path.join(path, "work")
        self._mounted = mounted
        self._owner = owner
        self._quota = (0, 0)
        self._watched = [path, *[os.path.join(path, name) for name in DIRS]]
        if mounted:
            self.set_quota(32, 4096)
        self._furnish()

    def set_quota(self, disk_mb: int, inodes: int) -> None:
        """Bytes and files that the next job may write. Without a mount nothing is set: see `used`."""
        if not self._mounted or (disk_mb, inodes) == self._quota:
            return
        flags = linux.MS_REMOUNT if self._quota[0] else 0
        self._quota = (disk_mb, inodes)
        self._mount(flags)

    def _mount(self, flags: int) -> None:
        disk_mb, inodes = self._quota
        options = f"size={disk_mb}m,nr_inodes={inodes},mode=755"
        linux.mount("scratch", self.path, "tmpfs", flags | linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOATIME, options)

    def put(self, files: Mapping[str, bytes], executable: bool) -> None:
        """Write a job's files into its working directory."""
        for name, content in files.items():
            path = os.path.join(self.work, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
            os.chmod(path, 0o755 if executable else 0o644)
            self._give(path)
            parent = os.path.dirname(path)
            while len(parent) > len(self.work):
                self._give(parent)
                parent = os.path.dirname(parent)

    def collect(self, name: str, limit: int) -> bytes | None:
        """A plain file that the job left in its working directory; None when there is none of at most `limit` bytes."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a link would lead us where only we may go
        above = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in ("work", *name.split("/")):
                fd = os.open(part, flags, dir_fd=above)
                os.close(above)
                above = fd
            status = os.fstat(above)
            if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
                return None
            return os.read(above, limit)
        except OSError:
            return None
        finally:
            os.close(above)

    def clean(self) -> None:
        """Make it as new. Costs a few `stat` calls when the job wrote nothing. Nobody may be running in it."""
        if self._state() == self._clean:
            return
        if self._mounted and self._inodes() > _REMOUNT_ABOVE:
            linux.umount(self.path)
            self._mount(0)
        else:
            os.chmod(self.path, 0o755)
            for entry in os.listdir(self.path):
                remove(os.path.join(self.path, entry))
        self._furnish()

    def used(self) -> tuple[int, int]:
        """Bytes and files in it now."""
        if self._mounted:
            status = os.statvfs(self.path)
            return (status.f_blocks - status.f_bfree) * status.f_frsize, status.f_files - status.f_ffree
        size = count = 0
        pending = [(self.path, 0)]
        while pending:
            directory, depth = pending.pop()
            if depth > _DEEPEST:  # beyond some depth no path reaches what is there
                return sys.maxsize, sys.maxsize
            try:
                for entry in os.scandir(directory):
                    count += 1
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        pending.append((entry.path, depth + 1))
            except OSError:  # removed meanwhile, or made unreadable
                continue
        return size, count

    def _inodes(self) -> int:
        status = os.statvfs(self.path)
        return status.f_files - status.f_ffree

    def _furnish(self) -> None:
        for name in DIRS:
            path = os.path.join(self.path, name)
            os.mkdir(path)
            os.chmod(path, 0o1777 if name != "work" else 0o755)
            self._give(path)
        os.utime(self.path, (0, 0))
        self._clean = self._state()

    def _give(self, path: str) -> None:
        if self._owner is not None:
            os.chown(path, self._owner, self._owner)

    def _state(self) -> list[int]:
        """Whatever a job can change here shows in one of these: the change time moves with entries, modes, times."""
        try:
            return [*[os.stat(path).st_ctime_ns for path in self._watched], self._inodes() if self._mounted else 0]
        except OSError:  # one of them is gone
            return []


_HOSTS = ("/dev/shm", "/tmp", "/var/tmp")


def make(name: str) -> str:
    """An empty directory on the host, for levels that cannot mount."""
    for place in _HOSTS:
        if os.access(place, os.W_OK | os.X_OK):
            path = os.path.join(place, name)
            os.mkdir(path, 0o755)
            return path
    raise OSError(f"none of {', '.join(_HOSTS)} is writable, and a job needs a place to write")


def sweep() -> None:
    """Remove directories whose supervisor was killed before it could."""
    for place in _HOSTS:
        for name in leftovers.stale(place):
            path = os.path.join(place, name)
            if os.lstat(path).st_uid == os.geteuid():
                remove(path)


def remove(path: str) -> None:
    """Delete a file or a directory of any depth, whatever its modes: nested directories are moved up first."""
    if not stat.S_ISDIR(os.lstat(path).st_mode):
        os.unlink(path)
        return
    base, pending, serial = os.path.dirname(path), [path], 0
    name = os.urandom(8).hex()  # nobody can have put anything there to be in the way
    while pending:
        directory = pending.pop()
        os.chmod(directory, 0o700)
        for entry in os.scandir(directory):
            if entry.is_dir(follow_symlinks=False):
                os.chmod(entry.path, 0o700)  # moving a directory writes its parent entry
                serial += 1
                moved = os.path.join(base, f".{name}-{serial}")
                os.rename(entry.path, moved)
                pending.append(moved)
            else:
                os.unlink(entry.path)
        os.rmdir(directory)
