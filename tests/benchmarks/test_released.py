"""What a release keeps of the metrics, and how it is told that they are out of date."""

import json
import subprocess
from pathlib import Path

import pytest

from benchmarks import released
from benchmarks.released import FOLDER, PLANS, find_changed, hash_plans, read_release, rows, write
from components.core.errors import ConvoyError

ROOT = Path(__file__).parents[2]


def test_what_was_released_has_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    plans = read_release()["plans"]
    assert plans.keys() == {file.stem for file in FOLDER.glob("*.json")}
    assert all(told for task, told, _ in rows(read_release()) if task in plans)


def test_a_stage_that_is_made_of_something_else_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    now = hash_plans("digits")
    assert find_changed(now, now) == []
    assert find_changed({**now, "train": "other", "ingest": "other"}, now) == ["ingest", "train"]
    assert find_changed({}, now) == list(now)
    assert "plan" not in now
    assert "register" not in now


def test_without_a_release_it_is_told_how_to_make_one(project: Path) -> None:
    with pytest.raises(ConvoyError, match=rf"^{PLANS}: not found; dvc repro"):
        read_release()


@pytest.fixture
def repository(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one task, which has been evaluated."""
    (project / "params.yaml").write_text("tasks: {toy: {task: toy}}")
    metrics = project / "reports/toy/metrics.json"
    metrics.parent.mkdir(parents=True)
    metrics.write_text('{"accuracy": 0.75}')
    author = ["-c", "user.name=A", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "params.yaml"], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *author, *command], check=True)
    monkeypatch.setattr(released, "hash_plans", lambda task: {"train": f"of {task}"})
    return project


def test_a_release_is_what_the_commit_gives(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(released, "changed_stages", lambda task: {"register"})
    (repository / "dvc.lock").write_text("stages: {}")
    subprocess.run(["git", "add", "dvc.lock"], check=True)  # as DVC does
    write()
    assert json.loads((FOLDER / "toy.json").read_text()) == {"accuracy": 0.75}
    release = read_release()
    assert release["plans"] == {"toy": {"train": "of toy"}}
    assert len(release["commit"]) == 40
    assert list(rows(release)) == [("toy", "accuracy 0.75", "")]


def test_what_is_not_of_the_commit_is_no_release(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(released, "changed_stages", lambda task: {"train"})
    with pytest.raises(ConvoyError, match="^toy: train has not run since it changed"):
        write()
    (repository / "params.yaml").write_text("tasks: {toy: {task: other}}")
    with pytest.raises(ConvoyError, match=r"^params\.yaml: has changed; commit it first"):
        write()
    assert not PLANS.exists()
