"""Partial credit for each tag of the think/answer form that stands exactly once."""

from __future__ import annotations

from verifiers.base import Verifier
from verifiers.types import Sample, Score


class TagCount(Verifier):
    """A quarter for each of the four tags that stands exactly once, on a line of its own.

    The `tag_count_reward` of open-r1. It gives a policy that gets no full format reward yet something to climb. It
    does not look at order or content: use it beside `ThinkFormat`, not in its place.

    Args:
        think, answer: names of the tags.
    """

    name = "tag_count"

    def __init__(self, *, think: str = "think", answer: str = "answer"):
        self.think, self.answer = think, answer
        # The line breaks are part of the form: the first tag opens the completion, the last one may end it.
        self._marks = (f"<{think}>\n", f"\n</{think}>\n", f"\n<{answer}>\n", f"\n</{answer}>")

    def score(self, sample: Sample) -> Score:
        wrong = [mark.strip() for mark in self._marks if sample.completion.count(mark) != 1]
        reason = "all_tags" if not wrong else "format:tags_missing_or_repeated"
        return Score.of(1 - len(wrong) / len(self._marks), reason, wrong=wrong)


EXAMPLES = [
    (None, "<think>\n2 and 2\n</think>\n<answer>\n4\n</answer>", 1.0),
    (None, "<think>\n2 and 2\n</think>\n4", 0.5),
    (None, "<think>\n2 and 2", 0.25),
    (None, "<think>2 and 2</think><answer>4</answer>", 0.0),
    (None, "<think>\n<think>\n2 and 2\n</think>\n<answer>\n4\n</answer>", 0.75),
    (None, "", 0.0),
]
