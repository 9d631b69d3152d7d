"""Named combinators: what the operators of `verifiers.algebra` do not say. One a file."""

from verifiers.combinators.cached import cached
from verifiers.combinators.clip import clip
from verifiers.combinators.normalized import normalized
from verifiers.combinators.renamed import renamed
from verifiers.combinators.scheduled import scheduled, set_step
from verifiers.combinators.threshold import threshold
from verifiers.combinators.timed import timed

__all__ = ["cached", "clip", "normalized", "renamed", "scheduled", "set_step", "threshold", "timed"]
