"""Graders of other libraries behind one name each, for `assay audit verifiers.audit.graders:math_verify`."""

from __future__ import annotations


def math_verify(gold: str, completion: str) -> bool:
    """math-verify as its README uses it: parse both, and compare."""
    from math_verify import parse, verify

    return bool(verify(parse(gold), parse(completion)))
