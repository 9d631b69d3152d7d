"""Names for what could outlive a killed supervisor, so that the next one knows that nobody owns it any more."""

from __future__ import annotations

import os


def prefix() -> str:
    """Begins the name of everything that this process makes; a pid alone would be used again."""
    return f"assay-{os.getpid()}-{_start_time(os.getpid())}-"


def stale(directory: str) -> list[str]:
    """Entries made by a process that is gone."""
    try:
        names = os.listdir(directory)
    except OSError:
        return []
    found = []
    for name in names:
        kind, _, numbers = name.partition("-")
        parts = numbers.split("-")
        ours = kind == "assay" and len(parts) == 3 and all(part.isdigit() for part in parts)
        if ours and _start_time(int(parts[0])) != int(parts[1]):
            found.append(name)
    return found


def _start_time(pid: int) -> int:
    """In clock ticks since boot; -1 when there is no such process, or a dead one that nobody has reaped."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return -1
    return -1 if fields[0] == "Z" else int(fields[19])
