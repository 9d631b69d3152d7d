"""Completions around an answer: the ways in which models put one forward, and what may stand around it."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from verifiers.audit.answers import Answer

STYLES = {
    "boxed": r"So the answer is $\boxed{ANSWER}$.",
    "statement": r"The final answer is $ANSWER$.",
    "tag": "<answer>ANSWER</answer>",
    "hash": "Adding up.\n#### ANSWER",
    "think": "<think>\nLet me see.\n</think>\n" + r"The answer is $\boxed{ANSWER}$.",
}
"""The protocols, by name; a grader declares those that it reads."""

NEUTRAL_PREFIXES = (
    "Let us work this out step by step. ",
    "We simplify and collect terms.\n\n",
    "Sure! ",
    "Nous simplifions l'expression. ",
    "我们来一步一步地计算。",
    "**Solution.** ",
)
"""Texts that offer no answer."""

NEUTRAL_SUFFIXES = ("\n", " ", "\n\nI hope this helps!", " This completes the solution.", "\r\n", "\n\n---\n")


def completion(text: str, style: str = "boxed") -> str:
    """A completion that puts the text forward as its answer.

    Raises:
        ValueError: there is no such style.
    """
    if style not in STYLES:
        raise ValueError(f"style {style!r} is not known; there are {', '.join(STYLES)}.")
    return STYLES[style].replace("ANSWER", text)


def completions(answer: Answer | str, style: str = "boxed") -> SearchStrategy[str]:
    """Completions that put the answer forward, with neutral text around it."""
    text = answer.gold if isinstance(answer, Answer) else answer
    framed = completion(text, style)
    return st.builds(
        lambda before, after: before + framed + after,
        st.sampled_from(("", *NEUTRAL_PREFIXES)) if style != "think" else st.just(""),
        st.sampled_from(("", *NEUTRAL_SUFFIXES)),
    )
