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

The file is written anew after each process. A method without figures says why in `status`: "oom", "absent" (TRL and
Liger need `pip install --no-deps trl==1.16.0 liger-kernel==0.8.5`, and accelerate), "timeout" or "failed".
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
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
    Case("cpu", "bfloat16", 512, 896, 151_936, 1.0),
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


def in_fresh_process(case: Case, method: str, steps: int, limit_s: float) -> dict[str, Any]:
    """What `measure` found, or {"status": why it found nothing}. Nothing that a method does can end the table."""
    if method in NEEDS and find_spec(NEEDS[method]) is None:
        return {"status": "absent"}
    command = [sys.executable, "-m", "benchmarks.speed.bench_loss", "--child"]
    job = json.dumps({"case": asdict(case), "method": method, "steps": steps})
    env = {"OMP_WAIT_POLICY": "passive"} | os.environ
    try:
        done = subprocess.run([*command, job], capture_output=True, text=True, env=env, timeout=limit_s)
    except subprocess.TimeoutExpired:
        return {"status": "timeout"}
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    error = (done.stderr.strip().splitlines() or [f"ended by signal {-done.returncode}"])[-1]
    print(f"{method}: {error}", file=sys.stderr)
    out_of_memory = any(words in done.stderr for words in ("OutOfMemoryError", "t allocate memory"))
    killed = done.returncode == -signal.SIGKILL  # by the kernel, which has no memory left
    return {"status": "oom" if out_of_memory or killed else "failed"}


def run(case: Case, methods: list[str], rounds: int, steps: int, limit_s: float) -> Iterator[list[dict[str, Any]]]:
    """After each process, the rows so far: one for each method, its best of all rounds, in ratio to the floor's."""
    best: dict[str, dict[str, Any]] = {}
    for _ in range(rounds):
        for method in methods:
            known = best.get(method, {"status": "ok"})
            if known["status"] != "ok":  # it will not fit, or come, at a second try
                continue
            found = in_fresh_process(case, method, steps, limit_s)
            if "status" not in found:
                best[method] = {key: min(value, known.get(key, value)) for key, value in found.items()} | {
                    "status": "ok"
                }
            elif method not in best:
                best[method] = found
            yield [row(case, method, found, best.get("floor", {})) for method, found in best.items()]


def row(case: Case, method: str, found: dict[str, Any], floor: dict[str, Any]) -> dict[str, Any]:
    outputs_mb = (case.n + case.v) * case.d * (4 if case.dtype == "float32" else 2) / 2**20
    out = asdict(case) | {"method": method, "status": found["status"]}
    for key in ("wall_s", "cpu_s", "peak_mb"):
        out[key] = round(found[key], 4) if key in found else ""
    for key, ratio in (("wall_s", "x_floor"), ("cpu_s", "cpu_x_floor")):
        out[ratio] = round(found[key] / floor[key], 3) if key in found and key in floor else ""
    return out | {"outputs_mb": round(outputs_mb, 1)}


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def machine(device: str) -> dict[str, str]:
    import torch

    if device == "cuda":
        if not torch.cuda.is_available():
            sys.exit("--device cuda: PyTorch sees no CUDA device here; use --device cpu.")
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
    parser.add_argument("--limit-s", type=float, default=600, help="longest time for a process of one method")
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
    where = machine(args.device)
    rows: list[dict[str, Any]] = []
    for case in cases:
        latest: list[dict[str, Any]] = []
        for found in run(case, args.methods, args.rounds, args.steps, args.limit_s):
            latest = [one | where for one in found]
            if out:  # after each process, since a table takes long
                write(out, rows + latest)
        for one in latest:
            print("  ".join(f"{key}={value}" for key, value in one.items() if value != ""), flush=True)
        rows += latest


if __name__ == "__main__":
    main()
