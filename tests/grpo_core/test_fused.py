"""The fused loss against the plain one, and the promises it makes about memory and rows."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from grpo_core import kernels, presets
from grpo_core.corrections import KL, Mismatch
from grpo_core.fused import linear_logp, linear_policy_loss
from grpo_core.objective import Objective, token_logp
from grpo_core.terms import Clip
from grpo_core.tokens import Tokens

B, T, D, V = 5, 7, 3, 11  # pairwise coprime: a swapped axis cannot pass
LENGTHS = [7, 3, 1, 0, 5]
GROUPS = ["a", "b", "a", "b", "b"]
ROW = V * 8  # bytes of a row of logits in float64

OBJECTIVES = {name: getattr(presets, name)() for name in presets.__all__} | {
    "kl": presets.grpo(kl=KL(0.1, ratio=True)),
    "mismatch": Objective(mismatch=Mismatch("sequence", "mask", 0.5, 2.0)),
    "mismatch_drops": Objective(mismatch=Mismatch("sequence", "mask", 0.9, 1.1)),
    "mismatch_token": Objective(mismatch=Mismatch("token", "mask", 0.95, 1.05)),
    "mismatch_kl": Objective(Clip(), "sequence", mismatch=Mismatch("geometric", "mask", 0.9, 1.1), kl=KL(0.1)),
    "off_policy": Objective(off_policy_delta=0.05),
}


@pytest.fixture(autouse=True)
def new_memory_is_nan():
    """So that whatever is read before it was written shows."""
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(False)


class Data:
    def __init__(self, dtype=torch.float64, seed=0, spread=0.4, softcap=None, temperature=1.0):
        g = torch.Generator().manual_seed(seed)

        def noise(*shape, scale=1.0):
            return scale * torch.randn(*shape, generator=g, dtype=torch.float64)

        self.mask = torch.arange(T) < torch.tensor(LENGTHS)[:, None]
        self.hidden, self.weight = noise(B, T, D).to(dtype), noise(V, D).to(dtype)
        self.targets = torch.randint(V, (B, T), generator=g)
        self.advantages = torch.tensor([1.3, 0.0, -0.7, 0.9, -1.1], dtype=torch.float64)
        self.softcap, self.temperature = softcap, temperature
        logp, _ = self.plain_logp(self.hidden.double(), self.weight.double(), slice(None))
        self.old = logp.view(B, T) + noise(B, T, scale=spread)
        self.sampler, self.ref = self.old + noise(B, T, scale=0.2), self.old + noise(B, T, scale=0.2)

    def plain_logp(self, hidden, weight, index):
        logits = hidden.reshape(-1, D)[index] @ weight.T
        if self.softcap:
            logits = self.softcap * torch.tanh(logits / self.softcap)
        logp_NV = torch.log_softmax(logits / self.temperature, -1)
        entropy = -(logp_NV.exp() * logp_NV).sum(-1)
        return token_logp(logits, self.targets.reshape(-1)[index], self.temperature), entropy

    def tokens(self, objective, on_policy=False, rows=slice(None)):
        weights = objective.weights(LENGTHS, GROUPS, 11)
        old = None if on_policy else self.old[rows]
        columns = {"old_logp": old, "sampler_logp": self.sampler[rows], "ref_logp": self.ref[rows]}
        return Tokens.of(self.mask[rows], self.advantages[rows], weights[rows], **columns)

    def plain(self, objective, on_policy=False):
        hidden, weight = self.hidden.clone().requires_grad_(), self.weight.clone().requires_grad_()
        tokens = self.tokens(objective, on_policy)
        logp_N, entropy_N = self.plain_logp(hidden, weight, tokens.index_N)
        out = objective(logp_N, tokens, entropy_N)
        out.loss.backward()
        return out, hidden.grad, weight.grad

    def fused(self, objective, on_policy=False, **options):
        hidden, weight = self.hidden.clone().requires_grad_(), self.weight.clone().requires_grad_()
        tokens = self.tokens(objective, on_policy)
        options = {"softcap": self.softcap, "temperature": self.temperature} | options
        out = linear_policy_loss(hidden, weight, self.targets, tokens, objective, **options)
        out.loss.backward()
        return out, hidden.grad, weight.grad


def assert_same(fused, plain, **tolerance):
    tolerance = {"rtol": 1e-10, "atol": 1e-12} | tolerance
    for ours, theirs in zip((fused[0].loss.detach(), *fused[1:]), (plain[0].loss.detach(), *plain[1:])):
        torch.testing.assert_close(ours, theirs, **tolerance)


@pytest.mark.parametrize("on_policy", [False, True])
@pytest.mark.parametrize("tile_rows", [1, 4, 100])
@pytest.mark.parametrize("name", OBJECTIVES)
def test_fused_equals_plain_for_every_objective_and_tile_size(name, tile_rows, on_policy):
    data, objective = Data(), OBJECTIVES[name]
    fused = data.fused(objective, on_policy, tile_bytes=tile_rows * ROW)
    assert_same(fused, data.plain(objective, on_policy))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_fused_statistics_equal_the_plain_ones(name):
    data, objective = Data(seed=1), OBJECTIVES[name]
    fused, plain = data.fused(objective, tile_bytes=4 * ROW)[0], data.plain(objective)[0]
    live = objective.live(plain.tokens)
    entropy = data.plain_logp(data.hidden, data.weight, plain.tokens.index_N)[1]
    assert fused.stats.keys() == plain.stats.keys()
    for key, value in plain.stats.items():
        torch.testing.assert_close(fused.stats[key], value, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(fused.stats["entropy"], entropy[live].mean(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_fused_equals_plain_in_float32(name):
    data = Data(torch.float32)
    for tile_rows in (3, 100):
        assert_same(
            data.fused(OBJECTIVES[name], tile_bytes=tile_rows * V * 4),
            data.plain(OBJECTIVES[name]),
            rtol=1e-5,
            atol=1e-5,
        )


@pytest.mark.parametrize("name", OBJECTIVES)
def test_advantages_factors_and_weights_may_differ_from_token_to_token(name):
    """Some are zero in sequences that live: a token without gradient of its own still belongs to its sequence."""
    data, objective = Data(seed=2), OBJECTIVES[name]
    advantage, factor, weight = torch.randn(3, sum(LENGTHS), dtype=torch.float64)
    if name in ("gmpo", "vespo"):
        advantage = advantage.abs()
    advantage[::3], factor[1::4] = 0, 0
    tokens = replace(data.tokens(objective), advantage_N=advantage, factor_N=factor, weight_N=weight.abs())
    data.tokens = lambda *_: tokens
    assert_same(data.fused(objective, tile_bytes=4 * ROW), data.plain(objective))


@pytest.mark.parametrize("temperature", [0.6, 1.7])
@pytest.mark.parametrize("softcap", [None, 1.5])
@pytest.mark.parametrize("name", ["dapo", "gspo"])
def test_temperature_and_softcap(name, softcap, temperature):
    data = Data(softcap=softcap, temperature=temperature)
    assert_same(data.fused(OBJECTIVES[name], tile_bytes=3 * ROW), data.plain(OBJECTIVES[name]))


@pytest.mark.parametrize("temperature", [1.0, 0.6])
@pytest.mark.parametrize("softcap", [None, 1.5])
@pytest.mark.parametrize("level", ["token", "sequence"])
def test_entropy_bonus(level, softcap, temperature):
    data = Data(temperature=temperature, softcap=softcap)
    objective = Objective(Clip(), level, "sequence_mean", entropy_bonus=0.7)
    assert_same(data.fused(objective, tile_bytes=3 * ROW), data.plain(objective))


def test_the_gradient_passes_gradcheck():
    data, objective = Data(), Objective(Clip(), "sequence", kl=KL(0.1))
    tokens = data.tokens(objective)

    def loss(hidden, weight):
        return linear_policy_loss(hidden, weight, data.targets, tokens, objective, tile_bytes=4 * ROW).loss

    assert torch.autograd.gradcheck(loss, (data.hidden.requires_grad_(), data.weight.requires_grad_()))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_gradient_does_not_depend_on_micro_batches(name):
    data, objective = Data(), OBJECTIVES[name]
    _, d_hidden, d_weight = data.fused(objective)
    hidden, weight = data.hidden.clone().requires_grad_(), data.weight.clone().requires_grad_()
    for rows in ([2, 0], [4], [3], [1]):
        tokens = data.tokens(objective, rows=rows)
        linear_policy_loss(hidden[rows], weight, data.targets[rows], tokens, objective).loss.backward()
    torch.testing.assert_close(hidden.grad, d_hidden, rtol=1e-10, atol=1e-14)
    torch.testing.assert_close(weight.grad, d_weight, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_packing_in_any_order_changes_nothing(name):
    data, objective = Data(), OBJECTIVES[name]
    _, d_hidden, d_weight = data.fused(objective)
    order = data.mask.reshape(-1).nonzero().squeeze(1)[torch.randperm(sum(LENGTHS))]

    def pack(values):
        return values.reshape(-1, *values.shape[2:])[order][None]

    tokens = Tokens.of(
        torch.ones(1, len(order)),
        data.advantages,
        objective.weights(LENGTHS, GROUPS, 11),
        sequence=(order // T)[None],
        old_logp=pack(data.old),
        sampler_logp=pack(data.sampler),
        ref_logp=pack(data.ref),
    )
    hidden, weight = pack(data.hidden).requires_grad_(), data.weight.requires_grad_()
    linear_policy_loss(hidden, weight, pack(data.targets), tokens, objective, tile_bytes=4 * ROW).loss.backward()
    torch.testing.assert_close(hidden.grad, pack(d_hidden), rtol=1e-10, atol=1e-14)
    torch.testing.assert_close(weight.grad, d_weight, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_what_padding_holds_is_never_read(name):
    data, objective = Data(), OBJECTIVES[name]
    clean = data.fused(objective)
    data.hidden[~data.mask] = float("nan")
    data.targets[~data.mask] = -100
    for column in (data.old, data.sampler, data.ref):
        column[~data.mask] = float("nan")
    poisoned = data.fused(objective)
    assert torch.equal(poisoned[0].loss, clean[0].loss)
    assert torch.equal(poisoned[1], clean[1])
    assert torch.equal(poisoned[2], clean[2])
    assert (poisoned[1][~data.mask] == 0).all()


def test_rows_without_gradient_never_reach_a_product(monkeypatch):
    data, objective = Data(), presets.dapo()
    rows = []
    mm = torch.mm
    monkeypatch.setattr(torch, "mm", lambda a, b, **kw: (rows.append(len(a)), mm(a, b, **kw))[1])
    data.fused(objective)
    live = sum(n for n, a in zip(LENGTHS, data.advantages) if a != 0)
    assert set(rows) == {live}
    rows.clear()
    data.fused(replace(objective, kl=KL(0.1)))  # acts on every loss token
    assert set(rows) == {sum(LENGTHS)}


def test_only_sequences_longer_than_a_tile_cost_a_fourth_product(monkeypatch):
    data, objective = Data(), presets.gspo()
    data.advantages.fill_(1.0)
    rows = []
    mm = torch.mm
    monkeypatch.setattr(torch, "mm", lambda a, b, **kw: (rows.append(len(a)), mm(a, b, **kw))[1])
    data.fused(objective, tile_bytes=8 * ROW)
    assert sum(rows) == 2 * sum(LENGTHS)  # forward and hidden's gradient, each row once
    rows.clear()
    data.fused(objective, tile_bytes=6 * ROW)
    assert sum(rows) == 2 * sum(LENGTHS) + 7  # the sequence of 7 forward again


class LargestTensor(TorchDispatchMode):
    """Notes the largest tensor that any operation makes."""

    numel = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for tensor in out if isinstance(out, tuple | list) else (out,):
            if isinstance(tensor, torch.Tensor):
                self.numel = max(self.numel, tensor.numel())
        return out


class Waits(TorchDispatchMode):
    """Counts what makes the host wait for a GPU: a value read, a shape that depends on values."""

    count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        names = ("_local_scalar_dense", "nonzero", "unique", "is_nonzero", "masked_select")
        self.count += any(name in str(func) for name in names)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if OBJECTIVES[name].level == "token"])
def test_no_tile_makes_the_host_wait_for_the_device(name):
    data, counts = Data(), []
    for tile_rows in (8, 1):
        with Waits() as waits:
            data.fused(OBJECTIVES[name], tile_bytes=tile_rows * ROW)
        counts.append(waits.count)
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize("name", ["dapo", "gspo", "kl"])
def test_nothing_larger_than_a_tile_and_the_weight_is_ever_made(name, monkeypatch):
    monkeypatch.setattr(kernels, "CACHE_BYTES", 500 * 8)
    num, length, vocab, dim, tile_rows = 6, 20, 500, 3, 4
    objective = OBJECTIVES[name]
    hidden = torch.randn(num, length, dim, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(vocab, dim, dtype=torch.float64, requires_grad=True)
    targets = torch.randint(vocab, (num, length))
    column = -7 * torch.rand(num, length, dtype=torch.float64)
    columns = {"old_logp": column, "sampler_logp": column, "ref_logp": column}
    tokens = Tokens.of(torch.ones(num, length), torch.randn(num), objective.weights([length] * num), **columns)
    with LargestTensor() as largest:
        linear_policy_loss(hidden, weight, targets, tokens, objective, tile_bytes=tile_rows * vocab * 8).loss.backward()
    assert largest.numel <= max(tile_rows, dim) * vocab


PEAK = """
import sys, torch
from pathlib import Path
from grpo_core import presets
from grpo_core.fused import linear_policy_loss
from grpo_core.tokens import Tokens

