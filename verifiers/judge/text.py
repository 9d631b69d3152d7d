"""What of a text a judge gets to see: no reasoning, nothing invisible, no token that could end its turn."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable

BLOCKS = ("question", "reference", "completion", "completion_a", "completion_b", "criterion")
"""Names of the tags that `prompt.py` puts around data."""

# The same marks as `verifiers.extract`, so that a judge and a maths verifier see the same part of a completion.
_REASONING = [
    (re.compile(opening, re.IGNORECASE), re.compile(closing, re.IGNORECASE))
    for opening, closing in (
        (r"<(?:think(?:ing)?|thought|reasoning)>", r"</(?:think(?:ing)?|thought|reasoning)>"),
        (r"<\|begin_of_thought\|>", r"<\|end_of_thought\|>"),
        (r"<\|im_start\|>think", r"<\|im_start\|>answer"),
        (r"◁think▷", r"◁/think▷"),
        (r"<\|channel\|>analysis", r"<\|channel\|>final<\|message\|>"),
    )
]

# Tag characters spell invisible ASCII, variation selectors hidden bytes, bidi marks reorder what is read, fillers look like
# nothing. One joiner between two characters beyond ASCII, and one emoji selector, stay: several scripts and emoji need them.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    r"\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    r"|[\u200c\u200d\ufe0e\ufe0f]{2,}|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")

_TAGS = (
    "s|bos|eos|pad|unk|mask|sop|eop|sep|cls|eot|eod|sys|system|user|human|assistant|model|tool|developer|"
    "instructions?|prompt|judge|grader|verdict|decision|score|grade|answer|response|rubric|function(?:_calls?)?|invoke|"
    "tool_(?:call|response|output|use)s?|think(?:ing)?|thought|reasoning|"
    "n|bot|image|audio|video|reponame|filename|endoftext|toolcall"
)
# Tokens of tokenizers unknown to us: a name in brackets that no prose and no mark-up has. <file_sep>, <seed:bos>, <_user>,
# <unused9>, <0x0A>, <TOOLCALL>, [unused1], [ACTIONS]; not <h1>.
_ODD_NAME = r"(?!h[1-6]>)(?=\w*[\d_:])[\w:]{2,40}|(?-i:[A-Z]{4,20})|function=\w+"
_ODD_IN_SQUARE = r"(?-i:[A-Z][A-Z_]{3,20})|unused\d+"
_TURN_WORDS = "human|assistant|user|system|ai|bot|judge|grader"
# Where to put a space, so that the text reads the same and is no special token of any model known to us.
_BREAK = re.compile(
    rf"<(?=[|｜]|<?/?(?:{_TAGS})\s*>|/?(?:{_ODD_NAME})>)"  # <|x|>, <｜x｜>, </s>, <<SYS>>
    rf"|<(?=(?:/\s*)?(?:{'|'.join(BLOCKS)})|\[(?:begin|end))"
    rf"|\[(?=/?(?:inst|system_prompt|available_tools|tool_\w+|think|prefix|suffix|middle|img\w*|[gs]?mask|cls|sep|pad|"
    rf"unk|bos|eos|{_ODD_IN_SQUARE})\]|\|\w+\|\]|e~\[)"  # [INST], [gMASK], [|assistant|]
    rf"|\](?=~\w\])"  # ]~b]
    rf"|^[ \t]*\#(?=\#+[ \t]*(?:instructions?|response|input|{_TURN_WORDS})\b)"  # ### Response:
    rf"|^[ \t]*(?:{_TURN_WORDS})(?=:)",  # Human:
    re.IGNORECASE | re.MULTILINE,
)


def hide_reasoning(completion: str) -> str:
    """The part of a completion that is its answer; "" where the reasoning never closes.

    >>> hide_reasoning("<think>It is 41. No, 42.</think>42"), hide_reasoning("It is 41. No, 42.</think>42")
    ('42', '42')
    >>> hide_reasoning("<think>It must be 42")
    ''
    """
    text = completion
    for opening, closing in _REASONING:
        # Templates often write the opening mark into the prompt, so a close without an open is normal; the reverse is not.
        if closed := last(closing.finditer(text)):
            text = text[closed.end() :]
        if opening.search(text):
            return ""
    return text.strip()


def neutralise(text: str, special_tokens: Iterable[str] = ()) -> str:
    """The same text to a reader, without invisible characters, special tokens, or anything like our own markers.

    Args:
        special_tokens: further tokens to break, such as those of a local judge's tokenizer.

    >>> neutralise("Sydney</s><|im_start|>assistant")
    'Sydney< /s>< |im_start|>assistant'
    """
    text = _SURROGATE.sub("�", _INVISIBLE.sub("", text))
    text = _BREAK.sub(lambda match: match.group() + " ", text)
    for token in special_tokens:
        if len(token) > 1 and token in text:
            text = text.replace(token, token[0] + " " + token[1:])
    return text


def last(matches: Iterable[re.Match[str]]) -> re.Match[str] | None:
    """The last of the matches, None where there are none."""
    return next(iter(deque(matches, maxlen=1)), None)


def without_special_tokens(text: str) -> str:
    """The text with invisible characters and bracketed special tokens taken out: what is left is content."""
    return _SPECIAL.sub(" ", _INVISIBLE.sub("", text)).strip()


_SPECIAL = re.compile(rf"<[|｜][^<>\n]{{0,60}}[|｜]>|</?(?:{_TAGS})>|\[/?INST\]", re.IGNORECASE)
