"""What runs inside the jail: standard library only, handed to the sandbox as `MODULES`.

`start` is what every job has from its zygote. The rest is loaded where it is needed: `values`, `peer` and `remote`
are the two ends of a conversation, `solution` and `tester` what each end may ask of the other.
"""

from __future__ import annotations

import base64
import importlib.util
import marshal
from pathlib import Path

START = f"{__name__}.start"
SOLUTION, TESTER = f"{START}:serve_solution", f"{START}:serve_tester"

# Each needs only those before it.
_MACHINERY = (
    "verifiers.code.compare",
    *(
        f"{__name__}.{name}"
        for name in ("arrays", "values", "objects", "peer", "operations", "remote", "solution", "tester")
    ),
)


_MACHINERY_SOURCE = """
from binascii import a2b_base64
CODE = {{name: a2b_base64(text) for name, text in {!r}.items()}}
"""


def _modules() -> dict[str, str]:
    """Module name -> source text. The machinery comes compiled, as one constant.

    As source text it would cost every job a compilation, and executed in the zygote it would cost every fork its pages.
    """
    specs = [importlib.util.find_spec(name) for name in _MACHINERY]
    code = {spec.name: marshal.dumps(spec.loader.get_code(spec.name)) for spec in specs}  # type: ignore[union-attr]
    text = {name: base64.b64encode(data) for name, data in code.items()}
    return {
        START: (Path(__file__).parent / "start.py").read_text("utf-8"),
        f"{__name__}.machinery": _MACHINERY_SOURCE.format(text),
    }


MODULES = _modules()
"""For `Sandbox(modules=MODULES)`."""
