"""`assay eval`: a benchmark over a model, over recorded completions, or over the data set's own solutions."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assay.console import bar, console, facts, last_line
from assay.errors import INTERRUPTED, AssayError
from assay.figures import NOTES, print_summaries, say_refused, say_unusable
from assay.sources import EvalConfig, source_of
from benchmarks.data import verifier_for
from benchmarks.evaluate import Folder, evaluate, rescore, summaries
from benchmarks.report import Report
from benchmarks.results import Result
from benchmarks.sets import BENCHMARKS
from verifiers import Verifier, check_gold

LISTED = 20


def run_eval(config: EvalConfig, out_dir: Path | None = None, resume: Path | None = None) -> None:
    """Evaluate, print the figures, leave the samples and a report in a folder, whose report is the last line."""
    out = console()
    folder = Folder.open(resume) if resume else None
    done = folder.done() if folder else set()
    source = source_of(config, done)
    verifier = verifier_for(config.name)
    facts(out, {"benchmark": title_of(config.name), "completions": config.source, **source.facts})
    complaints = check_gold(verifier, source.problems)
    say_unusable(out, complaints)
    if done:
        out.print(f"  {len(done):,} samples were scored before; going on from there.")
    folder = folder or Folder.create(out_dir or default_folder(config), source.settings)
    finished = _follow(out, evaluate(source.batches, verifier, folder), source.total - len(done))
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
        say_refused(out, results)
    notes = list(NOTES)
    if complaints:
        notes.append(f"Golds that cannot be verified: {', '.join(complaints)}.")
    page = Report(
        title=title_of(name) + (" (stopped early)" if partial else ""),
        facts=_page_facts(folder),
        summaries=found,
        samples=[(result.attempt.run, result) for result in results],
        notes=notes,
    )
    out.print(f"\nA line a sample: {folder.samples}", soft_wrap=True)
    last_line(out, page.write(folder.path / "report.html"))


def _page_facts(folder: Folder) -> dict[str, str]:
    settings = folder.settings()
    pairs = {key: str(value) for key, value in settings["config"].items() if value not in (None, False)}
    pairs |= {f"{package}": version for package, version in settings["versions"].items()}
    if settings.get("prompt"):
        pairs["first prompt"] = str(settings["prompt"])
    return pairs


def default_folder(config: EvalConfig) -> Path:
    source = config.model or config.completions or "reference"
    slug = re.sub(r"\W+", "-", f"{Path(config.name).stem}-{Path(source).stem}").strip("-").lower()
    base = Path("runs/eval") / f"{time.strftime('%Y%m%d-%H%M%S')}-{slug}"
    path, n = base, 2
    while path.exists():
        path, n = base.with_name(f"{base.name}-{n}"), n + 1
    return path


def title_of(name: str) -> str:
    return BENCHMARKS[name].title if name in BENCHMARKS else name
