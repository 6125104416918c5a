"""Worktrees of git, and the copies in which DVC runs experiments, share the project's registry."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest

ROOT = Path(__file__).parents[1]
STAGE = """
stages:
  register:
    cmd: {python} register.py
    params: [name]
    outs: [where]
"""
SCRIPT = """
from pathlib import Path

import mlflow
import yaml

from components.core.store import configure, local_database

configure()
mlflow.MlflowClient().create_registered_model(yaml.safe_load(Path("params.yaml").read_text())["name"])
Path("where").write_text(f"{Path.cwd()} {local_database()}")
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def run(folder: Path, *command: str) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "MLFLOW_TRACKING_URI"}
    result = subprocess.run(
        command,
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    return result.stdout


def dvc(folder: Path, *arguments: str) -> str:
    return run(folder, sys.executable, "-m", "dvc", *arguments)


@pytest.fixture
def repository(tmp_path: Path, empty_database: Path) -> Path:
    """A project with one stage, which puts a model into the registry."""
    folder = tmp_path / "main"
    folder.mkdir()
    run(folder, "git", "init", "--quiet")
    for key, value in {"user.name": "a", "user.email": "a@b"}.items():
        run(folder, "git", "config", key, value)
    dvc(folder, "init", "--quiet")
    (folder / "params.yaml").write_text("name: first\n")
    (folder / "dvc.yaml").write_text(STAGE.format(python=sys.executable))
    (folder / "register.py").write_text(SCRIPT)
    (folder / ".gitignore").write_text("mlflow.db*\n.mlflow.db*\nwhere\n")
    run(folder, "git", "add", "--all")
    run(folder, "git", "commit", "--quiet", "--message", "begin")
    shutil.copy(empty_database, folder / "mlflow.db")
    return folder


def registered(folder: Path) -> set[str]:
    models = mlflow.MlflowClient(f"sqlite:///{folder / 'mlflow.db'}").search_registered_models()
    return {model.name for model in models}


def test_a_temporary_experiment_registers_in_the_project(repository: Path) -> None:
    dvc(repository, "exp", "run", "--temp", "--set-param", "name=tried", "--name", "tried")
    assert registered(repository) == {"tried"}
    assert not list((repository / ".dvc/tmp/exps/standalone").glob("tmp*"))  # it is gone
    dvc(repository, "exp", "apply", "tried")
    where, database = (repository / "where").read_text().split()
    assert ".dvc/tmp/exps" in where
    assert Path(database) == repository / "mlflow.db"


def test_a_worktree_and_an_experiment_in_it_register_in_the_repository(repository: Path) -> None:
    worktree = repository.with_name("side")
    run(repository, "git", "worktree", "add", "--quiet", str(worktree))
    dvc(worktree, "repro")
    assert registered(repository) == {"first"}
    dvc(worktree, "exp", "run", "--temp", "--set-param", "name=tried")
    assert registered(repository) == {"first", "tried"}
    assert not (worktree / "mlflow.db").exists()


def test_the_queue_registers_in_the_project(repository: Path) -> None:
    for name in ("one", "two"):
        dvc(repository, "exp", "run", "--queue", "--set-param", f"name={name}")
    try:
        dvc(repository, "exp", "run", "--run-all")
        assert registered(repository) == {"one", "two"}
    finally:
        dvc(repository, "queue", "stop", "--kill")
