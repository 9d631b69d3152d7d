"""One language, the right one: what is left out, what is told apart, and what counts."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers import Problem, Sample
from verifiers.text import LanguageConsistency
from verifiers.text.prose import prose

pytest.importorskip("pycld2", reason="pycld2, the language identifier, is not installed")

SENTENCES = {
    "en": ["First we compute the sum of all the numbers.", "This shows that the result must be even."],
    "de": ["Zuerst berechnen wir die Summe aller Zahlen.", "Daraus folgt, dass das Ergebnis gerade sein muss."],
    "fr": ["On calcule d'abord la somme de tous les nombres.", "Le résultat est donc nécessairement un nombre pair."],
    "es": ["Primero calculamos la suma de todos los números.", "Esto demuestra que el resultado debe ser par."],
    "ru": ["Сначала вычислим сумму всех чисел.", "Следовательно, результат должен быть чётным."],
    "uk": ["Спочатку обчислимо суму всіх чисел.", "Отже, результат має бути парним числом."],
    "zh": ["首先我们计算所有数的和。", "因此结果一定是偶数。"],
    "ja": ["まずすべての数の和を計算します。", "したがって、結果は偶数でなければなりません。"],
    "ko": ["먼저 모든 수의 합을 계산합니다.", "따라서 결과는 짝수여야 합니다."],
    "ar": ["نحسب أولاً مجموع كل الأعداد.", "لذلك يجب أن تكون النتيجة عدداً زوجياً."],
    "fa": ["ابتدا مجموع همه اعداد را حساب می‌کنیم.", "بنابراین نتیجه باید عددی زوج باشد."],
    "hi": ["पहले हम सभी संख्याओं का योग निकालते हैं।", "इसलिए परिणाम सम संख्या होना चाहिए।"],
    "th": ["ก่อนอื่นเราคำนวณผลรวมของจำนวนทั้งหมด", "ดังนั้นผลลัพธ์ต้องเป็นจำนวนคู่"],
    "he": ["תחילה נחשב את סכום כל המספרים.", "לכן התוצאה חייבת להיות זוגית."],
}


def share(text, language):
    return LanguageConsistency(language).score(Sample(Problem(""), text)).value


@pytest.mark.parametrize("language", SENTENCES)
def test_a_text_in_the_target_language_is_consistent_and_in_no_other(language):
    text = " ".join(SENTENCES[language])
    assert share(text, language) == 1.0
    for other in SENTENCES.keys() - {language}:
        assert share(text, other) == 0.0, other


@pytest.mark.parametrize("language", ["de", "zh", "ru", "es"])
def test_sentences_of_two_languages_are_told_apart(language):
    english, foreign = SENTENCES["en"], SENTENCES[language]
    score = LanguageConsistency("en").score(Sample(Problem(""), f"{english[0]} {foreign[0]} {english[1]}"))
    assert 0.2 < score.value < 0.95
    assert score.detail["words"]["en"] == 17
    assert score.reason == "mixed_languages"


def test_more_of_the_other_language_never_raises_the_share():
    text, last = SENTENCES["en"][0], 1.0
    for _ in range(5):
        text += " " + SENTENCES["fr"][0]
        assert share(text, "en") < last
        last = share(text, "en")


FOREIGN = [
    "$\\text{la somme de tous les nombres entiers}$",
    "`fonction_qui_calcule la somme de tous les nombres`",
    "```python\nla_somme = calcule(tous, les, nombres)\n```",
    "\\[ \\text{la somme de tous les nombres} \\]",
    '"On calcule la somme de tous les nombres"',
    "«On calcule la somme de tous les nombres»",
    "https://fr.example/la-somme-de-tous-les-nombres",
]


@given(st.permutations(FOREIGN), st.integers(0, len(FOREIGN)))
def test_maths_code_quotations_and_links_belong_to_no_language(pieces, count):
    text = f"{SENTENCES['en'][0]} " + " then ".join(pieces[:count]) + f" {SENTENCES['en'][1]}"
    assert share(text, "en") == 1.0


@pytest.mark.parametrize("mark", ["```", "`", "$", "$$", "\\[", "\\(", '"', "“", "«"])
def test_a_mark_that_never_closes_hides_nothing(mark):
    foreign = SENTENCES["fr"][0]
    assert foreign in prose(f"{mark} {foreign}")
    assert share(f"{mark} {foreign}", "en") == 0.0


def test_without_words_nothing_is_consistent():
    for text in ("", "$x$", "42", "```\ncode\n```", "\ud800\x00"):
        score = LanguageConsistency("en").score(Sample(Problem(""), text))
        assert (score.value, score.reason) == (0.0, "no_words"), text


def test_the_target_is_named_or_that_of_the_prompt():
    german = SENTENCES["de"][0]
    for problem, value in (
        (Problem("Berechne bitte die Summe aller Zahlen von eins bis zehn."), 1.0),
        (Problem([{"role": "user", "content": "Berechne bitte die Summe aller Zahlen von eins bis zehn."}]), 1.0),
        (Problem("Please compute the sum of all numbers from one to ten."), 0.0),
        (Problem("Please compute the sum.", meta={"language": "de"}), 1.0),
        (Problem("$1 + 1$"), None),
    ):
        assert LanguageConsistency().score(Sample(problem, german)).value == value, problem


def test_a_name_that_is_no_code_is_refused():
    with pytest.raises(ValueError, match="give an ISO 639-1 code"):
        LanguageConsistency("English")


def test_short_pieces_are_told_together():
    """Three words do not show their language; nine pieces of three words do."""
    pieces = ["la suma es", "de los dos", "y entonces", "por lo tanto", "se puede ver", "que el valor"]
    assert share(pieces[0], "en") == 1.0
    assert share(" $x$ ".join(pieces), "en") < 0.5


def test_of_a_very_long_text_both_ends_are_judged(monkeypatch):
    monkeypatch.setattr("verifiers.text.language.MAX_CHARS", 1000)
    english, german = (" ".join(SENTENCES[k] * 40) for k in ("en", "de"))
    assert share(english * 5, "en") == 1.0
    assert 0.3 < share(english * 3 + german, "en") < 0.7
    assert 0.3 < share(german + english * 3, "en") < 0.7


def test_without_the_identifier_the_sample_is_unscored_and_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pycld2", None)
    score = LanguageConsistency("en").score(Sample(Problem(""), SENTENCES["en"][0]))
    assert (score.value, score.reason) == (None, "unavailable:pycld2")
    assert "pip install" in score.detail["message"]
