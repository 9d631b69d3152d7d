"""Importing the judges loads no HTTP client and no model library; those come with the first call."""

import subprocess
import sys


def test_importing_the_judges_is_light():
    program = "import sys, verifiers.judge, verifiers.judge.local, verifiers.judge.calibration; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"httpx", "torch", "transformers", "numpy", "matplotlib"} & set(run.stdout.split())
