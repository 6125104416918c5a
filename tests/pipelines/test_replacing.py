from pathlib import Path

import pytest

from pipelines.replacing import replacing


def test_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
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
    (tmp_path / "stage.earlier").mkdir()
    (tmp_path / "stage.earlier" / "old").touch()
    folder.mkdir()
    (folder / "half-written").touch()
    with pytest.raises(RuntimeError), replacing(folder):
        raise RuntimeError
    assert [file.name for file in folder.iterdir()] == ["old"]
