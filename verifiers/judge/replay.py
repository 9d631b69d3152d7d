"""Judges without a server: a function, and recordings of a real judge played back in tests."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from verifiers.judge.exchange import Failure, Reply, Request, Transport


class Scripted:
    """A judge that is a function of the request; for tests, examples, and judging by hand.

    Args:
        answer: gives the reply or its text; it may raise Failure.
        name: what the judge is called.
    """

    special_tokens: tuple[str, ...] = ()
    concurrency = 16

    def __init__(self, answer: Callable[[Request], Reply | str], name: str = "scripted"):
        self.answer, self.judge = answer, name
        self.calls = 0

    async def send(self, request: Request, index: int) -> Reply:
        self.calls += 1
        reply = self.answer(request)
        return reply if isinstance(reply, Reply) else Reply(reply)


class Recorder:
    """Passes requests on to a transport and appends the replies, but no prompt, to a JSONL file for `Replay`."""

    def __init__(self, transport: Transport, path: str | Path):
        self.transport, self.path = transport, Path(path)
        self._lock = threading.Lock()

    @property
    def judge(self) -> str:
        return self.transport.judge

    @property
    def special_tokens(self) -> tuple[str, ...]:
        return self.transport.special_tokens

    @property
    def concurrency(self) -> int:
        return self.transport.concurrency

    async def send(self, request: Request, index: int) -> Reply:
        reply = await self.transport.send(request, index)
        row = {"key": request.key(self.judge, index), "judge": self.judge, "reply": json.loads(reply.to_json())}
        with self._lock, self.path.open("a") as file:
            file.write(json.dumps(row) + "\n")
        return reply


class Replay:
    """Answers from a recording; a request that is not in it fails as `not_recorded` and never reaches a server.

    Raises:
        ValueError: the file holds no recording, or recordings of several judges.
    """

    special_tokens: tuple[str, ...] = ()
    concurrency = 16

    def __init__(self, path: str | Path):
        self.path = Path(path)
        rows = [json.loads(line) for line in self.path.read_text().splitlines() if line.strip()]
        judges = {row["judge"] for row in rows}
        if len(judges) != 1:
            raise ValueError(f"{path} holds replies of {sorted(judges)}; record one judge in a file.")
        self.judge = judges.pop()
        self._replies = {row["key"]: Reply.from_json(json.dumps(row["reply"])) for row in rows}

    async def send(self, request: Request, index: int) -> Reply:
        reply = self._replies.get(request.key(self.judge, index))
        if reply is None:
            raise Failure("not_recorded", retry=False)
        return replace(reply)
