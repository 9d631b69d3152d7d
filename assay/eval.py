"""`assay eval`: a benchmark over a model, over recorded completions, or over the data set's own solutions."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assay.console import bar, console, facts, last_line, table
from assay.errors import INTERRUPTED, AssayError
from assay.view import shorten
from benchmarks.data import find, is_file, read, verifier_for
from benchmarks.evaluate import Folder, evaluate, in_batches, references, rescore, summaries
from benchmarks.generate import generate
from benchmarks.jsonl import read_jsonl
from benchmarks.recorded import differing_golds, read_recorded
from benchmarks.report import Report, interval, percent
from benchmarks.results import Attempt, Result
from benchmarks.sets import BENCHMARKS
from benchmarks.summary import Summary
from verifiers import Problem, Verifier, check_gold

LISTED = 20
NOTES = (
    "95 % interval: over the choice of questions, with their samples (bootstrap; Wilson for one sample a question).",
    "maj@k: a vote over answers that the verifier takes for equal. The first seen wins a tie; no answer is no vote.",
)


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


def run_eval(config: EvalConfig, out_dir: Path | None = None, resume: Path | None = None) -> None:
    """Evaluate, print the figures, leave the samples and a report in a folder, whose report is the last line."""
    out = console()
    problems = _problems(config)
    verifier = verifier_for(config.name)
    facts(out, {"benchmark": _title(config.name), "completions": config.source, "questions": len(problems)})
    complaints = check_gold(verifier, problems)
    _say_unusable(out, complaints)
    batches, total, settings = _source(config, problems, out, resume)
    folder = Folder.open(resume) if resume else Folder.create(out_dir or default_folder(config), settings)
    earlier = folder.results()
    if earlier:
        out.print(f"  {len(earlier):,} samples were scored before; going on from there.")
    finished = _follow(out, evaluate(batches, verifier, folder), total - len(earlier))
    results = folder.results()
    if results:
        report(out, config.name, folder, results, verifier, complaints, partial=not finished, listed=config.reference)
    if not finished:
        out.print(f"\n[bold]Stopped[/] after {len(results):,} samples. Go on with:")
        out.print(f"  assay eval --resume {folder.path}", soft_wrap=True, markup=False)
        raise SystemExit(INTERRUPTED)


def resume_eval(path: Path) -> None:
    settings = Folder.open(path).settings()
    run_eval(EvalConfig(**settings["config"]), resume=path)


def run_rescore(path: Path) -> None:
    """Score the stored completions of a folder with the verifier as it is now."""
    out = console()
    folder = Folder.open(path)
    name = folder.settings()["config"]["name"]
    verifier = verifier_for(name)
    before = folder.results()
    if not before:
        raise AssayError(f"{folder.samples} has no samples yet; there is nothing to score again.")
    results = rescore(folder, verifier)
    changed = [new for old, new in zip(before, results) if old.score.value != new.score.value]
    out.print(f"{len(results):,} samples scored again; {len(changed)} verdicts changed.")
    for result in changed[:LISTED]:
        out.print(
            f"  {result.attempt.sample.problem.id}: now {result.score.value}, {result.score.reason}", markup=False
        )
    report(out, name, folder, results, verifier, {})


def _problems(config: EvalConfig) -> list[Problem]:
    """The questions; none for a benchmark that only the recorded file knows, where its lines bring their golds."""
    if config.completions and config.name not in BENCHMARKS and not is_file(config.name):
        named = {row.get("benchmark") for row in read_jsonl(config.completions)}
        if config.name not in named:
            find(config.name)
        return []
    return read(config.name, config.data_dir)[: config.limit]


def _source(
    config: EvalConfig, problems: list[Problem], out: Console, resume: Path | None
) -> tuple[Iterable[Sequence[Attempt]], int, dict[str, Any]]:
    """Batches of attempts, how many attempts they come to, and what run.json says of them."""
    settings: dict[str, Any] = {"config": asdict(config), "prompt": problems[0].prompt if problems else None}
    if config.reference:
        return in_batches(attempts := references(problems)), len(attempts), settings
    if config.completions:
        benchmark = "" if is_file(config.name) else config.name
        attempts = read_recorded(config.completions, problems, benchmark)
        if differing := differing_golds(attempts, problems):
            out.print(
                f"  [unscored]{len(differing)} ids[/] have another gold in the file than in the data set, so the file "
                "numbers its problems anew; its own golds are used."
            )
        return in_batches(attempts), len(attempts), settings
    return *_from_model(config, problems, out, resume, settings), settings


def _from_model(
    config: EvalConfig, problems: list[Problem], out: Console, resume: Path | None, settings: dict[str, Any]
) -> tuple[Iterable[Sequence[Attempt]], int]:
    from assay.models import context_left, load_model
    from grpo_core.rollout import HFEngine, Sampling, encode_prompt

    assert config.model is not None
    model, tokenizer = load_model(config.model, config.device)
    tokens = context_left(model, tokenizer, problems, config.max_tokens)
    engine = HFEngine(model, tokenizer, Sampling(config.temperature, tokens, config.top_p))
    # The very text that the model reads: a chat template is part of the protocol.
    settings["prompt"] = tokenizer.decode(encode_prompt(tokenizer, problems[0]))
    settings["max_new_tokens"] = tokens
    facts(out, {
        "sampling": f"{config.samples} a question, temperature {config.temperature:g}, top-p {config.top_p:g}, "
        f"at most {tokens:,} tokens, seed {config.seed}",
        "device": str(model.device),
    })  # fmt: skip
    done = Folder.open(resume).done() if resume else set()
    batches = generate(engine, problems, config.samples, run=config.model, seed=config.seed, done=done)
    return batches, len(problems) * config.samples


def _follow(out: Console, results: Iterable[Result], total: int) -> bool:
    """Drive the evaluation with a progress bar; False where Ctrl-C ended it."""
    columns = (TextColumn("  scored"), bar(), MofNCompleteColumn(), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as progress:
        task = progress.add_task("", total=total)
        try:
            for _ in results:
                progress.advance(task)
        except KeyboardInterrupt:
            return False
    return True


def report(
    out: Console,
    name: str,
    folder: Folder,
    results: Sequence[Result],
    verifier: Verifier,
    complaints: dict[str, str],
    partial: bool = False,
    listed: bool = False,
) -> None:
    """Print the figures and write summary.json and report.html."""
    found = summaries(results, verifier)
    folder.write_summary(found)
    out.print()
    print_summaries(out, found)
    if listed:
        _say_refused(out, results)
    notes = list(NOTES)
    if complaints:
        notes.append(f"Golds that cannot be verified: {', '.join(complaints)}.")
    page = Report(
        title=_title(name) + (" (stopped early)" if partial else ""),
        facts=_page_facts(folder),
        summaries=found,
        samples=[(result.attempt.run, result) for result in results],
        notes=notes,
    )
    out.print(f"\nA line a sample: {folder.samples}", soft_wrap=True)
    last_line(out, page.write(folder.path / "report.html"))


def print_summaries(out: Console, found: Sequence[Summary]) -> None:
    """The table of results; columns that no run has a figure for are left out."""
    k = max((summary.k for summary in found), default=1)
    shown = table("run", "questions", "samples", "pass@1", "95 %", *([f"pass@{k}", f"maj@{k}"] if k > 1 else []),
                  "no answer", "cut off", "unscored")  # fmt: skip
    for s in found:
        extra = [percent(s.pass_at_k.get(k)), percent(s.maj_at_k.get(k))] if k > 1 else []
        shown.add_row(s.run, str(s.questions), str(s.samples), percent(s.pass_at_1), interval(s.interval), *extra,
                      percent(s.no_answer), percent(s.truncated), percent(s.unscored))  # fmt: skip
    out.print(shown)
    for s in found:
        right = round(sum(s.rates.values()) * s.k)
        if len(found) == 1 and s.k == 1:
            out.print(f"{right:,} of {s.samples:,} right.")
        spread = f"; run to run ± {100 * s.run_to_run:.1f} points (1 sd)" if s.run_to_run else ""
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in list(s.reasons.items())[:6])
        out.print(f"[dim]{s.run}: {reasons}{spread}[/]", soft_wrap=True)


def _say_unusable(out: Console, complaints: dict[str, str]) -> None:
    if not complaints:
        return
    out.print(f"  [unscored]{len(complaints)} golds cannot be verified[/] and go unscored:")
    for id, why in list(complaints.items()):
        out.print(f"    {id}: {why}", markup=False, soft_wrap=True)


def _say_refused(out: Console, results: Sequence[Result]) -> None:
    """With --reference, whatever is not right is a fault of the data set or of the verifier: name it."""
    refused = [result for result in results if not result.right]
    if not refused:
        return
    out.print(f"[bad]{len(refused)} of the data set's own solutions were not accepted:[/]")
    for result in refused:
        score = result.score
        out.print(
            f"  {result.attempt.sample.problem.id}: {score.reason}, took {shorten(str(score.extracted), 80)!r}, "
            f"gold {shorten(str(result.attempt.sample.gold), 80)!r}",
            markup=False,
            soft_wrap=True,
        )


def _page_facts(folder: Folder) -> dict[str, str]:
    settings = folder.settings()
    pairs = {key: str(value) for key, value in settings["config"].items() if value not in (None, False)}
    pairs |= {f"{package}": version for package, version in settings["versions"].items()}
    if settings.get("prompt"):
        pairs["first prompt"] = str(settings["prompt"])
    return pairs


def _title(name: str) -> str:
    return BENCHMARKS[name].title if name in BENCHMARKS else name


def default_folder(config: EvalConfig) -> Path:
    source = config.model or config.completions or "reference"
    slug = re.sub(r"\W+", "-", f"{Path(config.name).stem}-{Path(source).stem}").strip("-").lower()
    base = Path("runs/eval") / f"{time.strftime('%Y%m%d-%H%M%S')}-{slug}"
    path, n = base, 2
    while path.exists():
        path, n = base.with_name(f"{base.name}-{n}"), n + 1
    return path
