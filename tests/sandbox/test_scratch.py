"""The writable directory is as new after whatever a job did to it, and hands out nothing but plain files of its own."""

import os

import pytest

from sandbox.scratch import DIRS, Scratch, remove


@pytest.fixture
def scratch(tmp_path):
    return Scratch(str(tmp_path), mounted=False)


def deep(place, depth):
    here = os.open(place, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: open(f"{path}/work/file", "w").close(),
        lambda path: os.makedirs(f"{path}/tmp/a/b"),
        lambda path: os.chmod(f"{path}/work", 0),
        lambda path: os.utime(f"{path}/shm", (1, 1)),
        lambda path: os.rmdir(f"{path}/tmp"),
        lambda path: os.rename(f"{path}/tmp", f"{path}/else"),
        lambda path: (os.rmdir(f"{path}/work"), os.symlink("/etc", f"{path}/work")),
        lambda path: os.mkfifo(f"{path}/work/pipe"),
        lambda path: deep(f"{path}/work", 1500),
        lambda path: (os.makedirs(f"{path}/work/a/b"), os.chmod(f"{path}/work/a/b", 0), os.chmod(f"{path}/work/a", 0)),
    ],
)
def test_it_is_as_new_after_cleaning(scratch, change):
    change(scratch.path)
    scratch.clean()
    assert sorted(os.listdir(scratch.path)) == sorted(DIRS)
    assert all(os.listdir(os.path.join(scratch.path, name)) == [] for name in DIRS)
    assert os.stat(scratch.work).st_mode & 0o7777 == 0o755
    assert not os.path.islink(scratch.work)
    assert os.path.isdir("/etc")


def test_an_untouched_one_is_left_alone(scratch):
    before = os.stat(scratch.work).st_ino
    scratch.clean()
    assert os.stat(scratch.work).st_ino == before


def test_a_tree_too_deep_for_paths_counts_as_over_any_limit(scratch):
    deep(scratch.work, 400)
    assert scratch.used() > (1 << 40, 1 << 40)


def test_only_plain_files_below_it_are_handed_out(scratch, tmp_path_factory):
    secret = tmp_path_factory.mktemp("outside") / "secret"
    secret.write_text("secret")
    os.makedirs(f"{scratch.work}/sub")
    for name in ("plain", "sub/plain"):
        with open(os.path.join(scratch.work, name), "w") as file:
            file.write("mine")
    os.symlink(secret, f"{scratch.work}/link")
    os.symlink(secret.parent, f"{scratch.work}/directory")
    os.mkfifo(f"{scratch.work}/pipe")
    names = ("plain", "sub/plain", "link", "directory/secret", "sub", "pipe", "absent", "plain/x")
    assert [scratch.collect(name, 10) for name in names] == [b"mine", b"mine", *[None] * 6]
    assert scratch.collect("plain", 3) is None


def test_removing_follows_no_link(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "link").symlink_to(tmp_path / "kept")
    remove(str(tmp_path / "gone"))
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept" / "file").exists()
