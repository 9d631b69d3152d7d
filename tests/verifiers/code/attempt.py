"""Judge one case in a session of its own: `python attempt.py [level] < case.json` prints the Score as JSON.

Attacks stop and kill their parent process and its group; this process is what they would hit if they could.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


def attempt(case: Mapping[str, Any], level: str = "", timeout_s: float = 60) -> dict[str, Any]:
    """The Score of `case["code"]` under the gold that the case is, as a mapping, with the judging time as "took_s".

    Args:
        level: the isolation; the default is that of `verifiers.code.check`, the best there is.
    """
    done = subprocess.run(
        [sys.executable, __file__, *([level] if level else [])],
        input=json.dumps(dict(case)),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        start_new_session=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"the grader was broken ({done.returncode}): {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def main() -> None:
    sys.path.insert(0, str(ROOT))
    from sandbox import Sandbox
    from verifiers.code import MODULES, CodeVerifier, check

    if sys.argv[1:]:
        check = CodeVerifier(Sandbox(level=sys.argv[1], modules=MODULES)).check
    case = json.load(sys.stdin)
    check({"mode": "asserts", "tests": ["assert f() == 1"]}, "def f(): return 1")  # starting up is not judging
    start = time.monotonic()
    score = check(case, case["code"])
    print(json.dumps({**score.to_dict(), "took_s": time.monotonic() - start}))


if __name__ == "__main__":
    main()
