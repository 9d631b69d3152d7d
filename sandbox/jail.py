"""How a job is locked in: what its zygote does once, and what the forked child does before a line of untrusted code.

Whatever can be inherited is done in the zygote, since every call and every touched page here is paid for by each job.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable

from sandbox import linux
from sandbox.seccomp import Filter

STACK_BYTES = 64 << 20
_FIRST_FREE_FD = 16  # below it the zygote keeps nothing open, so that a job's descriptors can be put there
_RULES_FD = 4
_SIGKILL = 9  # `signal` is a megabyte, for names


class Jail:
    """What a zygote has prepared for its jobs.

    Args:
        user: uid and gid to become; None keeps them.
        rules: Landlock ruleset descriptor; None where the kernel has none.
        ours: seccomp filter that a zygote can live with; None at level rlimits.
        theirs: whether a job may have several processes, to the filter that takes from it what its zygote still needs.
        counts_tasks: nobody else has that uid, so the kernel's limit on a user's tasks limits the job's.
        first_to_go: tell the kernel to kill the job rather than the zygote when their group runs out of memory.
        orphaned: the job would outlive a killed zygote, so it has to ask for its own death.
    """

    def __init__(
        self,
        *,
        user: int | None,
        rules: int | None,
        ours: Filter | None,
        theirs: Callable[[bool], Filter] | None,
        counts_tasks: bool,
        first_to_go: bool,
        orphaned: bool,
    ):
        self._user = user
        self._rules = rules
        self._ours = ours
        self._theirs = theirs
        self._counts_tasks = counts_tasks
        self._first_to_go = first_to_go
        self._orphaned = orphaned
        self._root = os.geteuid() == 0
        self._data_bytes = 0
        self._limits: dict[str, int] = {}
        self._rlimits: list[tuple[int, tuple[int, int]]] = []

    def prepare(self, data_bytes: int) -> None:
        """In the zygote, last of all: what jobs inherit. `data_bytes` is its own writable memory, inherited as well."""
        self._data_bytes = data_bytes
        for name, value in (
            (resource.RLIMIT_STACK, STACK_BYTES),
            (resource.RLIMIT_CORE, 1),  # 0 would still let the host's crash handler have it; 1 means nobody (core(5))
            (resource.RLIMIT_MEMLOCK, 0),
            (resource.RLIMIT_MSGQUEUE, 0),
        ):
            resource.setrlimit(name, _capped(name, value, value))
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        if self._ours:
            self._ours.install()

    def set_limits(self, limits: dict[str, int], program: bool) -> None:
        """In the zygote: what the next job may use. `program`: it will become another program."""
        limits = {**limits, "stack_mb": 64 if program else 8}  # what a thread reserves, and seldom uses
        if limits == self._limits:
            return
        cpu_s = int(limits["cpu_s"] + 0.999)
        disk = limits["disk_mb"] << 20
        # Half again: whoever watches the tree holds it to memory_mb; this bounds a process between two looks.
        data_mb = limits["memory_mb"] * 3 // 2 + limits["tasks"] * limits["stack_mb"]
        data = self._data_bytes + (data_mb << 20)
        wanted = [
            (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
            (resource.RLIMIT_DATA, data, data),
            (resource.RLIMIT_FSIZE, disk, disk),
            (resource.RLIMIT_NOFILE, limits["open_files"], limits["open_files"]),
        ]
        if self._counts_tasks:
            tasks = limits["tasks"] + 1  # and the zygote
            wanted.append((resource.RLIMIT_NPROC, tasks, tasks))
        self._rlimits = [(name, _capped(name, soft, hard)) for name, soft, hard in wanted]
        self._limits = limits

    def close(self, fds: tuple[int, ...], cwd: str, forks: bool) -> None:
        """In the job: lock this process in. `fds` become descriptors 0, 1, 2 (and 3, a session's channel); others go.

        `forks`: it may start processes even where a job may not, since it is a compiler and not a stranger's program.
        """
        os.setsid()
        for target, fd in enumerate(fds):
            os.dup2(fd, target)
        if self._rules is not None:
            os.dup2(self._rules, _RULES_FD)
        os.closerange(_RULES_FD + (self._rules is not None), 1 << 20)
        if len(fds) < _RULES_FD:
            os.closerange(len(fds), _RULES_FD)
        os.chdir(cwd)
        for name, values in self._rlimits:
            resource.setrlimit(name, values)
        if self._first_to_go:
            score = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
            os.write(score, b"1000")
            os.close(score)
        if self._user is not None and self._root:
            os.setgroups([])
            os.setresgid(self._user, self._user, self._user)
            os.setresuid(self._user, self._user, self._user)  # root's capabilities go with it
        else:
            linux.drop_capabilities()
        linux.prctl(linux.PR_SET_DUMPABLE, 1)  # or our zygote, which is not, could not look at us
        if self._orphaned:
            linux.prctl(linux.PR_SET_PDEATHSIG, _SIGKILL)
        if self._rules is not None:
            linux.restrict(_RULES_FD)
            os.close(_RULES_FD)
        if self._theirs:
            self._theirs(forks).install()


def reserve_descriptors() -> None:
    """Keep low descriptors occupied, so that all that is opened from now on lies above those that a job is given."""
    while os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC) < _FIRST_FREE_FD:
        pass


def _capped(name: int, soft: int, hard: int) -> tuple[int, int]:
    """No more than we were started with: nobody but root may go above."""
    top = resource.getrlimit(name)[1]
    return (soft, hard) if top == resource.RLIM_INFINITY else (min(soft, top), min(hard, top))
