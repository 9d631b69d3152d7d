"""Is the completion written in the form that was asked for? One rule a file; none looks at the answer itself."""

from verifiers.format.think import ThinkFormat, check

__all__ = ["ThinkFormat", "check"]
