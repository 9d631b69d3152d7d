"""Which language is a response in?

Google's code asks `langdetect`, whose answers depend on a seed; it is asked here with a fixed one. Where it is not
installed, pycld2 is asked. The two agree on a paragraph, and may not on three words.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

MAX_CHARS = 10_000
"""langdetect looks at so many characters."""
_lock = threading.Lock()


class NoDetector(ImportError):
    """Neither detector is installed."""


def language_of(text: str) -> str | None:
    """ISO 639-1 code ("zh-cn" and "zh-tw" as langdetect has them), None where there are no letters to tell it by.

    Raises:
        NoDetector: install one.
    """
    if not any(map(str.isalpha, text[:MAX_CHARS])):
        return None
    return detector()[1](text[:MAX_CHARS])


@functools.lru_cache
def detector() -> tuple[str, Callable[[str], str | None]]:
    """(name, function) of the detector that this environment has."""
    for name, make in (("langdetect", _langdetect), ("pycld2", _pycld2)):
        try:
            with _lock:
                return name, make()
        except ImportError:
            continue
    raise NoDetector("no language detector: pip install langdetect, or pycld2")


def _langdetect() -> Callable[[str], str | None]:
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
    from langdetect.lang_detect_exception import LangDetectException

    # A factory of our own: the package's one is global, and whoever else uses it would get our seed.
    factory: Any = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    factory.seed = 0

    def detect(text: str) -> str | None:
        made = factory.create()
        made.append(text)
        try:
            return made.detect()
        except LangDetectException:
            return None

    return detect


def _pycld2() -> Callable[[str], str | None]:
    import pycld2

    codes = {"iw": "he", "zh": "zh-cn", "zh-Hant": "zh-tw", "nb": "no"}

    def detect(text: str) -> str | None:
        clean = "".join(c for c in text if c.isprintable() or c in "\n\t")
        try:
            code = pycld2.detect(clean.lower(), isPlainText=True, bestEffort=True)[2][0][1]
        except pycld2.error:
            return None
        return None if code == "un" else codes.get(code, code)

    return detect