def status_mb(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))

num_tokens = int(sys.argv[1])
objective = presets.dapo()
hidden, weight = torch.randn(4, num_tokens // 4, 64, requires_grad=True), torch.randn(151_936, 64, requires_grad=True)
targets = torch.randint(151_936, hidden.shape[:2])
tokens = Tokens.of(torch.ones(hidden.shape[:2]), torch.randn(4), objective.weights([num_tokens // 4] * 4))
for _ in range(2):  # the second is without first-use buffers
    hidden.grad = weight.grad = None
    before = status_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    linear_policy_loss(hidden, weight, targets, tokens, objective, tile_bytes=2**26).loss.backward()
print(status_mb("VmHWM") - before)
"""


@pytest.mark.slow
def test_peak_memory_is_flat_in_the_number_of_tokens_at_a_vocabulary_of_151936():
    peaks = []
    for num_tokens in (220, 880):  # 2 and 8 full tiles
        env = os.environ | {"PYTHONPATH": os.getcwd()}
        command = [sys.executable, "-c", PEAK, str(num_tokens)]
        peaks.append(float(subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout))
    logits_mb = 880 * 151_936 * 4 / 2**20
    assert peaks[1] < 1.1 * peaks[0] < 0.3 * logits_mb, peaks


def test_skipping_may_leave_nothing_of_a_tile():
    """A tile whose every token is clipped has mass 0."""
    data, objective = Data(), presets.dapo()
    data.advantages.fill_(1.0)
    data.old[:2] = data.old[:2] - 5
    exact, skipped = (
        data.fused(objective, tile_bytes=4 * ROW),
        data.fused(objective, tile_bytes=4 * ROW, skip_mass=1e-9),
    )
    assert_same(skipped, exact)


@pytest.mark.parametrize("name", ["dapo", "gspo"])
def test_a_batch_without_live_tokens_has_zero_loss_and_zero_gradients(name):
    data = Data()
    data.advantages.zero_()
    out, d_hidden, d_weight = data.fused(OBJECTIVES[name])
    assert float(out.loss.detach()) == 0
    assert (d_hidden == 0).all()
    assert (d_weight == 0).all()
    assert d_weight.shape == data.weight.shape


@pytest.mark.parametrize("where", ["hidden", "weight"])
def test_gradients_are_taken_only_where_wanted(where):
    data, objective = Data(), presets.dapo()
    _, *expected = data.fused(objective)
    leaf = getattr(data, where).requires_grad_()
    linear_policy_loss(data.hidden, data.weight, data.targets, data.tokens(objective), objective).loss.backward()
    torch.testing.assert_close(leaf.grad, expected[where == "weight"])


def test_the_loss_may_be_scaled_and_walked_again():
    data, objective = Data(), presets.dapo()
    _, d_hidden, d_weight = data.fused(objective)
    hidden, weight = data.hidden.requires_grad_(), data.weight.requires_grad_()
    out = linear_policy_loss(hidden, weight, data.targets, data.tokens(objective), objective)
    (out.loss * 3).backward(retain_graph=True)
    out.loss.backward()
    torch.testing.assert_close(hidden.grad, 4 * d_hidden)
    torch.testing.assert_close(weight.grad, 4 * d_weight)


def test_without_grad_mode_there_is_only_a_value():
    data, objective = Data(), presets.dapo()
    data.hidden.requires_grad_()
    with torch.no_grad():
        out = linear_policy_loss(data.hidden, data.weight, data.targets, data.tokens(objective), objective)
    assert not out.loss.requires_grad
    data.hidden = data.hidden.detach()
    torch.testing.assert_close(out.loss, data.plain(objective)[0].loss.detach())


def test_scoring_under_autocast_scores_what_training_under_autocast_sees():
    data, objective = Data(torch.float32), presets.dapo()
    with torch.autocast("cpu", torch.bfloat16):
        data.old, _ = linear_logp(data.hidden, data.weight, data.targets, data.mask)
        tokens = data.tokens(objective)
        out = linear_policy_loss(data.hidden, data.weight, data.targets, tokens, objective)
    assert float(out.stats["ratio"]) == 1.0


def test_autocast_computes_in_its_dtype_and_returns_gradients_in_the_parameters():
    data, objective = Data(torch.float32), presets.dapo()
    hidden, weight = data.hidden.requires_grad_(), data.weight.requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        linear_policy_loss(hidden, weight, data.targets, data.tokens(objective), objective).loss.backward()
    assert hidden.grad.dtype == weight.grad.dtype == torch.float32
    low = Data(torch.bfloat16)
    low.old, low.sampler, low.ref = data.old, data.sampler, data.ref
    _, d_hidden, d_weight = low.fused(objective)
    assert torch.equal(hidden.grad, d_hidden.float())
    assert torch.equal(weight.grad, d_weight.float())


@pytest.mark.parametrize("tile_rows", [3, 100])
def test_a_confident_row_keeps_its_gradient_in_bfloat16(tile_rows):
    """p_t = 1 - 5e-4 rounds to 1 in bfloat16; the gradient is all in the difference."""
    weight = torch.eye(D, dtype=torch.bfloat16).repeat(1, 1)
    hidden = torch.zeros(1, 4, D, dtype=torch.bfloat16)
    hidden[..., 0] = 8.0
    targets = torch.zeros(1, 4, dtype=torch.long)
    objective = presets.reinforce()
    tokens = Tokens.of(torch.ones(1, 4), torch.ones(1), objective.weights([4]))
    hidden.requires_grad_()
    linear_policy_loss(hidden, weight, targets, tokens, objective, tile_bytes=tile_rows * D * 2).loss.backward()
    p_other = torch.exp(torch.tensor(-8.0)) / (1 + 2 * torch.exp(torch.tensor(-8.0)))
    expected = torch.tensor([-2 * p_other, p_other, p_other]) / 4
    torch.testing.assert_close(hidden.grad[0, 0].float(), expected, rtol=1e-2, atol=0)


@pytest.mark.parametrize("skip_mass", [0.02, 0.2, 0.6])
@pytest.mark.parametrize(("softcap", "temperature"), [(None, 1.0), (2.0, 1.0), (None, 0.5)])
def test_skipped_rows_stay_within_the_bound_that_is_returned(skip_mass, softcap, temperature):
    data, objective = Data(softcap=softcap, temperature=temperature), presets.dapo()
    data.hidden *= 3  # some confident rows
    exact = data.fused(objective)
    out, d_hidden, d_weight = data.fused(objective, skip_mass=skip_mass)
    error = float((d_weight - exact[2]).norm())
    assert error <= float(out.skipped_bound) * (1 + 1e-9)
    assert float(out.loss.detach()) == pytest.approx(float(exact[0].loss.detach()))
    skipped = (d_hidden == 0).all(-1) & (exact[1] != 0).any(-1)
    kept = data.mask & ~skipped
    torch.testing.assert_close(d_hidden[kept], exact[1][kept])
    assert bool(skipped.any()) == (error > 0)
    if skip_mass > 0.5:
        assert skipped.any()
    logits_grad = (exact[0].grad_N.abs() * (1 - exact[0].logp_N.exp())).double()
    total = float(logits_grad.sum())
    lost = float(logits_grad[skipped.reshape(-1)[exact[0].tokens.index_N]].sum())
    assert lost <= skip_mass * total * (1 + 1e-9)


def test_scoring_gives_logp_and_entropy_in_the_shape_of_the_mask():
    data = Data(temperature=0.7)
    logp, entropy = linear_logp(data.hidden, data.weight, data.targets, data.mask, temperature=0.7, tile_bytes=3 * ROW)
    expected = data.plain_logp(data.hidden, data.weight, slice(None))
    for got, want in zip((logp, entropy), expected):
        torch.testing.assert_close(got[data.mask], want.view(B, T)[data.mask], rtol=1e-10, atol=1e-12)
        assert (got[~data.mask] == 0).all()


@pytest.mark.parametrize("where", ["hidden", "weight", "old", "sampler", "ref"])
def test_what_is_not_finite_is_refused(where):
    data = Data()
    objective = replace(OBJECTIVES["mismatch"], kl=KL(0.1))
    getattr(data, where).view(-1)[0] = float("nan")
    name = {"hidden": "logp", "weight": "logp"}.get(where, f"{where}_logp")
    with pytest.raises(ValueError, match=f"^{name} is nan at loss token"):
        data.fused(objective)


def test_what_does_not_fit_is_refused_with_the_shapes():
    data, objective = Data(), presets.dapo()
    tokens = data.tokens(objective)
    with pytest.raises(ValueError, match=r"\(5, 7, 'D'\)"):
        linear_policy_loss(data.hidden[:, :-1], data.weight, data.targets, tokens, objective)
    with pytest.raises(ValueError, match=r"\(5, 7, 'D'\)"):
        linear_logp(data.hidden, data.weight, data.targets[:-1], data.mask)
    with pytest.raises(ValueError, match="float16"):
        linear_policy_loss(data.hidden.half(), data.weight.half(), data.targets, tokens, objective)
    for name, value in (("skip_mass", 1.0), ("skip_mass", -0.1), ("temperature", 0.0), ("softcap", -1.0)):
        with pytest.raises(ValueError, match=name):
            linear_policy_loss(data.hidden, data.weight, data.targets, tokens, objective, **{name: value})
    with pytest.raises(ValueError, match="use one of them"):
        linear_policy_loss(
            data.hidden, data.weight, data.targets, tokens, replace(objective, entropy_bonus=0.1), skip_mass=0.1
        )
    data.targets[0, 0] = V
    with pytest.raises(ValueError, match="V is 11"):
        linear_policy_loss(data.hidden, data.weight, data.targets, tokens, objective)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", ["dapo", "gspo", "kl"])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-4), (torch.bfloat16, 3e-2)])
def test_cuda_computes_what_the_cpu_does(name, dtype, tolerance):
    objective, data = OBJECTIVES[name], Data(dtype)
    exact = Data(torch.float64)
    exact.hidden, exact.weight = data.hidden.double(), data.weight.double()
    _, d_hidden, d_weight = exact.plain(objective)
    hidden, weight = (x.cuda().requires_grad_() for x in (data.hidden, data.weight))
    for column in ("mask", "advantages", "old", "sampler", "ref"):
        setattr(data, column, getattr(data, column).cuda())
    tokens = data.tokens(objective)
    fused = linear_policy_loss(
        hidden, weight, data.targets.cuda(), tokens, objective, tile_bytes=4 * V * dtype.itemsize
    )
    fused.loss.backward()
    for ours, theirs in zip((hidden.grad, weight.grad), (d_hidden, d_weight)):
        assert float((ours.cpu().double() - theirs).norm() / theirs.norm()) < tolerance
