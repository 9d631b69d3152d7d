"""The command line. Each command imports what it needs when it runs, so that `assay --help` is there at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from assay.errors import INTERRUPTED, explain, wants_debug

app = typer.Typer(
    name="assay",
    help="Verifiable rewards for training language models, a compact GRPO trainer, and the benchmarks to test them.\n\n"
    "New here? Run [bold]assay demo[/bold]: it trains a tiny model in about two minutes and shows what improved.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
_debug = False


def main(argv: list[str] | None = None) -> None:
    """Run a command and exit: 0 done, 2 the input is at fault, 1 a bug, 130 stopped by Ctrl-C."""
    try:
        app(args=argv, prog_name="assay")
    except KeyboardInterrupt:
        print("assay: stopped.", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except Exception as error:
        code, text = explain(error, debug=_debug or wants_debug())
        print(f"assay: {text}", file=sys.stderr)
        sys.exit(code)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata

        try:
            print(f"assay {metadata.version('assay-rl')}")
        except metadata.PackageNotFoundError:
            print("assay, run from a source tree that is not installed")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    global _debug
    _debug = debug


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the report, metrics and checkpoints.")] = Path("runs/demo"),
    seed: Annotated[int, typer.Option(help="The same seed gives the same run on the same machine.")] = 0,
    steps: Annotated[int | None, typer.Option(help="GRPO steps; by default as many as the demo needs.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A few seconds, to see that all parts work; it learns little.")
    ] = False,
) -> None:
    """Train a tiny model by GRPO, and see it get better at sums.

    Builds a half-million-parameter model from scratch, shows it a few worked sums (the cold start), then improves it
    with verifiable rewards alone. No network, no GPU. The last line printed is the path of the report.
    """
    from assay.demo import run_demo

    run_demo(out, seed=seed, steps=steps, quick=quick)


@app.command()
def train(
    config: Annotated[
        Path, typer.Argument(help="A TOML file with the tables model, data, reward and train.", metavar="CONFIG.toml")
    ],
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint in the run's folder.")
    ] = False,
) -> None:
    r"""Train a model of yours on problems of yours.

    \b
    A config that is complete:
      [model]
      path = "my-model"            # a folder from save_pretrained(), or a hub id
      [data]
      train = "problems.jsonl"     # {"problem": "What is 2+2?", "answer": "4"} a line
      [reward]
      math = 0.9                   # weights of built-in rewards,
      think_format = 0.1           # or: path = "my_module:reward"
      [train]
      steps = 100
      group_size = 8

    Ctrl-C leaves a checkpoint; `assay train CONFIG.toml --resume` goes on from it.
    """
    from assay.train import run_train

    run_train(config, resume=resume)


@app.command("eval")
def evaluate(
    name: Annotated[
        str | None,
        typer.Argument(
            help="math500, aime24, aime25, gsm8k, amc23, olympiadbench, minerva, or a .jsonl file of problems."
        ),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Folder or hub id of the model to sample from.")] = None,
    completions: Annotated[
        str | None, typer.Option(help="JSON-lines file of completions to score; no model is run.")
    ] = None,
    reference: Annotated[
        bool, typer.Option("--reference", help="Score the data set's own solutions: a check of golds and verifier.")
    ] = False,
    data_dir: Annotated[
        str | None,
        typer.Option(help="Folder with the data sets as JSON lines. Default: the variable ASSAY_DATA, else the hub."),
    ] = None,
    samples: Annotated[
        int,
        typer.Option(
            "--samples",
            "-k",
            help="Completions a question (with --model). Published figures take 64 for AIME, 4 for MATH-500.",
        ),
    ] = 1,
    temperature: Annotated[float, typer.Option(help="0 is greedy.")] = 0.6,
    top_p: Annotated[float, typer.Option(help="Nucleus sampling; 1 keeps all tokens.")] = 0.95,
    max_tokens: Annotated[
        int, typer.Option(help="A completion is cut off there, or where the model's context ends.")
    ] = 32_768,
    limit: Annotated[int | None, typer.Option(help="Only the first so many questions.")] = None,
    seed: Annotated[int, typer.Option(help="Decides every random number.")] = 0,
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:1; auto takes the GPU where there is one.")] = "auto",
    out: Annotated[
        Path | None, typer.Option(help="Folder for samples and report. Default: runs/eval/DATE-NAME.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Go on with an interrupted evaluation: the folder it named.")
    ] = None,
) -> None:
    """Measure a model on a benchmark: pass@1 with its 95 % interval, pass@k, maj@k.

    \b
    assay eval math500 --reference                   the data set's own solutions: is the grading sound?
    assay eval aime24 --completions samples.jsonl    completions generated elsewhere
    assay eval gsm8k --model ./my-model -k 4         a model, 4 samples a question

    Each sample is written down as it is scored, with the reason and what was taken as its answer; Ctrl-C prints the
    figures so far and how to go on.
    """
    from assay.errors import AssayError
    from assay.eval import resume_eval, run_eval
    from assay.sources import EvalConfig

    if resume is not None:
        return resume_eval(resume)
    if name is None:
        raise AssayError(
            "Which benchmark? Write e.g. `assay eval math500 --reference`; `assay eval --help` lists them."
        )
    config = EvalConfig(
        name, model, completions, reference, data_dir, samples, temperature, top_p, max_tokens, limit, seed, device
    )
    return run_eval(config, out_dir=out)


@app.command()
def rescore(folder: Annotated[Path, typer.Argument(help="The folder that `assay eval` named.")]) -> None:
    """Score the stored completions of an evaluation again, without generating."""
    from assay.eval import run_rescore

    run_rescore(folder)


@app.command()
def check(
    completion: Annotated[str, typer.Argument(help="The completion, or - to read it from standard input.")],
    gold: Annotated[str, typer.Option(help="The reference answer: 0.5, or '\\frac{1}{2}', or '(1, 2)'.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the score as JSON.")] = False,
) -> None:
    r"""Grade one completion against one gold, and say why.

    \b
    assay check 'So it is \boxed{\frac{1}{2}}.' --gold 0.5
    """
    from assay.check import check as run_check

    run_check(completion, gold, as_json)


@app.command(context_settings={"allow_interspersed_args": False})
def run(
    file: Annotated[Path, typer.Argument(help="A program: .py, .c, .cpp, .rs, .go, .js or .sh.")],
    args: Annotated[list[str] | None, typer.Argument(help="Arguments of the program.")] = None,
    language: Annotated[str | None, typer.Option(help="Where the suffix does not tell.")] = None,
    level: Annotated[
        str | None, typer.Option(help="Isolation that is required: filtered, namespaced, cgrouped. Default: the best.")
    ] = None,
    wall_s: Annotated[float, typer.Option(help="Seconds until it is stopped.")] = 10.0,
    memory_mb: Annotated[int, typer.Option(help="Memory of all its processes together.")] = 512,
) -> None:
    """Run an untrusted program in the sandbox and say how it ended.

    What it writes goes to standard output, how it ended to standard error; standard input is passed on.
    """
    from assay.run import run_program

    run_program(file, args or [], language=language, level=level, wall_s=wall_s, memory_mb=memory_mb)


@app.command()
def doctor() -> None:
    """Say what the sandbox can isolate on this machine, and what is missing for more."""
    from assay.run import examine

    examine()


@app.command()
def audit(
    target: Annotated[
        str | None, typer.Argument(help="module:object: a Verifier, or any reward function.", metavar="MODULE:OBJECT")
    ] = None,
    compare: Annotated[
        tuple[str, str] | None, typer.Option(help="Two graders: list where they disagree.", metavar="A B")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="A benchmark or .jsonl file whose golds are asked about.")] = None,
    budget: Annotated[float, typer.Option(help="Seconds for the whole audit.")] = 120.0,
    fail_fpr: Annotated[float, typer.Option(help="Share of wrong completions that may be paid.")] = 0.0,
    fail_fnr: Annotated[float, typer.Option(help="Share of right completions that may be refused.")] = 0.05,
    seed: Annotated[int, typer.Option(help="The same seed asks the same questions.")] = 0,
    examples: Annotated[int, typer.Option(help="Cases a relation.")] = 200,
    answers: Annotated[
        str | None, typer.Option(help="Types of answers, e.g. integer,fraction. Default: what it declares.")
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(help="answer, think_format, code, judge or any. Default: as declared, or named."),
    ] = None,
    forgive: Annotated[
        list[str] | None, typer.Option(help='What is policy and no error: "inequivalence/fraction: decimal*".')
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the report as JSON, Markdown and HTML.")] = Path("runs/audit"),
) -> None:
    """Look for the mistakes of a reward, before a model finds them.

    \b
    assay audit my_rewards:reward                       functions of TRL, verl, open-r1, OpenRLHF shape as they are
    assay audit verifiers.math:MathVerifier --dataset math500
    assay audit --compare my_rewards:reward verifiers.math:MathVerifier

    The exit code is 0 within the limits and 1 beyond them. A grader that raises, hangs, or ends its process never is.
    """
    from assay.audit import AuditConfig, run_audit, run_compare
    from assay.errors import AssayError

    config = AuditConfig(dataset, budget, fail_fpr, fail_fnr, seed, examples, answers, task, tuple(forgive or ()), out)
    if (target is None) == (compare is None):
        raise AssayError("Which grader? Write `assay audit module:object`, or --compare and two of them.")
    code = run_compare(*compare, config) if compare else run_audit(str(target), config)
    if code:
        raise typer.Exit(code)


judge_app = typer.Typer(
    name="judge", help="LLM judges: measure how far one can be trusted.", no_args_is_help=True, rich_markup_mode="rich"
)
app.add_typer(judge_app)


@judge_app.callback()
def judge() -> None:
    """LLM judges: measure how far one can be trusted."""


@judge_app.command()
def calibrate(
    file: Annotated[Path, typer.Argument(help="Labelled samples or pairs as JSON lines; docs/judge.md has the form.")],
    model: Annotated[str, typer.Option(help="The judge: its name on the server, or with --local a folder or hub id.")],
    base_url: Annotated[
        str, typer.Option(help="An OpenAI-compatible server: vLLM, SGLang, transformers serve, a router.")
    ] = "http://127.0.0.1:8000/v1",
    key_env: Annotated[
        str | None, typer.Option(help="Environment variable that has the key, e.g. OPENAI_API_KEY.")
    ] = None,
    local: Annotated[bool, typer.Option("--local", help="Load the model in this process; no server.")] = False,
    out: Annotated[Path, typer.Option(help="Folder for the report (Markdown, JSON, SVG) and the cache.")] = Path(
        "runs/judge"
    ),
) -> None:
    """Compare a judge's verdicts with labels: accuracy, error rates, kappa, biases, and what attacks it falls for."""
    from assay.judge import run_calibrate

    run_calibrate(file, model, base_url, out, key_env, local)
