import subprocess
from pathlib import Path

import pytest
import yaml

from components.core.errors import ConvoyError
from components.register.provenance import data_hash, git_commit, params_hash, provenance

LOCK = """
schema: '2.0'
stages:
  ingest@digits:
    cmd: ingest digits
    outs:
    - path: data/digits
      hash: md5
      md5: 1f0e3dad99908345f7439f8ffabdffc4.dir
      size: 1024
      nfiles: 3
  evaluate@digits:
    cmd: evaluate digits
    deps:
    - path: data/digits
      hash: md5
      md5: 1f0e3dad99908345f7439f8ffabdffc4.dir
    outs:
    - path: reports/digits/metrics.json
      hash: md5
      md5: c4ca4238a0b923820dcc509a6f75849b
  lint:
    cmd: lint
"""


def git(*arguments: str) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with one commit, as the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "reports/digits").mkdir(parents=True)
    (tmp_path / "reports/digits/metrics.json").write_text("{}")
    (tmp_path / "model.py").write_text("layers = 2\n")
    (tmp_path / "dvc.lock").write_text(LOCK)
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "Begin")
    return tmp_path


def write_params(folder: Path, tasks: dict[str, object]) -> None:
    (folder / "params.yaml").write_text(yaml.safe_dump({"tasks": tasks}, sort_keys=False))


def test_a_clean_tree_is_its_commit(repository: Path) -> None:
    assert git_commit() == git("rev-parse", "HEAD")


def test_a_changed_file_makes_the_tree_dirty(repository: Path) -> None:
    (repository / "model.py").write_text("layers = 3\n")
    assert git_commit() == git("rev-parse", "HEAD") + "-dirty"
    git("add", "model.py")
    assert git_commit().endswith("-dirty")


def test_what_the_run_itself_writes_leaves_the_tree_clean(repository: Path) -> None:
    (repository / "dvc.lock").write_text(LOCK + "    params: {}\n")
    (repository / "reports/digits/metrics.json").write_text('{"accuracy": 1}')
    (repository / "untracked.txt").write_text("note")
    assert git_commit() == git("rev-parse", "HEAD")


def test_without_a_lock_file_the_commit_is_known(repository: Path) -> None:
    git("rm", "--quiet", "dvc.lock")
    git("commit", "--quiet", "-m", "Remove the lock")
    assert git_commit() == git("rev-parse", "HEAD")


def test_outside_git_the_commit_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_commit() == "unknown"


def test_before_the_first_commit_the_commit_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet")
    assert git_commit() == "unknown"


def test_without_git_the_commit_is_unknown(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert git_commit() == "unknown"


def test_the_data_hash_is_dvcs(repository: Path) -> None:
    assert data_hash("digits") == "1f0e3dad99908345f7439f8ffabdffc4.dir"


def test_data_that_dvc_does_not_know_has_no_hash(repository: Path) -> None:
    assert data_hash("faces") == "unknown"
    (repository / "dvc.lock").unlink()
    assert data_hash("digits") == "unknown"


def test_the_params_hash_depends_on_the_values_of_the_task_only(repository: Path) -> None:
    write_params(repository, {"digits": {"seed": 1, "train": {"epochs": 2}}, "faces": {}})
    first = params_hash("digits")
    write_params(repository, {"faces": {"seed": 5}, "digits": {"train": {"epochs": 2}, "seed": 1}})
    assert params_hash("digits") == first
    write_params(repository, {"digits": {"seed": 1, "train": {"epochs": 3}}})
    assert params_hash("digits") != first


def test_the_params_of_an_unknown_task_are_an_error(repository: Path) -> None:
    write_params(repository, {"digits": {}})
    with pytest.raises(ConvoyError, match="faces"):
        params_hash("faces")


def test_provenance_names_commit_data_and_params(repository: Path) -> None:
    write_params(repository, {"digits": {"seed": 1}})
    assert provenance("digits") == {
        "git_commit": git("rev-parse", "HEAD"),
        "data_hash": "1f0e3dad99908345f7439f8ffabdffc4.dir",
        "params_hash": params_hash("digits"),
        "batches": "",
    }
