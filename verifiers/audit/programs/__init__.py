"""Programming problems with right, wrong, cheating and endless programs, for auditing rewards for code."""

from verifiers.audit.programs.problem import MODES, Program, programs

__all__ = ["MODES", "Program", "programs"]
