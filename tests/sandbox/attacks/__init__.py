"""Attacks on the sandbox: small hostile programs as data, each with what may come of it.

`test_attacks.py` runs them one a test; `python -m tests.sandbox.attacks --level filtered` runs them all without
pytest, as another user or inside a container.
"""

from tests.sandbox.attacks import bombs, endings, files, kernel, network, processes, state
from tests.sandbox.attacks.kit import Attack

ALL: list[Attack] = [
    attack for module in (endings, bombs, processes, network, files, kernel, state) for attack in module.ATTACKS
]
