"""The same grader in a fresh interpreter under another hash seed: who iterates over a set of texts gets another order there."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence

from verifiers.base import Verifier, scores_of
from verifiers.example import ends_in_gold
from verifiers.types import Sample, Score

START_S = 60.0
"""What an interpreter may take to start, import the grader and score a few samples."""

_PROGRAM = """
import json, os, pickle, sys
out = os.dup(1)
os.dup2(2, 1)
verifier, samples = pickle.load(sys.stdin.buffer)
from verifiers.base import scores_of
os.write(out, json.dumps([score.to_json() for score in scores_of(verifier, samples)]).encode())
"""


class Elsewhere(Verifier):
    """Scores in another interpreter. A grader that cannot be sent there scores here, so that nothing is said about it."""

    name = "elsewhere"

    def __init__(self, verifier: Verifier, hash_seed: int):
        self.verifier, self.hash_seed, self.range = verifier, hash_seed, verifier.range

    def score_all(self, samples: Sequence[Sample]) -> list[Score]:
        try:
            sent = pickle.dumps((self.verifier, list(samples)))
            done = subprocess.run(
                [sys.executable, "-c", _PROGRAM],
                input=sent,
                capture_output=True,
                timeout=START_S,
                env={**os.environ, "PYTHONHASHSEED": str(self.hash_seed), "PYTHONPATH": os.pathsep.join(sys.path)},
            )
            return [Score.from_json(text) for text in json.loads(done.stdout)]
        except Exception:  # A lambda, a class of a notebook, an interpreter that did not start in time.
            return scores_of(self.verifier, samples)


EXAMPLES = {Elsewhere(ends_in_gold, 1): [("4", "It is 4", 1.0), ("4", "4 it is", 0.0)]}
