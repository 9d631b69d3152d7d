"""Does the completion show its steps?"""

from __future__ import annotations

import re

from verifiers.base import Verifier
from verifiers.types import Sample, Score

# Bounded repeats and no overlap between alternatives: linear in the text.
_CUE = re.compile(
    r"^[ \t]{0,8}(?:step[ \t]{1,4}\d{1,4}\b|\d{1,4}[.)][ \t]|[-*•][ \t]|#{1,6}[ \t])(?P<line>[^\n]{0,200})"
    r"|\bstep \d{1,4}:|\b(?:first|firstly|second|secondly|third|thirdly|next|then|finally|lastly),",
    re.IGNORECASE | re.MULTILINE,
)
_WORD = re.compile(r"\w")
MAX_CHARS = 1_000_000


class ReasoningSteps(Verifier):
    """The share of `steps` different step cues that the completion shows, at most 1.0.

    After the `reasoning_steps_reward` of open-r1. Cues are numbered lines, bullets, headings, "Step 3:", and words
    like "First," and "Finally,". The same cue twice counts once, and one that nothing follows before the next does not
    count: open-r1 pays for "First, First, First," and for "Step 1:" to "Step 3:" with no step in them.

    Args:
        steps: how many earn 1.0.
    """

    name = "reasoning_steps"

    def __init__(self, steps: int = 3):
        if steps < 1:
            raise ValueError(f"ReasoningSteps(steps={steps}): ask for at least one.")
        self.steps = steps

    def score(self, sample: Sample) -> Score:
        found = len(_cues(sample.completion[:MAX_CHARS]))
        return Score.of(min(1.0, found / self.steps), "steps" if found else "no_steps", found=found)


def _cues(text: str) -> set[str]:
    """Those that are followed by something: on their line, or below it before the next one."""
    matches = list(_CUE.finditer(text))
    ends = [cue.start() for cue in matches[1:]] + [len(text)]
    return {
        cue.group().strip().lower()
        for cue, end in zip(matches, ends)
        if _WORD.search(cue["line"] or "") or _WORD.search(text, cue.end(), end)
    }


EXAMPLES = [
    (None, "Step 1: add\nStep 2: halve\nStep 3: done", 1.0),
    (None, "1. add\n2. halve\n", 2 / 3),
    (None, "- add\n* halve\n• done", 1.0),
    (None, "First, add. Next, halve. Finally, 4.", 1.0),
    (None, "First, First, First, First,", 0.0),
    (None, "First, add. First, halve. First, 4.", 1 / 3),
    (None, "Step 1:\nStep 2:\nStep 3:\n", 0.0),
    (None, "Step 1:\nAdd.\n\nStep 2:\nHalve.\n\nStep 3:\nDone.", 1.0),
    (None, "- add\n- add\n- add\n", 1 / 3),
    (None, "It is 4.", 0.0),
    (None, "", 0.0),
]
