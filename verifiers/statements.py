"""Final-answer statements and concluding sentences, in the languages that models answer in.

A statement is an anchor ("The final answer is", "答案是") and the phrase after it; a conclusion is the last sentence of a
completion. `readings` reduces either to what it says: the phrase itself, then the maths or the number in it.
"""

from __future__ import annotations

import re

NOUNS = (
    "answer", "final result", "correct option", "correct choice", "option is", "choice is", "respuesta", "antwort", "resposta",
    "risposta", "cevap", "jibu", "antwoord", "jawaban", "svaret",
)  # fmt: skip
FOREIGN_NOUNS = (
    "答案", "答え", "最终结果", "正确选项", "应选", "故选", "答", "정답", "답", "réponse", "ответ", "คำตอบ", "উত্তর", "उत्तर",
    "الجواب", "الإجابة", "جواب", "پاسخ", "đáp án", "đáp số", "câu trả lời", "సమాధానం", "відповідь", "odpowiedź", "válasz",
    "απάντηση", "תשובה",
)  # fmt: skip
"""Those that an ASCII text cannot hold."""

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
_HEADING_START = re.compile(r"[#*_\s\d.]*(?:(?:the|my)\s+)?(?:final|correct)?\s*", re.IGNORECASE)
_HEADING_END = re.compile(r"s?[*_# \t]*\n\s*")
_HYPOTHESIS = re.compile(
    r"\b(?:suppose|supposing|assume|assuming|imagine|pretend|if|whether|unless|say)\s+(?:that\s+)?(?:the|your|my|our|this|its)?"
    r"\s*(?:final|correct|right)?\s*",
    re.IGNORECASE,
)
_ASKS_WHETHER = re.compile(
    r"(?:is|was|could|would|can|might|should)(?:\s+(?:the|your|my|this))?(?:\s+(?:final|correct|right))?", re.IGNORECASE
)
_ASKS = re.compile(
    r"(?:(?:is|are|was|were|can|could|would|should|will|does|did)\s+(?:it|this|that|the|there|they|we|you|i|[b-z])"
    r"|do\s+(?:they|we|you|i))\b"
    r"|(?:problem|question|exercise)?[\s:.]*(?:find|determine|compute|calculate|evaluate|solve)\b[^:=]*"
    r"\b(?:if|given|when|where|such that)\b|(?:what(?:'s| is| are)|how (?:many|much))\b[^,;:=]*$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<!e\.g)(?<!i\.e)[.!?](?=[\s\"'*)]|$)|[。！？।]|\n")
