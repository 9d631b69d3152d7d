import pytest

from assay.errors import BUG, USAGE, AssayError, explain, one_line


def caught(error):
    try:
        raise error
    except Exception as e:
        return e


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (AssayError("Give one of --model and --reference."), USAGE, "Give one of --model and --reference."),
        (ValueError("group_size=1: use at least 2."), USAGE, "group_size=1: use at least 2."),
        (FileNotFoundError(2, "No such file or directory", "x.toml"), USAGE, "x.toml: No such file or directory."),
        (KeyError("k"), BUG, "This is a bug in Assay: KeyError: 'k'."),
        (RuntimeError("shape"), BUG, "This is a bug in Assay: RuntimeError: shape."),
    ],
)
def test_the_input_is_told_apart_from_the_program(error, code, text):
    got_code, got = explain(caught(error))
    assert got_code == code
    assert got.startswith(text)
    assert "Traceback" not in got


def test_a_bug_says_how_to_report_it_and_debug_shows_where():
    assert "assay --debug" in explain(caught(KeyError("k")))[1]
    assert "Traceback" in explain(caught(KeyError("k")), debug=True)[1]


def test_a_message_is_one_line_however_long():
    text = one_line("a\n\nb " * 10_000)
    assert "\n" not in text
    assert len(text) < 1300
