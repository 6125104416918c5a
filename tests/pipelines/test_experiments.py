"""Where an experiment can be kept; `test_unfinished.py` runs some."""

from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.core.git import git
from pipelines.experiments import check_repository, keep


@pytest.fixture
def nobody(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which git knows nobody."""
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("GIT_COMMITTER_EMAIL", raising=False)
    monkeypatch.delenv("EMAIL", raising=False)
    monkeypatch.setenv("HOME", str(project))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(project))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return project


def commit(*options: str) -> None:
    git("add", "--all")
    git(*options, "commit", "--quiet", "--allow-empty", "--message", "begin")


def test_an_experiment_needs_a_commit_and_a_name(nobody: Path) -> None:
    with pytest.raises(ConvoyError, match="there is none; run: git init"):
        check_repository()
    git("init", "--quiet")
    git("config", "user.useConfigOnly", "true")
    with pytest.raises(ConvoyError, match="there is none; run: git init"):
        check_repository()
    commit("-c", "user.name=a", "-c", "user.email=a@b")
    with pytest.raises(ConvoyError, match=r"git must know of whom: git config user\.name"):
        check_repository()
    git("config", "user.name", "a")
    git("config", "user.email", "a@b")
    check_repository()


def test_what_is_kept_is_beside_index_and_branch(project: Path) -> None:
    git("init", "--quiet")
    git("config", "user.name", "a")
    git("config", "user.email", "a@b")
    folder = project / "below"  # the root of a repository may lie above the project
    folder.mkdir()
    (project / "code.py").write_text("old")
    commit()
    (project / "code.py").write_text("new")
    Path("params.yaml").write_text("tasks: {}")
    Path("dvc.lock").write_text("schema: '2.0'")
    before = git("status", "--porcelain"), git("rev-parse", "HEAD"), git("ls-files", "--stage")
    name = keep("cats")
    assert (
        git("status", "--porcelain"),
        git("rev-parse", "HEAD"),
        git("ls-files", "--stage"),
    ) == before
    assert name.startswith("cats-")
    (ref,) = git("for-each-ref", "--format=%(refname)", "refs/exps").splitlines()
    head = git("rev-parse", "HEAD")
    assert ref == f"refs/exps/{head[:2]}/{head[2:]}/{name}"
    assert git("rev-parse", f"{ref}^") == head
    assert git("show", f"{ref}:code.py") == "new"
    assert git("show", f"{ref}:params.yaml") == "tasks: {}"
