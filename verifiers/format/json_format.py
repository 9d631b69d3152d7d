"""Is the completion JSON?"""

from __future__ import annotations

import json
from typing import Any, Literal, NoReturn

from verifiers.base import Verifier
from verifiers.types import Sample, Score

MAX_CHARS = 1_000_000
"""Longer texts are refused unread (`over_budget`); 1 MB is some 250,000 tokens."""


class NotJSON(ValueError):
    """Why a text is not the one JSON value that was asked for; `reason` is the score's."""

    def __init__(self, reason: str, message: str):
        super().__init__(message)
        self.reason = reason


class JSONFormat(Verifier):
    """1.0 when the completion is one JSON value (RFC 8259), bare or in one code fence, with nothing around it.

    NaN, Infinity and an object that has a key twice are refused: the first two are no JSON, the third says two things.

    Args:
        fence: "allowed", "required" or "refused".
    """

    name = "json_format"

    def __init__(self, *, fence: Literal["allowed", "required", "refused"] = "allowed"):
        if fence not in ("allowed", "required", "refused"):
            raise ValueError(f"JSONFormat(fence={fence!r}): use 'allowed', 'required' or 'refused'.")
        self.fence = fence

    def score(self, sample: Sample) -> Score:
        try:
            read_json(sample.completion, self.fence)
        except NotJSON as error:
            return Score.of(False, error.reason, message=str(error))
        return Score.of(True, "well_formed")


def read_json(text: str, fence: str = "allowed") -> Any:
    """The value.

    Raises:
        NotJSON: there is none, with the reason and a sentence.
    """
    if len(text) > MAX_CHARS:
        raise NotJSON("over_budget", f"{len(text)} characters, of which {MAX_CHARS} are read")
    body = text.strip()
    fenced = body.startswith("```")
    if fenced and fence == "refused":
        raise NotJSON("format:fenced", "JSON stands in a code fence")
    if not fenced and fence == "required":
        raise NotJSON("format:no_fence", "JSON does not stand in a code fence")
    if fenced:
        first_line, _, rest = body.partition("\n")
        if first_line[3:].strip().lower() not in ("", "json") or not rest.endswith("```"):
            raise NotJSON("format:fence", "the fence is not ```json and three backticks at the end")
        body = rest[:-3]
    try:
        return json.loads(body, object_pairs_hook=_object, parse_constant=_no_constant)
    except NotJSON:
        raise
    except RecursionError:
        raise NotJSON("format:too_deep", "nested too deeply") from None
    except ValueError as error:
        raise NotJSON("format:not_json", str(error)[:200]) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise NotJSON("format:repeated_key", "an object has a key twice")
    return made


def _no_constant(name: str) -> NoReturn:
    raise NotJSON("format:not_json", f"{name} is not JSON")


EXAMPLES = {
    JSONFormat(): [
        (None, '{"answer": 4}', 1.0),
        (None, '```json\n{"answer": 4}\n```', 1.0),
        (None, "```\n[1, 2]\n```", 1.0),
        (None, "null", 1.0),
        (None, 'Here: {"answer": 4}', 0.0),
        (None, '{"answer": 4}{"answer": 5}', 0.0),
        (None, '{"answer": 4, "answer": 5}', 0.0),
        (None, "{'answer': 4}", 0.0),
        (None, '{"answer": NaN}', 0.0),
        (None, '```json\n{"answer": 4}', 0.0),
        (None, '```python\n{"answer": 4}\n```', 0.0),
        (None, "", 0.0),
    ],
    JSONFormat(fence="required"): [(None, "```json\n1\n```", 1.0), (None, "1", 0.0)],
    JSONFormat(fence="refused"): [(None, "```json\n1\n```", 0.0), (None, "1", 1.0)],
}
