"""Is the completion written in one language, the right one?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from verifiers.base import Verifier
from verifiers.text.prose import prose
from verifiers.types import Problem, Sample, Score

MAX_CHARS = 400_000
"""Of a longer completion the two ends are judged, this much in all."""
ENOUGH = 30
"""Letters from which the language of a segment is told by itself; shorter ones are told together."""

_RANGES = {
    "latin": "A-Za-zªºÀ-ÖØ-öø-ɏḀ-ỿ",
    "greek": "Ͱ-Ͽἀ-῿",
    "cyrillic": "Ѐ-ԯ",
    "armenian": "\u0531-\u058f",
    "hebrew": "\u0590-\u05ff",
    "arabic": "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "devanagari": "\u0900-\u097f",
    "bengali": "\u0980-\u09ff",
    "gurmukhi": "\u0a00-\u0a7f",
    "gujarati": "\u0a80-\u0aff",
    "tamil": "\u0b80-\u0bff",
    "telugu": "\u0c00-\u0c7f",
    "kannada": "\u0c80-\u0cff",
    "malayalam": "\u0d00-\u0d7f",
    "sinhala": "\u0d80-\u0dff",
    "thai": "\u0e00-\u0e7f",
    "georgian": "\u10a0-\u10ff",
    "ethiopic": "\u1200-\u137f",
    "khmer": "\u1780-\u17ff",
    "burmese": "\u1000-\u109f",
    "hangul": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "cjk": "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f",
}
# Languages that are not written in Latin letters.
_LANGUAGES = {
    "cyrillic": "ru uk be bg mk sr kk ky mn tg",
    "arabic": "ar fa ur ps ug sd ckb",
    "devanagari": "hi mr ne sa",
    "cjk": "zh ja",
    "bengali": "bn as",
    "hebrew": "he yi",
}
_LANGUAGES |= {"greek": "el", "armenian": "hy", "gurmukhi": "pa", "gujarati": "gu", "tamil": "ta", "telugu": "te"}
_LANGUAGES |= {"kannada": "kn", "malayalam": "ml", "sinhala": "si", "thai": "th", "georgian": "ka", "ethiopic": "am"}
_LANGUAGES |= {"khmer": "km", "burmese": "my", "hangul": "ko"}
_SCRIPT_OF = {code: script for script, codes in _LANGUAGES.items() for code in codes.split()}
# A run of one script within a sentence: letters of that script with what stands between the words.
_RUN = re.compile(
    "|".join(
        rf"(?P<{script}>[{letters}](?:[{letters}\u0300-\u036f\u200c\u200d ,'’-]*[{letters}\u0300-\u036f])?)"
        for script, letters in _RANGES.items()
    )
)
_WORD = re.compile(r"[^ ,'’-]{2,}")
_LETTER = re.compile(r"[^\W\d_]")
# What pycld2 calls otherwise, and the languages that it takes as a hint.
_CODES = {"iw": "he", "zh-Hant": "zh", "nb": "no", "jw": "jv"}
_HINTS = frozenset(
    "en es fr de it pt nl ru uk bg pl cs sk sl hr sr ro hu fi sv no da tr el ar fa ur hi mr ne bn ta te kn ml gu pa th "
    "ko ja zh vi id ms sw tl lt lv et ca gl eu ga sq is af".split()
)


@dataclass(frozen=True, slots=True)
class Segment:
    """Text of one script, and how many words it has."""

    script: str
    text: str
    words: int


class LanguageConsistency(Verifier):
    """The share of words that are in the target language (DeepSeek-R1, arXiv:2501.12948, section 2.3.2).

    Maths, code, quotations and links are left out, and so are single letters and digits. The rest is cut into segments
    of one script; another script than that of the target is another language, and within its script pycld2 tells,
    segment by segment. A segment too short or too unclear to tell counts as the target's. A character of Chinese or
    Japanese counts as a word. A completion without words scores 0.0 (`no_words`): otherwise the cheapest way to be
    consistent is to write nothing.

    Args:
        language: ISO 639-1 code, "en", "zh", ...; None takes `problem.meta["language"]`, or else the prompt's language.

    Unscored where the target is not known (`unknown_target`) or pycld2 is not installed (`unavailable:pycld2`).
    """

    name = "language_consistency"

    def __init__(self, language: str | None = None):
        if language is not None and not re.fullmatch("[a-z]{2,3}", language):
            raise ValueError(f"LanguageConsistency({language!r}): give an ISO 639-1 code, e.g. 'en'.")
        self.language = language

    def score(self, sample: Sample) -> Score:
        try:
            target = self.language or target_of(sample.problem)
            if target is None:
                return Score.unscored("unknown_target", message="set language, or meta['language'] of the problem")
            words = count_words(sample.completion, target)
        except ImportError:
            return Score.unscored("unavailable:pycld2", message="pip install 'assay-rl[language]'")
        total = sum(words.values())
        if not total:
            return Score.of(0.0, "no_words", target=target)
        share = words.get(target, 0) / total
        return Score.of(share, "consistent" if share == 1 else "mixed_languages", target=target, words=words)


def target_of(problem: Problem) -> str | None:
    """The language that the problem asks for or is written in; None where nobody can tell."""
    if named := problem.meta.get("language"):
        return str(named)
    prompt = problem.prompt
    text = prompt if isinstance(prompt, str) else "\n".join(str(turn.get("content", "")) for turn in prompt)
    counts: dict[str, int] = {}
    for segment in segments(prose(text[:MAX_CHARS])):
        if language := identify(segment.text):
            counts[language] = counts.get(language, 0) + segment.words
    return max(counts, key=lambda code: (counts[code], code)) if counts else None


def count_words(text: str, target: str) -> dict[str, int]:
    """Words by language; a script's name stands for the languages of other scripts than the target's."""
    if len(text) > MAX_CHARS:
        text = f"{text[: MAX_CHARS // 2]}\n{text[-MAX_CHARS // 2 :]}"
    native, counts = _SCRIPT_OF.get(target, "latin"), {}  # type: tuple[str, dict[str, int]]
    for segment in segments(prose(text)):
        language = (identify(segment.text, target) or target) if segment.script == native else segment.script
        counts[language] = counts.get(language, 0) + segment.words
    return counts


def segments(text: str) -> Iterator[Segment]:
    """Runs of one script, short ones joined to the next of the same script until there is enough to tell a language."""
    waiting: dict[str, Segment] = {}
    for run in _RUN.finditer(text):
        script, piece = run.lastgroup or "", run.group()
        words = len((_LETTER if script == "cjk" else _WORD).findall(piece))
        if not words:
            continue
        segment = Segment(script, piece, words)
        if len(piece) < ENOUGH:
            if before := waiting.pop(script, None):
                segment = Segment(script, f"{before.text}. {piece}", before.words + words)
            if len(segment.text) < ENOUGH:
                waiting[script] = segment
                continue
        yield segment
    yield from waiting.values()


def identify(text: str, hint: str | None = None) -> str | None:
    """ISO 639-1 code of the text's language; None where pycld2 is not sure."""
    import pycld2

    try:
        options = {"hintLanguage": hint} if hint in _HINTS else {}
        reliable, _, found = pycld2.detect(text, isPlainText=True, **options)[:3]
    except pycld2.error:  # it refuses text with unassigned characters
        return None
    code = found[0][1]
    return _CODES.get(code, code) if reliable and code != "un" else None


EXAMPLES = {
    LanguageConsistency("en"): [
        (None, "First we add the two numbers, then we divide the sum by two.", 1.0),
        (None, "Zuerst addieren wir die beiden Zahlen, dann teilen wir die Summe durch zwei.", 0.0),
        (None, "The sum of both numbers 是 四", 5 / 7),
        (None, 'So `résultat = somme` and $a$ is what the Germans call "das arithmetische Mittel".', 1.0),
        (None, "$x = 4$", 0.0),
        (None, "", 0.0),
    ],
    LanguageConsistency("zh"): [
        (None, "首先我们把两个数相加，然后除以二。", 1.0),
        (None, "まず二つの数を足します。", 0.0),
        (None, "答案是 $x = 4$。", 1.0),
    ],
    LanguageConsistency(): [
        (None, "Four, because two and two make four.", None),
        (
            Sample(Problem("Wie viele Äpfel hat Anna, wenn sie drei kauft?"), "Anna hat am Ende vier Äpfel gekauft."),
            1.0,
        ),
        (Sample(Problem("", meta={"language": "fr"}), "The answer is four, because two and two make four."), 0.0),
    ],
}
