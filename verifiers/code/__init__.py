"""Programs as answers: run in the sandbox, judged outside. `CodeVerifier` for completions, `check` for one program."""

from verifiers.code.guest import MODULES
from verifiers.code.verifier import CodeVerifier, check

__all__ = ["MODULES", "CodeVerifier", "check"]
