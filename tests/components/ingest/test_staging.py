"""A folder is replaced as a whole or stays."""

from pathlib import Path

import pytest

from components.ingest.staging import staged_folder


def test_new_content_replaces_the_old(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "out"
    for text in ("one", "two"):
        with staged_folder(folder) as staged:
            (staged / text).write_text(text)
    assert [file.name for file in folder.iterdir()] == ["two"]
    assert list(folder.parent.iterdir()) == [folder]


def test_an_error_leaves_the_old(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "old").write_text("old")
    with pytest.raises(RuntimeError), staged_folder(folder) as staged:
        (staged / "new").write_text("new")
        raise RuntimeError
    assert [file.name for file in folder.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [folder]


def test_leftovers_of_a_killed_run_are_cleared(tmp_path: Path) -> None:
    with staged_folder(tmp_path / "out") as staged:
        (staged / "new").write_text("new")
        leftover = staged
    leftover.mkdir()
    (leftover / "half").write_text("half")
    with staged_folder(tmp_path / "out") as staged:
        (staged / "newer").write_text("newer")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["newer"]
