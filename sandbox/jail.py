"""How a process is locked in, before a line of untrusted code.

Where jobs have a pid namespace this is done to their zygote, once: it is out of their sight there, and they inherit
everything. Elsewhere a job could reach a zygote that is no better than itself, so each job closes the jail behind it.
"""

from __future__ import annotations

import os
import resource

from sandbox import landlock, linux, seccomp

TYPE_CHECKING = False  # each job of the lower levels pays for what is imported here
if TYPE_CHECKING:
    from typing import Any

STACK_BYTES = 64 << 20
_RULES_FD = 101  # above all that a job is given
_SIGKILL = 9  # `signal` is a megabyte, for names


class Jail:
    """What can be made ready before there is anybody to lock in.

    Args:
        plan: `user`, the uid and gid to become, or None to stay who we are;
            `readable` and `writable`, the paths for Landlock, and `landlock`, whether the kernel has it;
            `filters`, whether system calls are refused (not at level rlimits);
            `shares_host`, whether the host's processes and files are in sight: a job may then have no second process
            (a tool may), nor change owners and modes.
    """

    def __init__(self, plan: dict[str, Any]):
        self._plan = plan
        self._user = plan["user"]
        self._root = os.geteuid() == 0
        self._rules: int | None = None
        if plan["landlock"]:
            rules = landlock.ruleset(plan["readable"], plan["writable"])
            self._rules = os.dup2(rules, _RULES_FD, inheritable=False)
            os.close(rules)
        self._ours = seccomp.Filter(seccomp.zygotes_program())
        self._theirs = {forks: self._jobs_filter(forks) for forks in (False, True)}

    def _jobs_filter(self, forks: bool) -> seccomp.Filter | None:
        """The filter of a job that may, or may not, have more than one process; None if it names the job's own pid."""
        if not self._plan["shares_host"]:
            return seccomp.Filter(seccomp.jobs_program())
        # Landlock keeps signals inside from version 6 on; before, the filter does, and so has to be made in the job.
        if self._user is None and not (self._plan["landlock"] and landlock.abi() >= 6):
            return None
        program = seccomp.jobs_program(deny_fork=not forks, deny_owner_calls=self._user is None)
        return seccomp.Filter(program)

    def prepare(self) -> None:
        """In the zygote: what jobs inherit in any case."""
        for name, value in (
            (resource.RLIMIT_STACK, STACK_BYTES),
            (resource.RLIMIT_CORE, 1),  # 0 would still let the host's crash handler have it; 1 means nobody (core(5))
            (resource.RLIMIT_MEMLOCK, 0),
            (resource.RLIMIT_MSGQUEUE, 0),
        ):
            top = resource.getrlimit(name)[1]
            value = value if top == resource.RLIM_INFINITY else min(value, top)
            resource.setrlimit(name, (value, value))
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        if self._plan["filters"]:
            self._ours.install()
        linux.prctl(linux.PR_SET_DUMPABLE, 0)  # our /proc entry is closed to jobs of the same user

    def close(self, forks: bool) -> None:
        """Lock this process in, and its children; it dies with its parent.

        `forks`: it may start processes even where a job may not, since it is a compiler and not a stranger's program.
        """
        if self._user is not None and self._root:
            os.setgroups([])
            os.setresgid(self._user, self._user, self._user)
            os.setresuid(self._user, self._user, self._user)  # root's capabilities go with it
        else:
            linux.drop_capabilities()
        linux.prctl(linux.PR_SET_DUMPABLE, 1)  # or our warden could not look at us
        linux.prctl(linux.PR_SET_PDEATHSIG, _SIGKILL)
        if self._rules is not None:
            linux.restrict(self._rules)
            os.close(self._rules)
        if self._plan["filters"]:
            self._filter(forks).install()

    def _filter(self, forks: bool) -> seccomp.Filter:
        ready = self._theirs[forks]
        if ready is not None:
            return ready
        program = seccomp.jobs_program(deny_fork=not forks, deny_owner_calls=True, signal_only=os.getpid())
        return seccomp.Filter(program)
