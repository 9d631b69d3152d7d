"""Which language: whichever detector is there, and what is said where none is."""

import sys

import pytest

from verifiers import Problem, Sample
from verifiers.instructions import IFEval
from verifiers.instructions.detect import detector, language_of

PARAGRAPHS = {
    "en": "The weather was rather pleasant yesterday, so we walked along the river for several hours.",
    "de": "Das Wetter war gestern recht angenehm, deshalb sind wir stundenlang am Fluss spazieren gegangen.",
    "fr": "Hier, il faisait plutôt beau, alors nous nous sommes promenés le long de la rivière pendant des heures.",
    "hi": "कल मौसम बहुत अच्छा था, इसलिए हम कई घंटों तक नदी के किनारे टहलते रहे।",
    "he": "מזג האוויר היה נעים למדי אתמול, אז הלכנו לאורך הנהר במשך שעות.",
    "kn": "ನಿನ್ನೆ ಹವಾಮಾನ ತುಂಬಾ ಚೆನ್ನಾಗಿತ್ತು, ಆದ್ದರಿಂದ ನಾವು ಹಲವಾರು ಗಂಟೆಗಳ ಕಾಲ ನದಿಯ ದಡದಲ್ಲಿ ನಡೆದೆವು.",
}
ENGLISH = {"instruction_id_list": ["language:response_language"], "kwargs": [{"language": "en"}]}


@pytest.fixture(autouse=True)
def fresh():
    detector.cache_clear()
    yield
    detector.cache_clear()


@pytest.fixture(params=["langdetect", "pycld2"])
def only(request, monkeypatch):
    pytest.importorskip(request.param)
    for name in {"langdetect", "langdetect.detector_factory", "pycld2"}:
        if not name.startswith(request.param):
            monkeypatch.setitem(sys.modules, name, None)
    return request.param


def test_each_detector_knows_a_paragraph_again_and_again(only):
    assert detector()[0] == only
    for _ in range(3):
        assert {code: language_of(text) for code, text in PARAGRAPHS.items()} == {code: code for code in PARAGRAPHS}


def test_a_text_without_letters_is_in_no_language_and_passes(only):
    for text in ("123", "?!", "\ud800 \x00", "😀"):
        assert language_of(text) is None
        assert IFEval().score(Sample(Problem("", ENGLISH), text)).value == 1.0


def test_without_a_detector_only_what_needs_one_is_unscored(monkeypatch):
    for name in ("langdetect", "langdetect.detector_factory", "pycld2"):
        monkeypatch.setitem(sys.modules, name, None)
    score = IFEval().score(Sample(Problem("", ENGLISH), PARAGRAPHS["en"]))
    assert (score.value, score.reason) == (None, "unavailable:language_detector")
    assert "pip install langdetect" in score.detail["message"]
    no_comma = {"instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]}
    assert IFEval().score(Sample(Problem("", no_comma), "fine")).value == 1.0
