"""Files for a job: what fits is put there, what does not is refused before a worker sees it."""

import pytest

from sandbox import Limits
from sandbox.files import complaint

LIMITS = Limits(disk_mb=1, inodes=64)
LIST = (
    "import os\nprint(sum(len(open(os.path.join(d, n), 'rb').read()) for d, _, names in os.walk('.') for n in names))"
)

BAD = {
    "above": {"../a": b""},
    "absolute": {"/a": b""},
    "itself": {".": b""},
    "nameless": {"": b""},
    "a directory": {"a/": b""},
    "there and back": {"a/../b": b""},
    "nul": {"a\0b": b""},
    "half a character": {"\ud800": b""},
    "a long name": {"a" * 256: b""},
    "a long path": {"/".join(["abc"] * 300): b""},
    "file and directory": {"a": b"", "a/b/c": b""},
    "too large": {"a": b"x" * (1 << 20)},
    "too large together": {f"a{i}": b"x" * 100_000 for i in range(10)},
    "too many": {f"a{i}": b"" for i in range(64)},
    "too many directories": {"/".join("a" * 60): b""},
}


@pytest.mark.parametrize("name", BAD)
def test_files_that_cannot_be_put_are_the_callers_mistake(name, box):
    with pytest.raises(ValueError, match=r"file name|raise that limit"):
        box.run("", files=BAD[name], limits=LIMITS)
    assert not box.internal_errors


@pytest.mark.parametrize(
    "files",
    [
        {"a": b"x" * 900_000},
        {f"a{i}": b"x" for i in range(52)},
        {"a" * 255: b"x", "é/" + "b" * 200: b"y"},
        {"/".join(["abc"] * 40): b"deep"},
        {"solution.py": b"x", "tmp": b"y"},
    ],
    ids=["large", "many", "long names", "deep", "names of ours"],
)
def test_what_is_let_through_fits(files, box):
    assert complaint(files, (), LIMITS) is None
    result = box.run(LIST, files=files, limits=LIMITS)
    assert (result.ok, int(result.stdout)) == (True, sum(map(len, files.values())))


def test_a_name_to_collect_is_held_to_the_same_rules(box):
    with pytest.raises(ValueError, match="relative path"):
        box.run("", collect=["../a"])
