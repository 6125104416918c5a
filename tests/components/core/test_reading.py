"""Files that are regular and lie where they must, and others."""

import os
from pathlib import Path

import pytest

from components.core.reading import OutsideError, is_inside, open_regular, read_regular


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with `a.txt`, beside `secret.txt`."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("a")
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path / "in"


def test_a_file_is_read_from_anywhere_or_from_below_a_folder(folder: Path) -> None:
    assert read_regular(folder / "a.txt") == b"a"
    assert read_regular(folder / "a.txt", folder) == b"a"
    assert read_regular(folder / "../secret.txt") == b"secret"


def test_links_are_followed_within_a_folder(folder: Path) -> None:
    (folder / "link.txt").symlink_to("a.txt")
    assert read_regular(folder / "link.txt", folder) == b"a"


def test_a_folder_that_is_a_link_itself(folder: Path) -> None:
    (folder.parent / "link").symlink_to(folder)
    assert read_regular(folder.parent / "link/a.txt", folder.parent / "link") == b"a"


@pytest.mark.parametrize("name", ["../secret.txt", "{}/secret.txt", "link.txt", "up/secret.txt"])
def test_nothing_outside_is_read(folder: Path, name: str) -> None:
    (folder / "link.txt").symlink_to("../secret.txt")
    (folder / "up").symlink_to("..")
    file = folder / name.format(folder.parent)
    assert not is_inside(file, folder)
    with pytest.raises(OutsideError) as caught:
        open_regular(file, folder)
    assert caught.value.strerror == f"leads out of {folder}"


def test_a_folder_whose_name_begins_alike_is_outside(folder: Path) -> None:
    (folder.parent / "inner").mkdir()
    assert not is_inside(folder.parent / "inner/a.txt", folder)


@pytest.mark.timeout(20)
def test_a_named_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    with pytest.raises(OSError, match="not a regular file"):
        read_regular(folder / "pipe.txt", folder)


@pytest.mark.timeout(20)
def test_a_device_is_not_read() -> None:
    with pytest.raises(OSError, match="not a regular file"):
        read_regular(Path("/dev/zero"))


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "Is a directory"), ("b.txt", "No such file"), ("x" * 999, "too long")],
)
def test_what_is_no_file(folder: Path, name: str, message: str) -> None:
    with pytest.raises(OSError, match=message):
        read_regular(folder / name, folder)


def test_what_is_no_name(folder: Path) -> None:
    with pytest.raises(OSError, match="not the name of a file"):
        read_regular(folder / "a\0b")
    with pytest.raises(OutsideError):
        read_regular(folder / "a\0b", folder)
