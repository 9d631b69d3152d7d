"""After ten thousand items, some of them killed, the caller is as it was."""

import os
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.pool import OverBudget, Pool
from verifiers.math import check


def descendants(pid=None):
    below = []
    for task in Path(f"/proc/{pid or os.getpid()}/task").iterdir():
        for child in (task / "children").read_text().split():
            below += [int(child), *descendants(child)]
    return below


def memory_mb():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def state():
    """Processes and descriptors, once they have come to rest: a worker's next child may be on its way."""
    for _ in range(50):
        found = len(descendants()), len(os.listdir("/proc/self/fd"))
        time.sleep(0.2)
        if found == (len(descendants()), len(os.listdir("/proc/self/fd"))):
            break
    return found


@pytest.mark.slow
def test_ten_thousand_items_leave_no_process_descriptor_or_memory_behind():
    pool = Pool("time:sleep", workers=2, deadline_s=0.2)

    def verdicts(index):
        assert check(str(index), f"so \\boxed{{{index}.0}}").value == 1.0
        assert check(f"\\sqrt{{{index}}}", f"\\boxed{{{index}^{{1/2}}}}").value == 1.0

    def item(index):
        if index % 50 == 0:
            with pytest.raises(OverBudget):
                pool.run(3600)
        elif index % 2:
            pool.run(0)
        else:
            verdicts(index)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(verdicts, range(10_000, 15_000)))  # The caches are full now,
        list(threads.map(item, range(500)))  # what is allocated once is there, and so is sympy's worker:
        assert check("\\frac{n(n+1)}{2}", "\\sum_{k=1}^{n} k").value == 1.0
        before, memory = state(), memory_mb()
        list(threads.map(item, range(10_000)))
    assert state() == before
    assert memory_mb() < memory + 20
    pool.close()
