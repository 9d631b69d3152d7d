"""Replies on disk, so that a resumed evaluation asks nothing twice. Safe for many processes and threads.

One row a reply; its key is the hash of the whole request, the prompt's version and the sample index (`Request.key`).
The prompt itself is not stored. A row is written as soon as its reply is there: a kill loses what is in flight.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

from verifiers.judge.exchange import Reply

_BUSY_S = 30.0


class Cache:
    """An sqlite file in WAL mode. The first reply stored under a key stays; later ones are dropped.

    Raises:
        ValueError: the file exists and is something else, or cannot be opened.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self._local = threading.local()
        try:
            self._connection().execute("SELECT key, reply FROM replies LIMIT 1")
        except sqlite3.Error as error:
            raise ValueError(f"{self.path} is no cache of replies ({error}); name another file or delete it.") from None

    def get(self, key: str) -> Reply | None:
        row = self._connection().execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
        try:
            return Reply.from_json(row[0]) if row else None
        except (ValueError, TypeError):
            return None  # a damaged row counts as absent; `put` writes over it

    def put(self, key: str, reply: Reply) -> Reply:
        """Store the reply unless there is one already; the one that is stored."""
        connection, text = self._connection(), reply.to_json()
        with connection:
            done = connection.execute("INSERT OR IGNORE INTO replies VALUES (?, ?)", (key, text))
        if done.rowcount:
            return reply
        if stored := self.get(key):
            return stored
        with connection:
            connection.execute("UPDATE replies SET reply = ? WHERE key = ?", (text, key))
        return reply

    def __len__(self) -> int:
        return int(self._connection().execute("SELECT count(*) FROM replies").fetchone()[0])

    def _connection(self) -> sqlite3.Connection:
        # One for each thread, and a new one after a fork: sqlite connections must not cross either.
        if getattr(self._local, "pid", None) != os.getpid():
            connection = sqlite3.connect(self.path, timeout=_BUSY_S)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")  # survives a kill; a power cut may lose the last replies
            connection.execute("CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, reply TEXT) WITHOUT ROWID")
            self._local.connection, self._local.pid = connection, os.getpid()
        return self._local.connection

    def __getstate__(self) -> Path:
        return self.path

    def __setstate__(self, path: Path) -> None:
        self.path, self._local = path, threading.local()

    def __repr__(self) -> str:
        return f"Cache({str(self.path)!r})"
