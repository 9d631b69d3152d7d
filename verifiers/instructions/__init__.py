"""Did the completion follow its instructions? The 25 kinds of IFEval (arXiv:2311.07911), strict and loose."""

from verifiers.instructions.kinds import INSTRUCTIONS
from verifiers.instructions.verifier import IFEval, problem_from_row

__all__ = ["INSTRUCTIONS", "IFEval", "problem_from_row"]
