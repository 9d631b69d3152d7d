"""How is the completion written? Length, repetition, language, steps; none of them looks at the answer itself."""

from verifiers.text.length import Length

__all__ = ["Length"]
