"""What may be put into a job's working directory, and what may be asked for back."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from sandbox.types import Limits

_LONGEST_NAME = 255
_LONGEST_PATH = 1024
_OWN_KB, _OWN_INODES = 64, 12
"""What the sandbox's own directories take of a job's disk."""
_PAGE = 4096


def complaint(files: Mapping[str, bytes], collect: Iterable[str], limits: Limits) -> str | None:
    """Why these files cannot be put there, or those not be fetched, in a sentence; None when all is well."""
    for name in (*files, *collect):
        if why := _about_name(name):
            return f"file name {name[:80]!r}: {why}"
    folders = {folder for name in files for folder in _above(name)}
    for name in folders & set(files):
        return f"file name {name[:80]!r}: another file has it as its directory; write another name"
    pages = sum(-(-len(content) // _PAGE) + 1 for content in files.values()) + len(folders)
    if pages * _PAGE > (limits.disk_mb << 20) - (_OWN_KB << 10):
        return f"the files are too large for disk_mb={limits.disk_mb}; raise that limit"
    if len(files) + len(folders) > limits.inodes - _OWN_INODES:
        return f"{len(files)} files are too many for inodes={limits.inodes}; raise that limit"
    return None


def _about_name(name: str) -> str | None:
    if os.path.normpath(name) != name or name.startswith(("/", "..")) or name == "." or "\0" in name:
        return "write a relative path inside the working directory, without '..'"
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        return "it holds half of a character; write text"
    if length > _LONGEST_PATH or max(map(len, name.encode().split(b"/"))) > _LONGEST_NAME:
        return f"it is too long; write at most {_LONGEST_NAME} bytes, and {_LONGEST_PATH} with its directories"
    return None


def _above(name: str) -> list[str]:
    """Every directory that the path goes through."""
    found = []
    while name := os.path.dirname(name):
        found.append(name)
    return found
