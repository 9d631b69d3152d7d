"""The verdict on a text that was seen before, without asking again."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from verifiers.base import Verifier, Wrapper, name_of, scores_of
from verifiers.example import Number
from verifiers.types import Sample, Score


class Cached(Wrapper):
    """Made by `cached`."""

    def __init__(self, inner: Verifier, path: str | Path | None = None, size: int = 100_000):
        super().__init__(inner)
        if inner.groupwise:
            raise ValueError(
                f"cached({name_of(inner)}): its scores depend on the whole group; cache what is inside it."
            )
        self.path, self.size, self.name = path, size, name_of(inner)
        self._store = Memory(size) if path is None else File(path)

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        keys = [key_of(self.inner, sample) for sample in samples]
        found = {key: score for key in set(keys) if (score := self._store.get(key)) is not None}
        missing = list({key: sample for key, sample in zip(keys, samples) if key not in found}.items())
        for (key, _), score in zip(missing, scores_of(self.inner, [sample for _, sample in missing])):
            found[key] = score
            if score.value is not None:  # an outage is over some time
                self._store.put(key, score)
        return [replace(found[key], name=self.name) for key in keys]

    def __repr__(self) -> str:
        return f"cached({self.inner!r}{'' if self.path is None else f', path={os.fspath(self.path)!r}'})"


def cached(inner: Verifier, *, path: str | Path | None = None, size: int = 100_000) -> Cached:
    """The same scores, each asked for once: by verifier, problem and completion, not by who asks.

    For what is slow or costs money. Unscored samples are asked about again.

    Args:
        path: an sqlite file that keeps the scores; None keeps them in memory.
        size: how many are kept in memory, the latest used.

    Raises:
        ValueError: the verifier looks at groups, or the file is something else.
    """
    return Cached(inner, path, size)


def key_of(verifier: Verifier, sample: Sample) -> str:
    """Hash of all that a score can depend on."""
    problem = sample.problem
    parts: list[Any] = [repr(verifier), problem.prompt, problem.gold, dict(problem.meta)]
    parts += [sample.completion, sample.num_tokens, sample.finish]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=repr).encode()).hexdigest()


class Memory:
    """The latest used scores, in this process."""

    def __init__(self, size: int):
        self.size, self._scores, self._lock = size, OrderedDict(), threading.Lock()  # type: ignore[var-annotated]

    def get(self, key: str) -> Score | None:
        with self._lock:
            if key in self._scores:
                self._scores.move_to_end(key)
            return self._scores.get(key)

    def put(self, key: str, score: Score) -> None:
        with self._lock:
            self._scores[key] = score
            while len(self._scores) > self.size:
                self._scores.popitem(last=False)

    def __reduce__(self) -> tuple[type, tuple[int]]:
        return Memory, (self.size,)


class File:
    """Scores in an sqlite file, for many threads and processes."""

    def __init__(self, path: str | Path):
        self.path, self._local = Path(path), threading.local()
        try:
            self._connection().execute("SELECT key, score FROM scores LIMIT 1")
        except sqlite3.Error as error:
            raise ValueError(f"{self.path} is no cache of scores ({error}); name another file or delete it.") from None

    def get(self, key: str) -> Score | None:
        row = self._connection().execute("SELECT score FROM scores WHERE key = ?", (key,)).fetchone()
        return Score.from_json(row[0]) if row else None

    def put(self, key: str, score: Score) -> None:
        with self._connection() as connection:
            connection.execute("INSERT OR IGNORE INTO scores VALUES (?, ?)", (key, score.to_json()))

    def _connection(self) -> sqlite3.Connection:
        # One for each thread and process: sqlite connections must cross neither border.
        if getattr(self._local, "pid", None) != os.getpid():
            connection = sqlite3.connect(self.path, timeout=30)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS scores (key TEXT PRIMARY KEY, score TEXT) WITHOUT ROWID")
            self._local.connection, self._local.pid = connection, os.getpid()
        return self._local.connection

    def __reduce__(self) -> tuple[type, tuple[Path]]:
        return File, (self.path,)


EXAMPLES = {cached(Number()): [(None, "2.5", 2.5), (None, "2.5", 2.5), (None, "x", None)]}
