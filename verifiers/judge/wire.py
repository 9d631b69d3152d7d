"""Two ways to write a request and to read a reply: OpenAI's chat completions and Anthropic's messages.

Servers leave out silently what they do not know. Whatever was asked for and cannot be seen in the reply is listed in
`Reply.ignored`. `n` is not sent unless `extra` has it: each sample is a call of its own, so there is nothing to be ignored.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from verifiers.judge.exchange import MAX_RAW, Reply, Request

_TOP = 20  # alternatives a token; what OpenAI allows at most


class OpenAI:
    """POST /chat/completions."""

    path = "/chat/completions"

    def __init__(self, extra: Mapping[str, Any] | None = None):
        self.extra = dict(extra or {})

    def headers(self, key: str | None) -> dict[str, str]:
        return {"authorization": f"Bearer {key}"} if key else {}

    def encode(self, request: Request, model: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": model,
            "messages": list(request.messages),
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "response_format": request.response_format,
        }
        if request.options:
            body |= {"logprobs": True, "top_logprobs": _TOP}
        return {name: value for name, value in (body | self.extra).items() if value is not None}

    def decode(self, body: Mapping[str, Any], request: Request) -> Reply:
        choices = body["choices"]
        choice = choices[0]
        message = choice["message"]
        text, refusal = message.get("content") or "", message.get("refusal")
        if isinstance(text, list):  # some servers give the content in parts
            text = "".join(part["text"] for part in text if part["type"] == "text")
        if not isinstance(text, str) or not isinstance(refusal, str | None):
            raise TypeError("a reply's content is text")
        reason = choice.get("finish_reason") or ""
        finish = {"length": "length", "content_filter": "refused", "": ""}.get(reason, "stop")
        usage = body.get("usage") or {}
        options = option_logprobs(_first_token(choice), request.options)
        ignored = {
            "n": len(choices) != self.extra.get("n", 1),
            "logprobs": bool(request.options) and not options,
            "response_format": request.response_format is not None and not _is_json(text),
            "finish_reason": not reason,
            "usage": "completion_tokens" not in usage,
            "model": not body.get("model"),
        }
        return Reply(
            text=text or refusal or "",
            finish="refused" if refusal else finish,
            model=str(body.get("model") or ""),
            options=options,
            ignored=tuple(name for name, is_ignored in ignored.items() if is_ignored),
            prompt_tokens=_count(usage, "prompt_tokens"),
            completion_tokens=_count(usage, "completion_tokens"),
            raw="" if text and not refusal else json.dumps(body)[:MAX_RAW],
        )


class Anthropic:
    """POST /messages."""

    path = "/messages"
    version = "2023-06-01"

    def __init__(self, extra: Mapping[str, Any] | None = None):
        self.extra = dict(extra or {})

    def headers(self, key: str | None) -> dict[str, str]:
        return {"anthropic-version": self.version} | ({"x-api-key": key} if key else {})

    def encode(self, request: Request, model: str) -> dict[str, Any]:
        system = "\n\n".join(m["content"] for m in request.messages if m["role"] == "system")
        body: dict[str, Any] = {
            "model": model,
            "system": system or None,
            "messages": [m for m in request.messages if m["role"] != "system"],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
        }
        return {name: value for name, value in (body | self.extra).items() if value is not None}

    def decode(self, body: Mapping[str, Any], request: Request) -> Reply:
        text = "".join(block["text"] for block in body["content"] if block["type"] == "text")
        reason, usage = body.get("stop_reason") or "", body.get("usage") or {}
        asked = {"logprobs": bool(request.options), "response_format": request.response_format is not None}
        ignored = asked | {"finish_reason": not reason, "model": not body.get("model")}
        return Reply(
            text=text,
            finish={"max_tokens": "length", "refusal": "refused", "": ""}.get(reason, "stop"),
            model=str(body.get("model") or ""),
            ignored=tuple(name for name, is_ignored in ignored.items() if is_ignored),
            prompt_tokens=_count(usage, "input_tokens"),
            completion_tokens=_count(usage, "output_tokens"),
            raw="" if text else json.dumps(body)[:MAX_RAW],
        )


def option_logprobs(tokens: Mapping[str, float], options: tuple[str, ...]) -> dict[str, float]:
    """Log-probability of each option that occurs, over the tokens that spell it with or without white space."""
    mass = {option: sum(math.exp(lp) for token, lp in tokens.items() if token.strip() == option) for option in options}
    return {option: math.log(p) for option, p in mass.items() if 0 < p < math.inf}


def _first_token(choice: Mapping[str, Any]) -> dict[str, float]:
    """The alternatives for the reply's first token; empty where the server gave none."""
    content = (choice.get("logprobs") or {}).get("content") or []
    return {top["token"]: float(top["logprob"]) for top in content[0]["top_logprobs"]} if content else {}


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    value = usage.get(name)
    return value if isinstance(value, int) and value >= 0 else None
