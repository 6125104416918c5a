"""Where worktrees of git and copies that DVC makes are at home."""

from collections.abc import Callable
from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.core.git import git
from components.core.home import home_folder
from components.core.store import configure, embedded_database, local_artifacts, local_database

Worktree = Callable[..., Path]


def make_repository(folder: Path, project: str = "") -> Path:
    """A repository with one commit; the project is a folder in it."""
    (folder / project).mkdir(parents=True, exist_ok=True)
    git("init", "--quiet", str(folder))
    (folder / project / "params.yaml").write_text("tasks: {}\n")
    git("-C", str(folder), "add", "--all")
    author = ("-c", "user.name=a", "-c", "user.email=a@b")
    git("-C", str(folder), *author, "commit", "--quiet", "--message", "begin")
    return folder


def add_worktree(repository: Path, folder: Path) -> Path:
    git("-C", str(repository), "worktree", "add", "--quiet", "--detach", str(folder))
    return folder


def copied(project: Path, name: str) -> Path:
    """A folder such as DVC copies a project to."""
    copy = project / ".dvc/tmp/exps" / name
    (copy / ".dvc").mkdir(parents=True)
    return copy


def test_a_folder_and_a_repository_are_their_own_home(tmp_path: Path) -> None:
    assert home_folder(tmp_path) == tmp_path
    repository = make_repository(tmp_path / "main", "sub")
    assert home_folder(repository) == repository
    assert home_folder(repository / "sub") == repository / "sub"


@pytest.mark.parametrize("project", ["", "vision"])
def test_a_worktree_shares_that_of_its_repository(tmp_path: Path, project: str) -> None:
    repository = make_repository(tmp_path / "main", project)
    worktree = add_worktree(repository, tmp_path / "side")
    second = add_worktree(worktree, tmp_path / "elsewhere/second")
    for folder in (worktree, second):
        assert home_folder(folder / project) == repository / project


@pytest.mark.parametrize("name", ["tmpabc", "standalone/tmpabc"])
@pytest.mark.parametrize("project", ["", "vision"])
def test_a_copy_that_dvc_makes_shares_that_of_its_project(
    tmp_path: Path, name: str, project: str
) -> None:
    copy = copied(tmp_path, name)
    (copy / project).mkdir(exist_ok=True)
    assert home_folder(copy / project) == tmp_path / project


def test_a_copy_of_a_worktree_shares_that_of_the_repository(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "main")
    worktree = add_worktree(repository, tmp_path / "side")
    assert home_folder(copied(worktree, "tmpabc")) == repository


def test_a_submodule_is_its_own_home(tmp_path: Path) -> None:
    inner, outer = make_repository(tmp_path / "inner"), make_repository(tmp_path / "outer")
    allow = ("-c", "protocol.file.allow=always")
    git("-C", str(outer), *allow, "submodule", "--quiet", "add", str(inner), "vision")
    assert (outer / "vision/.git").is_file()
    assert home_folder(outer / "vision") == outer / "vision"


@pytest.mark.parametrize("bare", ["shared.git", "project/.git"])
def test_worktrees_of_a_bare_repository_are_refused(tmp_path: Path, bare: str) -> None:
    make_repository(tmp_path / "main")
    git("clone", "--quiet", "--bare", str(tmp_path / "main"), str(tmp_path / bare))
    worktree = add_worktree(tmp_path / bare, tmp_path / "side")
    with pytest.raises(ConvoyError, match="without files of its own.*export MLFLOW_TRACKING_URI="):
        home_folder(worktree)


@pytest.mark.parametrize("uri", [None, "sqlite:///mlflow.db"])
def test_the_registry_of_a_worktree_is_that_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_database: Path, uri: str | None
) -> None:
    repository = make_repository(tmp_path / "main")
    (repository / "mlflow.db").write_bytes(empty_database.read_bytes())
    monkeypatch.chdir(add_worktree(repository, tmp_path / "side"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    if uri:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    configure()
    assert local_database() == repository / "mlflow.db" == embedded_database()
    assert local_artifacts() == repository / "mlartifacts"
    assert not Path("mlflow.db").exists()


def test_an_absolute_address_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_database: Path
) -> None:
    monkeypatch.chdir(add_worktree(make_repository(tmp_path / "main"), tmp_path / "side"))
    Path("own.db").write_bytes(empty_database.read_bytes())
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{Path.cwd() / 'own.db'}")
    configure()
    assert local_database() == Path.cwd() / "own.db"


def test_a_registry_that_a_worktree_has_already_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(add_worktree(make_repository(tmp_path / "main"), tmp_path / "side"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    Path("mlflow.db").touch()
    with pytest.raises(ConvoyError, match=r"side/mlflow\.db: a registry of this folder's own"):
        configure()
