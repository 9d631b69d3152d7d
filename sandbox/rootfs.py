"""The root of a jail: an empty tmpfs with the system's programs and Python bound in read-only, and one writable place.

Nothing else of the host is there: no /etc but names, no /home, no /sys, no devices but the harmless ones.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from sandbox import linux

SCRATCH = "/box/scratch"
"""Mount point of the writable place. Landlock's rule is on /box, above the mount, so that it outlives remounting."""

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
ETC = ("/etc/ld.so.cache", "/etc/alternatives")  # where the loader and Debian's names of programs look
_DEVICES = ("null", "zero", "full", "random", "urandom")
_LINKS = {
    "/tmp": SCRATCH + "/tmp",
    "/var/tmp": SCRATCH + "/vartmp",
    "/dev/shm": SCRATCH + "/shm",
    "/dev/fd": "/proc/self/fd",
    "/dev/stdin": "/proc/self/fd/0",
    "/dev/stdout": "/proc/self/fd/1",
    "/dev/stderr": "/proc/self/fd/2",
}
_BASES = ("/mnt", "/srv", "/media", "/opt", "/home", "/tmp", "/sys")
_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID, _MOUNT_ATTR_NODEV, _AT_RECURSIVE = 1, 2, 4, 0x8000

READABLE = ("/",)
WRITABLE = ("/box", *(f"/dev/{name}" for name in _DEVICES))


def build(shared: Sequence[str], user: int) -> frozenset[str]:
    """Replace this mount namespace's root, and return what could be had: {"proc"} where /proc could be mounted.

    Args:
        shared: directories of the host to show at the same place, read-only: Python's, a compiler's.
        user: the jobs' uid and gid, for /etc/passwd.
    Raises:
        OSError: the kernel refuses a mount; the message names it.
    """
    wanted = _without_nested([*SYSTEM, *ETC, *map(os.path.abspath, shared)])
    base = next(path for path in _BASES if os.path.isdir(path) and not any(w.startswith(path + "/") for w in wanted))
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("jail", base, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=1m,mode=755")
    for path in wanted:
        _show(path, base + path)
    for name in _DEVICES:
        _bind(f"/dev/{name}", f"{base}/dev/{name}", devices=True)
    for place, target in _LINKS.items():
        os.makedirs(os.path.dirname(base + place), exist_ok=True)
        if not os.path.isdir(
            base + place
        ):  # Python's own files may lie below /tmp: it then stays read-only; see TMPDIR
            os.symlink(target, base + place)
    os.makedirs(base + SCRATCH)
    os.makedirs(base + "/proc")
    _names(base + "/etc", user)
    has = {"proc"} if _mount_proc(base + "/proc") else set()
    os.chdir(base)
    linux.syscall("pivot_root", b".", b".")
    linux.umount(".")
    os.chdir("/")
    linux.mount(
        "none", "/", None, linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV
    )
    return frozenset(has)


def _without_nested(paths: Sequence[str]) -> list[str]:
    """Existing paths, sorted, without those that lie below another or are links to one on the list."""
    kept: list[str] = []
    for path in sorted({path for path in paths if os.path.lexists(path)}):
        if path != "/" and not any(path.startswith(above + "/") for above in kept if not os.path.islink(above)):
            kept.append(path)
    return kept


def _show(path: str, place: str) -> None:
    if os.path.islink(path):
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.symlink(os.readlink(path), place)
    else:
        _bind(path, place)


def _bind(path: str, place: str, *, devices: bool = False) -> None:
    if os.path.isdir(path):
        os.makedirs(place, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o644))
    linux.mount(path, place, None, linux.MS_BIND | linux.MS_REC)
    if not devices:
        _make_read_only(place)


def _make_read_only(place: str) -> None:
    attributes = (_MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID | _MOUNT_ATTR_NODEV).to_bytes(8, "little") + bytes(24)
    try:
        linux.syscall("mount_setattr", -100, place.encode(), _AT_RECURSIVE, attributes, 32)
    except OSError:  # before Linux 5.12; flags that the host has set must stay set
        flags = linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV
        kept = os.statvfs(place).f_flag & (linux.MS_NOEXEC | linux.MS_NOATIME | 2048 | (1 << 21))
        linux.mount("none", place, None, flags | kept)


def _mount_proc(place: str) -> bool:
    """Only this pid namespace's processes, and of those only a job's own; without if a container masks its /proc."""
    flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    for options in ("subset=pid,hidepid=invisible", "hidepid=2", ""):
        try:
            linux.mount("proc", place, "proc", flags, options)
            return True
        except OSError:
            continue
    return False


def _names(etc: str, user: int) -> None:
    os.makedirs(etc, exist_ok=True)
    for name, text in {
        "passwd": f"sandbox:x:{user}:{user}::{SCRATCH}/work:/bin/sh\n",
        "group": f"sandbox:x:{user}:\n",
    }.items():
        with open(os.path.join(etc, name), "w") as file:
            file.write(text)
