"""Questions for a judge: each with its reference, and an answer that is wrong."""

from __future__ import annotations

from typing import TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Question: TypeAlias = tuple[str, str, str]
"""What is asked, the reference, and an answer that is wrong."""

QUESTIONS: tuple[Question, ...] = (
    ("What is the capital of Australia?", "Canberra", "Sydney"),
    ("Who wrote the novel Emma?", "Jane Austen", "Charlotte Bronte"),
    ("Which element has the symbol Na?", "sodium", "nitrogen"),
    ("Compute 17 + 25.", "42", "43"),
    ("How many minutes are there in two days?", "2880", "1440"),
    ("Which planet is the largest of the solar system?", "Jupiter", "Saturn"),
)


def questions() -> SearchStrategy[Question]:
    """Those above, and sums of two numbers."""
    sums = st.builds(
        lambda a, b, k: (f"Compute {a} + {b}.", str(a + b), str(a + b + k)),
        st.integers(100, 999),
        st.integers(100, 999),
        st.integers(1, 9),
    )
    return st.sampled_from(QUESTIONS) | sums
