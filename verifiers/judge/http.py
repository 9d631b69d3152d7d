"""Judges behind HTTP: any OpenAI-compatible server, and Anthropic's messages. Needs httpx."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from verifiers.judge.exchange import MAX_RAW, Failure, Reply, Request
from verifiers.judge.limits import retry_after_s
from verifiers.judge.wire import Anthropic, OpenAI

MAX_BODY = 8_000_000
"""Bytes; a server that sends more is cut off."""
_RETRIED = {408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529}
_SNAPSHOT = re.compile(r"(?:-latest|-\d{4}-\d{2}-\d{2}|-\d{8}|-\d{4})$")


class Wire(Protocol):
    """A server's language: how a request is written and a reply is read."""

    path: str
    extra: dict[str, Any]

    def headers(self, key: str | None) -> dict[str, str]: ...
    def encode(self, request: Request, model: str) -> dict[str, Any]: ...
    def decode(self, body: Mapping[str, Any], request: Request) -> Reply: ...


class HttpTransport:
    """One model on one server. The key is read from the environment for each request and kept nowhere.

    Args:
        wire: the server's language; see `openai_compatible` and `anthropic`.
        base_url: up to and without the wire's path, e.g. "http://127.0.0.1:8000/v1".
        model: as the server names it. A reply from another model is an error, apart from dated snapshots of it.
        key_env: the environment variable that holds the key; None where the server wants none.
        served_as: other names under which the server may report the model.

    Raises:
        ValueError: the URL is none, or carries a secret; the environment variable is not set.
    """

    special_tokens: tuple[str, ...] = ()
    concurrency = 16

    def __init__(
        self, wire: Wire, *, base_url: str, model: str, key_env: str | None = None, served_as: Iterable[str] = ()
    ):
        url = urlsplit(base_url)
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError("base_url is no http(s) URL; write e.g. 'http://127.0.0.1:8000/v1'.")
        if url.username or url.password or url.query or url.fragment:
            raise ValueError("base_url carries credentials or a query: name the key's environment variable in key_env.")
        if key_env is not None:
            key = read_key(key_env)
            if not key:
                raise ValueError(f"{key_env} is not set: export it, or pass key_env=None for a server without keys.")
            if not (key.isascii() and key.isprintable()):
                raise ValueError(f"{key_env} holds what no HTTP header can carry; look for a line break in it.")
        self.wire, self.base_url, self.model, self.key_env = wire, base_url.rstrip("/"), model, key_env
        self.served_as = tuple(served_as)
        self._client: tuple[asyncio.AbstractEventLoop, Any] | None = None

    @property
    def judge(self) -> str:
        """Server, model, and what is added to each request: replies under other settings are other replies."""
        extra = json.dumps(self.wire.extra, sort_keys=True, default=repr)
        return f"{self.base_url} {self.model}" + (f" {extra}" if self.wire.extra else "")

    async def send(self, request: Request, index: int) -> Reply:
        key = read_key(self.key_env) if self.key_env else None
        if self.key_env and not key:
            raise Failure("no_key", retry=False)
        status, headers, body = await self._post(self.wire.headers(key), self.wire.encode(request, self.model))
        text = scrubbed(body.decode(errors="replace"), [key or "", request.nonce])
        data = _parsed(text)
        error = data.get("error") if isinstance(data, dict) else None
        if status == 200 and error:  # routers wrap the error of the server behind them
            status = _status_in(error)
        if status != 200:
            raise Failure(
                f"http_{status}",
                retry=status in _RETRIED,
                retry_after=retry_after_s(headers, time.time()),
                raw=scrubbed(text, _data_in(request))[:MAX_RAW],
            )
        reply = self._decoded(data, request, text)
        if reply.model and not self._is_ours(reply.model):
            raise Failure("wrong_model", retry=False, raw=text[:MAX_RAW], billed=True)
        return reply

    def _decoded(self, data: Any, request: Request, text: str) -> Reply:
        try:
            return self.wire.decode(data, request)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
            raise Failure("malformed", retry=True, raw=text[:MAX_RAW], billed=True) from None

    async def _post(self, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        import httpx

        try:
            async with self._http().stream(
                "POST", self.base_url + self.wire.path, headers=headers, json=body
            ) as response:
                received = bytearray()
                async for chunk in response.aiter_bytes():
                    received += chunk
                    if len(received) > MAX_BODY:
                        raise Failure("too_large", retry=False, billed=True)
                return response.status_code, response.headers, bytes(received)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise Failure("connect", retry=True) from None
        except (httpx.HTTPError, httpx.StreamError):
            # The request may have arrived: a connection that broke later, or a body cut short.
            raise Failure("cut", retry=True, billed=True) from None

    def _http(self) -> Any:
        import httpx

        loop = asyncio.get_running_loop()
        if self._client is None or self._client[0] is not loop:
            # Time and concurrency are the client's business; a redirect could carry the key to another host.
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
            timeout = httpx.Timeout(None, connect=10.0)
            self._client = (loop, httpx.AsyncClient(timeout=timeout, limits=limits, follow_redirects=False))
        return self._client[1]

    def _is_ours(self, served: str) -> bool:
        return served in self.served_as or same_model(self.model, served)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_client": None}

    def __repr__(self) -> str:
        return f"HttpTransport({self.judge!r})"


def openai_compatible(
    model: str, base_url: str, *, key_env: str | None = None, served_as: Iterable[str] = (), **extra: Any
) -> HttpTransport:
    """A model behind /chat/completions: vLLM, SGLang, transformers serve, llama.cpp, OpenAI itself, most routers.

    Args:
        key_env: environment variable of the key, e.g. "OPENAI_API_KEY".
        extra: further fields of the request body, e.g. `top_p=0.9`; None removes a field, and
            `max_tokens=None, max_completion_tokens=2048` suits servers that renamed it.
    """
    return HttpTransport(OpenAI(extra), base_url=base_url, model=model, key_env=key_env, served_as=served_as)


def anthropic(
    model: str,
    *,
    key_env: str = "ANTHROPIC_API_KEY",
    base_url: str = "https://api.anthropic.com/v1",
    served_as: Iterable[str] = (),
    **extra: Any,
) -> HttpTransport:
    """A model behind Anthropic's /messages. It knows no log-probabilities and no seed."""
    return HttpTransport(Anthropic(extra), base_url=base_url, model=model, key_env=key_env, served_as=served_as)


def read_key(key_env: str) -> str:
    """The key in an environment variable; "" where there is none."""
    return os.environ.get(key_env, "").strip()


def same_model(asked: str, served: str) -> bool:
    """Is it the model that was asked for? A name without a date also means its dated snapshots.

    >>> same_model("gpt-4o", "gpt-4o-2024-08-06"), same_model("gpt-4o", "gpt-4o-mini")
    (True, False)
    """
    asked, served = (name.casefold().rstrip("/").rsplit("/", 1)[-1].split("@")[0] for name in (asked, served))
    undated = _SNAPSHOT.sub("", asked)
    return asked == served or ((asked == undated or asked.endswith("-latest")) and _SNAPSHOT.sub("", served) == undated)


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """The text with each secret, as it is or as JSON writes it, replaced by [removed]."""
    forms = {form for secret in secrets if secret for form in (secret, json.dumps(secret)[1:-1])}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "[removed]")
    return text


def _data_in(request: Request) -> list[str]:
    """What of a request an error message must not repeat: the messages, whole and by line."""
    contents = [message["content"] for message in request.messages]
    return contents + [line for content in contents for line in content.splitlines() if len(line.strip()) >= 4]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _status_in(error: Any) -> int:
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 500
