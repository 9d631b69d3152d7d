"""The last resort: math-verify and sympy. Runs only inside a worker of the pool, which may be killed at any time."""

from __future__ import annotations

import logging

from latex2sympy2_extended import NormalizationConfig
from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

logging.disable(logging.CRITICAL)

_CONFIG = [
    LatexExtractionConfig(normalization_config=NormalizationConfig(malformed_operators=True)),
    ExprExtractionConfig(),
]


def equal(gold: str, answer: str) -> bool | None:
    """Whether two bare expressions are equal; None where either cannot be read."""
    left, right = (
        parse(f"${text}$", _CONFIG, parsing_timeout=None, fallback_mode="no_fallback") for text in (gold, answer)
    )
    if not left or not right:
        return None
    return bool(verify(left, right, timeout_seconds=None, strict=True, float_rounding=12))
