from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.core.git import git


@pytest.fixture
def repository(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty git repository."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    git("init", "--quiet")
    return project


def test_says_what_git_says(repository: Path) -> None:
    (repository / "note.txt").write_text("note")
    assert git("status", "--porcelain") == "?? note.txt"


def test_another_index_leaves_the_repositorys_alone(repository: Path) -> None:
    (repository / "note.txt").write_text("note")
    index = repository / "index"
    git("add", "note.txt", index=index)
    assert git("ls-files", index=index) == "note.txt"
    assert git("ls-files") == ""


def test_an_error_is_gits_own(repository: Path) -> None:
    with pytest.raises(ConvoyError, match="git rev-parse: fatal: .*HEAD"):
        git("rev-parse", "HEAD")


def test_without_git_it_says_so(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConvoyError, match="git: cannot be run: No such file"):
        git("status")
