"""Answers in words: names, "even", "no solution", choice letters, yes and no."""

from __future__ import annotations

import re

from verifiers.math.words import NUMBER_WORDS

_COMMANDS = re.compile(
    r"\\(?:text|mathrm|textbf|textit|mbox|mathbf|textrm|textnormal|operatorname|mathit|emph)\s*\{([^{}]*)\}"
)
_PUNCTUATION = re.compile(r"[^\w\s+\-*/^=<>|%]")
_ARTICLES = re.compile(r"\b(?:the|a|an)\b")
_SAME = {
    "no solutions": "no solution", "none": "no solution", "no real solutions": "no real solution", "yes": "true",
    "correct": "true", "no": "false", "incorrect": "false", "dne": "undefined", "does not exist": "undefined",
}  # fmt: skip
_VERDICT = re.compile(r"(yes|no|true|false)(?:[,.;:!]\s|\s*$)", re.IGNORECASE)
_LETTER = re.compile(r"[\s*$({\[]*(?:option|choice|answer)?[\s:]*\(?([A-Ja-j])\)?\W*", re.IGNORECASE)
_LETTERED = re.compile(r"[\s*$({\[]*([A-J])(?:[).:\]}*]+(?=\s|\w|[$\\]|$)|\s+(?=[A-Z])|\s*$)(.*)", re.DOTALL)
_SEVERAL = re.compile(r"^\W*[A-J]\W{0,2}(?:,|or|and|/|&|;)\s*\W?[A-J]\b")
_LETTERS = re.compile(r"[({\[]*[A-J]\)?(?:\s*(?:,|;|and|&|)\s*(?:and\s*)?\(?[A-J]\)?)+[)}\]]*")
_ROMAN = r"\(?(?:IX|IV|V?I{1,3}|V|XI{0,2})\)?"
_ROMANS = re.compile(
    rf"(?:both\s+)?(?:statements?\s+|options?\s+)?({_ROMAN}(?:\s*(?:,\s*and\b|,|;|and\b|&)\s*{_ROMAN})*)(?:\s+only)?\W?",
    re.IGNORECASE,
)
_OPTION = re.compile(r"(?:^|[\s,;])\(?[A-J][).:](?:\s|$)")
_STANDALONE = re.compile(
    r"(?<![A-Za-z0-9_'\\$+*/^{(-])(?<![\d+*/^}]\s)(?<!\b[A-Z]\s)\(?([A-J])\)?(?![A-Za-z'(_^])(?!\s*[+*/^_=\\])"
)
"""A letter that is no part of a word or of a formula, as the C of RC+C is."""

_CLAUSE_END = re.compile(r"[,;.!]\s|\b(?:but|so|because|since|therefore)\b", re.IGNORECASE)
_DENIES = re.compile(
    r"\b(?:not|no|never|neither|nor|cannot|wrong|incorrect|false|except|unlikely|rather than|instead of|other than"
    r"|rul(?:e|es|ed|ing) out|eliminat\w+|exclud\w+|reject\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\W*(?:is|are|was|isn['’]t|would|wouldn['’]t|can|can['’]t|cannot|could|does|doesn['’]t)\b", re.IGNORECASE
)


def unwrapped(text: str) -> str:
    """The text without text commands and math delimiters."""
    for _ in range(3):
        text, changed = _COMMANDS.subn(r"\1", text)
        if not changed:
            break
    return (
        text.replace("$", "")
        .replace("\\\\", " ")
        .replace("\\ ", " ")
        .replace("\\,", " ")
        .replace("\\(", "")
        .replace("\\)", "")
    )


def normalised(text: str) -> str:
    """Case, articles, punctuation and spacing do not matter in words."""
    text = _PUNCTUATION.sub(" ", unwrapped(text).casefold())
    text = " ".join(_ARTICLES.sub(" ", text).split())
    return _SAME.get(text, text)


