"""`assay judge calibrate`: a judge's verdicts against human labels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Measure an LLM judge before trusting it.", no_args_is_help=True)


@app.callback()
def judge() -> None:
    """Measure an LLM judge before trusting it."""


@app.command()
def calibrate(
    data: Annotated[Path, typer.Argument(help="JSONL of labelled completions or labelled pairs.", metavar="DATA")],
    model: Annotated[str, typer.Option(help="The judge, as its server names it, or a folder with --local.")],
    base_url: Annotated[str, typer.Option(help="OpenAI-compatible server, up to /v1.")] = "http://127.0.0.1:8000/v1",
    key_env: Annotated[str | None, typer.Option(help="Environment variable that holds the server's key.")] = None,
    anthropic: Annotated[bool, typer.Option("--anthropic", help="Ask Anthropic's messages API.")] = False,
    local: Annotated[bool, typer.Option("--local", help="Load the model into this process.")] = False,
    out: Annotated[Path, typer.Option(help="Folder for report.md, report.json and report.svg.")] = Path("runs/judge"),
    cache: Annotated[Path | None, typer.Option(help="File of replies; by default replies.db in the folder.")] = None,
    canaries: Annotated[bool, typer.Option(help="Also ask about known wrong and hostile answers.")] = True,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Requests in flight.")] = None,
    deadline: Annotated[float, typer.Option(min=1, help="Seconds for a request with all its retries.")] = 120.0,
    max_calls: Annotated[int | None, typer.Option(min=1, help="Give up after so many calls.")] = None,
    seed: Annotated[int, typer.Option(help="Of the bootstrap and the canaries.")] = 0,
) -> None:
    """How far can a judge be trusted on your data?

    A line of DATA has question, reference (or null), completion and label (true or false); or, for pairs, question, first,
    second and label ("first", "second" or "tie").

    Prints accuracy, error rates, Cohen's kappa, position and length bias with 95 % intervals. Replies are cached, so the
    same command again asks nothing twice. Exits with 1 when no item got a verdict.
    """
    from benchmarks.judge_report import canary_table, write_report
    from verifiers.judge import Budget, Client, PointwiseJudge, openai_compatible
    from verifiers.judge import anthropic as anthropic_messages
    from verifiers.judge.calibration import LabelledPair, load_labelled
    from verifiers.judge.calibration import calibrate as run_calibration
    from verifiers.judge.canaries import canaries_for, measure_canaries
    from verifiers.judge.exchange import Transport
    from verifiers.judge.pairwise import PairwiseJudge

    items = load_labelled(data)
    transport: Transport
    if local:
        transport = load_local(model)
    elif anthropic:
        transport = anthropic_messages(model, key_env=key_env or "ANTHROPIC_API_KEY")
    else:
        transport = openai_compatible(model, base_url, key_env=key_env)
    out.mkdir(parents=True, exist_ok=True)
    client = Client(
        transport,
        cache=cache or out / "replies.db",
        deadline_s=deadline,
        concurrency=concurrency,
        budget=Budget(calls=max_calls),
    )
    report = None
    if isinstance(items[0], LabelledPair):
        found = run_calibration(PairwiseJudge(client), items, seed=seed)
    else:
        found = run_calibration(PointwiseJudge(client), items, seed=seed)
        problems = [item.sample.problem for item in items if not isinstance(item, LabelledPair)]
        if canaries and len({str(p.gold) for p in problems if p.gold is not None}) >= 2:
            # Without gates: they would keep the cheapest attacks from the judge that is to be measured.
            report = measure_canaries(PointwiseJudge(client, gates=False), canaries_for(problems, seed=seed))
    path = write_report(found, out, report)
    print(found.to_markdown())
    if report is not None:
        print(canary_table(report))
    spent = client.budget.spent
    print(f"{spent.attempts} calls, {spent.prompt_tokens} prompt and {spent.completion_tokens} completion tokens.")
    print(path)
    if not found.scored:
        raise typer.Exit(1)


def load_local(folder: str):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from verifiers.judge.local import LocalModel

    model = AutoModelForCausalLM.from_pretrained(folder)
    return LocalModel(model, AutoTokenizer.from_pretrained(folder))
