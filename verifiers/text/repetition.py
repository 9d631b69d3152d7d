"""Does the completion go round in circles?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from verifiers.base import Verifier
from verifiers.text.words import pieces_of
from verifiers.types import Sample, Score

MAX_CHARS = 1_000_000
"""Of a longer completion the end is read: a loop that filled 1 MB is in there."""


class Repetition(Verifier):
    """Punishes the share of n-grams that were there before (Demystifying Long CoT, arXiv:2502.03373, appendix C.2).

        penalty * (1 - different n-grams / n-grams),    0 for fewer than n words

    Args:
        n: words in an n-gram.
        penalty: value of a text that only repeats itself; negative.
        tokenize: text -> sequence of tokens, for instance `tokenizer.encode`; by default lower-cased words, where each
            character of a script without spaces is a word, and a loop cannot hide in one word by leaving out spaces.
    """

    name = "repetition"

    def __init__(
        self, n: int = 3, *, penalty: float = -1.0, tokenize: Callable[[str], Sequence[Hashable]] | None = None
    ):
        if n < 1:
            raise ValueError(f"Repetition(n={n}): an n-gram has at least one word.")
        if not penalty < 0:
            raise ValueError(f"Repetition(penalty={penalty}): a punishment is negative.")
        self.n, self.penalty, self.tokenize = n, float(penalty), tokenize
        self.range = (self.penalty, 0.0)

    def score(self, sample: Sample) -> Score:
        text = sample.completion[-MAX_CHARS:]
        tokens = self.tokenize(text) if self.tokenize else pieces_of(text.lower())
        total = len(tokens) - self.n + 1
        if total < 1:
            return Score.of(0.0, "too_short")
        different = len(set(zip(*(tokens[i:] for i in range(self.n)))))
        share = 1 - different / total
        return Score.of(self.penalty * share if share else 0.0, "repeats" if share else "no_repeats", share=share)


EXAMPLES = {
    Repetition(): [
        (None, "one two three four", 0.0),
        (None, "one two", 0.0),
        (None, "", 0.0),
        (None, "no no no no no no", -0.75),
        (None, "Tick tock tick Tock tick tock", -0.5),
        (None, "好好好好好好", -0.75),
        (None, "no,no,no,no,no,no,", -0.75),
    ],
    Repetition(2, penalty=-0.5, tokenize=list): [(None, "abab", -0.5 / 3), (None, "abcd", 0.0)],
}