def says(answer: str, gold: str) -> bool:
    """Whether words are the gold's words; a gold of yes or no is answered by the first word ("Yes, it is.")."""
    wanted, found = normalised(gold), normalised(answer)
    if wanted in ("true", "false") and (first := _VERDICT.match(unwrapped(answer).strip())):
        return normalised(first[1]) == wanted
    return wanted == found


def number_word(text: str) -> int | None:
    """seven -> 7, forty-two -> 42, one hundred and five -> 105; None for other words."""
    total = current = 0
    names = [word for word in normalised(text).replace("-", " ").split() if word != "and"]
    if not names:
        return None
    for word in names:
        if word in NUMBER_WORDS:
            current += NUMBER_WORDS[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in ("thousand", "million", "billion"):
            total += max(current, 1) * {"thousand": 10**3, "million": 10**6, "billion": 10**9}[word]
            current = 0
        else:
            return None
    return total + current


def choice_of_gold(gold: str) -> tuple[str, str] | None:
    """The letter and the text of a gold that is an option: "C", "(C)", "\\text{(C)}", "(C) Cecile"; None where it is none."""
    plain = unwrapped(gold[:2_000]).strip()
    if match := re.fullmatch(r"\(?([A-J])\)?\.?", plain):
        return match[1], ""
    if match := re.fullmatch(r"\(([A-J])\)[\s.:]*([\w$\\].*)|([A-J])[.):]\s+(.+)", plain, re.DOTALL):
        return match[1] or match[3], normalised(match[2] or match[4])
    if match := re.fullmatch(r"([A-HJ])\s+([A-Z][a-z].*)", plain, re.DOTALL):
        return match[1], normalised(match[2])
    return None


def chosen_letter(answer: str, in_sentence: bool) -> str | None:
    """The option that an answer names: alone, before its text, or, in a sentence, the one letter that stands by itself."""
    plain = unwrapped(answer[:2_000]).strip()
    if match := _LETTER.fullmatch(plain):
        return match[1].upper()
    if match := _LETTERED.match(plain):
        denied = _GOES_ON.match(match[2]) and _DENIES.search(match[2])
        return None if denied or _OPTION.search(match[2]) else match[1]  # A list of options chooses none.
    if in_sentence and not _SEVERAL.search(plain) and not plain.endswith("?") and not re.match(r"\W*A\s+[a-z]", plain):
        return _stated_letter(plain)
    return None


def _stated_letter(sentence: str) -> str | None:
    """The one letter that the sentence states: "it cannot be B, so C" states C, and "not B" or "B, but not B" nothing."""
    stated: set[str] = set()
    denied: set[str] = set()
    for clause in _CLAUSE_END.split(sentence):
        letters = {letter for letter in _STANDALONE.findall(clause) if letter != "I"}
        (denied if _DENIES.search(clause) else stated).update(letters)
    return stated.pop() if len(stated) == 1 and not stated & denied else None


def statements_of_gold(gold: str) -> frozenset[str] | None:
    """The statements that a gold names: "(I)", "\\text{II}", "II and III". A bare I, V or X may be a variable, and is none."""
    return None if len(gold.strip(" $")) == 1 else statements(gold)


def statements(answer: str) -> frozenset[str] | None:
    """The Roman numerals that an answer consists of, as labels of statements: "I and III only"; None for anything else."""
    match = _ROMANS.fullmatch(unwrapped(answer[:200]).strip())
    return frozenset(re.findall(r"[IVX]+", match[1].upper().replace("AND", ","))) if match else None


def letter_set(text: str) -> frozenset[str] | None:
    """The options of an answer to a question with several: "AC", "A, C", "A and C"."""
    if len(text) > 80 or not _LETTERS.fullmatch(plain := unwrapped(text).strip()):
        return None
    letters = re.findall(r"[A-J]", plain)
    return frozenset(letters) if len(set(letters)) == len(letters) > 1 else None
