"""The lean process between the caller and the workers: starts them, ends them, and goes when the caller goes.

It is exec'd, so neither the caller's memory nor its threads, locks or descriptors are ever forked. It takes one
request at a time from the caller, as messages of `sandbox.frames`:

    start {config} + module sources    -> {level, flags}, or {error}
    spawn                              -> {pid} + a connection to a new warden, or {error}
    kill {pid}                         -> {} once that worker and its job are gone
"""

from __future__ import annotations

import _signal
import _socket
import os
import select
import sys
from typing import NamedTuple

from sandbox import cgroups, frames, leftovers, levels, linux, namespaces, scratch
from sandbox.worker import Worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PATIENCE_S = 45  # for a worker to build itself; less than the caller has with us


class _Made(NamedTuple):
    """What there is of one worker."""

    pids: list[int]  # our own child, then its child, which becomes ours when that one dies
    group: cgroups.Group | None
    place: str
    cpu: int


class Supervisor:
    def __init__(self, control: frames.Connection):
        self._control = control
        self._config: dict[str, Any] = {}
        self._sources: list[bytes] = []
        self._workers: dict[int, _Made] = {}
        self._reaped: set[int] = set()  # wardens and zygotes that died by themselves, until their worker is ended
        self._made = 0

    def serve(self) -> None:
        """Answer the caller until it hangs up or dies: a copy of its socket may outlive it in a child of its."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(os.pidfd_open(os.getppid()), select.POLLIN)
        while [self._control.fileno()] == [fd for fd, _ in poll.poll()]:
            try:
                header, blobs, _ = self._control.recv()
            except (frames.Hangup, OSError):
                return
            self._answer(frames.read_request(header), blobs)

    def _answer(self, request: dict[str, Any], blobs: list[bytes]) -> None:
        fds: list[int] = []
        try:
            match request["op"]:
                case "start":
                    reply = self._start(request["config"], blobs)
                case "spawn":
                    reply, conn = self._spawn()
                    fds = [conn.detach()]
                case "kill":
                    reply = self._kill(request["pid"])
                case other:
                    reply = {"error": f"no such request: {other}"}
        except OSError as error:
            reply = {"error": str(error)}
        self._control.send(frames.reply(reply), fds=tuple(fds))
        for fd in fds:
            os.close(fd)

    def _start(self, config: dict[str, Any], sources: list[bytes]) -> dict[str, Any]:
        """Choose the level; clear up after supervisors that were killed."""
        level = levels.choose(levels.Machine.probe(config["shared"]), config["level"])
        self._config, self._sources = {**config, "level": level}, sources
        cgroups.sweep()
        scratch.sweep()
        return {"level": level}

    def _spawn(self) -> tuple[dict[str, Any], frames.Socket]:
        self._made += 1
        name = f"{leftovers.prefix()}{self._made}"
        level = self._config["level"]
        group = cgroups.create(name) if level >= levels.CGROUPED else None
        place = scratch.make(name) if level < levels.NAMESPACED else ""
        ours, theirs = _socket.socketpair()
        hear, tell = _socket.socketpair()
        ready = frames.Connection(hear)
        cpus = sorted(os.sched_getaffinity(0))
        cpu = self._least_used(cpus)
        config = {**self._config, "scratch": place, "number": self._made, "cpu": cpu, "cpus": cpus}
        worker = Worker(frames.Connection(theirs), frames.Connection(tell), config, self._sources, group)

        def child() -> None:
            for sock in (ours, ready, self._control):
                sock.close()
            for other in self._workers.values():
                for fd in other.group.fds if other.group else ():
                    os.close(fd)
            worker.be_warden()

        if level >= levels.NAMESPACED:
            pid, zygote = namespaces.fork_into(child, worker.be_zygote)
            pids = [zygote, pid]
        else:
            pids = [os.fork()]
            if pids[0] == 0:
                child()
        worker.close()
        answer = self._adopt(pids[0], group, ready)
        ready.close()
        if answer.get("zygote"):
            pids.append(answer["zygote"])
        self._workers[pids[0]] = _Made(pids, group, place, cpu)
        if "error" in answer:
            self._kill(pids[0])
            raise OSError(answer["error"])
        return {"pid": pids[0], "flags": answer["flags"]}, ours

    def _least_used(self, cpus: list[int]) -> int:
        """The processor with the fewest of our workers; of several, another one for each supervisor."""
        used = [made.cpu for made in self._workers.values()]
        return min(cpus, key=lambda cpu: (used.count(cpu), (cpus.index(cpu) - os.getpid()) % len(cpus)))

    def _adopt(self, zygote: int, group: cgroups.Group | None, ready: frames.Connection) -> dict[str, Any]:
        """Let a new worker build itself, its zygote in its group, and hear how that went.

        Its warden stays outside: it may be at work while a job that has filled the group is still being taken apart,
        and would then be the only one left to be killed for it.
        """
        ready.set_timeout(_PATIENCE_S)
        try:
            if group:
                group.join(zygote)
            ready.send(b"adopted")
            return frames.read_request(ready.recv()[0])
        except BlockingIOError:
            return {"error": f"the worker was not ready within {_PATIENCE_S} s; does a module to preload ever end?"}
        except (frames.Hangup, OSError) as error:
            return {"error": f"the worker died while it was built ({error})"}

    def _kill(self, pid: int) -> dict[str, Any]:
        if pid in self._workers:
            made = self._workers[pid]
            for each in set(made.pids) - self._reaped:
                os.kill(each, _signal.SIGKILL)  # not reaped yet, so its number is nobody else's
            # Whoever dies: a warden is not gone until its job is, which has become our child with its zygote's end.
            while not self._reaped.issuperset(made.pids):
                self._reaped.add(os.waitpid(-1, 0)[0])
            del self._workers[pid]
            self._reaped &= {each for other in self._workers.values() for each in other.pids}
            if made.group:
                made.group.remove()
            if made.place:
                scratch.remove(made.place)
        return {}

    def kill_all(self) -> None:
        for pid in list(self._workers):
            self._kill(pid)


def main() -> None:
    """Entry of the exec'd process; its argument is the descriptor of the caller's socket."""
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    os.umask(0o022)  # whatever the caller's: a jail's directories are for others than their maker
    supervisor = Supervisor(frames.Connection(_socket.socket(fileno=int(sys.argv[1]))))
    try:
        supervisor.serve()
    finally:
        supervisor.kill_all()
