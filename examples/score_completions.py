"""Score completions that were generated elsewhere, and read the figures and the reasons.

    python examples/score_completions.py

From the command line the same is `assay eval problems.jsonl --completions completions.jsonl`.
"""

from pathlib import Path

from benchmarks.data import read_problems
from benchmarks.evaluate import evaluate, in_batches, summaries
from benchmarks.recorded import read_recorded
from verifiers.math import MathVerifier

HERE = Path(__file__).parent


def main() -> None:
    problems = read_problems(HERE / "problems.jsonl")
    attempts = read_recorded(HERE / "completions.jsonl", problems)
    verifier = MathVerifier()
    results = list(evaluate(in_batches(attempts), verifier))
    for result in results:
        score, sample = result.score, result.attempt.sample
        print(
            f"{sample.problem.id:<10} {score.value}  {score.reason:<10} took {score.extracted!r}, gold {sample.gold!r}"
        )
    for summary in summaries(results, verifier):
        low, high = summary.interval or (0.0, 1.0)
        print(
            f"{summary.run}: pass@1 {summary.pass_at_1:.3f} ({low:.3f} to {high:.3f}), "
            f"pass@k {summary.pass_at_k}, maj@k {summary.maj_at_k}, no answer {summary.no_answer:.2f}"
        )


if __name__ == "__main__":
    main()