_MATH_SPAN = re.compile(r"\$\$(.+?)\$\$|(?<!\\)\$([^$\n]+?)(?<!\\)\$(?!\d)|\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
_DISPLAY_OPEN = re.compile(r"(\$\$|\\\[|\\begin\{[a-z*]+\})")
_BOLD = re.compile(r"\*\*([^*\n]+?)\*\*")
NUMBER = re.compile(r"(?:(?<![\w.)\]}])[-−+])?(?:[$€£¥]\s?)?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:\s?/\s?\d+)?(?:\s?\\?%)?")
_TAKES_BACK = re.compile(
    r"\b(?:not|isn't|cannot|can't|never|wrong|incorrect|mistake|wait|hmm|however|but|perhaps|maybe|alternatively|suppose|"
    r"unless|either|let me|let us|let's|need to|unsure|unknown|unclear|nicht|jamais|nunca|não|ne \w+ pas|n'\w+ pas)\b|n't\b"
    r"|\be\.g\.|不(?:是|等于|为|對|对|正确)|并非|未知|ではな|じゃな|아니|아닙|\b(?:не|no es|non è)\b"
    r"|(?:^\W*|\b(?:is|be|are)\s+)(?:one|some|any) of\b|^\W*among\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"(?:i hope (?:it|this) is correct|i think (?:that's|that is|this is)(?: the| my)?(?: (?:right|correct|final))?"
    r" (?:answer|result)"
    r"|(?:it's|it is|this is) (?:a |the )?(?:simple|correct)[^.]*|let me know[^.]*|feel free[^.]*|that's it|hope this helps)",
    re.IGNORECASE,
)
_RETRACTS = re.compile(r"\b(?:but|wait|however|wrong|incorrect|mistake|actually|maybe|perhaps)\b", re.IGNORECASE)
_CIRCUMSTANCE = re.compile(
    r"\b(?:in|en|within|after|during|over|every|for|at|por|em|durante|nach|pour|dans|d['’]ici|pendant|через|за)\s+$",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?:at (?:least|most)|half(?: of)?|(?:third|quarter|multiple|factor|divisor|power|root|square|cube)s? of|twice|double|triple"
    r"|one over|divisible by|up to"
    r"|(?:less|more|greater|fewer|larger|smaller|other) than|[<>≤≥≠]|\\[gln]eq?)[\s$]*$",
    re.IGNORECASE,
)
_ARRIVES = re.compile(
    r"(?:(?:so|thus|hence|therefore|then|consequently|finally)\b[,:]?\s+)?(?:we (?:get|have|find|obtain)\b[,:]?\s+(?:that\s+)?)?"
    r"(?:(?:total|sum|result|value|area|volume|length|distance|probability|remainder|solution|cost|final \w+)s?:\s+(?=\S))?",
    re.IGNORECASE,
)
_AT = re.compile(r"\s*(?:at|equal to|given by|exactly)\s+", re.I)
_BECAUSE = re.compile(r",?\s(?:because|since)\b.*\Z", re.I | re.DOTALL)
_REASON = re.compile(r"\((?:since|because|as)\b[^()]*(?:\([^()]*\)[^()]*)*\)\Z", re.I)
_DENYING = re.compile(r"\b(?:no|not|never|nicht|não|non|ne|не)\b|n't\b", re.I)
_OR_MORE = re.compile(
    r"[\s$]*(?:(?:or|and)\s+(?:more|less|fewer|greater|above|below|over|higher|lower|beyond)\b"
    r"|(?:is|are)\s+an?\s+(?:multiple|divisor|factor|power)\b)",
    re.IGNORECASE,
)
_LIST_GAP = re.compile(r"\s*(?:,|;|and|or|, and|, or|和|或|、|y|o|et|ou|und|oder|и|или)\s*")
_LIST_MARKER = re.compile(r"(?:^|\n)\s*(?:\d{1,2}[.)]|[-*#]+)\s*$")
_WORD = re.compile(r"[A-Za-z]{3,}")
_LETTERS = re.compile(r"[A-Za-z]+")
_OPERATOR = re.compile(r"[=+^_\\<>]")
_FOREIGN = re.compile(r"[^\W\d_a-zA-Z]")
_COMMAND = re.compile(r"\\[A-Za-z]+(?:\s*\{[A-Za-z ]*\})?")
_CONCLUDES = re.compile(r"\b(?:So|Therefore|Thus|Hence|Consequently)\b,?\s")
_CODE = re.compile(r"__|\w\s?\(\s?['\"]|['\"]\s?\)")
"""Words of a program state nothing."""
CLAIM_CHARS = 4_000
_CLOSES = tuple(".!。।$*)]}")


def last_statement(text: str) -> tuple[int, str] | None:
    """The last final-answer statement: where it begins, and everything after its anchor."""
    lowered = text.lower()
    if len(lowered) != len(text):  # Lower-casing İ changes the length, and the offsets with it.
        lowered = text
    best: tuple[int, str] | None = None
    for noun in NOUNS if text.isascii() else NOUNS + FOREIGN_NOUNS:
        at = lowered.rfind(noun)
        for _ in range(20):
            if at < 0 or (best and at <= best[0]):
                break
            behind = at + len(noun) - (3 if noun.endswith(" is") else 0)
            anchor = _AFTER_NOUN.match(text, behind) or _is_heading(text, at, behind)
            if anchor and not _is_hypothesis(text, at) and not _DENYING.search(anchor[0]):
                rest = text[anchor.end() :]
                if rest[:200].strip(" \t\n*:$\\[]()."):
                    best = at, rest
                    break
            at = lowered.rfind(noun, 0, at)
    return best


def _is_hypothesis(text: str, noun: int) -> bool:
    """Whether what stands before the noun only supposes or asks: "if the answer is 42", "is the answer 42"."""
    start = max(text.rfind(mark, 0, noun) for mark in ".!?\n") + 1
    if noun - start < 40 and _ASKS_WHETHER.fullmatch(text[start:noun].strip()):
        return True
    before = text[max(0, noun - 40) : noun]
    return any(match.end() == len(before) for match in _HYPOTHESIS.finditer(before))


def supposes(sentence: str) -> bool:
    """Whether a sentence only tries an answer: "assume the answer is 12 for now"."""
    return any(
        re.match(r"(?:answer|result|value)\b", sentence[m.end() :], re.I) for m in _HYPOTHESIS.finditer(sentence)
    )


def _is_heading(text: str, start: int, end: int) -> re.Match[str] | None:
    """The end of a heading such as "**Final Answer**", when the noun stands in one."""
    before = text[text.rfind("\n", 0, start) + 1 : start]
    return _HEADING_END.match(text, end) if _HEADING_START.fullmatch(before[-40:]) else None


def math_spans(text: str) -> list[tuple[int, int, str]]:
    """(start, end, content) of the formulas of a text that begins outside of one. Amounts of money are not formulas."""
    spans = []
    position = 0
    while match := _MATH_SPAN.search(text, position):
        content = next(group for group in match.groups() if group is not None)
        if match[0][0] == "$" and len(_WORD.findall(_COMMAND.sub("", content))) > 1:
            position = match.start() + 1  # "$5 and pays $": prose between two prices.
            continue
        spans.append((match.start(), match.end(), content))
        position = match.end()
    return spans


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text; a point inside a formula ends none."""
    spans = math_spans(text)
    found, start, at = [], 0, 0
    for stop in _SENTENCE_END.finditer(text):
        while at < len(spans) and spans[at][1] <= stop.start():
            at += 1
        if at < len(spans) and spans[at][0] < stop.start():
            continue
        found.append(text[start : stop.end()])
        start = stop.end()
    return [sentence.strip() for sentence in [*found, text[start:]] if sentence.strip()]


def phrase(claim: str) -> str:
    """The first sentence of a claim, or the display formula that it begins with."""
    claim = claim.lstrip(" \t\n\r*_:：}")[:CLAIM_CHARS]
    if opening := _DISPLAY_OPEN.match(claim):
        closing = {"$$": "$$", "\\[": "\\]"}.get(opening[1]) or opening[1].replace("begin", "end")
        end = claim.find(closing, opening.end())
        if end > 0:
            return claim[: end + len(closing)]
    first = next(iter(sentences(claim)), "").strip("*_ ").rstrip(".!。।* ")
    return _before_denial(first)


def _before_denial(sentence: str) -> str:
    """ "D, it can't be A" states D: what a later clause denies is another answer, unless it takes the first one back."""
    clause, comma, rest = sentence.partition(", ")
    if comma and takes_back(rest) and not takes_back(clause) and not _RETRACTS.search(rest):
        return clause
    return sentence


def without_conjunction(sentence: str) -> str:
    """ "Therefore, $x = 3$" as "$x = 3$"."""
    arrives = _ARRIVES.match(sentence) if sentence[:1].isalpha() else None
    return sentence[arrives.end() :] if arrives else sentence


def readings(statement: str) -> tuple[str, ...]:
    """What a sentence may be saying, the most literal first: itself, its bold text, its maths, what "is", its number.

    What is no sentence, or longer than any, is read as it stands.
    """
    statement = without_conjunction(statement)
    reason = _BECAUSE.search(statement) if " " in statement and len(statement) <= CLAIM_CHARS else None
    if reason and re.search(r"[\d$\\]", statement[: reason.start()]):  # And not "And since ..., it is 45".
        statement = statement[: reason.start()]
    if statement.endswith(")") and len(statement) <= CLAIM_CHARS:
        statement = _REASON.sub("", statement).rstrip()
    if (
        len(statement) > CLAIM_CHARS
        or _CODE.search(statement)
        or (statement.isascii() and " " not in statement)
        or not is_prose(statement)
    ):
        return (statement,)
    found = [statement]
    if bold := _BOLD.findall(statement):
        found.append(bold[-1])
    spans = math_spans(statement)
    if spans:
        found.append(_joined(statement, spans))
    plain = _BOLD.sub(r"\1", statement)
    if spans and not plain[spans[-1][1] :].strip(" .,*"):
        plain = found[-1]  # The formula ends the sentence, so that it is what the sentence states.
    side = re.split(r"=|\\approx|≈|\b(?:is|are|equals|be|was|has|by)\s", plain)[-1]
    if not _BOUND.search(side[:24].rstrip("0123456789 ")):
        found += [side, _AT.sub("", side, count=1)] if _AT.match(side) else [side]
    if number := stated_number(plain):
        found.append(number)
    return tuple(dict.fromkeys(text.strip() for text in found if text.strip()))


def stated_number(sentence: str) -> str | None:
    """The last number of a sentence that is not the circumstance of another ("50 miles in 7 hours" states 50)."""
    numbers = list(NUMBER.finditer(sentence))
    stated = [m for m in numbers if not _CIRCUMSTANCE.search(sentence[max(0, m.start() - 12) : m.start()])]
    if not numbers:
        return None
    last = (stated or numbers)[-1]
    at = numbers.index(last)
    gap = sentence[numbers[at - 1].end() - 1 : last.start()].lstrip("0123456789") if at else ""
    if _LIST_GAP.fullmatch(gap):
        return None  # One of several.
    bounded = _BOUND.search(sentence[max(0, last.start() - 24) : last.start()]) or _OR_MORE.match(sentence, last.end())
    return None if bounded else last.group()


def _joined(text: str, spans: list[tuple[int, int, str]]) -> str:
    """The last formula of a sentence, with what stands before it in the same list ("$2$, $3$ and $5$")."""
    first = len(spans) - 1
    while first and _LIST_GAP.fullmatch(text[spans[first - 1][1] : spans[first][0]]):
        first -= 1
    return ", ".join(content for _, _, content in spans[first:])


def is_prose(text: str) -> bool:
    """Whether a text is (part of) a sentence, and not only a formula or a name."""
    plain = _COMMAND.sub(" ", text)
    words = len(_WORD.findall(plain))
    if words == 1 and not _OPERATOR.search(text):
        words = len(_LETTERS.findall(plain))
    return words > 1 or len(_FOREIGN.findall(plain)) > 1


def takes_back(text: str) -> bool:
    """True for a text that denies, doubts or restarts rather than states."""
    return _TAKES_BACK.search(text) is not None


def is_question(text: str) -> bool:
    """True for a question or the statement of a problem, with its question mark or without."""
    if text.endswith(("?", "？")):
        return True
    return _ASKS.match(text) is not None and len(sentences(text)) == 1


def is_cut_off(text: str) -> bool:
    """Whether a text ends in the middle of a sentence, or with the number of a list item that never came."""
    text = text.rstrip()
    return not text.endswith(_CLOSES) or _LIST_MARKER.search(text[-12:]) is not None


def conclusion(text: str) -> str | None:
    """The last sentence, if it is complete and asserts something; remarks such as "I hope it is correct" are passed over."""
    tail = text if len(text) < 4_000 else text[text.find("\n", len(text) - 2_000) + 1 :][-2_000:]
    if tail.rstrip().endswith(("?", "？")) or (len(text) > 600 and is_cut_off(tail)):
        return None
    for sentence in reversed(sentences(tail)[-6:]):
        sentence = sentence.rstrip(".!。।* \t\n")
        if _FILLER.fullmatch(sentence):
            continue
        if is_question(sentence) or supposes(sentence):
            return None
        if takes_back(sentence):  # Unless it comes to a conclusion after all: "Let's add them: ... So, the sum is 5."
            sentence = _CONCLUDES.split(sentence)[-1]
        return None if takes_back(sentence) else sentence
    return None


def last_number(text: str) -> str | None:
    """The last number that stands anywhere in a text."""
    numbers = NUMBER.findall(text[-20_000:])
    return numbers[-1] if numbers else None
