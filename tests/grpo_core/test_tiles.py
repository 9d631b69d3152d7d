"""Moving rows within a tile, and sums that round no more than they must."""

import pytest
import torch

from grpo_core import kernels, tiles

C, V = 5, 37


@pytest.mark.parametrize("keep", [[], [0], [2, 3, 69], list(range(1, 70, 2)), list(range(70))])
def test_compact_moves_rows_up_in_place(keep):
    tile_CV = torch.arange(70 * 3.0).view(70, 3)
    rows = tile_CV[keep].clone()
    assert torch.equal(tiles.compact_(tile_CV, torch.tensor(keep, dtype=torch.long)), rows)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_products_are_added_in_the_dtype_of_the_total(monkeypatch, dtype):
    monkeypatch.setattr(kernels, "CACHE_BYTES", 24)  # slices of a few rows
    e, h, total = torch.randn(C, V).to(dtype), torch.randn(C, 3).to(dtype), torch.randn(V, 3)
    wanted = total.double() + e.double().t() @ h.double()
    tiles.add_product_(total, e, h)
    torch.testing.assert_close(total.double(), wanted, rtol=1e-2 if dtype == torch.bfloat16 else 1e-5, atol=1e-2)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_rows_that_meet_in_a_total_are_rounded_once(dtype):
    """257 ones are 257: in bfloat16, one by one, they would stay at 256 for ever."""
    total = torch.zeros(3, 2, dtype=dtype)
    total[2] = 5
    tiles.add_rows_(total, torch.tensor([1] * 300 + [0]), torch.ones(301, 2))
    assert total.tolist() == [[1, 1], [300, 300], [5, 5]]
