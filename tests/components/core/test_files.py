import shutil
from pathlib import Path

import pytest

from components.core.files import replace_folder, replacing, staged_folder


def test_an_emptied_folder_gets_new_content(tmp_path: Path) -> None:
    folder = tmp_path / "stage"
    for content in ("old", "new"):
        with replacing(folder):
            (folder / content).touch()
    assert [file.name for file in folder.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [folder]


def test_an_error_brings_the_old_content_back(tmp_path: Path) -> None:
    folder = tmp_path / "stage"
    with replacing(folder):
        (folder / "old").touch()
    with pytest.raises(RuntimeError), replacing(folder):
        (folder / "half-written").touch()
        raise RuntimeError
    assert [file.name for file in folder.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [folder]


def test_what_a_killed_run_left_is_dropped(tmp_path: Path) -> None:
    folder = tmp_path / "stage"
    (tmp_path / ".stage.earlier").mkdir()
    (tmp_path / ".stage.earlier" / "old").touch()
    folder.mkdir()
    (folder / "half-written").touch()
    with pytest.raises(RuntimeError), replacing(folder):
        raise RuntimeError
    assert [file.name for file in folder.iterdir()] == ["old"]


def test_a_staged_folder_takes_the_place_of_the_old(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "out"
    for text in ("one", "two"):
        with staged_folder(folder) as staged:
            (staged / text).write_text(text)
    assert [file.name for file in folder.iterdir()] == ["two"]
    assert list(folder.parent.iterdir()) == [folder]


def test_an_error_leaves_the_old_beside_a_staged_folder(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "old").write_text("old")
    with pytest.raises(RuntimeError), staged_folder(folder) as staged:
        (staged / "new").write_text("new")
        raise RuntimeError
    assert [file.name for file in folder.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [folder]


def test_a_staged_folder_starts_empty(tmp_path: Path) -> None:
    with staged_folder(tmp_path / "out") as staged:
        (staged / "new").write_text("new")
        leftover = staged
    leftover.mkdir()
    (leftover / "half").write_text("half")
    with staged_folder(tmp_path / "out") as staged:
        (staged / "newer").write_text("newer")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["newer"]


def test_the_old_folder_goes_only_when_the_new_one_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, folder = tmp_path / "new", tmp_path / "folder"
    for each in (new, folder):
        each.mkdir()
        (each / each.name).touch()
    remove = shutil.rmtree

    def check(path: Path, **options: bool) -> None:
        assert [file.name for file in folder.iterdir()] in (["folder"], ["new"])
        remove(path, **options)

    monkeypatch.setattr(shutil, "rmtree", check)
    replace_folder(new, folder)
    assert [file.name for file in folder.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [folder]
