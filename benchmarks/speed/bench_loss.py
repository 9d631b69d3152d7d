"""Time and peak memory of one loss step (forward and backward through the output layer), against the peers.

    python -m benchmarks.speed.bench_loss                                   # the CPU table of docs/objective.md
    python -m benchmarks.speed.bench_loss --device cuda                     # the CUDA table
    python -m benchmarks.speed.bench_loss --shape 2048x896x32000 --dtype bfloat16 --methods floor fused

Methods, all from the same hidden states and weight to the same gradients:

    floor      the three matrix products alone, over all rows at once: nothing can be faster without skipping rows
    fused      grpo_core.fused, default tile
    full       logits of every row, log_softmax, autograd
    compiled   torch.compile of the same
    trl        TRL's ChunkedLogProbFunction and its entropy, as its trainer calls it
    liger      LigerFusedLinearGRPOLoss, uncompiled on CPU (compiled it takes minutes to start), compiled on CUDA

Every measurement is a fresh process; processes of different methods take turns, round by round, and the best step of
all rounds counts, since on a shared machine noise only adds. `cpu_s` is processor time, which suffers less from
neighbours. Peak memory is what a step adds to the inputs, gradients included: resident set on CPU, allocated bytes on
CUDA.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
METHODS = ("floor", "fused", "full", "compiled", "trl", "liger")
NEEDS = {"trl": "trl", "liger": "liger_kernel"}


@dataclass(frozen=True)
class Case:
    device: str
    dtype: str
    n: int
    d: int
    v: int
    live: float
    """Share of rows with a gradient; of the others two thirds are padding and one third has zero advantage."""
    sequences: int = 8


CPU_CASES = [
    Case("cpu", "float32", 2048, 896, 32_000, 1.0),
    Case("cpu", "bfloat16", 2048, 896, 32_000, 1.0),
    Case("cpu", "float32", 2048, 896, 32_000, 0.375),
    Case("cpu", "float32", 512, 896, 151_936, 1.0),
]
CUDA_CASES = [
    Case("cuda", "bfloat16", n, d, 151_936, 1.0) for d in (896, 1536, 4096) for n in (8192, 16_384, 32_768, 65_536)
]


def build(case: Case, method: str) -> Callable[[], Any]:
    """A function that makes one step from the same inputs each time, and lets go of its gradients."""
    import torch

    from grpo_core import presets
    from grpo_core.fused import linear_policy_loss
    from grpo_core.objective import token_logp
    from grpo_core.tokens import Tokens

    torch.manual_seed(0)
    device, dtype, num_seqs = torch.device(case.device), getattr(torch, case.dtype), case.sequences
    length = case.n // num_seqs
    hidden = torch.randn(num_seqs, length, case.d, device=device).to(dtype).requires_grad_()
    weight = (0.03 * torch.randn(case.v, case.d, device=device)).to(dtype).requires_grad_()
    targets = torch.randint(case.v, (num_seqs, length), device=device)
    advantages = torch.randn(num_seqs, device=device)
    mask = torch.ones(num_seqs, length, device=device)
    if case.live < 1:  # half of the positions padding; of the rest, whole sequences without advantage
        mask[:, length // 2 :] = 0
        advantages[: round(num_seqs * (1 - 2 * case.live))] = 0
    objective = presets.dapo()
    tokens = Tokens.of(mask, advantages, objective.weights(mask.sum(1)))
    flat, flat_targets = hidden.detach().view(-1, case.d), targets.view(-1)

    def backward(loss: torch.Tensor) -> None:
        loss.backward()
        hidden.grad = weight.grad = None

    def fused() -> None:
        backward(linear_policy_loss(hidden, weight, targets, tokens, objective).loss)

    def full_loss(hidden: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        logits = hidden.view(-1, case.d) @ weight.t()
        return objective(token_logp(logits, flat_targets)[tokens.index_N], tokens).loss

    def logits_to_logp(hidden: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return token_logp(hidden.view(-1, case.d) @ weight.t(), flat_targets)

    def full() -> None:
        backward(full_loss(hidden, weight))

    if method == "fused":
        return fused
    if method == "full":
        return full
    if method == "compiled":
        compiled_logp = torch.compile(logits_to_logp)
        return lambda: backward(objective(compiled_logp(hidden, weight)[tokens.index_N], tokens).loss)
    if method == "floor":
        tile = torch.empty(case.n, case.v, dtype=dtype, device=device)
        w = weight.detach()

        def floor() -> Any:
            torch.mm(flat, w.t(), out=tile)
            return tile @ w, tile.t() @ flat

        return floor
    if method == "trl":
        from trl.kernels.chunked_logprob import ChunkedLogProbFunction

        on_cuda = device.type == "cuda"  # where TRL's trainer packs the masked rows away first
        rows = tokens.index_N if on_cuda else torch.arange(case.n, device=device)

        def trl() -> None:
            picked = hidden.view(-1, case.d)[rows] if on_cuda else hidden.view(-1, case.d)
            outputs = ("entropy",)
            logp, *_ = ChunkedLogProbFunction.apply(
                picked, weight, None, flat_targets[rows], 1.0, 32_768, None, 1.0, outputs
            )
            backward(objective(logp if on_cuda else logp[tokens.index_N], tokens).loss)

        return trl
    from liger_kernel.chunked_loss import LigerFusedLinearGRPOLoss

    head = LigerFusedLinearGRPOLoss(
        beta=0.0,
        epsilon_low=0.2,
        epsilon_high=0.28,
        loss_type="dapo",
        use_ref_model=False,
        compiled=device.type == "cuda",
    )
    return lambda: backward(head(hidden, weight, targets, mask, advantages.to(dtype))[0])


def measure(case: Case, method: str, steps: int) -> dict[str, float]:
    """In this process: a step to warm up, then the best time and the peak memory of `steps`."""
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    step = build(case, method)
    step()
    wall, cpu, peak = [], [], []
    for _ in range(steps):
        memory = PeakMemory(case.device)
        synchronize(case.device)
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        step()
        synchronize(case.device)
        wall.append(time.perf_counter() - wall_start)
        cpu.append(time.process_time() - cpu_start)
        peak.append(memory.added_mb())
    return {"wall_s": min(wall), "cpu_s": min(cpu), "peak_mb": min(peak)}


class PeakMemory:
    """MB above what is held now."""

    def __init__(self, device: str) -> None:
        import torch

        self.cuda = torch.cuda if device == "cuda" else None
        if self.cuda:
            self.cuda.reset_peak_memory_stats()
            self.before = self.cuda.memory_allocated() / 2**20
        else:
            self.before = status_mb("VmRSS")
            Path("/proc/self/clear_refs").write_text("5")  # sets the high-water mark back

    def added_mb(self) -> float:
        peak = self.cuda.max_memory_allocated() / 2**20 if self.cuda else status_mb("VmHWM")
        return peak - self.before


def status_mb(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 2**10


def synchronize(device: str) -> None:
    if device == "cuda":
        import torch

        torch.cuda.synchronize()


def in_fresh_process(case: Case, method: str, steps: int) -> dict[str, float] | None:
    command = [sys.executable, "-m", "benchmarks.speed.bench_loss", "--child"]
    job = json.dumps({"case": asdict(case), "method": method, "steps": steps})
    env = os.environ | {"OMP_WAIT_POLICY": "passive"}
    done = subprocess.run([*command, job], capture_output=True, text=True, env=env)
    if done.returncode:
        print(f"{method}: failed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def run(case: Case, methods: list[str], rounds: int, steps: int) -> list[dict[str, Any]]:
    """A row for each method: the best of all rounds, and ratios to the floor of the same run."""
    best: dict[str, dict[str, float]] = {}
    for _ in range(rounds):
        for method in methods:
            found = in_fresh_process(case, method, steps)
            if found is not None:
                known = best.setdefault(method, found)
                best[method] = {key: min(known[key], found[key]) for key in found}
    floor = best.get("floor")
    rows = []
    for method, found in best.items():
        row = asdict(case) | {"method": method} | {key: round(value, 4) for key, value in found.items()}
        if floor:
            row["x_floor"] = round(found["wall_s"] / floor["wall_s"], 3)
            row["cpu_x_floor"] = round(found["cpu_s"] / floor["cpu_s"], 3)
        row["outputs_mb"] = round((case.n + case.v) * case.d * (4 if case.dtype == "float32" else 2) / 2**20, 1)
        rows.append(row)
        print("  ".join(f"{key}={value}" for key, value in row.items()), flush=True)
    return rows


def machine(device: str) -> dict[str, str]:
    import torch

    if device == "cuda":
        name = torch.cuda.get_device_name()
    else:
        models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        name = models[0].split(":")[1].strip() if models else platform.machine()
        name += f", {len(os.sched_getaffinity(0))} cores"
    return {"machine": name, "torch": torch.__version__}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--shape", help="NxDxV instead of the table's, e.g. 2048x896x32000")
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"], help="with --shape")
    parser.add_argument("--live", type=float, default=1.0, help="with --shape: share of rows with a gradient")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--out", type=Path, help="CSV; default results/loss_DEVICE.csv for the table, none for a shape")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        job = json.loads(args.child)
        print(json.dumps(measure(Case(**job["case"]), job["method"], job["steps"])))
        return
    if args.shape:
        n, d, v = map(int, args.shape.split("x"))
        cases, out = [Case(args.device, args.dtype, n, d, v, args.live)], args.out
    else:
        cases = CPU_CASES if args.device == "cpu" else CUDA_CASES
        out = args.out or RESULTS / f"loss_{args.device}.csv"
    methods = [method for method in args.methods if method not in NEEDS or find_spec(NEEDS[method])]
    for missing in set(args.methods) - set(methods):
        print(f"{missing}: not installed, left out", file=sys.stderr)
    rows: list[dict[str, Any]] = []
    for case in cases:
        rows += [row | machine(args.device) for row in run(case, methods, args.rounds, args.steps)]
        if out:  # after each case, since a table takes long
            out.parent.mkdir(parents=True, exist_ok=True)
            with out.open("w", newline="") as file:
                writer = csv.DictWriter(file, fieldnames=list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)


if __name__ == "__main__":
    main()
