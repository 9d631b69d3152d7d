"""Rewards that compare the samples of one problem with each other. They need whole groups, in any order."""

from verifiers.group.diversity import Diversity
from verifiers.group.majority import MajorityVote
from verifiers.group.pass_at_k import PassAtK
from verifiers.group.relative_length import RelativeLength

__all__ = ["Diversity", "MajorityVote", "PassAtK", "RelativeLength"]
