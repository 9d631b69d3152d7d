"""Where an evaluation's completions come from: a model, a file of recorded ones, or the data set's own solutions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from assay.errors import AssayError
from benchmarks.data import find, is_file, read
from benchmarks.evaluate import Key, in_batches, references
from benchmarks.generate import generate
from benchmarks.jsonl import read_jsonl
from benchmarks.recorded import differing_golds, read_recorded
from benchmarks.results import Attempt
from benchmarks.sets import BENCHMARKS
from verifiers import Problem


@dataclass(frozen=True, slots=True)
class EvalConfig:
    """What decides an evaluation; written to run.json, so that `--resume` needs nothing but the folder.

    Exactly one of `model`, `completions` and `reference` says where the completions come from.
    """

    name: str
    model: str | None = None
    completions: str | None = None
    reference: bool = False
    data_dir: str | None = None
    samples: int = 1
    temperature: float = 0.6
    top_p: float = 0.95
    max_tokens: int = 32_768
    limit: int | None = None
    seed: int = 0
    device: str = "auto"

    def __post_init__(self) -> None:
        given = [flag for flag, value in self.sources.items() if value]
        if len(given) != 1:
            said = " and ".join(given) if given else "none of them"
            raise AssayError(f"Give one of --model, --completions and --reference; this has {said}.")
        if self.samples < 1:
            raise AssayError(f"--samples {self.samples}: draw at least 1 completion a question.")
        if self.limit is not None and self.limit < 1:
            raise AssayError(f"--limit {self.limit}: evaluate at least 1 question, or leave it out for all.")

    @property
    def sources(self) -> dict[str, Any]:
        return {"--model": self.model, "--completions": self.completions, "--reference": self.reference}

    @property
    def source(self) -> str:
        """Where the completions come from, in a word or two."""
        return self.model or self.completions or "the data set's own solutions"


@dataclass(slots=True)
class Source:
    """Attempts, batch by batch, and what is to be said about them.

    Attributes:
        problems: the questions, for the check of their golds.
        total: how many attempts there will be.
        settings: what run.json keeps.
        facts: what the header shows.
    """

    problems: Sequence[Problem]
    batches: Iterable[Sequence[Attempt]]
    total: int
    settings: dict[str, Any]
    facts: dict[str, Any] = field(default_factory=dict)


def source_of(config: EvalConfig, done: set[Key]) -> Source:
    """The source that the config names; attempts in `done` need not be generated again.

    Raises:
        ValueError: the data set, the file or the model is not there or not as it should be.
    """
    if config.completions:
        return _recorded(config, config.completions)
    problems = read(config.name, config.data_dir)[: config.limit]
    settings = {"config": asdict(config), "prompt": problems[0].prompt}
    if config.model:
        return _from_model(config, config.model, problems, settings, done)
    attempts = references(problems)
    return Source(problems, in_batches(attempts), len(attempts), settings, {"questions": f"{len(problems):,}"})


def _recorded(config: EvalConfig, file: str) -> Source:
    known = _known_problems(config, file)
    attempts = read_recorded(file, known, "" if is_file(config.name) else config.name)
    chosen = list(dict.fromkeys(attempt.sample.problem.id for attempt in attempts))[: config.limit]
    problems = {a.sample.problem.id: a.sample.problem for a in attempts if a.sample.problem.id in set(chosen)}
    attempts = [attempt for attempt in attempts if attempt.sample.problem.id in problems]
    facts = {"questions": f"{len(problems):,} have completions" + (f", of {len(known):,}" if known else "")}
    if differing := differing_golds(attempts, known):
        facts["golds"] = (
            f"those of the file: under {len(differing)} ids the data set has another one, so the file has ids of its own"
        )
    settings = {"config": asdict(config), "prompt": None}
    return Source(list(problems.values()), in_batches(attempts), len(attempts), settings, facts)


def _known_problems(config: EvalConfig, file: str) -> list[Problem]:
    """None for a benchmark that only the recorded file knows; its lines then bring their golds."""
    if config.name in BENCHMARKS or is_file(config.name):
        return read(config.name, config.data_dir)
    if config.name not in {row.get("benchmark") for row in read_jsonl(file)}:
        find(config.name)  # raises, with the name that was meant
    return []


def _from_model(
    config: EvalConfig, name: str, problems: list[Problem], settings: dict[str, Any], done: set[Key]
) -> Source:
    from assay.models import context_left, load_model
    from grpo_core.rollout import HFEngine, Sampling, encode_prompt

    model, tokenizer = load_model(name, config.device)
    tokens = context_left(model, tokenizer, problems, config.max_tokens)
    engine = HFEngine(model, tokenizer, Sampling(config.temperature, tokens, config.top_p))
    # The very text that the model reads: a chat template is part of the protocol.
    settings |= {"prompt": tokenizer.decode(encode_prompt(tokenizer, problems[0])), "max_new_tokens": tokens}
    facts = {
        "questions": f"{len(problems):,}",
        "sampling": f"{config.samples} a question, temperature {config.temperature:g}, top-p {config.top_p:g}, "
        f"at most {tokens:,} tokens, seed {config.seed}",
        "device": str(model.device),
    }
    batches = generate(engine, problems, config.samples, run=name, seed=config.seed, done=done)
    return Source(problems, batches, len(problems) * config.samples, settings, facts)
