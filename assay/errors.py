"""What the command line makes of an exception: one sentence for the user, a traceback only where it was asked for."""

from __future__ import annotations

import os
import traceback

USAGE, BUG, INTERRUPTED = 2, 1, 130
"""Exit codes: the input is at fault and the message says how to put it right; the program is at fault; Ctrl-C."""


class AssayError(ValueError):
    """The command was asked for something that it cannot do; the message says what to write instead."""


def explain(error: Exception, debug: bool = False) -> tuple[int, str]:
    """Exit code and text. A ValueError or OSError of ours or of a library speaks about the input; the rest is a bug."""
    text = "".join(traceback.format_exception(error)) if debug else ""
    if isinstance(error, OSError) and error.filename is not None:
        return USAGE, f"{text}{error.filename}: {error.strerror}."
    if isinstance(error, ValueError | OSError):
        return USAGE, text + one_line(str(error))
    hint = "" if debug else " Run it again as `assay --debug ...` for the traceback, and report it with that."
    return BUG, f"{text}This is a bug in Assay: {type(error).__name__}: {one_line(str(error))}.{hint}"


def one_line(text: str, most: int = 1200) -> str:
    """Without line breaks, and short enough to be read."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most] + "..."


def wants_debug() -> bool:
    return os.environ.get("ASSAY_DEBUG", "") not in ("", "0")
