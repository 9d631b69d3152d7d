"""Landlock: which parts of the file system a job may touch, whoever it is (Documentation/userspace-api/landlock.rst).

A ruleset is built once; zygotes or jobs only restrict themselves with it.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

from sandbox import linux

# Rights by the ABI version that knows them.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_ABI_1 = (1 << 13) - 1
_FILE_ONLY = EXECUTE | WRITE_FILE | READ_FILE | _TRUNCATE | _IOCTL_DEV
_CONNECT_AND_BIND_TCP = 3
_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3

READ = EXECUTE | READ_FILE | READ_DIR


def abi() -> int:
    """The kernel's Landlock version; 0 when it has none or has it switched off."""
    try:
        return linux.syscall("landlock_create_ruleset", None, 0, 1)
    except OSError:
        return 0


def rights(version: int) -> int:
    """Every file right that this version can govern."""
    return (
        _ABI_1
        | (_REFER if version >= 2 else 0)
        | (_TRUNCATE if version >= 3 else 0)
        | (_IOCTL_DEV if version >= 5 else 0)
    )


def ruleset(readable: Iterable[str], writable: Iterable[str]) -> int:
    """A descriptor of rules: everything is refused but reading below `readable` and all but devices below `writable`.

    TCP is refused altogether (ABI 4), and so are signals and abstract sockets to processes outside of the job (ABI 6).
    Paths that do not exist are left out.
    """
    version = abi()
    every = rights(version)
    attributes = struct.pack(
        "=QQQ",
        every,
        _CONNECT_AND_BIND_TCP if version >= 4 else 0,
        _SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0,
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = linux.syscall("landlock_create_ruleset", ctypes.create_string_buffer(attributes, 24), size, 0)
    for path in readable:
        _allow(rules, path, READ)
    for path in writable:
        _allow(rules, path, every & ~(1 << 6 | 1 << 11))  # no character or block devices
    return rules


def _allow(rules: int, path: str, allowed: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not os.path.isdir(path):
        allowed &= _FILE_ONLY
    try:
        rule = ctypes.create_string_buffer(struct.pack("=Qi", allowed & rights(abi()), beneath))
        linux.syscall("landlock_add_rule", rules, 1, rule, 0)
    finally:
        os.close(beneath)
