"""Experiments of real git and DVC, brought back."""

import subprocess
from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.core.git import git
from pipelines import dvc
from pipelines.applying import apply
from pipelines.experiments import keep, list_experiments

pytestmark = pytest.mark.slow

PARAMS = "tasks:\n  cats: {{shade: {shade}}}\n  dogs: {{shade: 0}}\n"
DVC_YAML = """
stages:
  train:
    foreach: ${tasks}
    do:
      cmd: mkdir -p artifacts/${key} && cp params.yaml artifacts/${key}/train
      params: ["tasks.${key}.shade"]
      outs: ["artifacts/${key}/train"]
  register:
    foreach: ${tasks}
    do:
      cmd: cp artifacts/${key}/train artifacts/${key}/register
      deps: ["artifacts/${key}/train"]
      outs: ["artifacts/${key}/register"]
"""
TRAIN, REGISTER = Path("artifacts/cats/train"), Path("artifacts/cats/register")


def write(shade: int) -> None:
    Path("params.yaml").write_text(PARAMS.format(shade=shade))


@pytest.fixture(autouse=True)
def name(project: Path) -> str:
    """An experiment that ended with the stage train; the task dogs has never run."""
    write(1)
    Path("dvc.yaml").write_text(DVC_YAML)
    Path("code.py").write_text("old")
    Path("gone.py").write_text("old")
    Path(".gitignore").write_text("/artifacts\n")
    git("init", "--quiet")
    git("config", "user.name", "a")
    git("config", "user.email", "a@b")
    subprocess.run([*dvc.DVC, "init", "--quiet"], check=True)
    assert dvc.reproduce(["cats"]) == 0
    git("add", "--all")
    git("commit", "--quiet", "--message", "begin")
    write(2)
    Path("code.py").write_text("new")
    Path("gone.py").unlink()
    assert dvc.reproduce(["cats"], last="train") == 0
    dvc.forget_stages("cats", ["register"])
    kept = keep("cats")
    git("reset", "--quiet", "--hard")
    dvc.restore_outputs(["cats"])
    assert "shade: 1" in TRAIN.read_text()
    return kept


def test_all_that_the_experiment_changed_is_back(name: str) -> None:
    Path("later.py").write_text("later")
    git("add", "later.py")
    git("commit", "--quiet", "--message", "later")
    assert name in apply("cats", name)
    assert "shade: 2" in Path("params.yaml").read_text()
    assert "shade: 2" in TRAIN.read_text()
    assert not REGISTER.exists(), "it is of another model"
    assert Path("code.py").read_text() == "new"
    assert not Path("gone.py").exists()
    assert Path("later.py").read_text() == "later"
    assert git("diff", "--name-only", "--cached") == ""
    assert dvc.reproduce(["cats"]) == 0
    assert "shade: 2" in REGISTER.read_text()


def test_no_change_of_anybodys_is_lost(name: str) -> None:
    Path("code.py").write_text("mine")
    with pytest.raises(ConvoyError, match=r"code\.py: has changed; commit it first"):
        apply("cats", name)
    assert Path("code.py").read_text() == "mine"
    assert "shade: 1" in TRAIN.read_text()


def test_a_name_that_none_has_gets_the_nearest(name: str) -> None:
    (found,) = list_experiments("cats")
    wrong = f"{found.name[:-1]}x"
    with pytest.raises(ConvoyError, match=f"no experiment of cats '{wrong}'; did you mean {name}"):
        apply("cats", wrong)
