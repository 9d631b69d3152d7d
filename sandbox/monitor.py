"""Watching one job from outside: collect what it writes, hold it to its limits, end its tree, say how it ended."""

from __future__ import annotations

import _signal
import os
import select
import time

from sandbox import procfs
from sandbox.cgroups import Group
from sandbox.line import Ended, Line, ZygoteGone
from sandbox.scratch import Scratch

_CHUNK = 1 << 16
_KILLED = Ended(int(_signal.SIGKILL), 0.0, 0, "")
_TICK_S = 0.01
_OUT_OF_MEMORY = (b"MemoryError", b"std::bad_alloc", b"memory allocation of", b"heap out of memory", b"out of memory")
_SIGNAL_NAMES = {
    number: name for name, number in vars(_signal).items() if name.startswith("SIG") and not name.startswith("SIG_")
}


class Tree:
    """The processes of one job.

    Args:
        line: to their zygote, the parent of the first.
        owns_namespace: we are pid 1 of a pid namespace, so every process but us is the job's.
        forks: there may be more than one process.
        first_to_go: let the kernel take these rather than one of us when their group runs out of memory.
    """

    def __init__(self, line: Line, owns_namespace: bool, forks: bool, first_to_go: bool):
        self.line = line
        self.owns_namespace = owns_namespace
        self.peak_kb = 0
        self.ended: Ended | None = None  # the first process, once it is dead
        self._forks = forks
        self._first_to_go = first_to_go
        self._offered: set[int] = set()
        self._pid = 0
        self._orphans_cpu_s = 0.0

    @property
    def pid(self) -> int:
        """Of the first process; 0 when it has gone, or is yet to come."""
        return procfs.first() if self.owns_namespace else self._pid

    def pids(self) -> list[int]:
        return procfs.others() if self.owns_namespace else [self._pid] if self._pid else []

    def offer(self, pids: list[int]) -> None:
        """Put these first on the kernel's list of whom to kill for memory; their children will be there too.

        At the first look, and not before a job begins: until then it cannot have filled its group, and most are over.
        """
        for pid in pids if self._first_to_go else ():
            if pid not in self._offered:
                self._offered.add(pid)
                procfs.kill_first(pid)

    def reaped_cpu_s(self) -> float:
        """Of all that is dead by now."""
        return self._orphans_cpu_s + (self.ended.cpu_s if self.ended else 0.0)

    def cpu_s(self) -> float:
        return self.reaped_cpu_s() + sum(map(procfs.cpu_s, self.pids()))

    def hear(self) -> bool:
        """Take the zygote's next message; whether it was the last, and the first process has ended."""
        news = self.line.hear()
        if isinstance(news, int):
            self._pid = news
            return False
        self.ended = news
        self.peak_kb = max(self.peak_kb, news.peak_kb)
        return True

    def reap(self) -> bool:
        """Collect dead orphans without waiting. False when we have no child left at all."""
        while True:
            try:
                pid, _, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            self._orphans_cpu_s += usage.ru_utime + usage.ru_stime
            self.peak_kb = max(self.peak_kb, usage.ru_maxrss)

    def kill(self) -> None:
        """End every process of the job and wait until none is left.

        As init of a pid namespace one call reaches all of them, and no fork slips through: a process with
        a fatal signal pending cannot fork. Elsewhere orphans become our children, since we are a subreaper; beside
        them we have one, the zygote.
        """
        while self.ended is None:
            if self.owns_namespace:
                _kill(-1)
            elif self._pid:  # 0 would be our own process group
                _kill(self._pid)
            if self.line.has_news(_TICK_S):  # or the first process was yet to be forked, and has to be killed once more
                self.hear()
        while self._forks and self.reap():
            orphans = [-1] if self.owns_namespace else procfs.children(os.getpid(), but=self.line.zygote)
            if not orphans:
                return
            for pid in orphans:
                _kill(pid)
            time.sleep(0.0002)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, _signal.SIGKILL)
    except ProcessLookupError:
        return


