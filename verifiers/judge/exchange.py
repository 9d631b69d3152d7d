"""What goes to a judge and what comes back: Request, Reply, and the Failure of an attempt to get one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Protocol

from verifiers.types import Message

MAX_RAW = 20_000
"""Of a longer raw reply only this many characters are kept."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a judge. The model belongs to the transport.

    Args:
        messages: chat messages.
        nonce: the random code in the messages; it differs from call to call and is left out of the key.
        version: of the prompt and its verdicts.
        max_tokens: limit of the reply.
        temperature: None leaves it to the server.
        options: one-token answers whose probabilities are wanted instead of text.
        response_format: a JSON schema for the reply, in the server's own form.
        seed: for the server's sampler.
    """

    messages: tuple[Message, ...]
    nonce: str = ""
    version: str = ""
    max_tokens: int = 1024
    temperature: float | None = 0.0
    options: tuple[str, ...] = ()
    response_format: Mapping[str, Any] | None = None
    seed: int | None = None

    def key(self, judge: str, index: int = 0) -> str:
        """Name of the reply to this request in caches and recordings: a hash of everything but the nonce.

        Args:
            judge: server and model.
            index: which sample; 0, 1, ... are independent replies to one request.
        """
        whole = {**asdict(self), "nonce": "", "judge": judge, "index": index}
        if self.nonce:
            whole["messages"] = [{k: v.replace(self.nonce, "") for k, v in m.items()} for m in self.messages]
        text = json.dumps(whole, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def text(self) -> str:
        return "\n".join(message["content"] for message in self.messages)

    @property
    def num_tokens(self) -> int:
        """A cautious guess of the prompt's tokens, for limits and budgets: three bytes a token."""
        return len(self.text.encode(errors="replace")) // 3 + 8 * len(self.messages)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a judge answered, or why there is no answer.

    Args:
        text: the answer.
        finish: "stop", "length" (cut off), "refused", or "" where the server does not say.
        model: who says that it answered.
        options: log-probability of each option asked for; empty where the server gave none.
        ignored: features asked for of which the reply shows no trace ("logprobs", "response_format", "usage", ...).
        prompt_tokens, completion_tokens: as the server counted; None where it did not.
        raw: the body as received, without secrets; kept where the text says less.
        error: "" or why there is no answer: "http_503", "connect", "deadline", "malformed", "wrong_model", "budget".
        attempts: how many times the server was asked; 0 for a reply from the cache.
        cost: what those attempts cost, in the currency of the budget's prices.
    """

    text: str = ""
    finish: str = "stop"
    model: str = ""
    options: Mapping[str, float] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    raw: str = ""
    error: str = ""
    attempts: int = 0
    cost: float = 0.0

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Reply:
        """Its inverse. Raises ValueError or TypeError on anything else."""
        data = json.loads(text)
        if not isinstance(data, dict) or not isinstance(data.get("text"), str):
            raise TypeError("a stored reply is an object with a text")
        known = {f.name for f in fields(cls)}
        kept: dict[str, Any] = {key: value for key, value in data.items() if key in known}
        return cls(**{**kept, "ignored": tuple(kept.get("ignored", ()))})


class Failure(Exception):
    """An attempt that brought no reply.

    Args:
        reason: a word for Reply.error.
        retry: another attempt may succeed.
        retry_after: seconds that the server asks to wait.
        raw: what came back, without secrets.
        billed: the server may have done the work, so its cost counts.
    """

    def __init__(
        self, reason: str, *, retry: bool, retry_after: float | None = None, raw: str = "", billed: bool = False
    ):
        super().__init__(reason)
        self.reason, self.retry, self.retry_after, self.raw, self.billed = reason, retry, retry_after, raw, billed


class Transport(Protocol):
    """Carries requests to one judge. `send` makes one attempt; waiting, retrying and caching are the client's."""

    @property
    def judge(self) -> str:
        """Server and model; part of the cache key, shown in reports, and without any secret."""

    @property
    def special_tokens(self) -> tuple[str, ...]:
        """Tokens of its tokenizer that data must not contain."""

    @property
    def concurrency(self) -> int:
        """How many requests it can usefully have in flight."""

    async def send(self, request: Request, index: int) -> Reply:
        """Raises Failure where there is no reply."""
