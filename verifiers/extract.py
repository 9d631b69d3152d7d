"""Where in a completion is its answer? One linear pass, the same for every verifier that compares answers.

What is looked at, the first that is there:

    1  nothing at or after an end-of-turn token, nothing invisible (comments, white ink), nothing inside reasoning;
       reasoning that never closes leaves no answer
    2  <answer>...</answer>
    3  the last boxed expression, joined with its neighbours where they are one list ("\\boxed{2} or \\boxed{3}")
    4  "#### 42", the "answer" field of a JSON reply
    5  a final-answer statement ("The final answer is", "Answer:", "答案是", ...)
    6  the whole completion, where it is short enough to be nothing but an answer, or else its last sentence, where that is
       complete and asserts something
    7  the last number, in lenient mode only

A final-answer statement after the box overrides it. Two designations that differ, with nothing between them that takes the
first one back or goes on to a conclusion, are hedging: `rivals` has the others, and the caller checks that they agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from verifiers.boxes import Box, find_boxes, is_placeholder
from verifiers.statements import (
    conclusion,
    is_cut_off,
    is_prose,
    is_question,
    last_number,
    last_statement,
    phrase,
    readings,
    supposes,
    takes_back,
    without_conjunction,
)

MAX_CHARS = 2_000_000
"""Of a longer completion only the end is read: the answer stands there, and a bomb costs no more than this."""
ASIDE_CHARS = 400
"""A statement may be followed by this much text that is cut off."""
WHOLE_CHARS = 600
"""A completion up to this long may be nothing but an answer."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a completion commits to.

    Args:
        readings: the text of its answer, the most literal reading first; empty where there is none. A boxed answer has one
            reading; the sentence "There are 36 teachers" is also read as "36".
        how: what designated it: "tag", "box", "hash", "json", "statement", "whole", "conclusion", "number"; or why there is
            none: "no_answer".
        parts: the members, where neighbouring boxes were joined to one list.
        rivals: other answers that were put forward as well, and must agree with this one.
    """

    readings: tuple[str, ...]
    how: str
    parts: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()

    @property
    def answer(self) -> str | None:
        return self.readings[0] if self.readings else None


NO_ANSWER = Extraction((), "no_answer")

_END_OF_TURN = (
    "<|im_end|>",
    "<|im_start|>user",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|end_of_text|>",
    "<|eom_id|>",
    "<｜end▁of▁sentence｜>",
    "<end_of_turn>",
    "</s>",
    "<|user|>",
    "<|return|>",
)
_REASONING = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|im_start|>think", "<|im_start|>answer"),
    ("◁think▷", "◁/think▷"),
    ("<|channel|>analysis", "<|channel|>final<|message|>"),
)
_INVISIBLE = re.compile(
    r"<!--.*?(?:-->|\Z)|\\iffalse\b.*?(?:\\fi\b|\Z)"
    r"|\\(?:h|v)?phantom\s*\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|\\(?:text)?color\s*\{white\}\s*\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}",
    re.DOTALL,
)
_SUBSTANCE = re.compile(r"[^\W_]|[∅∞∄]|\\[A-Za-z{]|\A\W?[<>=+≤≥≠]\W?\Z")
_COMMENT = re.compile(r"(?:^|(?<=\s))%[^\n]*")
_ANSWER_TAG = re.compile(r"<answer>(.*?)(?:</answer>|\Z)", re.DOTALL | re.IGNORECASE)
_JSON_VALUE = re.compile(
    r'"(?:(?:final|correct|the|my|your|numerical|short)[_ ]?)?[Aa]nswer"\s*:\s*(?:"((?:[^"\\]|\\.)*+)"|([^\s"{}\[\],]+))'
)
_SUPERSEDES = re.compile(
    r"\b(?:final|finally|therefore|thus|hence|so|consequently|in total|altogether|wait|actually|no|wrong|mistake|instead|correct|"
    r"corrected|correction|step|case|part|then|next|now|which gives|simplif\w+)\b|因此|所以|最终|故|综上",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"(?:indeed |now )?(?:correct|right|valid|verified|confirmed|consistent|reasonable|unique|above|below)", re.I
)
"""What "our answer is correct" says of an answer, and is none."""
_REOPENS = re.compile(
    r"\b(?:wait|hmm|hold on|let me (?:check|verify|re\w+|try)|alternatively|on second thought|actually)\b",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"\b(?:wait|actually|no|not|wrong|mistake|instead|correct\w*|final\w*|therefore|thus|hence|but)\b", re.I
)
_JOINS = re.compile(
    r"[\s$,;&、~]*(?:\\[()\[\]]|\\quad|\\qquad|\\,|\\;|\\ |[\s$,;&、])*"
    r"(?:(?:\\text\s*\{|\\mbox\s*\{)?[^.!?\n={}\d]{0,40}\}?)(?:[\s$]|\\[()\[\]]|\\quad|\\,|[A-Za-z]\w{0,3}\s*=)*"
)
_NEGATED = re.compile(
    r"(?:\bnot|n't|\bnever|\bneither|\bnor|≠|\\neq?)(?:\s+(?:be|equal(?: to)?|the answer))?[\s$:\\(]*$", re.IGNORECASE
)

_JUDGED = re.compile(
    r"[\s$*\\)\]}]{0,6}(?:\\text\s*\{\s*)?(?:(?P<denies>isn['’]t|wasn['’]t|cannot be|can['’]t be)|is|was)\s+"
    r"(?:(?:definitely|certainly|clearly|obviously)\s+)?(?P<negates>not\s+)?(?:(?:the|a|my|our)\s+)?"
    r"(?:(?P<wrong>wrong|incorrect|false|mistaken)|(?:(?:correct|right|final)\s+)?answer|correct|right)\b",
    re.IGNORECASE,
)
_CALLED_WRONG = re.compile(
    r"[^,;.]*\b(?:is|was|are)\s+(?:wrong|incorrect|false|mistaken)\W*|.*\b(?:anything|everything|all)\s+(?:but|except)\b.*",
    re.IGNORECASE | re.DOTALL,
)


def extract(completion: str, *, lenient: bool = False) -> Extraction:
    """The answer that a completion commits to. Never raises, and takes time linear in the text.

    Args:
        lenient: also take the last number of a text that states nothing; off by default, since it rewards texts that were
            cut off and texts that mention every number.
    """
    reasoning, text = split_reasoning(completion)
    if not text.strip():
        return NO_ANSWER
    tags = [m[1] for m in _ANSWER_TAG.finditer(text)] if "<answer>" in text.lower() else []
    if tags:
        inner = [_designated(tag) or _whole(tag) for tag in tags]
        outside = _designated(text[text.rfind("</answer>") + 9 :]) if "</answer>" in text else None
        rivals = tuple(e.readings[-1] for e in (*inner[:-1], outside) if e and e.readings)
        return Extraction(inner[-1].readings, "tag" if inner[-1].readings else "no_answer", inner[-1].parts, rivals)
    found = _designated(text) or _box_before_cut(reasoning, text)
    if found is None:
        found = NO_ANSWER if "\\boxed" in text else _whole(text)  # A box that is empty or never closed promised more.
    if not found.readings and lenient and (number := last_number(text)):
        return Extraction((number,), "number")
    return found


def _is_negated(before: str) -> bool:
    """Whether what stands before a box denies it."""
    low = before.lower()
    maybe = "not" in low or "n't" in low or "nor" in low or "ne" in low or "≠" in low  # Much cheaper than the pattern.
    return maybe and _NEGATED.search(before) is not None


def _is_called_wrong(after: str) -> bool:
    """Whether what follows a box says of it that it is not the answer."""
    judged = _JUDGED.match(after)
    return judged is not None and bool(judged["wrong"]) != bool(judged["denies"] or judged["negates"])


def split_reasoning(completion: str) -> tuple[str, str]:
    """The reasoning of a completion, and the part that answers: without comments and what follows the end of the turn.

    The second is empty when reasoning was opened and not closed. The first is given only for reasoning whose opening tag stood
    in the prompt.
    """
    text, reasoning = completion[-MAX_CHARS:], ""
    tagged = "<" in text or "◁" in text
    for token in _END_OF_TURN if tagged else ():
        if (end := text.find(token)) >= 0 and text[:end].strip():
            text = text[:end]
    for opening, closing in _REASONING if tagged else ():
        last_close = text.rfind(closing)
        if (last_open := text.rfind(opening)) > last_close:
            return "", ""
        if last_close >= 0:
            reasoning = text[:last_close] if last_open < 0 else ""
            text = text[last_close + len(closing) :]
    if "%" in text or "<!--" in text or "\\iffalse" in text or "phantom" in text or "{white}" in text:
        text = _INVISIBLE.sub(" ", text)
        text = _COMMENT.sub(lambda comment: " " if "\\boxed" in comment[0] else comment[0], text)
    return reasoning, text


def _box_before_cut(reasoning: str, text: str) -> Extraction | None:
    """The box that ended the reasoning, where the answer after it was cut off before it came to restate it."""
    if "\\boxed" not in reasoning[-600:] or len(text) < 60 or not is_cut_off(text):
        return None
    tail = reasoning[-2_000:]
    boxes = [box for box in find_boxes(tail) if not is_placeholder(box.content)]
    return _from_boxes(tail, boxes) if boxes and not takes_back(tail[boxes[-1].end :]) else None


def _designated(text: str) -> Extraction | None:
    """The answer that the text marks as such: boxes, ####, JSON, a statement."""
    if "\\boxed" in text or "\\fbox" in text:
        boxes = [box for box in find_boxes(text) if not is_placeholder(box.content)]
        if boxes:
            return _from_boxes(text, boxes)
    if hashed := _hashed(text):
        return hashed
    fields = list(_JSON_VALUE.finditer(text)) if 'nswer"' in text else []
    if fields:
        field = fields[-1]
        value = _unescaped(field[1] if field[1] is not None else field[2]).strip()
        return Extraction((value,), "json") if value else NO_ANSWER
    if statement := last_statement(text):
        found = _from_claim(statement[1])
        return found and replace(found, rivals=_earlier_claim(text[: statement[0]]))
    return None


