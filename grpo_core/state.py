"""Checkpoints: all that a run needs to go on bit for bit, written so that an interruption never leaves half of one.

    runs/a/step-000020/     a model directory (weights, config, tokenizer) that transformers loads, and
        trainer.pt          optimizer, reference, random states, data cursor, rollouts not yet used

Sampling, data order and mini-batches depend on the seed and on counters, so these few values are the whole state. The
random states of Python, NumPy and torch are kept for rewards that use them.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from grpo_core.batch import Experience

if TYPE_CHECKING:
    from grpo_core.trainer import Trainer

PREFIX = "step-"
FREE = {"steps", "max_unscored", "micro_batch_tokens"}
"""Settings that may differ on resuming: they change when a run ends and how much memory it takes, not where it goes."""


def save(trainer: Trainer, directory: str | Path, keep: int = 2) -> Path:
    """Write `directory/step-NNNNNN` and delete all but the `keep` newest checkpoints.

    Everything goes to a temporary directory first, which is renamed when complete: what is named a checkpoint is one.
    """
    if keep < 1:
        raise ValueError(f"keep={keep}: at least the checkpoint just written has to stay, so use 1 or more.")
    directory = Path(directory)
    final = directory / f"{PREFIX}{trainer.num_steps:06d}"
    partial = directory / f".partial-{os.getpid()}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        trainer.model.save_pretrained(partial)
        trainer.tokenizer.save_pretrained(partial)
        torch.save(_values(trainer), partial / "trainer.pt")
        _sync(partial)
        _remove(final)  # from this step too, but the later one counts
        partial.rename(final)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    for old in checkpoints(directory)[:-keep]:
        _remove(old)
    return final


def load(trainer: Trainer, path: str | Path) -> None:
    """Put the trainer into the state of the checkpoint.

    Raises:
        ValueError: there is no checkpoint there, or it belongs to other settings.
    """
    path = Path(path)
    if not (path / "trainer.pt").is_file():
        raise ValueError(f"{path} holds no checkpoint (no trainer.pt); give a directory such as runs/a/{PREFIX}000020.")
    values = torch.load(path / "trainer.pt", map_location="cpu", weights_only=True)
    now = _settings(trainer)
    changed = [f"{k}: {v} there, {now[k]} now" for k, v in values["settings"].items() if v != now[k] and k not in FREE]
    if changed:
        raise ValueError(
            f"{path} belongs to another run ({'; '.join(changed)}): use its settings and problems, "
            "or start a new run with the checkpoint as the model."
        )
    weights = type(trainer.model).from_pretrained(path, dtype=trainer.model.dtype).state_dict()
    trainer.model.load_state_dict(weights)
    trainer.optimizer.load_state_dict(values["optimizer"])
    if trainer.reference is not None:
        trainer.reference.load_state_dict(values["reference"])
    trainer.window = [[Experience(**item) for item in part] for part in values["window"]]
    trainer.draw_metrics = values["draw_metrics"]
    trainer.num_steps, trainer.num_drawn, trainer.num_skipped = values["counters"]
    _set_random_states(values["random"])


def latest(directory: str | Path) -> Path | None:
    """The newest checkpoint in the directory, None where there is none."""
    found = checkpoints(directory)
    return found[-1] if found else None


def checkpoints(directory: str | Path) -> list[Path]:
    """Oldest first."""
    return sorted(
        (p for p in Path(directory).glob(f"{PREFIX}*") if p.is_dir()), key=lambda p: int(p.name[len(PREFIX) :])
    )


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C inside the block takes effect at its end, so that what the block changes is changed as a whole.

    Only Python's main thread is ever interrupted; in others this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[tuple[int, Any]] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: caught.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if caught and callable(before):
        before(*caught[0])


def _values(trainer: Trainer) -> dict[str, Any]:
    return {
        "settings": _settings(trainer),
        "optimizer": trainer.optimizer.state_dict(),
        "reference": None if trainer.reference is None else trainer.reference.state_dict(),
        "window": [[item.to_dict() for item in part] for part in trainer.window],
        "draw_metrics": trainer.draw_metrics,
        "counters": (trainer.num_steps, trainer.num_drawn, trainer.num_skipped),
        "random": _random_states(),
    }


def _settings(trainer: Trainer) -> dict[str, str]:
    """What a run depends on, as text that can be compared."""
    settings = {f.name: repr(getattr(trainer.config, f.name)) for f in fields(trainer.config)}
    checksum = zlib.crc32(repr([(p.prompt, p.gold) for p in trainer.problems]).encode("utf-8", "backslashreplace"))
    return settings | {"problems": f"{len(trainer.problems)} with checksum {checksum:08x}"}


def _random_states() -> dict[str, Any]:
    name, keys, *rest = cast(tuple[str, np.ndarray, int, int, float], np.random.get_state())
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    numpy_state = (name, torch.from_numpy(keys.astype(np.int64)), *rest)
    return {"python": random.getstate(), "numpy": numpy_state, "torch": torch.get_rng_state(), "cuda": cuda}


def _set_random_states(states: dict[str, Any]) -> None:
    version, numbers, gauss = states["python"]
    random.setstate((version, tuple(numbers), gauss))
    name, keys, *rest = states["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))
    torch.set_rng_state(states["torch"])
    if states["cuda"] and len(states["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(states["cuda"])


def _remove(checkpoint: Path) -> None:
    """Take its name away first, so that half a deletion does not leave half a checkpoint."""
    if checkpoint.exists():
        nameless = checkpoint.with_name(f".removed-{os.getpid()}")
        shutil.rmtree(nameless, ignore_errors=True)
        checkpoint.rename(nameless)
        shutil.rmtree(nameless)


def _sync(directory: Path) -> None:
    """Have the files on disk before the rename that declares them complete."""
    for path in directory.iterdir():
        with open(path, "rb") as file:
            os.fsync(file.fileno())
