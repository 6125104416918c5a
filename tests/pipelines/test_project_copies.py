"""Copies of a project of real git and DVC."""

import subprocess
from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.core.git import git
from components.core.home import home_folder
from pipelines import dvc
from pipelines.project_copies import project_copies

pytestmark = pytest.mark.slow

PARAMS = """
tasks:
  toy:
    task: toy.py
    source: {{kind: image_folder, path: {path}}}
"""
DVC_YAML = """
stages:
  register:
    foreach: ${tasks}
    do:
      cmd: mkdir -p artifacts/${key} && cp toy.py artifacts/${key}/made
      deps: [toy.py]
      outs: ["artifacts/${key}/made"]
"""


@pytest.fixture
def below(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that has run, and lies below the root of its repository."""
    folder = project / "below"
    folder.mkdir()
    monkeypatch.chdir(folder)
    Path("toy.py").write_text("from pipelines.tasks.classification import TASK\n")
    Path("params.yaml").write_text(PARAMS.format(path="mine/images"))
    Path("dvc.yaml").write_text(DVC_YAML)
    Path(".gitignore").write_text("/mine\n/artifacts\n__pycache__\n")
    Path("mine/images").mkdir(parents=True)
    Path("mine/images/a.png").write_text("a")
    git("init", "--quiet", str(project))
    git("config", "user.name", "a")
    git("config", "user.email", "a@b")
    subprocess.run([*dvc.DVC, "init", "--quiet", "--subdir"], check=True)
    assert dvc.reproduce(["toy"]) == 0
    git("add", "--all")
    git("commit", "--quiet", "--message", "begin")
    return folder


def test_a_copy_is_as_the_project_is(below: Path) -> None:
    Path("toy.py").write_text("from pipelines.tasks.classification import TASK  # edited\n")
    git("add", "toy.py")
    status = git("status", "--porcelain")
    with project_copies("toy", 2) as copies:
        assert len(set(copies)) == 2
        for copy in copies:
            assert "edited" in (copy / "toy.py").read_text()
            assert "edited" not in (copy / "artifacts/toy/made").read_text()
            assert (copy / "mine/images/a.png").read_text() == "a"
            assert home_folder(copy) == below.resolve()
        (copies[0] / "toy.py").write_text("TASK = 1\n")
        run = [*dvc.DVC, "repro", "--quiet", "register@toy"]
        subprocess.run(run, check=True, cwd=copies[0])
        assert "edited" in Path("toy.py").read_text()
        assert "edited" in (copies[1] / "toy.py").read_text()
    assert git("status", "--porcelain") == status
    assert len(git("worktree", "list").splitlines()) == 1
    stored = [each.read_text() for each in Path(".dvc/cache").rglob("*") if each.is_file()]
    assert "TASK = 1\n" in stored, "what a copy makes is in the cache of the project"


def test_a_source_beside_the_project_is_in_no_copy(below: Path) -> None:
    Path("params.yaml").write_text(PARAMS.format(path="../images"))
    with (
        pytest.raises(ConvoyError, match=r"source\.path: \.\./images leads out of the project"),
        project_copies("toy", 2),
    ):
        pass
    assert len(git("worktree", "list").splitlines()) == 1
