"""What this machine can isolate: found out by trying, once for each supervisor."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from sandbox import cgroups, landlock, leftovers, linux, namespaces, rootfs, seccomp

FLAGS = {
    "syscalls": "dangerous system calls are refused (seccomp)",
    "fs": "files of the host cannot be read or written",
    "net": "no network of any kind",
    "landlock": "Landlock holds as a second wall around files, signals and sockets",
    "signals": "processes outside of the job cannot be signalled or traced",
    "pids": "the number of tasks is limited for the whole tree",
    "memory": "memory of the whole tree is limited by the kernel",
    "memory_polled": "memory of the whole tree is looked at every few milliseconds",
    "disk": "disk and inodes are limited by a quota",
    "disk_polled": "disk use is looked at every few milliseconds",
    "proc": "/proc shows the job's own processes",
    "one_process": "a job cannot start a second process",
    "own_user": "jobs run as a user that owns nothing on the host",
}
"""What a result's `flags` may say, and what each means."""

RLIMITS, FILTERED, NAMESPACED, CGROUPED, VM = range(5)
_NAMES = ("rlimits", "filtered", "namespaced", "cgrouped", "vm")

_NO_NAMESPACES = (
    "namespaces cannot be had ({}): user namespaces are switched off (sysctl user.max_user_namespaces, "
    "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns), or a container forbids them"
)


class Machine:
    """What is missing, as a sentence each; empty where nothing is."""

    def __init__(self, seccomp: str, landlock: str, namespaces: str, cgroups: str):
        self.seccomp = seccomp
        self.landlock = landlock
        self.namespaces = namespaces
        self.cgroups = cgroups

    @classmethod
    def probe(cls, shared: Sequence[str]) -> Machine:
        """Try everything in children that end at once. `shared` as for `rootfs.build`."""
        return cls(
            seccomp=_in_child(_try_seccomp),
            landlock="" if landlock.abi() else "the kernel has no Landlock (Linux 5.13, and `landlock` among its LSMs)",
            namespaces=_try_namespaces(shared),
            cgroups=_try_cgroups(),
        )

    def missing(self, level: int) -> list[str]:
        """What stands between this machine and that level; nothing when it can be had."""
        needs = {
            RLIMITS: (),
            FILTERED: (self.seccomp, self.landlock),
            # The empty root keeps files away without Landlock, and the pid namespace signals.
            NAMESPACED: (self.seccomp, self.namespaces),
            CGROUPED: (self.seccomp, self.namespaces, self.cgroups),
            VM: ("no virtual machine is configured: this version drives none",),
        }
        return [sentence for sentence in needs[level] if sentence]

    def best(self) -> int:
        """The highest level that can be had; RLIMITS when none above it can."""
        return max(level for level in range(VM + 1) if not self.missing(level))


def choose(machine: Machine, asked: int | None) -> int:
    """The level to run at.

    Raises:
        OSError: it cannot be had here; the message says what is missing and what could be asked for.
    """
    best = machine.best()
    if asked is None and best == RLIMITS:
        raise OSError(
            "this machine cannot keep an untrusted program from your files: "
            + "; ".join(machine.missing(FILTERED))
            + ". Programs that you trust run at level='rlimits'"
        )
    level = best if asked is None else asked
    if lacking := machine.missing(level):
        raise OSError(
            f"level={_NAMES[level]!r} cannot be had here: {'; '.join(lacking)}. The best is level={_NAMES[best]!r}"
        )
    return level


def _in_child(attempt: Callable[[], None]) -> str:
    """Run `attempt` in a forked child; the error's text, or "" when it went well."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            attempt()
        except BaseException as error:
            os.write(writer, (str(error) or type(error).__name__).encode()[:4000])
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as file:
        text = file.read().decode()
    _, status = os.waitpid(pid, 0)
    return text or ("" if status == 0 else f"died with status {status}")


def _try_seccomp() -> None:
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    try:
        seccomp.Filter(seccomp.zygotes_program()).install()
    except OSError as error:
        raise OSError(f"the kernel takes no seccomp filter ({error})") from error


def _try_namespaces(shared: Sequence[str]) -> str:
    reader, writer = os.pipe()

    def child() -> None:
        try:
            rootfs.build(shared, namespaces.JOB_ID)
            os.write(writer, b"built")
        except BaseException as error:
            os.write(writer, str(error).encode()[:4000])
        finally:
            os._exit(0)

    try:
        pid, _ = namespaces.fork_into(child)
    except OSError as error:
        os.close(reader)
        os.close(writer)
        return _NO_NAMESPACES.format(error)
    os.close(writer)
    with open(reader, "rb") as file:
        text = file.read().decode()
    os.waitpid(pid, 0)
    return "" if text == "built" else _NO_NAMESPACES.format(text or "the attempt died")


def _try_cgroups() -> str:
    try:
        group = cgroups.create(leftovers.prefix() + "0")
    except cgroups.Unavailable as error:
        return f"no writable cgroup with memory and pids ({error})"
    group.remove()
    return ""
