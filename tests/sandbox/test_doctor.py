"""The doctor explains this machine, and a file can be tried out."""

import pytest

from sandbox import Level, LevelUnavailable, Status, doctor, levels


def test_the_doctor_names_every_level_and_every_language():
    lines = []
    can_run = doctor.doctor(lines.append)
    text = "\n".join(lines)
    assert can_run == ("Jobs run at level" in text)
    assert all(name in text for name in ("filtered", "namespaced", "cgrouped", "python:", "rust:", "bash:"))


def test_a_file_is_run_in_the_language_of_its_suffix(tmp_path):
    path = tmp_path / "square.py"
    path.write_text("import sys\nprint(int(input()) ** 2, sys.argv[1:])")
    result = doctor.run_file(str(path), stdin=b"7", args=("a",))
    assert (result.status, result.stdout) == (Status.OK, b"49 ['a']\n")
    assert doctor.explain(result).startswith("ok: exit code 0; ")


def test_an_unknown_suffix_asks_for_the_language(tmp_path):
    with pytest.raises(ValueError, match="language="):
        doctor.run_file(str(tmp_path / "a.xyz"))


def machine(**missing):
    return levels.Machine(**{"seccomp": "", "landlock": "", "namespaces": "", "cgroups": "", **missing})


@pytest.mark.parametrize(
    ("missing", "best"),
    [
        ({}, levels.CGROUPED),
        ({"cgroups": "no cgroups"}, levels.NAMESPACED),
        ({"cgroups": "no cgroups", "namespaces": "no namespaces"}, levels.FILTERED),
        ({"landlock": "no Landlock", "cgroups": "x"}, levels.NAMESPACED),
        ({"landlock": "no Landlock", "namespaces": "x"}, levels.RLIMITS),
        ({"seccomp": "no seccomp"}, levels.RLIMITS),
    ],
)
def test_the_best_level_follows_from_what_is_missing(missing, best):
    assert machine(**missing).best() == best


def test_a_level_is_never_lowered_in_silence():
    with pytest.raises(
        OSError, match=r"level='cgrouped' cannot be had here: no cgroups. The best is level='namespaced'"
    ):
        levels.choose(machine(cgroups="no cgroups"), levels.CGROUPED)
    with pytest.raises(OSError, match="keep an untrusted program from your files: no seccomp"):
        levels.choose(machine(seccomp="no seccomp"), None)
    assert levels.choose(machine(seccomp="no seccomp"), levels.RLIMITS) == levels.RLIMITS
    assert levels.choose(machine(cgroups="x"), levels.FILTERED) == levels.FILTERED


def test_asking_for_a_virtual_machine_says_that_none_is_driven():
    from sandbox import Sandbox

    with pytest.raises(LevelUnavailable, match="virtual machine"):
        Sandbox(level=Level.VM)