def _hashed(text: str) -> Extraction | None:
    """`#### 42`, as GSM8K writes it."""
    marker = text.rfind("####")
    line = text[marker + 4 :].strip().split("\n")[0].strip("# ") if marker >= 0 else ""
    if not line:
        return None
    earlier = text.rfind("####", max(0, marker - 200), marker)
    rival = text[earlier + 4 : marker].strip().split("\n")[0].strip("# ") if earlier >= 0 else ""
    return Extraction((line,), "hash", (), (rival,) if rival else ())


def _earlier_claim(before: str) -> tuple[str, ...]:
    """The statement directly before the last one, unless the last one is put forward as its correction."""
    near = before[-200:]
    earlier = last_statement(near)
    sentence = phrase(earlier[1]) if earlier else ""
    if (
        not any(c.isdigit() for c in sentence)
        or sentence.endswith((":", "："))
        or takes_back(sentence)
        or len(near) - near.find(sentence) - len(sentence) > 20  # Not directly before.
        or _SUPERSEDES.search(near, near.find(sentence) + len(sentence))
    ):
        return ()
    return readings(sentence)[-1:]


def _from_claim(claim: str) -> Extraction | None:
    """What a statement says; None where it says nothing, denies something, or is thought over again."""
    sentence = phrase(claim)
    if not sentence or takes_back(sentence) or sentence.endswith("?") or _REMARK.fullmatch(sentence):
        return None
    after = claim[claim.find(sentence) + len(sentence) :]
    if _REOPENS.search(after[:ASIDE_CHARS]) or (len(after) > ASIDE_CHARS and is_cut_off(after)):
        return None
    return Extraction(readings(sentence), "statement")


