"""`assay train`: a model and problems of the user's own, through the same loop as the demo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from assay.config import Config, read_config, train_config
from assay.console import console, facts, last_line
from assay.errors import INTERRUPTED, AssayError
from assay.figures import print_summaries, say_unusable
from assay.loop import Recorder, forget_after, run_steps
from assay.measure import measure
from assay.rewards import as_verifier, reward_of
from assay.training_report import charts, lead, part_rows
from benchmarks.data import read
from benchmarks.evaluate import versions
from benchmarks.jsonl import read_log
from benchmarks.report import Report
from benchmarks.results import Result
from benchmarks.sets import maths
from benchmarks.summary import Summary
from verifiers import Problem, Verifier, check_gold


def run_train(file: Path, resume: bool = False) -> None:
    """Train as the config says. The last line printed is the report's path."""
    out = console()
    config = read_config(file)
    settings = train_config(config.train)  # before anything slow: most mistakes are in the config
    reward = reward_of(config.reward, config.folder)
    judge = maths() if "math" in config.reward else as_verifier(reward)  # of the held-out problems
    problems = _problems(out, config.beside(config.data.train), reward)
    held_out = read(config.beside(config.data.eval))[: config.data.eval_limit] if config.data.eval else []
    checkpoint = _checkpoint(config, resume)
    trainer, recorder = _trainer(config, settings, problems, reward)
    if checkpoint:
        trainer.load(checkpoint)
        forget_after(config.out, trainer.num_steps)
    _header(out, config, settings, trainer, len(problems))
    engine = _eval_engine(trainer, config) if held_out else None
    summaries: list[Summary] = []
    samples: list[tuple[str, Result]] = []
    if engine and not checkpoint:
        _measure(out, engine, held_out, config, judge, "before", summaries, samples)
    finished = run_steps(trainer, recorder, config.out, out, save_every=config.run.save_every)
    if not finished:
        _say_stopped(out, config, trainer.num_steps)
    if engine and finished:
        _measure(out, engine, held_out, config, judge, "after", summaries, samples)
    if summaries:
        print_summaries(out, summaries)
    trained = [Result.from_row(row) for row in read_log(config.out / "samples.jsonl")]
    page = Report(
        title=f"Training {config.model.path}",
        lead=lead(*summaries) if len(summaries) == 2 else "",
        facts=_page_facts(config, settings, trainer),
        summaries=summaries,
        charts=charts(read_log(config.out / "metrics.jsonl"), recorder.history),
        parts=part_rows(recorder.history),
        samples=samples + [(result.attempt.run, result) for result in trained],
    )
    last_line(out, page.write(config.out / "report.html"))
    if not finished:
        raise SystemExit(INTERRUPTED)


def _problems(out: Console, source: str, reward: Any) -> list[Problem]:
    """The training problems; those whose gold the reward cannot use are named, and stay: they go unscored."""
    problems = read(source)
    if isinstance(reward, Verifier):
        say_unusable(out, check_gold(reward, problems))
    return problems


def _checkpoint(config: Config, resume: bool) -> Path | None:
    from grpo_core.state import latest

    found = latest(config.out)
    if resume and not found:
        raise AssayError(f"{config.out} has no checkpoint to go on from; leave out --resume to start there.")
    if found and not resume:
        raise AssayError(
            f"{config.out} has the checkpoint {found.name}: go on with `assay train {config.file} --resume`, or set "
            "another [train] out."
        )
    return found


def _trainer(config: Config, settings: Any, problems: list[Problem], reward: Any) -> tuple[Any, Recorder]:
    from assay.models import load_model
    from grpo_core.trainer import Trainer

    model, tokenizer = load_model(config.beside(config.model.path), config.model.device, config.model.dtype)
    recorder = Recorder.of(reward)
    return Trainer(model, tokenizer, problems, recorder.reward, settings), recorder


def _eval_engine(trainer: Any, config: Config) -> Any:
    from grpo_core.rollout import HFEngine, Sampling

    sampling = Sampling(trainer.config.temperature, trainer.config.max_new_tokens)
    return HFEngine(trainer.model, trainer.tokenizer, sampling)


def _measure(
    out: Console,
    engine: Any,
    problems: list[Problem],
    config: Config,
    judge: Verifier,
    run: str,
    summaries: list[Summary],
    samples: list[tuple[str, Result]],
) -> None:
    summary, results = measure(out, engine, problems, judge, config.data.eval_samples, run)
    summaries.append(summary)
    samples += [(run, result) for result in results]


def _header(out: Console, config: Config, settings: Any, trainer: Any, problems: int) -> None:
    out.print("[head]Assay training[/]")
    facts(out, {
        "model": f"{config.model.path}, {trainer.model.num_parameters():,} parameters, on {trainer.model.device}",
        "data": f"{config.data.train}, {problems:,} problems",
        "steps": f"{trainer.num_steps} done, {settings.steps} in all, {settings.prompts_per_step} problems x "
        f"{settings.group_size} samples each",
        "folder": config.out,
        "seed": settings.seed,
    })  # fmt: skip


def _say_stopped(out: Console, config: Config, step: int) -> None:
    out.print(f"\n[bold]Stopped after step {step}[/]; the checkpoint is in {config.out}. Go on with:")
    out.print(f"  assay train {config.file} --resume", soft_wrap=True, markup=False)


def _page_facts(config: Config, settings: Any, trainer: Any) -> dict[str, str]:
    pairs = {"model": config.model.path, "data": config.data.train, "reward": str(dict(config.reward))}
    pairs |= {"settings": repr(settings), "device": str(trainer.model.device)}
    return pairs | versions()
