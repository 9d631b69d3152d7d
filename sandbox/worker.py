"""Starting one worker: a warden and its zygote, each in its place.

With namespaces, the process that enters them becomes the zygote and stays outside of the pid namespace, whose first
process is the warden: no job can so much as name its zygote. Without, the zygote is simply the warden's child.
"""

from __future__ import annotations

import _signal
import os
import sys

from sandbox import cgroups, frames, linux, namespaces, warden
from sandbox.jail import Jail
from sandbox.line import Line, become_zygote, pair, refuse, wait_for_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_SLICE_MS = 20  # a few times what a short job takes; the scheduler's own is about 3


class Worker:
    """What the two are made of. Used in the supervisor's children.

    Args:
        conn: connection to the caller.
        tell: to the supervisor, who says something once we are adopted, and hears {flags, zygote} or {error}.
        config: as for `warden.Place`; and sys_path, preload, modules.
        sources: text of the bootstrap modules that `config` names.
        group: the control group that both are in, if any.
    """

    def __init__(
        self,
        conn: frames.Connection,
        tell: frames.Connection,
        config: dict[str, Any],
        sources: list[bytes],
        group: cgroups.Group | None,
    ):
        self._conn = conn
        self._tell = tell
        self._config = config
        self._sources = sources
        self._group = group
        self._wardens, self._zygotes = pair()

    def close(self) -> None:
        """In the supervisor: let go of the ends that are its children's."""
        for end in (self._conn, self._tell, self._wardens, self._zygotes):
            end.close()

    def be_warden(self) -> NoReturn:
        """Build the place and the zygote, report, serve; end when the zygote or the caller does.

        The signal at a parent's death does not reach us from a zygote that is locked in; the hang-up does, at our next word.
        """
        try:
            linux.prctl(linux.PR_SET_PDEATHSIG, _signal.SIGKILL)
            linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
            # A namespace's first process is immune to its jobs' signals but where it has handlers, and Python has one.
            _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
            self._tell.recv()  # fails if the parent had died before we asked to die with it
            self._settle_down()
            place = warden.Place(self._config)
            line = Line(self._wardens)
            if place.namespaced:
                line.send_environment(place.environment)
            else:
                line.zygote = self._fork_zygote(place.environment)
            self._zygotes.close()
            inherited = line.build(self._recipe(place))
            serving = warden.Warden(self._conn, line, place, inherited, self._group)
        except BaseException as error:
            self._tell.send(frames.request({"error": f"{type(error).__name__}: {error}"}))
            os._exit(1)
        self._tell.send(frames.request({"flags": sorted(place.flags), "zygote": line.zygote}))
        self._tell.close()
        serving.serve()
        os._exit(0)

    def _settle_down(self) -> None:
        """Both on one processor, since they take turns; jobs begin there and may go where they like.

        And in long slices, so that a short job ends before the scheduler turns to others: on a busy machine it runs
        three times as fast.
        """
        for ask in (lambda: os.sched_setaffinity(0, {self._config["cpu"]}), lambda: linux.set_time_slice(_SLICE_MS)):
            try:
                ask()
            except OSError:  # that processor is gone, or a policy that knows no slices
                continue

    def _recipe(self, place: warden.Place) -> dict[str, Any]:
        config = self._config
        return {
            "work": place.scratch.work,
            "cpus": self._config["cpus"],
            "script": warden.script(place.scratch),
            "sys_path": config["sys_path"],
            "python": {name: getattr(sys, name) for name in ("executable", "prefix", "exec_prefix")},
            "preload": config["preload"],
            "modules": list(zip(config["modules"], self._sources)),
            "plan": None if place.namespaced else place.plan,
        }

    def _fork_zygote(self, environment: dict[str, str]) -> int:
        pid = os.fork()
        if pid == 0:
            try:
                linux.prctl(linux.PR_SET_PDEATHSIG, _signal.SIGKILL)
                become_zygote(self._zygotes, environment)
            finally:
                os._exit(1)
        return pid

    def be_zygote(self) -> NoReturn:
        """Where there are namespaces: wait for the place to be built, lock ourselves in, start afresh."""
        try:
            linux.prctl(linux.PR_SET_PDEATHSIG, _signal.SIGKILL)
            self._wardens.close()
            self._settle_down()
            environment = wait_for_environment(self._zygotes)
            jail = Jail(warden.plan(self._config, namespaces.JOB_ID, scratch=""))
            jail.prepare()
            jail.close(forks=True)
            become_zygote(self._zygotes, environment)
        except BaseException as error:
            refuse(self._zygotes, error)
        finally:
            os._exit(1)