def _whole(text: str) -> Extraction:
    """An answer that nothing designates: the text itself, or its last sentence."""
    stripped = text.strip()
    if not _SUBSTANCE.search(stripped):
        return NO_ANSWER
    whole = (stripped,) if len(stripped) <= WHOLE_CHARS or len(stripped.split(None, 3)) < 3 else ()
    if is_question(stripped) or (whole and _CALLED_WRONG.fullmatch(stripped)):
        return NO_ANSWER
    if whole and not is_prose(stripped):
        return Extraction((without_conjunction(stripped),), "whole")
    if whole and supposes(stripped):
        return NO_ANSWER
    sentence = conclusion(stripped)
    found = tuple(dict.fromkeys(whole + (readings(sentence) if sentence else ())))
    return Extraction(found, "whole" if whole else "conclusion") if found else NO_ANSWER


def _from_boxes(text: str, boxes: list[Box]) -> Extraction:
    """The last box with the neighbours that make one list with it; the rest are rivals unless superseded."""
    last = boxes[-1]
    after = text[last.end :]
    if later := _later_claim(after):
        return later
    if _is_negated(text[max(0, last.start - 40) : last.start]) or _is_called_wrong(after[:80]):
        return NO_ANSWER
    first = len(boxes) - 1
    while first and _joined(text[boxes[first - 1].end : boxes[first].start]):
        first -= 1
    group = boxes[first:]
    rivals: list[str] = []
    if first:
        between = text[boxes[first - 1].end : group[0].start]
        if len(between) < 300 and not _SUPERSEDES.search(between):
            rivals = [boxes[first - 1].content]
    contents = tuple(dict.fromkeys(box.content.strip() for box in group))
    if len(contents) == 1:
        if re.match(r"[0-9]|\.\d", after) or _IS_FACTOR.search(text, max(0, group[0].start - 12), group[0].start):
            return Extraction((), "ambiguous")  # \boxed{1}2, -\boxed{2}: where does the answer begin and end?
        answer = (_LABEL.sub("", contents[0], count=1) if "nswer" in contents[0] else contents[0]) + _suffix(after)
        return Extraction(readings(answer), "box", (), tuple(rivals))
    return Extraction((", ".join(contents),), "box", contents, tuple(rivals))


