import subprocess
from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from pipelines import versioning


def git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def repository(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit and what a run left uncommitted."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.org")
    incoming = project / "data/incoming"
    (incoming / "toy").mkdir(parents=True)
    (incoming / "README.md").write_text("batches\n")
    (project / "model.py").write_text("layers = 2\n")
    (project / "dvc.lock").write_text("old\n")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "Begin")
    (project / "dvc.lock").write_text("new\n")
    (incoming / "toy/00001-ab").mkdir()
    (incoming / "toy/00001-ab/train-00000.parquet").write_text("shard")
    (incoming / "toy/00001-ab.dvc").write_text("hash\n")
    (incoming / "toy/.gitignore").write_text("/00001-ab\n")
    git("add", "dvc.lock", "data/incoming")  # as DVC's autostage does
    return project


def test_what_a_run_writes_is_no_uncommitted_change(repository: Path) -> None:
    versioning.check_clean()
    (repository / "model.py").write_text("layers = 3\n")
    with pytest.raises(ConvoyError, match=r"model\.py: has changed; commit it first"):
        versioning.check_clean()


def test_outside_a_repository_gits_message_is_passed_on(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    with pytest.raises(ConvoyError, match="git"):
        versioning.check_clean()


def test_keep_leaves_the_branch_where_it_is(repository: Path) -> None:
    head = git("rev-parse", "HEAD")
    commit = versioning.keep("Retrain toy\n", "toy-v1")
    assert git("rev-parse", "HEAD") == head
    assert git("rev-parse", f"{commit}^") == head
    assert git("show", "toy-v1:dvc.lock") == "new"
    assert git("show", "toy-v1:data/incoming/toy/00001-ab.dvc") == "hash"
    assert (repository / "dvc.lock").read_text() == "new\n"


def test_advance_moves_the_branch_and_leaves_nothing_changed(repository: Path) -> None:
    (repository / "notes.txt").write_text("not ours")
    versioning.advance(versioning.keep("Retrain toy\n", "toy-v1"))
    assert git("log", "-1", "--format=%s") == "Retrain toy"
    assert git("status", "--porcelain") == "?? notes.txt"
    assert versioning.own_changes() == []


def test_a_killed_run_is_completed_with_the_commit_it_made(repository: Path) -> None:
    first = versioning.keep("Retrain toy\n", "toy-v1")
    again = versioning.keep("Retrain toy\n", "toy-v1")
    assert again == first
    versioning.advance(again)
    versioning.advance(versioning.keep("Retrain toy\n", "toy-v1"))
    assert git("rev-list", "--count", "HEAD") == "2"


def test_a_tag_never_moves(repository: Path) -> None:
    first = versioning.keep("Retrain toy\n", "toy-v1")
    git("commit", "--quiet", "--allow-empty", "--message", "meanwhile", "--only")
    second = versioning.keep("Retrain toy\n", "toy-v1")
    assert second != first == git("rev-list", "--max-count=1", "toy-v1")
    versioning.advance(second)
    assert git("log", "-2", "--format=%s").splitlines() == ["Retrain toy", "meanwhile"]


def test_without_a_change_the_branch_stays(repository: Path) -> None:
    versioning.advance(versioning.keep("Retrain toy\n", "toy-v1"))
    git("commit", "--quiet", "--allow-empty", "--message", "meanwhile")
    head = git("rev-parse", "HEAD")
    versioning.advance(versioning.keep("Retrain toy\n", "toy-v1"))
    assert git("rev-parse", "HEAD") == head


def test_take_back_restores_the_last_commit(repository: Path) -> None:
    (batch,) = versioning.uncommitted_batches("toy")
    assert batch == Path("data/incoming/toy/00001-ab")
    versioning.take_back([batch])
    assert git("status", "--porcelain") == ""
    assert (repository / "dvc.lock").read_text() == "old\n"
    assert not (repository / "data/incoming/toy/00001-ab").exists()
    assert (repository / "data/incoming/README.md").is_file()


def test_the_file_that_keeps_an_empty_folder_is_no_change(repository: Path) -> None:
    versioning.advance(versioning.keep("Retrain toy\n", None))
    (repository / "data/incoming/other").mkdir()
    (repository / "data/incoming/other/.gitkeep").touch()
    assert versioning.own_changes() == []


@pytest.mark.parametrize(
    ("lock", "reran"),
    [
        ("stages: {a@toy: {md5: 1}}", False),
        ("stages: {a@toy: {md5: 1}, b@toy: {md5: 3}}", False),
        ("stages: {a@toy: {md5: 2}}", True),
        ("", True),
    ],
)
def test_a_stage_that_ran_again_is_told_by_the_lock(
    repository: Path, lock: str, reran: bool
) -> None:
    (repository / "dvc.lock").write_text("stages: {a@toy: {md5: 1}}")
    git("commit", "--quiet", "--all", "--message", "Run")
    (repository / "dvc.lock").write_text(lock)
    assert versioning.reran("a@toy") is reran


def test_without_a_committed_lock_every_stage_ran_anew(repository: Path) -> None:
    git("rm", "--quiet", "--cached", "dvc.lock")
    git("commit", "--quiet", "--message", "Forget")
    (repository / "dvc.lock").write_text("stages: {a@toy: {md5: 1}}")
    assert versioning.reran("a@toy")
    assert not versioning.reran("b@toy")


def test_a_committed_batch_is_not_taken_back(repository: Path) -> None:
    versioning.advance(versioning.keep("Retrain toy\n", None))
    assert versioning.uncommitted_batches("toy") == []
