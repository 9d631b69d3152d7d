"""The system calls that a job may not make, as classic BPF programs built once per zygote.

A list of what is refused, since honest programs in six languages use the rest; and whatever the kernel has learnt
after the last call known here does not exist for a job.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable

from sandbox import linux

# name: (x86-64, arm64); None where the architecture has no such call.
_NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "create_module": (174, None),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsetxattr": (190, 7),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "get_mempolicy": (239, 236),
    "init_module": (175, 105),
    "io_setup": (206, 0),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioperm": (173, None),
    "iopl": (172, None),
    "ioprio_set": (251, 30),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "lookup_dcookie": (212, 18),
    "lsetxattr": (189, 6),
    "mbind": (237, 235),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "migrate_pages": (256, 238),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "mq_open": (240, 180),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "nfsservctl": (180, 42),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "seccomp": (317, 277),
    "semget": (64, 190),
    "set_mempolicy": (238, 237),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "setxattr": (188, 5),
    "setxattrat": (463, 463),
    "shmget": (29, 194),
    "socket": (41, 198),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "uselib": (134, None),
    "userfaultfd": (323, 282),
    "ustat": (136, None),
    "vhangup": (153, 58),
    "vmsplice": (278, 75),
}

# Refused where a job shares its user id with files of the host: Landlock does not govern these.
_OWNER_CALLS: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "removexattr": (197, 14),
    "truncate": (76, 45),
    "lremovexattr": (198, 15),
}

_X86 = linux.MACHINE != "aarch64"
_ARCH = 0xC000003E if _X86 else 0xC00000B7
_LAST_KNOWN = 466
_CLONE, _CLONE3, _FORK, _VFORK = (56, 435, 57, 58) if _X86 else (220, 435, None, None)
_SOCKETPAIR, _PRLIMIT, _PRCTL, _IOCTL = (53, 302, 157, 16) if _X86 else (199, 261, 167, 29)
_KILL, _TKILL, _TGKILL = (62, 200, 234) if _X86 else (129, 130, 131)
_SETPRIORITY = 141 if _X86 else 140
_SCHED_SET = (142, 144, 203, 314) if _X86 else (118, 119, 122, 274)  # param, scheduler, affinity, attr
_NEW_NAMESPACES = 0x7E020080  # CLONE_NEW*, all of them
_CLONE_THREAD = 0x00010000
_SETRLIMIT, _RLIMIT_CORE = (160 if _X86 else 164), 4
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_PTRACER = 1, 22, 0x59616D61

_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL_PROCESS = 0x7FFF0000, 0x80000000
_NR, _ARCHITECTURE = 0, 4


def _errno(number: int) -> int:
    return 0x00050000 | number


def _argument(index: int) -> int:
    """Offset of the low half of an argument; little-endian on both architectures."""
    return 16 + 8 * index


class _Program:
    """Classic BPF, written top down. Every test is followed by its verdict, so no jump is longer than a rule."""

    def __init__(self) -> None:
        self._code: list[bytes] = []

    def emit(self, code: int, k: int, jump_true: int = 0, jump_false: int = 0) -> None:
        self._code.append(struct.pack("=HBBI", code, jump_true, jump_false, k))

    def refuse(self, number: int | None, verdict: int) -> None:
        if number is not None:
            self.emit(_EQUAL, number, 0, 1)
            self.emit(_RETURN, verdict)

    def refuse_if(
        self,
        number: int | None,
        argument: int,
        test: int,
        value: int,
        *,
        negate: bool = False,
        unless_null: int | None = None,
    ) -> None:
        """Refuse call `number` when `argument` passes (or, negated, fails) the test.

        `unless_null`: let it pass when that argument, a pointer, is null.
        """
        if number is None:
            return
        also = [] if unless_null is None else [_argument(unless_null), _argument(unless_null) + 4]
        self.emit(_EQUAL, number, 0, 4 + (4 if also else 0))
        self.emit(_LOAD, _argument(argument))
        self.emit(test, value, *((1, 0) if negate else (0, 1 + (4 if also else 0))))
        if also:
            self.emit(_LOAD, also[0])
            self.emit(_EQUAL, 0, 0, 2)
            self.emit(_LOAD, also[1])
            self.emit(_EQUAL, 0, 1, 0)
        self.emit(_RETURN, _errno(errno.EPERM))
        self.emit(_LOAD, _NR)

    def bytes(self) -> bytes:
        return b"".join(self._code)


def zygotes_program() -> bytes:
    """The long filter, for a zygote and so for all its jobs."""
    bpf = _Program()
    bpf.emit(_LOAD, _ARCHITECTURE)
    bpf.emit(_EQUAL, _ARCH, 1, 0)
    bpf.emit(_RETURN, _KILL_PROCESS)
    bpf.emit(_LOAD, _NR)
    # Above the last known: calls of the future, and the x32 twins (bit 30) that would slip past a list of numbers.
    bpf.emit(_GREATER, _LAST_KNOWN + 1, 0, 1)
    bpf.emit(_RETURN, _errno(errno.ENOSYS))
    # libc falls back to clone, whose flags can be read here; clone3 hides them in memory.
    bpf.refuse(_CLONE3, _errno(errno.ENOSYS))
    for number in _listed(_NUMBERS):
        bpf.refuse(number, _errno(errno.EPERM))
    bpf.refuse_if(_CLONE, 0, _ANY_BIT, _NEW_NAMESPACES)
    bpf.refuse_if(_SOCKETPAIR, 0, _EQUAL, 1, negate=True)
    # A process may change itself, and not the one that watches it: 0 means self in all of these.
    for number in (_PRLIMIT, *_SCHED_SET, _SETPRIORITY):
        bpf.refuse_if(number, 0, _EQUAL, 0, negate=True)
    bpf.refuse_if(_SETPRIORITY, 1, _EQUAL, 0, negate=True)
    bpf.refuse_if(_PRCTL, 0, _EQUAL, _PR_SET_PTRACER)
    # A core size of 1 means no core at all; of 0, that the host's crash handler is called all the same.
    bpf.refuse_if(_SETRLIMIT, 0, _EQUAL, _RLIMIT_CORE)
    bpf.refuse_if(_PRLIMIT, 1, _EQUAL, _RLIMIT_CORE, unless_null=2)
    for command in (_TIOCSTI, _TIOCLINUX):
        bpf.refuse_if(_IOCTL, 1, _EQUAL, command)
    bpf.emit(_RETURN, _ALLOW)
    return bpf.bytes()


def jobs_program(*, deny_fork: bool = False, deny_owner_calls: bool = False, signal_only: int | None = None) -> bytes:
    """What is refused to a job besides: first of all what closing its jail takes.

    Args:
        deny_fork: threads only, no second process: for levels that have no pid namespace to end.
        deny_owner_calls: no chmod, chown, utime: for levels where the host's files are in sight.
        signal_only: the one process that may be sent signals, itself: where neither a pid namespace nor Landlock sees
            to it.
    """
    bpf = _Program()
    bpf.emit(_LOAD, _NR)
    for option in (_PR_SET_PDEATHSIG, _PR_SET_SECCOMP):
        bpf.refuse_if(_PRCTL, 0, _EQUAL, option)
    if deny_owner_calls:
        for number in _listed(_OWNER_CALLS):
            bpf.refuse(number, _errno(errno.EPERM))
    if deny_fork:
        bpf.refuse(_FORK, _errno(errno.EPERM))
        bpf.refuse(_VFORK, _errno(errno.EPERM))
        bpf.refuse_if(_CLONE, 0, _ANY_BIT, _CLONE_THREAD, negate=True)
    if signal_only is not None:
        bpf.refuse(_TKILL, _errno(errno.EPERM))
        for number in (_KILL, _TGKILL):
            bpf.refuse_if(number, 0, _EQUAL, signal_only, negate=True)
    bpf.emit(_RETURN, _ALLOW)
    return bpf.bytes()


def _listed(table: dict[str, tuple[int | None, int | None]]) -> Iterable[int]:
    column = 0 if _X86 else 1
    return [numbers[column] for numbers in table.values() if numbers[column] is not None]  # type: ignore[misc]


class Filter:
    """A program laid out for the kernel; keeps the memory alive that the kernel reads it from."""

    def __init__(self, code: bytes):
        self._code = ctypes.create_string_buffer(code, len(code))
        self._header = ctypes.create_string_buffer(
            struct.pack("@HxxxxxxQ", len(code) // 8, ctypes.addressof(self._code)), 16
        )

    def install(self) -> None:
        """From here on every call of this process and its children goes through the filter. Needs no_new_privs."""
        linux.prctl(linux.PR_SET_SECCOMP, 2, ctypes.addressof(self._header))
