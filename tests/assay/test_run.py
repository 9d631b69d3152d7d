import io
import sys
import types

import pytest

from sandbox import Sandbox, SandboxError
from tests.assay.helpers import run

try:
    with Sandbox(workers=1):
        pass
    missing = ""
except SandboxError as error:
    missing = str(error)
needs_sandbox = pytest.mark.skipif(bool(missing), reason=missing or "there is a sandbox")


@pytest.fixture(autouse=True)
def standard_input(monkeypatch):
    def set_(data=b""):
        stdin = types.SimpleNamespace(buffer=io.BytesIO(data), isatty=lambda: False)
        monkeypatch.setattr(sys, "stdin", stdin)

    set_()
    return set_


@needs_sandbox
def test_a_program_gets_its_input_and_arguments_and_its_output_comes_through(tmp_path, capsys, standard_input):
    (tmp_path / "square.py").write_text("import sys\nprint(int(input()) ** 2, sys.argv[1:])\n")
    standard_input(b"7\n")
    out, err = run("run", tmp_path / "square.py", "a", "--flag", capsys=capsys)
    assert out == "49 ['a', '--flag']\n"
    assert err.startswith("ok: exit code 0")


@needs_sandbox
@pytest.mark.parametrize(
    ("program", "status"),
    [("while True: pass", "time_limit_exceeded"), ("1 / 0", "runtime_error"), ("raise SystemExit(3)", "runtime_error")],
)
def test_a_program_that_fails_says_how_and_exits_with_1(program, status, tmp_path, capsys):
    (tmp_path / "p.py").write_text(program)
    _, err = run("run", "--wall-s", "1", tmp_path / "p.py", capsys=capsys, code=1)
    assert err.splitlines()[-1].startswith(status)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("absent.py", [], "is not a file; give a program to run"),
        ("p.xyz", [], "cannot tell the language of '.xyz'"),
        ("p.py", ["--level", "vm"], "level='vm' cannot be had here"),
        ("p.py", ["--level", "best"], "level='best' is no isolation level"),
        ("p.py", ["--memory-mb", "1"], "memory_mb=1"),
    ],
)
def test_what_cannot_be_run_is_one_sentence(name, options, message, tmp_path, capsys):
    for there in ("p.xyz", "p.py"):
        (tmp_path / there).write_text("")
    _, err = run("run", *options, tmp_path / name, capsys=capsys, code=2)
    assert message in err
    assert err.count("\n") == 1


def test_the_doctor_says_what_each_level_means(capsys):
    out, _ = run("doctor", capsys=capsys, code=1 if missing else 0)
    for level in ("filtered", "namespaced", "cgrouped"):
        assert level in out
