"""Is there one box, with something in it?"""

from __future__ import annotations

from verifiers.base import Verifier
from verifiers.boxes import find_boxes, is_placeholder
from verifiers.format.visible import is_blank
from verifiers.sections import split_thinking
from verifiers.types import Sample, Score


class BoxedOnce(Verifier):
    r"""1.0 when the answer part of the completion has exactly one \boxed{...}, closed, and neither blank
    nor a placeholder ("your answer").

    Boxes in the thinking before `</think>` do not count, and thinking that never closes has no answer part. Whether the
    box holds the right answer is the business of `verifiers.math`.
    """

    name = "boxed_once"

    def score(self, sample: Sample) -> Score:
        answer = split_thinking(sample.completion)[1]
        marks = answer.count("\\boxed") + answer.count("\\fbox")
        if marks != 1:
            return Score.of(False, "format:several_boxes" if marks else "format:no_box")
        boxes = find_boxes(answer)
        if not boxes:
            return Score.of(False, "format:unclosed_box")
        if is_blank(boxes[0].content) or is_placeholder(boxes[0].content):
            return Score.of(False, "format:blank_box")
        return Score.of(True, "well_formed", boxes[0].content[:1000])


EXAMPLES = [
    (None, "So it is \\boxed{42}.", 1.0),
    (None, "<think>\\boxed{41}?</think>It is \\boxed{\\frac{1}{2}}.", 1.0),
    (None, "It is \\boxed{41}, no, \\boxed{42}.", 0.0),
    (None, "It is 42.", 0.0),
    (None, "It is \\boxed{42", 0.0),
    (None, "It is \\boxed{ }.", 0.0),
    (None, "It is \\boxed{your answer}.", 0.0),
    (None, "<think>\\boxed{42}</think>It is 42.", 0.0),
    (None, "<think>\\boxed{42}", 0.0),
]
