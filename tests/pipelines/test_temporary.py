import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pipelines.temporary import (
    TEMPORARY,
    abandoned_files,
    project_folder,
    temporary_files_kept,
)

LEAVE = """
import os, signal, tempfile
from pipelines.temporary import temporary_files_kept
with temporary_files_kept():
    tempfile.mkdtemp()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def project(project: Path) -> Path:
    """A folder in which DVC works."""
    (project / ".dvc").mkdir()
    return project


def test_what_nobody_removes_goes_with_the_process(project: Path) -> None:
    before = tempfile.gettempdir(), os.environ.get("TMPDIR")
    with temporary_files_kept():
        made = Path(tempfile.mkdtemp())
        child = [sys.executable, "-c", "import tempfile; print(tempfile.mkdtemp())"]
        by_child = subprocess.run(child, check=True, capture_output=True, text=True).stdout.strip()
        for folder in (made, Path(by_child)):
            assert folder.is_dir()
            assert folder.is_relative_to(project / TEMPORARY)
    assert list(TEMPORARY.iterdir()) == []
    assert (tempfile.gettempdir(), os.environ.get("TMPDIR")) == before


def test_what_a_killed_process_left_goes_when_the_next_begins(project: Path) -> None:
    subprocess.run([sys.executable, "-c", LEAVE], check=False)
    (left,) = abandoned_files()
    assert list(left.iterdir())
    with temporary_files_kept():
        assert not left.exists()


def test_what_a_killed_stage_left_goes_with_its_run(project: Path) -> None:
    with temporary_files_kept():
        subprocess.run([sys.executable, "-c", LEAVE], check=False)
        assert abandoned_files() == []
        assert len(list(TEMPORARY.glob("files-*/files-*/*"))) == 1
    assert list(TEMPORARY.iterdir()) == []


def test_files_that_will_be_moved_lie_on_the_file_system_of_the_project(project: Path) -> None:
    with project_folder() as folder:
        assert folder.parent == project / TEMPORARY
    assert not folder.exists()


def test_outside_of_a_project_nothing_changes(project: Path) -> None:
    (project / ".dvc").rmdir()
    before = tempfile.gettempdir()
    with temporary_files_kept():
        assert tempfile.gettempdir() == before
    assert list(project.iterdir()) == []


def test_in_a_project_that_cannot_be_written_to_nothing_changes(project: Path) -> None:
    (project / ".dvc/tmp").write_text("in the way, also of root")
    before = tempfile.gettempdir()
    with temporary_files_kept():
        assert tempfile.gettempdir() == before
