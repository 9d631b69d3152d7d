"""The system calls that Python's standard library does not wrap, through ctypes. Numbers for x86-64 and arm64."""

from __future__ import annotations

import ctypes
import errno
import os
import struct

MACHINE = os.uname().machine

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_NOATIME, MS_BIND, MS_REC, MS_PRIVATE = 32, 1024, 4096, 16384, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
MADV_HUGEPAGE, MADV_COLLAPSE = 14, 25

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.mmap.restype = _libc.mremap.restype = ctypes.c_ssize_t
_libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]

# Calls younger than the split of the number tables have the same number everywhere.
_NEW = {"mount_setattr": 442, "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446}
_X86_64 = {"pivot_root": 155, "capset": 126, "sched_setattr": 314}
_ARM64 = {"pivot_root": 41, "capset": 91, "sched_setattr": 274}
NUMBERS = {**_NEW, **(_ARM64 if MACHINE == "aarch64" else _X86_64)}


_CAPABILITY_HEADER = struct.pack("=Ii", 0x20080522, 0)  # version 3, this process
_NO_CAPABILITIES = bytes(24)


_RESTRICT_SELF = NUMBERS["landlock_restrict_self"]


def _checked(result: int, what: object) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(name: str, *args: object) -> int:
    """The raw call of that name; raises OSError as the `os` module would."""
    wide = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    return _checked(_libc.syscall(ctypes.c_long(NUMBERS[name]), *wide), name)


def prctl(option: int, *args: int) -> int:
    return _checked(_libc.prctl(option, *(*args, 0, 0, 0, 0)[:4]), ("prctl", option))


def unshare(flags: int) -> None:
    _checked(_libc.unshare(flags), f"unshare({flags:#x})")


def mount(source: str, target: str, kind: str | None = None, flags: int = 0, options: str = "") -> None:
    done = _libc.mount(
        source.encode(),
        target.encode(),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        options.encode() or None,
    )
    _checked(done, f"mount {source} on {target}")


def umount(target: str) -> None:
    _checked(_libc.umount2(target.encode(), MNT_DETACH), f"umount {target}")


def drop_capabilities() -> None:
    """Empty this process's permitted, effective and inheritable sets."""
    syscall("capset", _CAPABILITY_HEADER, _NO_CAPABILITIES)


def set_time_slice(ms: int) -> None:
    """How long the scheduler should let this process and its children run at a stretch (Linux 6.12; before, no effect).

    It changes how finely time is cut, not how much of it anybody gets.
    """
    policy, flags, nice = 0, 0, os.getpriority(os.PRIO_PROCESS, 0)
    attributes = struct.pack("=IIQiIQQQ", 48, policy, flags, nice, 0, ms * 1_000_000, 0, 0)
    syscall("sched_setattr", 0, attributes, 0)


def restrict(rules: int) -> None:
    """Hold this process and its children to a Landlock ruleset. Needs no_new_privs."""
    _checked(_libc.syscall(_RESTRICT_SELF, rules, 0), "landlock_restrict_self")


def madvise(address: int, length: int, advice: int) -> None:
    _checked(_libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(length), advice), "madvise")


def mprotect(address: int, length: int, protection: int) -> None:
    _checked(_libc.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(length), protection), "mprotect")


def mmap(length: int, protection: int) -> int:
    """Address of new private memory."""
    private_anonymous = 0x22
    return _checked(
        _libc.mmap(None, ctypes.c_size_t(length), protection, private_anonymous, -1, ctypes.c_long(0)), "mmap"
    )


def mremap(address: int, length: int, target: int) -> None:
    """Move memory to `target`, in place of what is there."""
    move_to_target = 3
    size = ctypes.c_size_t(length)
    _checked(_libc.mremap(ctypes.c_void_p(address), size, size, move_to_target, ctypes.c_void_p(target)), "mremap")


def munmap(address: int, length: int) -> None:
    _checked(_libc.munmap(ctypes.c_void_p(address), ctypes.c_size_t(length)), "munmap")


def wait4(pid: int, status: ctypes.c_void_p, usage: ctypes.c_void_p) -> None:
    """As `os.wait4`, but the kernel's words go where they are wanted: an int, and a struct rusage.

    Python's own imports a module and makes twenty objects.
    """
    while _libc.wait4(pid, status, 0, usage) < 0:
        if ctypes.get_errno() != errno.EINTR:
            _checked(-1, "wait4")
