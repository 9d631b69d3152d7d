"""Runs a command as `assay` would, inside the test's process."""

import json

import pytest

from assay.cli import main


def run(*args, capsys=None, code=0):
    """Standard output and error of a command, whose exit code is checked."""
    with pytest.raises(SystemExit) as end:
        main([str(arg) for arg in args])
    assert (end.value.code or 0) == code
    if capsys is None:
        return "", ""
    captured = capsys.readouterr()
    return captured.out, captured.err


def write_jsonl(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
