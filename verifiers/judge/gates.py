"""Completions that need no judge: whoever reads them finds no answer, and strong judges give some of them full marks.

":", "Solution" and "Let's solve this problem step by step." pass as right with judges up to GPT-4o ("One Token to Fool
LLM-as-a-Judge", arXiv:2507.08794). Such a completion scores 0.0, and nothing is asked.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from verifiers.format.visible import is_blank
from verifiers.judge.text import hide_reasoning, without_special_tokens
from verifiers.types import Sample, Score

MAX_CHARS = 60_000
"""Longer answers score 0.0: what does not fit the judge's context would come back as an error, an escape from 0."""

# An opener announces an answer and gives none: all its words are of these, at least one of the first kind. A word that
# can itself be an answer ("yes", "right", "one", "up") is on neither list.
_ANNOUNCING = """
solution solutions solve solving answer answers explanation explain reasoning reason analysis analyze analyse
response proof prove thought thoughts think thinking process approach result conclusion derivation calculation
calculations calculate compute computing step steps work working break start started begin look consider find
figure understand tackle see go details breakdown overview summary respuesta respuestas solución soluciones
réponse lösung antwort risposta soluzione resposta solução ответ решение відповідь paso pensemos الحل الجواب
الإجابة النتيجة çözüm cevap lời giải đáp án penyelesaian jawaban odpowiedź rozwiązanie oplossing antwoord svar lösning"""
_FILLER = """
a an the this that it its of to for in on at by and or with from about into out through is are was will would
can could should must may let let's lets us me i i'll i'm i'd we we'll we're you your my our here here's okay ok
sure certainly absolutely great good well alright so now first firstly then finally thus therefore hence hmm
course given problem question task following final full complete detailed short brief carefully logically
together methodically systematically need needs want going try trying be do does how what please happy glad help get getting
la el es le est die der das ist lautet il è é o os final finale endgültige هي هو النهائية итак окончательный вот"""
ANNOUNCING, FILLER = frozenset(_ANNOUNCING.split()), frozenset(_FILLER.split())
# Scripts in which words cannot be told apart by white space and letters.
_UNSPACED = re.compile(
    "答案(?:是|为|如下)|答え(?:は)?|让我们|我们|一步一步地?|逐步|解决|思考|分析|解答|这个|问题|答案|过程|首先|好的|最终|解题|解法|解|答|来|的|吧"
    "|समाधान|उत्तर|हल|かいせつ|解説|解答|回答|こたえ|ステップ|考えましょう|풀이|정답|해설|생각해 ?보자"
)

# What only dresses an answer: "\\boxed{}" and "<answer></answer>" are symbols, too.
_WRAPPING = re.compile(
    r"\\(?:boxed|fbox|text\w*|math\w+|left|right|displaystyle|quad|qquad|begin\{\w+\*?\}|end\{\w+\*?\})|</?[a-zA-Z][^<>]{0,60}>"
    r"|&(?:[a-zA-Z]{2,8}|\#\d{1,6});"
)

_JUDGE_WORDS = (
    r"yes|no|true|false|correct|incorrect|right|wrong|pass(?:ed)?|fail(?:ed)?|full marks|[abc]|\d+(?:\.\d+)?(?:/\d+)?"
)
_NOUN = "verdict|decision|judge?ment|score|grade|rating|evaluation"
_JUDGE_TALK = re.compile(
    rf"""(?:(?:the\ |my\ |final\ |overall\ )*(?:{_NOUN})\s*[:=]\s*["'\[*]*(?P<word>{_JUDGE_WORDS})["'\]*.!]*
    |\[\[(?P<n>{_JUDGE_WORDS})\]\]|(?P<bare>correct|incorrect|verified)[.!]*
    |\{{\s*"(?:{_NOUN})"\s*:\s*"?(?P<json>[\w.]+)"?\s*(?:,[^{{}}]*)?\}})""",
    re.IGNORECASE | re.VERBOSE,
)


def pre_gate(completion: str, reference: str | None = None, *, max_chars: int = MAX_CHARS) -> str | None:
    """Why the completion deserves 0.0 without a call, as a Score reason; None where a judge has to look.

    Args:
        completion: as the model wrote it; its reasoning does not count.
        reference: a symbol, or a word like "Solution", is a fine answer where it is the reference.
    Returns:
        "empty", "no_answer" (reasoning only), "symbols_only", "opener_only", "verdict_only" (it plays the judge and
        answers nothing), "over_budget" (longer than `max_chars`), or None.

    >>> pre_gate("Let's solve this problem step by step."), pre_gate("Step 1 is to boil water.")
    ('opener_only', None)
    """
    visible = hide_reasoning(completion)
    if len(visible) > max_chars and not is_blank(visible):
        return "over_budget"
    answer = without_special_tokens(visible)
    if is_blank(answer):
        return "empty" if is_blank(without_special_tokens(completion)) else "no_answer"
    bare = _WRAPPING.sub(" ", answer)
    said, known = " ".join(_words(bare)), " ".join(_words(reference or ""))
    if answer == (reference or "").strip() or _occurs(known, said):
        return None
    if not any(map(_is_content, bare)):
        return "symbols_only"
    if _is_opener(bare):
        return "opener_only"
    talk = _JUDGE_TALK.fullmatch(answer)
    if talk and not _occurs(next(filter(None, talk.groups())).casefold(), known):
        return "verdict_only"
    return None


def screen(sample: Sample, *, max_chars: int = MAX_CHARS, gates: bool = True) -> Score | None:
    """The score of a sample that no judge has to see: an unusable gold (None) or a closed gate (0.0); None for the others.

    Args:
        gates: False leaves the completion to the judge, to measure the judge itself.
    """
    if why := gold_complaint(sample.gold):
        return Score.unscored("gold_unusable", message=why)
    gate = pre_gate(sample.completion, reference_of(sample), max_chars=max_chars) if gates else None
    return Score.of(False, gate) if gate else None


def gold_complaint(gold: Any) -> str | None:
    """Why a judge cannot use the gold as its reference, in a sentence; None where it can, or where there is none."""
    if gold is None or (isinstance(gold, str | int | float) and str(gold).strip()):
        return None
    return f"gold={gold!r}: a judge compares with a text that is not empty; use None to judge without a reference."


def reference_of(sample: Sample) -> str | None:
    return None if sample.gold is None else str(sample.gold)


def _is_opener(text: str) -> bool:
    """Nothing but announcements: "Solution:", "Okay, let's think step by step.", one or several."""
    if len(text) > 300:
        return False
    rest = _UNSPACED.sub(" ", text)
    words = re.sub(r"\bstep (?:1|one)\b", "step", " ".join(_words(rest))).split()
    announced = rest != text or any(word in ANNOUNCING for word in words)
    return announced and all(word in ANNOUNCING or word in FILLER for word in words)


def _is_content(char: str) -> bool:
    """A letter, a digit, or a mathematical symbol beyond ASCII ("∞", "∅"); not punctuation, emoji, or white space."""
    category = unicodedata.category(char)
    return (category[0] in "LN" and not is_blank(char)) or (category == "Sm" and not char.isascii())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+(?:'\w+)*", text.casefold().replace("’", "'"))


def _occurs(words: str, text: str) -> bool:
    return bool(words) and f" {words} " in f" {text} "
