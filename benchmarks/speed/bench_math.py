"""MathVerifier beside math-verify, in one run: time a pair, share settled without sympy, and a batch of long completions.

    python benchmarks/speed/bench_math.py [--data-dir DIR] [--pairs N] [--out FILE.json]

The pairs are the golds of MATH-500 against themselves, against rewrites that are equal by construction, and against wrong
answers. Each pair is judged by both graders in turn, so that what else the machine does hits both alike; the order of the two
alternates. math-verify gets the same boxed text, with its own extraction and time limits, in the main thread, where these work.
Wall-clock quantiles of a busy machine measure its scheduler (a slice is some milliseconds), so the thread's CPU time is given
beside them; ours leaves out what the sympy worker uses, which `settled_without_sympy` bounds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from verifiers.math import MathVerifier
from verifiers.types import Problem, Sample

REWRITES: list[tuple[str, Callable[[str], str]]] = [
    ("same", lambda gold: gold),
    ("frac", lambda gold: gold.replace("\\frac", "\\dfrac")),
    ("spaced", lambda gold: f"\\left( {gold} \\right)" if gold.isdigit() else f"{gold}\\,"),
    ("named", lambda gold: f"x = {gold}" if gold.lstrip("-").isdigit() else gold),
    ("decimal", lambda gold: f"{gold}.0" if gold.isdigit() else gold.replace("\\pi", "\\pi{}")),
    ("doubled", lambda gold: f"\\frac{{{2 * int(gold)}}}{{2}}" if gold.isdigit() else f"{{{gold}}}"),
]
WRONG: list[tuple[str, Callable[[str], str]]] = [
    ("negated", lambda gold: f"-({gold})" if "=" not in gold and "," not in gold else "17"),
    ("next", lambda gold: str(int(gold) + 1) if gold.lstrip("-").isdigit() else f"{gold}+1"),
    ("other", lambda gold: "\\frac{355}{113}"),
]


def pairs_of(golds: list[str]) -> list[tuple[str, str, str]]:
    """(kind, gold, answer) for every gold."""
    return [(kind, gold, rewrite(gold)) for gold in golds for kind, rewrite in (*REWRITES, *WRONG)]


def math_verify_grader() -> Callable[[str, str], Any]:
    import logging

    from math_verify import parse, verify

    logging.disable(logging.CRITICAL)
    return lambda gold, completion: bool(verify(parse(f"\\boxed{{{gold}}}"), parse(completion)))


def side_by_side(pairs: list[tuple[str, str, str]]) -> dict[str, Any]:
    """Seconds a pair for both graders, interleaved, and the rungs that decided ours."""
    ours, theirs = MathVerifier(), math_verify_grader()
    times: dict[str, list[float]] = {"assay": [], "math_verify": []}
    cpu: dict[str, list[float]] = {"assay": [], "math_verify": []}
    rungs: Counter[str] = Counter()
    for index, (_, gold, answer) in enumerate(pairs):
        completion = f"So the answer is $\\boxed{{{answer}}}$."
        graders: list[tuple[str, Callable[[str, str], Any]]] = [("assay", ours.check), ("math_verify", theirs)]
        for name, grade in graders if index % 2 else graders[::-1]:
            cpu_start, start = time.thread_time(), time.perf_counter()
            verdict = grade(gold, completion)
            times[name].append(time.perf_counter() - start)
            cpu[name].append(time.thread_time() - cpu_start)
            if name == "assay":
                rungs[verdict.detail.get("rung", verdict.reason)] += 1
    return {"times": times, "cpu": cpu, "rungs": dict(rungs)}


def quantile(values: list[float], q: float) -> float:
    return sorted(values)[min(len(values) - 1, int(q * len(values)))]


def summary(times: dict[str, list[float]]) -> dict[str, Any]:
    rows = {
        name: {
            "median_us": 1e6 * statistics.median(values),
            "p99_us": 1e6 * quantile(values, 0.99),
            "max_ms": 1e3 * max(values),
            "total_s": sum(values),
        }
        for name, values in times.items()
    }
    ratio = {key: rows["math_verify"][key] / rows["assay"][key] for key in ("median_us", "p99_us", "total_s")}
    return {**rows, "ratio": ratio}


def long_completions(number: int, characters: int, seed: int = 0) -> list[Sample]:
    """Completions of a reasoning model's shape against numeric golds, a third of them wrong."""
    rng = random.Random(seed)
    steps = [
        "First we add the two sides, so that $a + b = {a}$ and therefore \\(2a = {b}\\).\n\n",
        "Wait, let me check this: \\frac{{{a}}}{{{b}}} is not an integer, so we try {b} instead.\n",
        "The total is {a} + {b}, which leaves {b} of them for the second day.\n",
    ]
    samples = []
    for _ in range(number):
        gold = rng.randrange(1000)
        text = ""
        while len(text) < characters:
            text += rng.choice(steps).format(a=rng.randrange(1000), b=rng.randrange(1, 1000))
        answer = gold if rng.random() < 2 / 3 else gold + 1
        text = text[:characters] + rng.choice(
            [f" So we get \\boxed{{{answer}}}.", f"\n\nThe final answer is {answer}."]
        )
        samples.append(Sample(Problem("", str(gold)), text))
    return samples


def batch(number: int, characters: int) -> dict[str, float]:
    """Seconds for one `score_all` over long completions, and the mean reward as a check."""
    samples = long_completions(number, characters)
    verifier = MathVerifier()
    start = time.perf_counter()
    scores = verifier.score_all(samples)
    wall = time.perf_counter() - start
    return {
        "completions": number,
        "characters": characters,
        "wall_s": wall,
        "mean": sum(s.value or 0 for s in scores) / number,
    }


def batch_with_imports(number: int, characters: int) -> float:
    """The same from a fresh interpreter: seconds of the imports and the batch, without the making of the texts."""
    script = (
        "import time; start = time.perf_counter(); from verifiers.math import MathVerifier\n"
        "imports = time.perf_counter() - start\n"
        f"from benchmarks.speed.bench_math import batch; print(imports + batch({number}, {characters})['wall_s'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data-dir", default=os.environ.get("ASSAY_DATA"), help="has math500/test.jsonl; default $ASSAY_DATA"
    )
    parser.add_argument("--pairs", type=int, default=1000, help="how many pairs, drawn at random (default 1000)")
    parser.add_argument("--out", help="write the figures here as JSON")
    args = parser.parse_args()
    if not args.data_dir:
        parser.error("--data-dir is not given and ASSAY_DATA is not set: name the folder that has math500/test.jsonl")
    lines = (Path(args.data_dir) / "math500/test.jsonl").read_text().splitlines()
    pairs = pairs_of([json.loads(line)["answer"] for line in lines])
    random.Random(0).shuffle(pairs)
    side_by_side(pairs[:5])  # Imports and workers are not what is compared here.
    run = side_by_side(pairs[: args.pairs])
    settled = 1 - run["rungs"].get("sympy", 0) / args.pairs
    figures = {
        "pairs": args.pairs,
        "wall": summary(run["times"]),
        "cpu_of_the_calling_thread": summary(run["cpu"]),
        "rungs": run["rungs"],
        "settled_without_sympy": settled,
        "batch": batch(8192, 4000),
        "batch_with_imports_s": batch_with_imports(8192, 4000),
    }
    text = json.dumps(figures, indent=2)
    print(text)
    if args.out:
        Path(args.out).write_text(text + "\n")


if __name__ == "__main__":
    main()
