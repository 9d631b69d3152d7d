"""A model from a folder or the hub, on the device that there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assay.errors import AssayError


def pick_device(name: str = "auto") -> str:
    """`auto` is the GPU where torch sees one, else the CPU."""
    import torch

    if name != "auto":
        return name
    return "cuda" if torch.cuda.is_available() else "cpu"


def quiet() -> None:
    """No progress bars and advice from transformers between our own lines."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()


def load_model(source: str, device: str = "auto", dtype: str = "auto") -> tuple[Any, Any]:
    """Model and tokenizer of a folder or a hub id.

    Raises:
        AssayError: there is no such model, with what was tried.
    """
    if Path(source).is_dir() and not (Path(source) / "config.json").exists():
        raise AssayError(f"{source} is a folder without a config.json; give the folder that save_pretrained() wrote.")
    if not Path(source).exists() and _means_a_folder(source):
        raise AssayError(f"The model folder {source} does not exist.")
    from transformers import AutoModelForCausalLM, AutoTokenizer

    quiet()
    try:
        tokenizer = AutoTokenizer.from_pretrained(source)
        model: Any = AutoModelForCausalLM.from_pretrained(source, dtype=dtype)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise AssayError(
            f"Could not load the model {source!r}: {reason} Give a folder written by save_pretrained(), or a hub id."
        ) from error
    return model.to(pick_device(device)).eval(), tokenizer


def _means_a_folder(source: str) -> bool:
    """A hub id is `name` or `owner/name`; what starts below a folder that is here was meant as a path."""
    return (
        source.startswith((".", "/", "~")) or source.count("/") > 1 or ("/" in source and Path(source).parent.is_dir())
    )


def context_left(model: Any, tokenizer: Any, problems: Any, wanted: int) -> int:
    """How many tokens may be generated after the longest prompt: `wanted`, or what the model's positions leave.

    Raises:
        AssayError: the longest prompt leaves none.
    """
    from grpo_core.rollout import encode_prompt

    limit = getattr(model.config, "max_position_embeddings", None)
    if limit is None:
        return wanted
    longest = max(len(encode_prompt(tokenizer, problem)) for problem in problems)
    if longest >= limit:
        raise AssayError(f"The longest prompt has {longest} tokens and the model takes {limit}; use a model with more.")
    return min(wanted, limit - longest)
