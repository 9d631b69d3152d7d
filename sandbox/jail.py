"""What a forked child does to itself before it runs a line of untrusted code, in the order that works."""

from __future__ import annotations

import os
import resource
import signal
from dataclasses import dataclass
from typing import Any

from sandbox import landlock, linux
from sandbox.seccomp import Filter

STACK_BYTES = 64 << 20
_RULES_FD = 4


@dataclass(slots=True)
class Jail:
    """What a zygote has prepared for its jobs.

    Args:
        user: uid and gid to become; None keeps them.
        rules: Landlock ruleset descriptor; None where the kernel has none.
        filter: seccomp program; None at level rlimits.
        data_bytes: writable memory of the zygote itself, which a job inherits.
        counts_tasks: nobody else has that uid, so the kernel's limit on a user's tasks limits the job's.
        first_to_go: tell the kernel to kill the job rather than the zygote when their group runs out of memory.
    """

    user: int | None
    rules: int | None
    filter: Filter | None
    data_bytes: int
    counts_tasks: bool
    first_to_go: bool

    def close_on(self, fds: tuple[int, ...], cwd: str, limits: dict[str, Any]) -> None:
        """Lock this process in. `fds` become descriptors 0, 1, 2 (and 3, a session's channel); all others are closed."""
        os.setsid()
        self._keep_only(fds)
        os.chdir(cwd)
        self._set_rlimits(limits)
        if self.first_to_go:
            with open("/proc/self/oom_score_adj", "wb", buffering=0) as file:
                file.write(b"1000")
        if self.user is not None:
            if os.geteuid() == 0:  # an ordinary user's namespace has no say in groups
                os.setgroups([])
            os.setresgid(self.user, self.user, self.user)
            os.setresuid(self.user, self.user, self.user)
        linux.drop_capabilities()
        linux.prctl(linux.PR_SET_DUMPABLE, 1)  # or its own /proc/self, and so /dev/stdin, would be closed to it
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        if self.rules is not None:
            landlock.restrict_self(_RULES_FD)
            os.close(_RULES_FD)
        if self.filter is not None:
            self.filter.install()

    def _keep_only(self, fds: tuple[int, ...]) -> None:
        # High first: a descriptor that we are about to need must not be overwritten by an earlier dup2.
        moved = [os.dup(fd) if fd < 8 else fd for fd in (*fds, *([self.rules] if self.rules is not None else []))]
        for target, fd in enumerate(moved[: len(fds)]):
            os.dup2(fd, target)
        if self.rules is not None:
            os.dup2(moved[-1], _RULES_FD)
            os.closerange(_RULES_FD + 1, 1 << 20)
            if len(fds) < _RULES_FD:
                os.closerange(len(fds), _RULES_FD)
        else:
            os.closerange(len(fds), 1 << 20)

    def _set_rlimits(self, limits: dict[str, Any]) -> None:
        cpu_s = int(limits["cpu_s"] + 0.999)
        disk = limits["disk_mb"] << 20
        # Half again: the whole tree is held to memory_mb by whoever watches it; this bounds what one process can take between looks.
        data = self.data_bytes + (limits["memory_mb"] << 20) * 3 // 2
        for name, soft, hard in (
            (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
            (resource.RLIMIT_DATA, data, data),
            (resource.RLIMIT_FSIZE, disk, disk),
            (resource.RLIMIT_NOFILE, limits["open_files"], limits["open_files"]),
            (resource.RLIMIT_STACK, STACK_BYTES, STACK_BYTES),
            (resource.RLIMIT_CORE, 0, 0),
            (resource.RLIMIT_MEMLOCK, 0, 0),
            (resource.RLIMIT_MSGQUEUE, 0, 0),
        ):
            self._lower(name, soft, hard)
        if self.counts_tasks:
            tasks = limits["tasks"] + 1  # and the zygote
            self._lower(resource.RLIMIT_NPROC, tasks, tasks)

    def _lower(self, name: int, soft: int, hard: int) -> None:
        top = _TOPS[name]
        resource.setrlimit(name, (soft, hard) if top < 0 else (min(soft, top), min(hard, top)))


_TOPS = [resource.getrlimit(name)[1] for name in range(16)]
"""What we were started with: nobody but root may go above; -1 is no limit."""
