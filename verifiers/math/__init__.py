"""Is the answer of a completion mathematically the gold? `MathVerifier` for samples, `check` for one answer."""

from verifiers.math.verifier import EXAMPLES, MathVerifier, check

__all__ = ["EXAMPLES", "MathVerifier", "check"]
