"""What counts as an input file, and why other files and folders do not."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.errors import ConvoyError
from components.core.walking import (
    DANGLING,
    HIDDEN,
    NO_FILE,
    OUTSIDE,
    REPEATED,
    Found,
    describe_left_out,
    is_hidden,
    readable,
    walk,
)

COUNTS = st.dictionaries(st.text("abc", min_size=1), st.integers(1, 10**6))


def take(file: Path) -> str | None:
    return None if file.suffix == ".in" else "no input"


def make(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def told(folder: Path, inside: Path | None = None) -> dict[str, str | None]:
    found = list(walk(folder, inside, take))
    names = {each.path.relative_to(folder).as_posix(): each.reason for each in found}
    assert len(names) == len(found)
    return names


def test_files_by_name_folder_by_folder(tmp_path: Path) -> None:
    names = ("b/2.in", "b/10.in", "a.in", "a/z.in", "a/b/c.in", "a-b/x.in", "B.in")
    folder = make(tmp_path, *names, "b/notes.txt")
    assert list(told(folder).items()) == [
        (file.relative_to(folder).as_posix(), take(file))
        for file in sorted(file for file in folder.rglob("*") if file.is_file())
    ]


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.in",
        "._a.in",
        ".DS_Store",
        ".git/a.in",
        ".ipynb_checkpoints/a-checkpoint.in",
        "__MACOSX/a/._a.in",
        "@eaDir/a.in/SYNO_THUMB.in",
        "#recycle/a.in",
        "$RECYCLE.BIN/a.in",
        "System Volume Information/a.in",
        "lost+found/a.in",
        "Thumbs.db",
        "thumbs.DB",
        "Desktop.ini",
    ],
)
@pytest.mark.parametrize("depth", ["", "a/", "a/b/c/"])
def test_what_is_hidden_at_any_depth_counts_once(tmp_path: Path, name: str, depth: str) -> None:
    folder = make(tmp_path, "a.in", depth + name)
    assert told(folder) == {"a.in": None, depth + name.partition("/")[0]: HIDDEN}


@pytest.mark.parametrize("name", ["@home.in", "#1.in", "thumbs.in", "~a.in", "_a.in"])
def test_what_only_looks_like_it_is_an_input(tmp_path: Path, name: str) -> None:
    assert told(make(tmp_path, name)) == {name: None}


def test_a_folder_that_is_called_like_a_file(tmp_path: Path) -> None:
    assert told(make(tmp_path, "a.in/b.in")) == {"a.in/b.in": None}


@pytest.mark.timeout(60)
def test_pipes_and_links_to_nothing_or_to_themselves(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.in")
    (tmp_path / "gone.in").symlink_to("/nowhere/a.in")
    (tmp_path / "itself.in").symlink_to("itself.in")
    assert told(tmp_path) == {"gone.in": DANGLING, "itself.in": DANGLING, "pipe.in": NO_FILE}


def test_links_are_followed_within_the_folder_or_anywhere(tmp_path: Path) -> None:
    folder = make(tmp_path, "in/a/1.in", "out/2.in") / "in"
    (folder / "file.in").symlink_to("a/1.in")
    (folder / "other.in").symlink_to("../out/2.in")
    (folder / "folder").symlink_to("../out")
    kept = {"a/1.in": None, "file.in": None}
    assert told(folder, folder) == {**kept, "folder": OUTSIDE, "other.in": OUTSIDE}
    assert told(folder) == {**kept, "folder/2.in": None, "other.in": None}


def test_a_linked_folder_beside_the_one_that_is_walked(tmp_path: Path) -> None:
    make(tmp_path, "a/1.in", "b/2.in")
    (tmp_path / "a/more").symlink_to("../b")
    (tmp_path / "a/yet_more").symlink_to("../b")
    (tmp_path / "b/back").symlink_to("../a")
    assert told(tmp_path / "a", tmp_path) == {
        "1.in": None,
        "more/2.in": None,
        "more/back": REPEATED,
        "yet_more": REPEATED,
    }


@pytest.mark.timeout(60)
def test_folders_that_all_link_to_each_other_are_entered_once(tmp_path: Path) -> None:
    names = [f"{number:02}" for number in range(20)]
    make(tmp_path, *(f"{name}/{name}.in" for name in names))
    for name in names:
        for other in names:
            (tmp_path / name / f"to-{other}").symlink_to(tmp_path / other)
    found = told(tmp_path / "00")
    assert sorted(Path(name).name for name, reason in found.items() if not reason) == [
        f"{name}.in" for name in names
    ]


def test_a_link_upwards_ends(tmp_path: Path) -> None:
    make(tmp_path, "a/1.in")
    (tmp_path / "a/up").symlink_to("..")
    assert told(tmp_path / "a") == {"1.in": None, "up": REPEATED}
    assert told(tmp_path) == {"a/1.in": None, "a/up": REPEATED}


def test_folders_deeper_than_the_stack(tmp_path: Path) -> None:
    deepest = make(tmp_path, "keep.in")
    for _ in range(1200):
        deepest = deepest / "a"
        deepest.mkdir()
    file = make(deepest, "1.in") / "1.in"
    assert [each.path for each in walk(tmp_path, None, take)] == [file, tmp_path / "keep.in"]
    file.unlink()
    os.removedirs(deepest)  # what pytest tidies up with is not up to it


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.in")
    (tmp_path / name).touch()
    assert list(walk(tmp_path, tmp_path, take)) == [Found(tmp_path / name)]
    assert readable(name) == r"caf\xe9.in"
    assert readable(Path("größe/ファイル.in")) == "größe/ファイル.in"


@pytest.mark.parametrize(("name", "message"), [("a", "No such file"), ("1.in", "not a folder")])
def test_what_is_no_folder(tmp_path: Path, name: str, message: str) -> None:
    make(tmp_path, "1.in")
    with pytest.raises(ConvoyError, match=f"{name}: .*{message}"):
        list(walk(tmp_path / name, None, take))


def test_the_line_on_what_was_left_out() -> None:
    assert describe_left_out({}) == ""
    counts = {"no image": 1, "in no class": 5, HIDDEN: 3_000}
    assert describe_left_out(counts) == "left out: 3,000 hidden, 5 in no class, 1 no image"


@given(counts=COUNTS)
def test_the_line_counts_all(counts: dict[str, int]) -> None:
    line = describe_left_out(counts).removeprefix("left out: ").replace(",", "")
    assert sum(int(word) for word in line.split() if word.isdigit()) == sum(counts.values())


@given(name=st.text(st.characters(exclude_characters="/\0"), min_size=1))
def test_all_that_begins_with_a_dot_is_hidden(name: str) -> None:
    assert is_hidden(f".{name}")
