"""The TOML file of `assay train`: four tables, and errors that name the key at fault and the one that was meant."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from assay.errors import AssayError


@dataclass(frozen=True, slots=True)
class ModelTable:
    """[model]: `path` is a folder or a hub id."""

    path: str
    device: str = "auto"
    dtype: str = "float32"


@dataclass(frozen=True, slots=True)
class DataTable:
    """[data]: files of problems, or names of benchmarks; see `benchmarks.data` for a file's form.

    `eval`, where given, is measured before and after with `eval_samples` completions a question.
    """

    train: str
    eval: str | None = None
    eval_samples: int = 4
    eval_limit: int | None = None


@dataclass(frozen=True, slots=True)
class RunTable:
    """The keys of [train] that are not the trainer's own: where to, and how often a checkpoint is written."""

    out: str = ""
    save_every: int = 50


@dataclass(frozen=True, slots=True)
class Config:
    """A whole file. Paths in it are relative to the file itself."""

    file: Path
    model: ModelTable
    data: DataTable
    reward: Mapping[str, Any]
    train: Mapping[str, Any]
    run: RunTable = field(default_factory=RunTable)

    @property
    def folder(self) -> Path:
        return self.file.resolve().parent

    @property
    def out(self) -> Path:
        return self.folder / self.run.out if self.run.out else Path("runs") / self.file.stem

    def beside(self, path: str) -> str:
        """The path as seen from the config's folder where it is there; else as it stands: a hub id, a benchmark."""
        candidate = self.folder / path
        return str(candidate) if candidate.exists() else path


def read_config(path: str | Path) -> Config:
    """Read and check a file; what the [train] table says is checked by the trainer's config itself.

    Raises:
        AssayError: the file is missing or no TOML, a table or key is unknown, missing, or of the wrong type.
    """
    path = Path(path)
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError):
        raise AssayError(f"{path} is not there; `assay train --help` shows a config that is complete.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssayError(f"{path} is not TOML: {error}.") from None
    check_keys(tables, ["model", "data", "reward", "train"], str(path), what="table")
    for name in ("model", "data", "reward"):
        if name not in tables:
            raise AssayError(f"{path} has no table [{name}]; `assay train --help` shows a config that is complete.")
    for name, value in tables.items():
        if not isinstance(value, dict):
            raise AssayError(f"{path}: {name} = {value!r} should be a table; write [{name}] and the keys below it.")
    train = dict(tables.get("train", {}))
    own = {f.name for f in fields(RunTable)}
    run = {key: train.pop(key) for key in list(train) if key in own}
    return Config(
        file=path,
        model=_filled(ModelTable, tables["model"], "[model]"),
        data=_filled(DataTable, tables["data"], "[data]"),
        reward=tables["reward"],
        train=train,
        run=_filled(RunTable, run, "[train]"),
    )


def train_config(table: Mapping[str, Any]) -> Any:
    """The trainer's config from the rest of [train]."""
    from grpo_core.config import TrainConfig

    try:
        return TrainConfig.from_table(table)
    except ValueError as error:
        raise AssayError(f"[train] {error}") from error


def check_keys(table: Iterable[str], known: Sequence[str], place: str, what: str = "key") -> None:
    """Raises AssayError at the first key that is not known, with the nearest that is."""
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}."
            raise AssayError(f"{place} has an unknown {what} {key!r}: {hint}")


def _filled(cls: Any, table: Mapping[str, Any], place: str) -> Any:
    known = {f.name: f for f in fields(cls)}
    check_keys(table, list(known), place)
    kinds = {"str": str, "str | None": str, "int": int, "int | None": int}
    for key, value in table.items():
        kind = kinds[str(known[key].type)]
        if type(value) is not kind:
            raise AssayError(f"{place} {key} = {value!r}: write {'a text' if kind is str else 'a whole number'}.")
    try:
        return cls(**table)
    except TypeError:
        missing = next(name for name in known if name not in table)
        raise AssayError(
            f"{place} lacks the key {missing!r}; `assay train --help` shows a config that is complete."
        ) from None
