"""The two relations that IFEval counts with."""

from __future__ import annotations


def holds(count: int, relation: str, threshold: int) -> bool:
    """`count` is "at least" or "less than" the threshold.

    Raises:
        ValueError: another relation.
    """
    if relation == "at least":
        return count >= threshold
    if relation == "less than":
        return count < threshold
    raise ValueError(f"relation {relation!r} is neither 'at least' nor 'less than'")
