"""How long do 100,000 short completions take through the demo's reward?

    python -m benchmarks.speed.bench_rewards [--samples 100000]

Prints CPU and wall seconds for each part alone and for the sum; the difference is what the algebra costs.
"""

from __future__ import annotations

import argparse
import random
import time

from verifiers import Problem, Sample, Verifier, as_reward
from verifiers.format import ThinkFormat
from verifiers.math import MathVerifier


def samples(n: int, seed: int = 0) -> list[Sample]:
    """Sums of two numbers as the demo writes them, three of ten wrong."""
    rng, made = random.Random(seed), []
    for _ in range(n):
        a, b = rng.randrange(100), rng.randrange(100)
        answer = a + b if rng.random() < 0.7 else a + b + rng.choice((-10, -1, 1, 10))
        problem = Problem([{"role": "user", "content": f"{a}+{b}="}], str(a + b), f"{a}+{b}")
        thinking = f"{a % 10}+{b % 10}={a % 10 + b % 10},{a // 10}+{b // 10}={a // 10 + b // 10}"
        made.append(Sample(problem, f"<think>{thinking}</think>\\boxed{{{answer}}}", num_tokens=24))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=100_000)
    batch = samples(parser.parse_args().samples)
    parts: list[Verifier] = [ThinkFormat(), MathVerifier(), 0.8 * MathVerifier() + 0.2 * ThinkFormat()]
    as_reward(parts[-1])(batch[:100])  # imports and workers are up before the clock starts
    for part in parts:
        reward, cpu, wall = as_reward(part), time.process_time(), time.perf_counter()
        values = reward(batch)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        mean = sum(value or 0.0 for value in values) / len(values)
        print(f"{part!r:60} {cpu:6.2f} s CPU {wall:6.2f} s wall   mean {mean:.4f}")


if __name__ == "__main__":
    main()
