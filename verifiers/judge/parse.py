"""Which verdict does a judge's reply end in? The last line decides, whole, and only for a verdict that was offered.

A verdict anywhere else may be an echo of the options, a quotation of the completion, or half of a denial.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from verifiers.judge.text import hide_reasoning, last

VERDICTS: Mapping[str, float] = {"CORRECT": 1.0, "INCORRECT": 0.0}
"""What `parse_verdict` and the pointwise judge offer unless told otherwise."""

_MAX_CHARS = 20_000  # of a longer reply only the end is read
_NOUN = r"(?:verdict|decision|judge?ment|answer|score|grade|rating|label|result|choice|preference)"
_LABEL = re.compile(
    rf"(?:(?:so|thus|hence|therefore)\s*,?\s+)?(?:(?:the|my)\s+)?(?:(?:final|overall)\s+)?{_NOUN}\s*(?:is\b|[:=：—-])\s*:?\s*",
    re.IGNORECASE,
)
_WRAPPED = re.compile(
    r"""\\boxed\{(.*)\} | \\text(?:bf|rm)?\{(.*)\} | \$(.*)\$ | \[(.*)\] | \((.*)\) | "(.*)" | '(.*)' | “(.*)” | `(.*)`
    | <(?:verdict|answer|decision|score)>(.*)</(?:verdict|answer|decision|score)>""",
    re.VERBOSE | re.IGNORECASE,
)
# Some servers leave the tokens that end a turn in the text; looked for in the last characters, which bounds the search.
_TAIL = 300
_END_OF_TURN = re.compile(r"(?:(?:</s>|<\|[\w-]{1,40}\|>|<｜[^<>｜\s]{1,40}｜>|<end_of_turn>|<eos>)\s*)+$")
_FENCE = re.compile(r"```(json)?[ \t]*\n(.*?)\n?```", re.DOTALL | re.IGNORECASE)
_JSON_KEYS = ("verdict", "decision", "judgement", "judgment", "score", "grade", "rating", "label", "choice")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict found, as it was offered, and its value; `name` is None where there is none, and `why` says why."""

    name: str | None
    value: float | None
    why: str = ""


def parse_verdict(reply: str, verdicts: Mapping[str, float] = VERDICTS, completion: str = "") -> float | None:
    """Value of the verdict that a judge's reply ends in, or None.

    The last line must be one of the offered verdicts and nothing else, apart from a label and decoration: "CORRECT",
    "**Verdict:** [[CORRECT]].", "Final verdict: \\boxed{CORRECT}". JSON at the end, fenced or not, counts by its
    "verdict" (or "score", "decision", ...) field. The judge's own <think> block does not count.

    Args:
        verdicts: each verdict offered to the judge and its value. Compared in full, upper and lower case alike.
        completion: what was judged; lines that the reply quotes from it are no verdict.

    >>> parse_verdict("The numbers agree.\\n\\nVERDICT: CORRECT"), parse_verdict("INCORRECT")
    (1.0, 0.0)
    >>> parse_verdict("not CORRECT"), parse_verdict("Say CORRECT or INCORRECT."), parse_verdict("VERDICT: NaN")
    (None, None, None)
    """
    return read_verdict(reply, verdicts, completion).value


def read_verdict(reply: str, verdicts: Mapping[str, float] = VERDICTS, completion: str = "") -> Verdict:
    """As `parse_verdict`, with the verdict's name and, where there is none, the reason."""
    text = hide_reasoning(reply)[-_MAX_CHARS:]
    text = (text[:-_TAIL] + _END_OF_TURN.sub("", text[-_TAIL:])).strip()
    if not text:
        return Verdict(None, None, "nothing after the reasoning" if reply.strip() else "empty reply")
    offered = {_fold(name): name for name in verdicts}
    fence = last(_FENCE.finditer(text))
    if fence and fence.end() == len(text) and (fence.group(1) or fence.start() == 0):
        text = fence.group(2).strip()  # fenced JSON, or a reply that is nothing but a fence
    if text.endswith("}") and (found := _last_object(text)):
        source, stated = found
        if completion and "".join(source.split()) in "".join(completion.split()):
            return Verdict(None, None, "the closing JSON is quoted from the completion")
        name = offered.get(_fold(stated))
    else:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        name = _verdict_in(lines[-1], offered) if lines else None
        if name and completion and _is_quoted(lines, completion):
            return Verdict(None, None, "the last line is quoted from the completion")
    if name is None:
        return Verdict(None, None, "the last line is none of " + ", ".join(verdicts))
    return Verdict(name, float(verdicts[name]))


def _verdict_in(line: str, offered: Mapping[str, str]) -> str | None:
    """The offered verdict that the line consists of."""
    line = line.lstrip("#").replace("**", "").replace("__", "").strip(" \t*_")
    for candidate in (line, _LABEL.sub("", line, count=1) if _LABEL.match(line) else None):
        for _ in range(4 if candidate is not None else 0):
            assert candidate is not None
            if name := offered.get(_fold(candidate)) or offered.get(_fold(candidate.rstrip(".!"))):
                return name
            wrapped = _WRAPPED.fullmatch(candidate.rstrip(".!").strip())
            if not wrapped:
                break
            candidate = next(group for group in wrapped.groups() if group is not None)
    return None


def _last_object(text: str) -> tuple[str, str] | None:
    """The JSON object that the text ends in, as its source and what its one verdict field says.

    It begins a line of its own: in the middle of a line it may be a quotation.
    """
    starts = [match.start() for match in re.finditer(r"^[ \t]*\{", text, re.MULTILINE)]
    for start in reversed(starts[-30:]):
        try:
            pairs = json.loads(text[start:], object_pairs_hook=list)
        except (ValueError, RecursionError):
            continue
        stated = [value for key, value in pairs if str(key).strip().lower() in _JSON_KEYS]
        # Two verdict fields, or one that is no plain value, are no verdict.
        plain = len(stated) == 1 and isinstance(stated[0], str | int | float)
        return text[start:], str(stated[0]) if plain else ""
    return None


def _is_quoted(lines: list[str], completion: str) -> bool:
    """Does the reply end in a quotation: the verdict's line and what stands before it come from the completion?"""
    theirs = {_fold(line) for line in completion.splitlines()}
    if _fold(lines[-1]) not in theirs or len(lines) == 1:
        return False
    before = lines[-2]
    return _fold(before) in theirs or before.endswith((":", "：", "```", '"', "'", "“")) or before.startswith(">")


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
