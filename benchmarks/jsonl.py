"""JSON-lines files: read with errors that name the line, appended to so that a torn last line costs one line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]


def read_jsonl(path: str | Path) -> list[Row]:
    """The objects of a file, one a line; blank lines are left out.

    Raises:
        ValueError: the file is missing, empty or no text, or a line is no JSON object (the message has its number).
    """
    path = Path(path)
    rows = [_parse(line, f"{path} line {number}") for number, line in _lines(path)]
    if not rows:
        raise ValueError(f"{path} is empty; it should hold one JSON object a line.")
    return rows


def read_log(path: str | Path) -> list[Row]:
    """What an interrupted run left: `read_jsonl`, but a missing or empty file or a torn last line is no error."""
    path = Path(path)
    if not path.exists():
        return []
    lines = list(_lines(path))
    rows = [_parse(line, f"{path} line {number}") for number, line in lines[:-1]]
    for number, line in lines[-1:]:
        try:
            rows.append(_parse(line, f"{path} line {number}"))
        except ValueError:
            break  # the process died while it wrote this line; its sample is simply done again
    return rows


def append_jsonl(path: str | Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add one line a row and flush, so that what was scored survives the process.

    A torn last line of an earlier process is cut off first: glued to a new row it would make that unreadable too.
    """
    path = Path(path)
    text = "".join(json.dumps(row, ensure_ascii=True, allow_nan=False) + "\n" for row in rows)
    with path.open("a+b") as file:
        _cut_torn_line(file)
        file.write(text.encode("ascii"))


def _cut_torn_line(file: Any) -> None:
    size = file.seek(0, 2)
    if size == 0:
        return
    file.seek(size - 1)
    if file.read(1) == b"\n":
        return
    file.seek(0)
    file.truncate(file.read().rfind(b"\n") + 1)
    file.seek(0, 2)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    # Split at \n only: str.splitlines would also split at U+2028, which is legal inside a JSON string.
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ValueError(f"{path} does not exist; give the path of a JSON-lines file.") from None
    except IsADirectoryError:
        raise ValueError(f"{path} is a folder; give the path of a JSON-lines file.") from None
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8, one JSON object a line."
        ) from None
    return ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())


def _parse(line: str, place: str) -> Row:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{place} is not JSON ({error}); write one JSON object a line.") from None
    if not isinstance(row, dict):
        raise ValueError(f"{place} is a JSON {_kind(row)}, not an object; write {{...}} with named fields.")
    return row


def _kind(value: Any) -> str:
    names = {list: "list", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")
