"""SQuAD's two measures of a short answer: exact match, and the overlap of its words."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable
from typing import Any

from verifiers.base import Verifier
from verifiers.exact import check_golds, golds_of, readings_of
from verifiers.extract import extract
from verifiers.types import Sample, Score

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def squad_normalise(text: str) -> str:
    """Lower case, no ASCII punctuation, no articles, single spaces, in that order (Rajpurkar et al., arXiv:1606.05250).

    >>> squad_normalise("The  U.S. Army!")
    'us army'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split())


def f1(answer: str, gold: str) -> float:
    """Harmonic mean of precision and recall over words, repeated ones counted as often as they occur in both.

    >>> f1("a big cat", "The cat")
    0.6666666666666666
    """
    answer_words, gold_words = squad_normalise(answer).split(), squad_normalise(gold).split()
    common = sum((Counter(answer_words) & Counter(gold_words)).values())
    if not answer_words or not gold_words:
        return float(answer_words == gold_words)
    return 2 * common / (len(answer_words) + len(gold_words))


class SquadF1(Verifier):
    """The largest F1 between the completion's final answer and one of the golds.

    The words of the whole answer count: one that lists everything pays for it in precision.
    """

    name = "squad_f1"

    def score(self, sample: Sample) -> Score:
        return _best(sample, f1)

    def check_gold(self, gold: Any) -> str | None:
        return check_golds(gold, lambda g: squad_normalise(str(g)))


class SquadEM(Verifier):
    """1.0 when the completion's final answer equals one of the golds after SQuAD's normalisation."""

    name = "squad_em"

    def score(self, sample: Sample) -> Score:
        return _best(sample, lambda answer, gold: float(squad_normalise(answer) == squad_normalise(gold)))

    def check_gold(self, gold: Any) -> str | None:
        return check_golds(gold, lambda g: squad_normalise(str(g)))


def _best(sample: Sample, measure: Callable[[str, str], float]) -> Score:
    if why := check_golds(sample.gold, lambda g: squad_normalise(str(g))):
        return Score.unscored("gold_unusable", message=why)
    found = extract(sample.completion)
    if not found.readings:
        return Score.of(False, found.how)
    golds = [str(gold) for gold in golds_of(sample.gold)]
    values = [max(measure(reading, gold) for gold in golds for reading in readings_of(found))]
    # Several answers that were put forward: the worst of them is the answer.
    values += [max(measure(rival, gold) for gold in golds) for rival in found.rivals]
    value = min(values)
    return Score.of(value, "equal" if value == 1 else "overlap" if value else "different", found.answer)


EXAMPLES = {
    SquadF1(): [
        ("the Eiffel Tower", "The answer is Eiffel Tower.", 1.0),
        ("Eiffel Tower", "The answer is the tall Eiffel Tower of Paris.", 4 / 7),
        (["1889", "March 1889"], "The answer is March 1889.", 1.0),
        ("Eiffel Tower", "The answer is the Louvre.", 0.0),
        ("Eiffel Tower", "<think>Eiffel Tower", 0.0),
        ("the", "the", None),
    ],
    SquadEM(): [
        ("the Eiffel Tower", "The answer is Eiffel Tower!", 1.0),
        ("Eiffel Tower", "The answer is the Eiffel Towers.", 0.0),
        ("Eiffel Tower", "", 0.0),
        (None, "Eiffel Tower", None),
    ],
}
