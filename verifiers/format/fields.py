"""Does the completion consist of the XML fields that were asked for?"""

from __future__ import annotations

import re

from verifiers.base import Verifier
from verifiers.format.visible import is_blank
from verifiers.types import Sample, Score


class XMLFields(Verifier):
    """1.0 when each field stands exactly once, in order, closed, not blank and not inside another one.

    Args:
        fields: names of the tags, in order: `XMLFields("reasoning", "answer")`.
        outside: allow text between and around the fields; by default only white space may stand there.

    The text of the last field is what the score shows as `extracted`.

    Raises:
        ValueError: no field, one given twice, or a name that is no tag.
    """

    name = "xml_fields"

    def __init__(self, *fields: str, outside: bool = False):
        if not fields or len(set(fields)) < len(fields):
            raise ValueError(f"XMLFields{fields}: give one or more different names, e.g. XMLFields('plan', 'answer').")
        for field in fields:
            if not re.fullmatch(r"[A-Za-z_][\w.-]*", field):
                raise ValueError(f"XMLFields({field!r}): a tag's name is a letter and then letters, digits, - . or _.")
        self.fields, self.outside = fields, outside
        # No white space and no other case: what is no tag to a parser is text.
        self._tag = re.compile(rf"<(/?)({'|'.join(map(re.escape, fields))})>")

    def score(self, sample: Sample) -> Score:
        text, position, inner = sample.completion, 0, ""
        tags = iter(self._tag.finditer(text))
        for field in self.fields:
            opening, closing = next(tags, None), next(tags, None)
            if opening is None or opening.group() != f"<{field}>":
                return Score.of(False, f"format:no_{field}")
            if closing is None or closing.group() != f"</{field}>":
                return Score.of(False, f"format:unclosed_{field}")
            if not self.outside and not is_blank(text[position : opening.start()]):
                return Score.of(False, "format:text_outside")
            inner, position = text[opening.end() : closing.start()], closing.end()
            if is_blank(inner):
                return Score.of(False, f"format:blank_{field}")
        if next(tags, None) is not None:
            return Score.of(False, "format:extra_tag")
        if not self.outside and not is_blank(text[position:]):
            return Score.of(False, "format:text_outside")
        return Score.of(True, "well_formed", inner.strip())

    def __repr__(self) -> str:
        return f"XMLFields({', '.join(map(repr, self.fields))}{', outside=True' if self.outside else ''})"


EXAMPLES = {
    XMLFields("plan", "answer"): [
        (None, "<plan>add</plan>\n<answer>4</answer>", 1.0),
        (None, "<answer>4</answer><plan>add</plan>", 0.0),
        (None, "<plan>add</plan>", 0.0),
        (None, "<plan>add</plan><answer>4", 0.0),
        (None, "<plan>add<answer>4</answer></plan>", 0.0),
        (None, "<plan> </plan><answer>4</answer>", 0.0),
        (None, "<plan>add</plan><answer>4</answer><answer>5</answer>", 0.0),
        (None, "Here: <plan>add</plan><answer>4</answer>", 0.0),
        (None, "<Plan>add</Plan><answer>4</answer>", 0.0),
    ],
    XMLFields("answer", outside=True): [
        (None, "So it is <answer>4</answer>.", 1.0),
        (None, "<answer>4</answer> or <answer>5</answer>", 0.0),
        (None, "4", 0.0),
    ],
}
