"""numpy's values, where the sender has numpy: by dtype and bytes."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_DTYPE = r"[<>|][biufc]\d{1,2}|[<>|][SU]\d{1,6}|<[mM]8(\[\w{1,4}\])?"


def _is_plain(dtype: str) -> bool:
    import re  # here, like all that few jobs need: to import it takes longer than most conversations

    return re.fullmatch(_DTYPE, dtype) is not None


def is_numpy(kind: type) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and (kind is numpy.ndarray or issubclass(kind, numpy.generic))


def write_numpy(value: Any) -> tuple[Any, Any]:
    numpy = sys.modules["numpy"]
    dtype = value.dtype.str
    scalar = type(value) is not numpy.ndarray
    if _is_plain(dtype):
        return ["np", dtype, None if scalar else value.shape, value.tobytes().decode("latin-1")], ()
    if dtype == "|O" and not scalar:
        return ["no", value.size, value.shape], value.ravel().tolist()
    # Long doubles and records: as near as plain values come.
    plain = value.tolist()
    return ["no", 1, ()], (str(value) if type(plain) is type(value) else plain,)


def read_numpy(_: Any, dtype: str, shape: Any, data: str) -> Any:
    import numpy

    if not _is_plain(dtype):
        raise ValueError("malformed value: no dtype of plain numbers")
    flat = numpy.frombuffer(data.encode("latin-1"), numpy.dtype(dtype))
    return flat[0] if shape is None else flat.reshape(shape).copy()


def read_object_array(children: Sequence[Any], shape: Any) -> Any:
    import numpy

    made = numpy.empty(len(children), object)
    for position, child in enumerate(children):
        made[position] = child
    return made.reshape(shape)
