"""Does the completion think first, once, and then answer?"""

from __future__ import annotations

import functools
import re

from verifiers.base import Verifier
from verifiers.format.visible import is_blank
from verifiers.types import Sample, Score


class ThinkFormat(Verifier):
    """1.0 for exactly one non-blank think block at the start and a non-blank answer after it, in answer tags or not.

    The format reward of DeepSeek-R1-Zero (arXiv:2501.12948, section 2.2). White space may stand before the block and
    between the parts, nothing else may. A second tag anywhere, opening or closing, in whatever case or spacing, is
    refused: it is how a policy ends its reasoning twice and gets paid for both.

    Args:
        answer_tags: the answer too must stand in tags, with nothing outside, as in the paper's template:
            `<think>...</think> <answer>...</answer>`.
        opened: the prompt already ended in the opening think tag, as many chat templates do; the completion starts
            inside the block.
        think, answer: names of the tags.
    """

    name = "think_format"

    def __init__(
        self, *, answer_tags: bool = False, opened: bool = False, think: str = "think", answer: str = "answer"
    ):
        self.answer_tags, self.opened, self.think, self.answer = answer_tags, opened, think, answer

    def score(self, sample: Sample) -> Score:
        return check(
            sample.completion,
            answer_tags=self.answer_tags,
            opened=self.opened,
            think=self.think,
            answer=self.answer,
        )


def check(
    completion: str, *, answer_tags: bool = False, opened: bool = False, think: str = "think", answer: str = "answer"
) -> Score:
    """The verdict of `ThinkFormat` with the same options, for a completion without a problem.

    >>> check("<think>2 and 2</think>4").value
    1.0
    >>> check("<think> </think>4").reason
    'format:blank_think'
    """
    fault = _think_fault(completion, think, opened)
    reply = "" if fault else completion.partition(f"</{think}>")[2]
    if not fault and answer_tags:
        fault = _answer_fault(reply, answer)
    elif not fault and is_blank(_any_tag(answer).sub("", reply)):
        fault = "no_answer"  # tags around nothing are no answer either
    return Score.of(False, f"format:{fault}") if fault else Score.of(True, "well_formed")


def _think_fault(text: str, tag: str, opened: bool) -> str | None:
    start = "" if opened else f"<{tag}>"
    body = text.lstrip()
    if not body.startswith(start):
        return "text_before" if start in body else "no_think"
    reasoning, closed, reply = body[len(start) :].partition(f"</{tag}>")
    if not closed:
        return "unclosed_think"
    if _any_tag(tag).search(reasoning) or _any_tag(tag).search(reply):
        return "extra_tag"
    return "blank_think" if is_blank(reasoning) else None


def _answer_fault(reply: str, tag: str) -> str | None:
    body = reply.strip()
    if not body.startswith(f"<{tag}>"):
        return "text_before_answer" if f"<{tag}>" in body else "no_answer"
    inner, closed, rest = body[len(tag) + 2 :].partition(f"</{tag}>")
    if not closed:
        return "unclosed_answer"
    if _any_tag(tag).search(inner) or _any_tag(tag).search(rest):
        return "extra_tag"
    if is_blank(inner):
        return "no_answer"
    return None if is_blank(rest) else "text_after_answer"


@functools.lru_cache
def _any_tag(name: str) -> re.Pattern[str]:
    """Whatever a lenient reader takes for the tag. Bounded repeats: no text makes it slow."""
    return re.compile(rf"<\s{{0,4}}/?\s{{0,4}}{re.escape(name)}\s{{0,4}}/?>", re.IGNORECASE)


EXAMPLES = {
    ThinkFormat(): [
        (None, "<think>2 and 2</think>4", 1.0),
        (None, "\n <think>\n2 and 2\n</think>\n\nIt is 4.", 1.0),
        (None, "<think>if a < b</think>b", 1.0),
        (None, "2 and 2</think>4", 0.0),
        (None, "<think>2 and 2 is 4", 0.0),
        (None, "<think>2 and 2</think>", 0.0),
        (None, "<think>2 and 2</think> \u200b<|im_end|>", 0.0),
        (None, "<think>2 and 2</think><answer>4</answer>", 1.0),
        (None, "<think>2 and 2</think><answer> </answer>", 0.0),
        (None, "<think> \n</think>4", 0.0),
        (None, "<think>a<think>b</think>4", 0.0),
        (None, "<think>a</think>4</think>", 0.0),
        (None, "<think>a</think>4< /Think>", 0.0),
        (None, "Sure! <think>a</think>4", 0.0),
        (None, "", 0.0),
    ],
    ThinkFormat(answer_tags=True): [
        (None, "<think>2 and 2</think>\n<answer>4</answer>\n", 1.0),
        (None, "<think>2 and 2</think>4", 0.0),
        (None, "<think>2 and 2</think>So <answer>4</answer>", 0.0),
        (None, "<think>2 and 2</think><answer>4</answer>!", 0.0),
        (None, "<think>2 and 2</think><answer> </answer>", 0.0),
        (None, "<think>2 and 2</think><answer>4</answer><answer>5</answer>", 0.0),
    ],
    ThinkFormat(opened=True): [
        (None, "2 and 2</think>4", 1.0),
        (None, "<think>2 and 2</think>4", 0.0),
    ],
}
