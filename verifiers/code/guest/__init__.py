"""What runs inside the jail: standard library only, handed to the sandbox as `MODULES`.

`start` is what every job has from its zygote. The rest is loaded where it is needed: `values`, `peer` and `remote` are the
two ends of a conversation, `solution` and `tester` what each end may ask of the other.
"""

from __future__ import annotations

import base64
import importlib.util
import marshal
from pathlib import Path

START = f"{__name__}.start"
SOLUTION, TESTER = f"{START}:serve_solution", f"{START}:serve_tester"

# Each needs only those before it.
_MACHINERY = ("verifiers.code.compare", *(f"{__name__}.{name}" for name in ("values", "peer", "remote", "solution", "tester")))


def _modules() -> dict[str, str]:
    """Module name -> source text. The machinery comes compiled, as one constant: source text would cost every job a compilation,
    and modules executed in the zygote would cost every fork their pages."""
    specs = [importlib.util.find_spec(name) for name in _MACHINERY]
    code = {spec.name: base64.b64encode(marshal.dumps(spec.loader.get_code(spec.name))) for spec in specs}  # type: ignore[union-attr]
    return {
        START: (Path(__file__).parent / "start.py").read_text("utf-8"),
        f"{__name__}.machinery": f"from binascii import a2b_base64 as b\nCODE = {{n: b(c) for n, c in {code!r}.items()}}\n",
    }


MODULES = _modules()
"""For `Sandbox(modules=MODULES)`."""
