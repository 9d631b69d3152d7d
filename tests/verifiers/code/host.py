"""What the host checks of the acceptance cases may ask: what did the program leave or reach outside its sandbox?"""

from __future__ import annotations

import ctypes
import glob
import os
import socket
import threading
from pathlib import Path
from typing import Any

CANARY = "/tmp/rlvr_sbx_canary"
"""Where attacks try to leave files; D in the checks."""

PORT = 38917
MARK = "rlvrsbx_leftover"
_SHM_KEY = 0x52C0DE
_PLACES = ("/tmp", "/var/tmp", "/dev/shm", str(Path.home()), os.getcwd(), CANARY)


class Host:
    """Listens where the attacks connect to, for as long as it is entered, and answers host checks.

    Several may listen at once (tests that run in parallel); a hit is then seen by one of them.
    """

    def __enter__(self) -> Host:
        os.makedirs(CANARY + "/out", exist_ok=True)
        self.hits = {"tcp": 0, "udp": 0}
        self.sockets = [
            self._listen("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", PORT)),
            self._listen("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", PORT)),
        ]
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self.sockets:
            listener.close()

    def _listen(self, name: str, family: int, kind: int, address: Any) -> socket.socket:
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen()
        listener.settimeout(0.2)
        threading.Thread(target=self._count, args=(name, listener, kind), daemon=True).start()
        return listener

    def _count(self, name: str, listener: socket.socket, kind: int) -> None:
        while listener.fileno() >= 0:
            try:
                listener.accept()[0].close() if kind == socket.SOCK_STREAM else listener.recv(100)
            except TimeoutError:
                continue
            except OSError:
                return
            self.hits[name] += 1

    def holds(self, check: str) -> bool:
        """Run one `host_check`: it sets `ok`."""
        space: dict[str, Any] = {
            "D": CANARY,
            "exists": os.path.exists,
            "os": os,
            "glob": glob,
            "procs_named": procs_named,
            "leftovers": leftovers,
            "sysv_leftover": sysv_leftover,
            **{f"{name}_hits": (lambda name=name: self.hits[name]) for name in self.hits},
        }
        exec(check, space)
        return bool(space["ok"])


def procs_named(name: str) -> list[int]:
    """Processes with that name in their comm or command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if (entry / "comm").read_text().strip() == name or name.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def leftovers() -> list[str]:
    """Files that a program has left in the usual places or among Python's packages."""
    import site
    import sys

    places = [*_PLACES, *sys.path, *site.getsitepackages(), site.getusersitepackages()]
    return [path for place in set(places) if place for path in glob.glob(f"{place}/*{MARK}*")]


def sysv_leftover() -> bool:
    return ctypes.CDLL(None).shmget(_SHM_KEY, 0, 0) != -1
