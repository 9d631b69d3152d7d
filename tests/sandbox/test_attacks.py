"""One attack a test: hostile programs must not get in, must end as they should, and must leave nothing behind."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import LanguageUnavailable, Level, LevelUnavailable, Sandbox
from tests.sandbox.attacks import ALL
from tests.sandbox.attacks.kit import complaint

ROOT = Path(__file__).parents[2]
AS_NOBODY = ("setpriv", "--reuid", "65533", "--regid", "65533", "--clear-groups")


@pytest.fixture(scope="module")
def box():
    os.environ["ASSAY_ATTACK_SECRET"] = "must not be seen"
    try:
        with Sandbox(workers=1) as box:
            yield box
    except LevelUnavailable as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("attack", ALL, ids=lambda attack: attack.id)
def test_attack_fails(box, attack):
    if lacking := attack.needs - box.flags:
        pytest.skip(f"level {box.level} lacks {', '.join(lacking)} here")
    try:
        assert complaint(box, attack) == ""
    except LanguageUnavailable as error:
        pytest.skip(str(error))


def test_attacks_have_names_of_their_own_and_are_at_least_eighty():
    assert len({attack.id for attack in ALL}) == len(ALL) >= 80


# It has to start itself once more, as a sandbox does: privileges may get it through a directory only once.
_PROBE = "import subprocess, sys; sys.exit(sys.version_info < (3, 11) or subprocess.call([sys.executable, '-c', '']))"


def _python_for_everybody() -> str:
    """An interpreter that an ordinary user may start."""
    for path in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        probe = [*AS_NOBODY, path, "-c", _PROBE]
        if os.path.exists(path) and subprocess.run(probe, capture_output=True, cwd="/").returncode == 0:
            return path
    pytest.skip("no Python 3.11 or later that an ordinary user may start")


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root, to become somebody else")
@pytest.mark.parametrize("level", [level for level in Level if Level.FILTERED <= level <= Level.NAMESPACED], ids=str)
def test_all_attacks_fail_for_an_ordinary_user(level):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*AS_NOBODY, _python_for_everybody(), "-m", "tests.sandbox.attacks", "--level", str(level)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.slow
def test_all_attacks_fail_at_level_filtered():
    done = subprocess.run([sys.executable, "-m", "tests.sandbox.attacks", "--level", "filtered"], capture_output=True,
                          text=True, cwd=ROOT)  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
