"""Where an experiment can be kept; `test_unfinished.py` runs some."""

import subprocess
from pathlib import Path

import pytest
import yaml

from components.core.errors import ConvoyError
from components.core.git import git
from pipelines.dvc import DVC
from pipelines.experiments import (
    belong_together,
    check_repository,
    keep,
    list_experiments,
    remove,
)


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


PARAMS = "tasks:\n  cats: {{train: {{epochs: {cats}}}}}\n  cats-big: {{train: {{epochs: {big}}}}}\n"


def write(cats: int = 1, big: int = 1) -> None:
    Path("params.yaml").write_text(PARAMS.format(cats=cats, big=big))


@pytest.fixture
def repository(project: Path) -> Path:
    """A project of two tasks, committed."""
    git("init", "--quiet")
    git("config", "user.name", "a")
    git("config", "user.email", "a@b")
    write()
    Path("dvc.lock").write_text("schema: '2.0'")
    commit()
    return project


def test_what_was_kept_is_read_back(repository: Path) -> None:
    write(cats=5)
    overrides = ["train.epochs=5", "source.path=caf\u00e9: (1), #a"]
    name = keep("cats", overrides, {"accuracy": 0.875}, {"accuracy": 0.75})
    (found,) = list_experiments("cats")
    assert (found.name, found.base) == (name, git("rev-parse", "HEAD"))
    assert found.block == {"train": {"epochs": 5}}
    assert list(found.overrides) == overrides
    assert (found.validation, found.test) == ({"accuracy": 0.875}, {"accuracy": 0.75})


def test_each_task_has_its_own(repository: Path) -> None:
    write(cats=5)
    first = keep("cats", ["train.epochs=5"])
    write(big=6)
    second = keep("cats-big", ["train.epochs=6"])
    assert [each.name for each in list_experiments("cats")] == [first]
    assert [each.name for each in list_experiments("cats-big")] == [second]


def test_one_that_is_forgotten_is_gone(repository: Path) -> None:
    write(cats=5)
    keep("cats", ["train.epochs=5"])
    (found,) = list_experiments("cats")
    remove(found)
    assert list_experiments("cats") == []
    assert git("for-each-ref", "refs/exps") == ""


def test_a_project_below_the_root_of_its_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository / "below"
    folder.mkdir()
    monkeypatch.chdir(folder)
    write()
    Path("dvc.lock").write_text("schema: '2.0'")
    commit()
    write(cats=7)
    keep("cats", ["train.epochs=7"])
    (found,) = list_experiments("cats")
    assert found.block == {"train": {"epochs": 7}}


DVC_YAML = """
stages:
  evaluate:
    cmd: mkdir -p reports/cats && echo '{"accuracy":0.5}' > reports/cats/metrics.json
    params: [tasks.cats]
    metrics: [reports/cats/metrics.json]
"""


@pytest.mark.slow
def test_one_that_dvc_has_made_counts_too(repository: Path) -> None:
    (repository / "dvc.yaml").write_text(DVC_YAML)
    (repository / "dvc.lock").unlink()
    for arguments in (["init", "--quiet"], ["repro", "--quiet"]):
        subprocess.run([*DVC, *arguments], check=True)
    commit()
    arguments = ["exp", "run", "--name", "by-hand", "-S", "tasks.cats.train.epochs=3"]
    subprocess.run([*DVC, *arguments], check=True, stdout=subprocess.DEVNULL)
    (found,) = list_experiments("cats")
    assert (found.name, found.validation) == ("by-hand", {})
    assert found.test == {"accuracy": 0.5}
    assert found.block == {"train": {"epochs": 3}}
    assert list_experiments("cats-big") == []


BLOCK = {"train": {"epochs": 3}}


def lock_of(read: str, epochs: int = 3) -> str:
    """A `dvc.lock` whose stage evaluate has read a model of a hash; the last one is `new`."""
    stages = {
        "plan@cats": {"params": {"params.yaml": {"tasks.cats": {"train": {"epochs": epochs}}}}},
        "train@cats": {"outs": [{"path": "model", "md5": "new"}, {"path": "inputs"}]},
        "evaluate@cats": {"deps": [{"path": "model", "md5": read}, {"path": "data", "md5": "0"}]},
        "train@dogs": {"outs": [{"path": "other", "md5": "new"}]},
        "evaluate@dogs": {"deps": [{"path": "other", "md5": "old"}]},
    }
    return yaml.safe_dump({"stages": stages})


@pytest.mark.parametrize(
    ("lock", "together"),
    [
        (lock_of("new"), True),
        (lock_of("old"), False),
        (lock_of("new", epochs=5), False),
        ("", True),
        ("schema: '2.0'", True),
    ],
)
def test_metrics_of_another_model_are_not_those_of_this_one(lock: str, together: bool) -> None:
    assert belong_together(lock, "cats", BLOCK) == together
