"""How is the completion written? Length, repetition, language, steps; none of them looks at the answer itself."""

from verifiers.text.cosine import CosineLength
from verifiers.text.language import LanguageConsistency
from verifiers.text.length import Length
from verifiers.text.overlong import SoftOverlong
from verifiers.text.repetition import Repetition
from verifiers.text.steps import ReasoningSteps

__all__ = ["CosineLength", "LanguageConsistency", "Length", "ReasoningSteps", "Repetition", "SoftOverlong"]
