"""Entering the namespaces of a worker, once: user, pid, mount, network, ipc, uts."""

from __future__ import annotations

import _socket
import os
from collections.abc import Callable

from sandbox import linux
from sandbox.frames import Socket

ALL = (
    linux.CLONE_NEWUSER
    | linux.CLONE_NEWPID
    | linux.CLONE_NEWNS
    | linux.CLONE_NEWNET
    | linux.CLONE_NEWIPC
    | linux.CLONE_NEWUTS
)

JOB_ID = 1000
"""The user and group of a job, inside."""

HOST_ID = 0x7A000000
"""Root's jobs are this user and group on the host: an id that owns nothing there."""


def fork_into(child: Callable[[], None], outsider: Callable[[], None] | None = None) -> tuple[int, int]:
    """Start `child` as the first process of new namespaces, and return its pid. `child` must not return.

    A pid namespace begins with the next child, so an intermediate process enters and forks again. It then becomes
    `outsider`, whose pid comes second: it shares all the namespaces but that of pids, which holds all its further
    children and not itself. Without `outsider` it ends, and the calling process, which has to be a child subreaper,
    becomes the parent of `child`.

    Raises:
        OSError: the kernel refuses one of the namespaces; the message names the call.
    """
    ours, theirs = _socket.socketpair()
    middle = os.fork()
    if middle == 0:
        ours.close()
        _enter(theirs, child, outsider)
    theirs.close()
    answer = ours.recv(4096)
    if answer == b"entered":
        _write_maps(middle)
        ours.send(b"mapped")
        answer = ours.recv(4096)
    ours.close()
    if outsider is None or not answer.isdigit():
        os.waitpid(middle, 0)
    if not answer.isdigit():
        raise OSError(answer.decode() or "the process that enters the namespaces died")
    return int(answer), middle


def _enter(sock: Socket, child: Callable[[], None], outsider: Callable[[], None] | None) -> None:
    """In the intermediate process: unshare, wait for the maps, fork, tell the pid."""
    try:
        linux.unshare(ALL)
        sock.send(b"entered")
        sock.recv(16)
        pid = os.fork()
        if pid == 0:
            sock.close()
            child()
            os._exit(0)
        sock.send(str(pid).encode())
    except BaseException as error:
        sock.send(str(error).encode())
        os._exit(1)
    try:
        sock.close()
        if outsider:
            outsider()
    finally:
        os._exit(0)


def _write_maps(pid: int) -> None:
    """Root keeps 0 for the warden and gives jobs an id that owns nothing; anybody else has one id to give."""
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        _write(f"/proc/{pid}/uid_map", f"0 0 1\n{JOB_ID} {HOST_ID} 1\n")
        _write(f"/proc/{pid}/gid_map", f"0 0 1\n{JOB_ID} {HOST_ID} 1\n")
    else:
        _write(f"/proc/{pid}/setgroups", "deny")
        _write(f"/proc/{pid}/uid_map", f"{JOB_ID} {uid} 1\n")
        _write(f"/proc/{pid}/gid_map", f"{JOB_ID} {gid} 1\n")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)