class Monitor:
    """Watches one job to its end.

    Args:
        tree: the job's processes.
        out, err: read ends of its stdout and stderr, non-blocking; closed at the end.
        hangup: our connection to the caller: readable means that the job is to end now.
        limits: fields of `sandbox.Limits`.
        group: the control group that the job is in, if any.
        scratch: where it may write.
    """

    def __init__(
        self,
        tree: Tree,
        out: int,
        err: int,
        hangup: int,
        limits: dict[str, int],
        group: Group | None,
        scratch: Scratch,
    ):
        self.tree = tree
        self.limits = limits
        self.stdout = b""
        self.stderr = b""
        self.hung_up = False
        self.spent = False  # no further job can be run here
        self._out, self._err, self._hangup, self._line = out, err, hangup, tree.line.fileno()
        self._group = group
        self._scratch = scratch
        self._chunks: dict[int, list[bytes]] = {out: [], err: []}
        self._room = int(limits["output_kb"]) << 10
        self._starved = False
        self._poll = select.poll()
        for fd in (self._line, out, err, hangup):
            self._poll.register(fd, select.POLLIN)

    def run(self) -> dict[str, object]:
        """Watch the job until nothing of it is left; then say how it ended, and have its output.

        Raises:
            ZygoteGone: and it was not the job's doing.
        """
        start = time.monotonic()
        try:
            word, detail = self._watch(start)
            self.tree.kill()
        except ZygoteGone as error:
            word, detail = self._without_zygote(error)
        wall_s = time.monotonic() - start
        for fd in (self._out, self._err):
            while self._read(fd):
                pass
            os.close(fd)
        self.stdout, self.stderr = b"".join(self._chunks[self._out]), b"".join(self._chunks[self._err])
        ended = self.tree.ended or _KILLED
        status = ended.status
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        ran_out = self.ran_out()
        if ended.failure and not self.hung_up:
            word, detail = "internal_error", f"the jail could not be closed: {ended.failure}"
        if not word:
            word, detail = self._too_much_memory() if ran_out else self._own_end(code, killed)
        return {
            "status": word,
            "detail": detail,
            "exit_code": code,
            "signal": killed,
            "cpu_s": self.tree.reaped_cpu_s(),
            "wall_s": wall_s,
            "peak_kb": self.tree.peak_kb,
        }

    def _without_zygote(self, error: ZygoteGone) -> tuple[str, str]:
        """The kernel took the zygote for want of memory, since the job was already dying of it: then we are no use.

        A page or two that the zygote touches while the job's memory is on its way back can do that.
        """
        if not self.ran_out():
            raise error
        self.spent = True
        if self.tree.owns_namespace:
            _kill(-1)  # the job has nobody now to wait for it, but us to end with
        return self._too_much_memory()

    def ran_out(self) -> bool:
        """Whether the kernel has killed something for want of memory since this job began."""
        self._starved = self._starved or (self._group is not None and self._group.ran_out())
        return self._starved

    def _watch(self, start: float) -> tuple[str, str]:
        """Until the first process is dead or has to die; why, or ("", "") when it ended by itself."""
        deadline = start + self.limits["wall_s"]
        poll = self._poll
        next_look = start + _TICK_S
        while True:
            now = time.monotonic()
            if now >= deadline:
                return "time_limit_exceeded", f"ran for {self.limits['wall_s']:g} s of wall-clock time"
            if now >= next_look:
                if verdict := self._look():
                    return verdict
                next_look = time.monotonic() + _TICK_S
            for fd, _ in poll.poll(max(0.0, min(deadline, next_look) - now) * 1000 + 0.1):
                if fd == self._line:
                    if self.tree.hear():
                        return "", ""
                    continue
                if fd == self._hangup:  # left unread: an "end" that finds no job running is ignored
                    pid = self.tree.pid
                    if not pid and procfs.mounted():  # not there yet, or not any more: it will show in a moment
                        time.sleep(0.0002)
                        continue
                    if pid and procfs.exiting(pid):  # it has ended, and the caller has noticed before us
                        poll.unregister(fd)
                        continue
                    self.hung_up = True
                    return "ok", "closed by the caller"
                if not self._read(fd):
                    poll.unregister(fd)
            if self._room < 0:
                return self._too_much_output()

    def _look(self) -> tuple[str, str] | None:
        """Limits that only the sum over the tree can show."""
        self.tree.reap()
        cpu_s = self.tree.cpu_s()
        if cpu_s > self.limits["cpu_s"]:
            return "time_limit_exceeded", f"used {cpu_s:.2f} s of CPU, limit {self.limits['cpu_s']:g}"
        pids = self.tree.pids()
        self.tree.offer(pids)
        if self._memory_kb(pids) > self.limits["memory_mb"] << 10 or self.ran_out():
            return self._too_much_memory()
        return self._overuse(pids)

    def _memory_kb(self, pids: list[int]) -> int:
        """Memory of these processes together; also keeps the peak.

        The quick sum counts pages that several processes share several times, so it is taken again with care before it
        costs a job its life.
        """
        used = sum(map(procfs.anonymous_kb, pids))
        if used > self.limits["memory_mb"] << 10:
            used = sum(map(procfs.proportional_kb, pids))
        self.tree.peak_kb = max(self.tree.peak_kb, used)
        return used

    def _overuse(self, pids: list[int]) -> tuple[str, str] | None:
        """What the kernel limits by itself, except at the levels below namespaces."""
        if self.tree.owns_namespace:
            return None
        tasks = sum(map(procfs.threads, pids))
        if tasks > self.limits["tasks"]:
            return "sandbox_violation", f"had {tasks} tasks, limit {self.limits['tasks']}"
        size, files = self._scratch.used()
        if size > self.limits["disk_mb"] << 20 or files > self.limits["inodes"]:
            allowed = f"{self.limits['disk_mb']} MB or {self.limits['inodes']} files"
            return "sandbox_violation", f"wrote more than {allowed}"
        return None

    def _read(self, fd: int) -> bool:
        """Take what the pipe holds, as far as there is room. False at its end, or when it is empty."""
        try:
            data = os.read(fd, _CHUNK)
        except BlockingIOError:
            return False
        if self._room > 0:
            self._chunks[fd].append(data[: self._room])
        self._room -= len(data)
        return bool(data) and self._room >= 0

    def _too_much_output(self) -> tuple[str, str]:
        return "output_limit_exceeded", f"wrote more than {self.limits['output_kb']} KB"

    def _too_much_memory(self) -> tuple[str, str]:
        return "memory_limit_exceeded", f"held more than {self.limits['memory_mb']} MB"

    def _own_end(self, code: int | None, killed: int | None) -> tuple[str, str]:
        """The status of a job that we did not end."""
        if self._room < 0:
            return self._too_much_output()
        if killed == _signal.SIGXCPU or (
            killed == _signal.SIGKILL and self.tree.reaped_cpu_s() >= self.limits["cpu_s"]
        ):
            return (
                "time_limit_exceeded",
                f"used {self.tree.reaped_cpu_s():.2f} s of CPU, limit {self.limits['cpu_s']:g}",
            )
        if killed == _signal.SIGSYS:
            return "sandbox_violation", "made a system call through a door that is closed"
        if killed is not None:
            return "runtime_error", f"killed by {_SIGNAL_NAMES.get(killed, killed)}"
        if code == 0:
            return "ok", ""
        # An allocation was refused. A program can print this too: it only picks among ways to fail.
        if any(word in self.stderr[-2000:] for word in _OUT_OF_MEMORY):
            return self._too_much_memory()
        return "runtime_error", f"exit code {code}"


def nonblocking_pipe() -> tuple[int, int]:
    """(read end that never blocks us, write end that blocks the job)."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    return reader, writer
