"""Final-answer statements and concluding sentences, in the languages that models answer in.

A statement is an anchor ("The final answer is", "答案是") and the phrase after it; a conclusion is the last sentence of a
completion. `readings` reduces either to what it says: the phrase itself, then the maths or the number in it.
"""

from __future__ import annotations

import re

NOUNS = (
    "answer", "final result", "correct option", "correct choice", "option is", "choice is",
    "答案", "答え", "最终结果", "正确选项", "应选", "故选", "答", "정답", "답",
    "respuesta", "réponse", "antwort", "ответ", "resposta", "risposta", "คำตอบ", "উত্তর", "उत्तर",
    "الجواب", "الإجابة", "جواب", "پاسخ", "đáp án", "đáp số", "câu trả lời", "cevap", "jibu", "సమాధానం", "відповідь",
    "odpowiedź", "antwoord", "jawaban", "svaret", "válasz", "απάντηση", "תשובה",
)  # fmt: skip

_COPULA = (
    r"(?:is|are|was|were|would be|will be|should be|must be|equals|es|est|ist|lautet|é|è|to|ni|är|er|là|adalah|είναι|היא|"
    r"הוא|हैं?|হলো?|هو|هي|คือ|是|为|為|は|은|는)"
)
# After the noun: a few words ("final", "to the question"), then a copula, a colon, or at once something mathematical.
_AFTER_NOUN = re.compile(
    rf"(?:s|\(s\))?[*_ \t]*(?:[^\W\d_]+[ \t*]+){{0,6}}?(?:{_COPULA}(?:(?<=[^ -ɏ])|(?![^\W\d_]))[ \t]*[:：]?|[*_ ]*[:：=—–])"
    r"|(?:final[es]?|correct[ao]s?)?[*_ \t]*(?=[$\d(]|\\[(\[])",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?](?=[\s\"'*)]|$)|[。！？।]|\n")
_MATH_SPAN = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$|\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
_DISPLAY_OPEN = re.compile(r"(\$\$|\\\[|\\begin\{[a-z*]+\})")
_BOLD = re.compile(r"\*\*([^*\n]+?)\*\*")
NUMBER = re.compile(r"(?:(?<![\w.)\]}])[-−+])?[$€£¥]?\s?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:\s?/\s?\d+)?(?:\s?\\?%)?")
_TAKES_BACK = re.compile(
    r"\b(?:not|isn't|cannot|can't|never|wrong|incorrect|mistake|wait|hmm|however|but|perhaps|maybe|alternatively|suppose|"
    r"unless|either|let me|let's|need to|unsure|unknown)\b|n't\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"(?:i hope (?:it|this) is correct|i think (?:that's|that is|this is)(?: the| my)?(?: (?:right|correct|final))? (?:answer|result)"
    r"|(?:it's|it is|this is) (?:a |the )?(?:simple|correct)[^.]*|let me know[^.]*|feel free[^.]*|that's it|hope this helps)",
    re.IGNORECASE,
)
_CLOSES = tuple(".!。।$*)]}")


def last_statement(text: str) -> tuple[int, str] | None:
    """The last final-answer statement: where it begins, and everything after its anchor."""
    lowered = text.lower()
    if len(lowered) != len(text):  # Lower-casing İ changes the length, and the offsets with it.
        lowered = text
    best: tuple[int, str] | None = None
    for noun in NOUNS:
        at = lowered.rfind(noun)
        for _ in range(20):
            if at < 0 or (best and at <= best[0]):
                break
            if anchor := _AFTER_NOUN.match(text, at + len(noun) - (3 if noun.endswith(" is") else 0)):
                rest = text[anchor.end() :]
                if rest.strip(" \t\n*:$\\[]()."):
                    best = at, rest
                    break
            at = lowered.rfind(noun, 0, at)
    return best


def phrase(claim: str) -> str:
    """The first sentence of a claim, or the display formula that it begins with."""
    claim = claim.lstrip(" \t\n\r*_:：")
    if opening := _DISPLAY_OPEN.match(claim):
        closing = {"$$": "$$", "\\[": "\\]"}.get(opening[1]) or opening[1].replace("begin", "end")
        end = claim.find(closing, opening.end())
        if end > 0:
            return claim[: end + len(closing)]
    position = 0
    for _ in range(50):
        stop = _SENTENCE_END.search(claim, position)
        if stop is None:
            break
        span = _math_around(claim, stop.start())
        if span is None:
            return claim[: stop.start()].strip(" \t*_")
        position = span
    return claim.strip(" \t\n*_")


def _math_around(text: str, position: int) -> int | None:
    """The end of the maths that encloses a position, or None."""
    start = max(0, position - 300)
    for span in _MATH_SPAN.finditer(text, start):
        if span.start() > position:
            return None
        if span.end() > position:
            return span.end()
    return None


def readings(statement: str) -> tuple[str, ...]:
    """What a sentence may be saying, the most literal first: itself, its bold text, its maths, its last number."""
    found = [statement]
    if bold := _BOLD.findall(statement):
        found.append(bold[-1])
    spans = list(_MATH_SPAN.finditer(statement))
    if spans:
        found.append(_joined(statement, spans))
    plain = _BOLD.sub(r"\1", statement if not spans else found[-1])
    if not spans or "=" in plain:
        side = re.split(r"=|\\approx|≈", plain)[-1]
        found.append(side)
    if not spans and (numbers := NUMBER.findall(plain)):
        found.append(numbers[-1])
    return tuple(dict.fromkeys(text.strip() for text in found if text.strip()))


def _joined(text: str, spans: list[re.Match[str]]) -> str:
    """The last maths of a sentence, with what stands before it in the same list ("$2$, $3$ and $5$")."""
    first = len(spans) - 1
    while first and re.fullmatch(
        r"\s*(?:,|;|and|or|, and|, or|和|或|、|y|o|et|ou|und|oder|и|или)\s*",
        text[spans[first - 1].end() : spans[first].start()],
    ):
        first -= 1
    return ", ".join(next(g for g in span.groups() if g is not None) for span in spans[first:])


def takes_back(text: str) -> bool:
    """True for a text that denies, doubts or restarts rather than states."""
    return _TAKES_BACK.search(text) is not None


def conclusion(text: str) -> str | None:
    """The last sentence, if it is complete and asserts something; remarks such as "I hope it is correct" are passed over."""
    tail = text[-2000:].rstrip()
    for _ in range(4):
        if not tail:
            return None
        body = tail.rstrip(".!。।* \t\n")
        starts = [m.end() for m in _SENTENCE_END.finditer(body) if _math_around(body, m.start()) is None]
        sentence = body[starts[-1] if starts else 0 :].strip()
        if not _FILLER.fullmatch(sentence.strip()):
            break
        tail = body[: starts[-1] if starts else 0].rstrip()
    if tail.endswith("?") or (len(text) > 600 and not tail.endswith(_CLOSES)):
        return None
    return None if not sentence or takes_back(sentence) else sentence


def last_number(text: str) -> str | None:
    """The last number that stands anywhere in a text."""
    numbers = NUMBER.findall(text[-20_000:])
    return numbers[-1] if numbers else None
