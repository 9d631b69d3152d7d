"""Does the completion match a regular expression?"""

from __future__ import annotations

import regex

from verifiers.base import Verifier
from verifiers.types import Sample, Score


class RegexFormat(Verifier):
    """1.0 when the pattern matches the whole completion.

    The pattern is yours, the text is the policy's: one that makes the pattern backtrack for longer than the time limit
    scores 0.0 (`over_budget`), in any thread and without a signal.

    Args:
        pattern: in the syntax of the `regex` package, a superset of Python's; write `(?s)` for a dot that matches
            newlines.
        search: a match anywhere is enough.
        time_limit_s: for one completion.

    Raises:
        ValueError: the pattern is none.
    """

    name = "regex_format"

    def __init__(self, pattern: str, *, search: bool = False, time_limit_s: float = 0.2):
        self.pattern, self.search, self.time_limit_s = pattern, search, time_limit_s
        try:
            self._compiled = regex.compile(pattern)
        except regex.error as error:
            raise ValueError(f"RegexFormat({pattern!r}): {error}.") from None

    def score(self, sample: Sample) -> Score:
        match = self._compiled.search if self.search else self._compiled.fullmatch
        try:
            found = match(sample.completion, timeout=self.time_limit_s)
        except TimeoutError:
            return Score.of(False, "over_budget")
        if found is None:
            return Score.of(False, "format:no_match")
        return Score.of(True, "well_formed", found.group()[:1000])


EXAMPLES = {
    RegexFormat(r"\d+ apples?"): [(None, "42 apples", 1.0), (None, "42 apples.", 0.0), (None, "apples", 0.0)],
    RegexFormat(r"^Answer: [A-D]$", search=True): [(None, "Answer: B", 1.0), (None, "Answer: E", 0.0)],
    RegexFormat(r"(a|aa)*[bc]", time_limit_s=0.01): [(None, "aab", 1.0), (None, "a" * 64 + "d", 0.0)],
}
