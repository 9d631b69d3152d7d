import pytest

from assay.config import read_config, train_config
from assay.errors import AssayError

WHOLE = """
[model]
path = "m"
[data]
train = "p.jsonl"
[reward]
math = 1.0
[train]
steps = 3
group_size = 4
out = "here"
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "run.toml"
        path.write_text(text)
        return path

    return write


def test_a_whole_config_is_read_and_paths_are_beside_it(written, tmp_path):
    config = read_config(written(WHOLE))
    (tmp_path / "m").mkdir()
    assert config.beside("m") == str(tmp_path / "m")
    assert config.beside("org/model") == "org/model"
    assert config.out == tmp_path / "here"
    assert dict(config.train) == {"steps": 3, "group_size": 4}
    assert train_config(config.train).group_size == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[model]", "[modle]"), r"unknown table 'modle': did you mean 'model'"),
        (('path = "m"', 'paht = "m"'), r"\[model\] has an unknown key 'paht': did you mean 'path'"),
        (('path = "m"', ""), r"\[model\] lacks the key 'path'"),
        (('path = "m"', "path = 3"), r"\[model\] path = 3: write a text"),
        (
            ('train = "p.jsonl"', 'train = "p"\neval_samples = "4"'),
            r"\[data\] eval_samples = '4': write a whole number",
        ),
        (("[reward]\nmath = 1.0", ""), r"has no table \[reward\]"),
        (('out = "here"', "out = 3"), r"\[train\] out = 3: write a text"),
        (("steps = 3", "steps ="), r"is not TOML"),
    ],
)
def test_a_mistake_is_named_with_what_was_meant(written, change, message):
    with pytest.raises(AssayError, match=message):
        read_config(written(WHOLE.replace(*change)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("group_size = 4", "group_size = 1"), r"\[train\] group_size=1: .* use at least 2"),
        (("steps = 3", "step = 3"), r"\[train\] unknown setting 'step': did you mean 'steps'"),
        (("steps = 3", 'steps = "3"'), r"\[train\] steps = '3'"),
    ],
)
def test_the_trainers_own_settings_are_checked_before_anything_slow(written, change, message):
    config = read_config(written(WHOLE.replace(*change)))
    with pytest.raises(AssayError, match=message):
        train_config(config.train)


def test_a_missing_file_points_to_the_help(tmp_path):
    with pytest.raises(AssayError, match=r"none\.toml is not there; `assay train --help`"):
        read_config(tmp_path / "none.toml")


def test_a_table_that_is_a_number_is_refused(written):
    with pytest.raises(AssayError, match="reward = 3 should be a table"):
        read_config(written("reward = 3\n[model]\npath='m'\n[data]\ntrain='d'\n"))
