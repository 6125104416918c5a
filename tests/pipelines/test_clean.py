import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.clean import Orphan, clean, task_leftovers
from pipelines.running import only_run
from pipelines.temporary import temporary_files_kept
from tests.pipelines.test_cli import convoy
from tests.pipelines.test_temporary import LEAVE

HALVES = (
    "data/.cats.partial",
    "data/.cats.earlier",
    "artifacts/cats/.prepare.earlier",
    "artifacts/cats/diary/.train.earlier",
    "reports/cats/.validate.partial",
)
WHOLE = ("data/cats", "artifacts/cats/prepare", "reports/cats/validate-failed")
FORMER = ".dvc/tmp/tmpabcd_123"


@pytest.fixture
def halves(project: Path) -> Path:
    """A project with outputs of `cats`, and halves of others."""
    (project / "params.yaml").write_text("tasks: {cats: {}, cat: {}}\n")
    for name in (*HALVES, *WHOLE, FORMER):
        (project / name).mkdir(parents=True)
        (project / name / "file").write_text("12345")
    return project


def test_halves_of_outputs_are_found(halves: Path) -> None:
    assert sorted(map(str, task_leftovers("cats"))) == sorted(HALVES)
    assert task_leftovers("cat") == []


def test_what_processes_left_is_found(halves: Path) -> None:
    subprocess.run([sys.executable, "-c", LEAVE], check=False)
    left = [orphan for orphan in clean(remove=False) if "temporary files" in orphan.what]
    assert [orphan.size for orphan in left] == [0, 5]
    with temporary_files_kept():  # those of a living one are none
        assert len(list(clean(remove=False))) == len(HALVES) + 1


def test_they_are_shown_and_only_then_removed(halves: Path) -> None:
    shown = convoy("clean")
    assert shown.returncode == 0
    for name in (*HALVES, FORMER):
        assert name in shown.stdout
        assert (halves / name).is_dir()
    assert "30 bytes left over; `convoy clean --yes` removes it" in shown.stdout
    removed = convoy("clean", "--yes")
    assert "30 bytes removed" in removed.stdout
    assert not any((halves / name).exists() for name in (*HALVES, FORMER))
    assert all((halves / name).is_dir() for name in WHOLE)
    assert "nothing is left over" in convoy("clean").stdout


def test_nothing_is_removed_while_a_run_is_at_work(halves: Path) -> None:
    with only_run():
        result = convoy("clean", "--yes")
    assert result.returncode == 1
    assert "another convoy run is at work" in result.stderr
    assert (halves / HALVES[0]).is_dir()


def test_models_that_no_version_has_are_found_and_removed(store: Path) -> None:
    (store / "params.yaml").write_text("tasks: {toy: {}}\n")
    folder = store / "mlartifacts/toy" / ("0" * 32)
    folder.mkdir(parents=True)
    (folder / "weights").write_text("123")
    found = [Orphan(str(folder), "files of toy that the registry does not know", 3)]
    assert list(clean(remove=False)) == found
    assert list(clean(remove=True)) == found
    assert list(clean(remove=True)) == []
    assert not folder.exists()
