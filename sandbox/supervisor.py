"""The lean process between the caller and the zygotes: starts them, ends them, and goes when the caller goes.

It is exec'd, so neither the caller's memory nor its threads, locks or descriptors are ever forked. It takes one
request at a time from the caller, as messages of `sandbox.frames`:

    start {config} + module sources    -> {level, flags}, or {error}
    spawn                              -> {pid} + a connection to a new zygote, or {error}
    kill {pid}                         -> {} once that zygote and its job are gone
"""

from __future__ import annotations

import _signal
import _socket
import os
import select
import sys

from sandbox import cgroups, frames, leftovers, levels, linux, namespaces, scratch
from sandbox.zygote import Zygote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Supervisor:
    def __init__(self, control: frames.Connection):
        self._control = control
        self._config: dict[str, Any] = {}
        self._sources: list[bytes] = []
        self._zygotes: dict[int, tuple[cgroups.Group | None, str]] = {}
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

        def child() -> None:
            for sock in (ours, ready, self._control):
                sock.close()
            for other, _ in self._zygotes.values():
                for fd in other.fds if other else ():
                    os.close(fd)
            _be_zygote(
                frames.Connection(theirs),
                frames.Connection(tell),
                {**self._config, "scratch": place, "number": self._made},
                self._sources,
                group,
            )

        if level >= levels.NAMESPACED:
            pid = namespaces.fork_into(child)
        else:
            pid = os.fork()
            if pid == 0:
                child()
        self._zygotes[pid] = group, place
        theirs.close()
        tell.close()
        answer = self._adopt(pid, group, ready)
        ready.close()
        if "error" in answer:
            self._kill(pid)
            raise OSError(answer["error"])
        return {"pid": pid, "flags": answer["flags"]}, ours

    def _adopt(self, pid: int, group: cgroups.Group | None, ready: frames.Connection) -> dict[str, Any]:
        """Put a new zygote into its group, let it build itself, and hear how that went."""
        try:
            if group:
                group.join(pid)
            ready.send(b"adopted")
            return frames.read_request(ready.recv()[0])
        except (frames.Hangup, OSError) as error:
            return {"error": f"the zygote died while it was built ({error})"}

    def _kill(self, pid: int) -> dict[str, Any]:
        if pid in self._zygotes:
            group, place = self._zygotes.pop(pid)
            os.kill(pid, _signal.SIGKILL)
            os.waitpid(pid, 0)
            if group:
                group.remove()
            if place:
                scratch.remove(place)
        return {}

    def kill_all(self) -> None:
        for pid in list(self._zygotes):
            self._kill(pid)


def _be_zygote(
    conn: frames.Connection,
    tell: frames.Connection,
    config: dict[str, Any],
    sources: list[bytes],
    group: cgroups.Group | None,
) -> None:
    """In the new process: build the zygote, report, serve. Dies with the supervisor, whatever ends that."""
    try:
        tell.recv()  # the supervisor is our parent from here on
        linux.prctl(linux.PR_SET_PDEATHSIG, _signal.SIGKILL)
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        zygote = Zygote(conn, config, sources, group)
    except BaseException as error:
        tell.send(frames.request({"error": f"{type(error).__name__}: {error}"}))
        os._exit(1)
    tell.send(frames.request({"flags": sorted(zygote.flags)}))
    tell.close()
    zygote.serve()
    os._exit(0)


def main() -> None:
    """Entry of the exec'd process; its argument is the descriptor of the caller's socket."""
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    os.umask(0o022)  # whatever the caller's: a jail's directories are for others than their maker
    supervisor = Supervisor(frames.Connection(_socket.socket(fileno=int(sys.argv[1]))))
    try:
        supervisor.serve()
    finally:
        supervisor.kill_all()