def _later_claim(after: str) -> Extraction | None:
    """What is put forward as the answer after the last box; a remark such as "The answer is in the box" puts forward none."""
    if "####" in after and (hashed := _hashed(after)) and len(hashed.readings[0]) < 40:
        return hashed
    statement = last_statement(after) if len(after) > 12 else None
    claim = _from_claim(statement[1]) if statement else None
    if claim and (re.search(r"[\d\\$]", claim.readings[-1]) or len(claim.readings[0].split()) < 3):
        return claim
    return None


def _joined(between: str) -> bool:
    return len(between) <= 60 and not _CORRECTS.search(between) and _JOINS.fullmatch(between) is not None


_IS_FACTOR = re.compile(r"(?:\d|[=($\[]\s*[-−]\s*|(?:\A|\s)[-−])\Z")
"""What directly before a box makes it a part of a number: a digit, or a minus sign that is no bullet."""
_LABEL = re.compile(r"\\text\s*\{\s*(?:the\s+)?(?:final\s+)?answer(?:\s+is)?\s*[:=]?\s*\}\s*(?=\S)", re.IGNORECASE)
_SUFFIX = re.compile(r"\s*(?:\\?%|\^\s*\{?\s*\\circ\s*\}?|°|_\{?\d+\}?)|\^\{?[\w-]+\}?|/\d+")


def _suffix(after: str) -> str:
    """What directly follows a box and belongs to its value: a percent or degree sign, a base, further digits."""
    match = _SUFFIX.match(after)
    return match.group() if match else ""


def _unescaped(field: str) -> str:
    """A JSON string as the model meant it: many write LaTeX into it with single backslashes."""
    return field.replace("\\\\", "\\").replace('\\"', '"').replace("\\n", "\n") if "\\" in field else field
