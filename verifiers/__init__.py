"""Verifiable rewards: values, the verifier interface, its algebra. Families are imported by name: `verifiers.math`."""

from verifiers.base import Verifier, Wrapper, gate, verifier
from verifiers.run import as_reward, check_gold, score_all
from verifiers.types import Problem, RewardFn, Sample, Score

__all__ = [
    "Problem",
    "RewardFn",
    "Sample",
    "Score",
    "Verifier",
    "Wrapper",
    "as_reward",
    "check_gold",
    "gate",
    "score_all",
    "verifier",
]
