"""Four weeks of retraining in a project of its own, killed again and again in the second."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
import yaml
from sklearn.datasets import load_digits

from benchmarks.workspace import Workspace
from components.ingest.sources.sklearn_digits import render_digit
from pipelines.outcome import Outcome

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(1800)]

DIGITS = load_digits()
FAINT = 0.45
HOLD_LOCK = """
import time, zc.lockfile
held = zc.lockfile.LockFile(".dvc/tmp/lock")
print(flush=True)
time.sleep(600)
"""
TRAINING = "Running stage 'train@digits'"


def write_images(
    folder: Path, indices: Sequence[int], wrong_by: int = 0, fade: float = 1.0
) -> None:
    for index in indices:
        label = (DIGITS.target[index] + wrong_by) % 10
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        values = DIGITS.images[index] * fade
        (folder / str(label) / f"{index}.png").write_bytes(render_digit(values))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    project = Workspace(tmp_path_factory.mktemp("project"))
    write_images(project.folder / "images", range(300))
    digits = project.params()["tasks"]["digits"]
    digits["source"] = {
        "kind": "image_folder",
        "path": "images",
        "splits": {"train": 0.3, "val": 0.1, "test": 0.6},
    }
    digits["augment"] = {"copies": 0}
    digits["train"] |= {"epochs": 4, "batch_size": 32, "early_stopping": None}
    digits["train"]["optimizer"] = {"name": "adam", "learning_rate": 0.002}
    digits["gate"] = {"thresholds": {"accuracy": {"min": 0.3}}, "tolerance": 0.03}
    digits["checks"]["balance_floor"] = 0.2
    project.write_params({"tasks": {"digits": digits}})
    project.run("dvc", "add", "--quiet", "images")
    project.commit("begin")
    return project


def start(project: Workspace, *options: str) -> subprocess.Popen[bytes]:
    log = project.folder.parent / "retrain.log"
    return project.start("convoy", "retrain", "digits", *options, log=log)


def retrain(project: Workspace, *options: str) -> Outcome:
    code = start(project, *options).wait()
    assert code in set(Outcome) - {Outcome.FAILED}, log(project)[-4000:]
    return Outcome(code)


def log(project: Workspace) -> str:
    return (project.folder.parent / "retrain.log").read_text()


def kill_when(project: Workspace, reached: Callable[[], bool], *options: str) -> None:
    process = start(project, *options)
    while not reached():
        assert process.poll() is None, "ended before it could be killed"
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill_stage(project: Workspace, stage: str) -> None:
    """Kills a stage, and neither DVC nor convoy, as Linux does when there is no memory left."""
    while True:
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                here = process.cwd() == str(project.folder)
                if here and f"convoy stage {stage} digits" in " ".join(process.cmdline()):
                    process.kill()
                    return
        time.sleep(0.05)


def query(project: Workspace, sql: str) -> list[str]:
    # what a killed process has left half written is only undone by who may write
    uri = f"file:{project.folder / 'mlflow.db'}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        return [str(value) for (value,) in connection.execute(sql)]


def versions(project: Workspace) -> list[str]:
    return query(project, "SELECT version FROM model_versions ORDER BY version")


def champion(project: Workspace) -> list[str]:
    sql = "SELECT version FROM registered_model_aliases WHERE alias = 'champion'"
    return query(project, sql)


def tag(project: Workspace, version: str, key: str) -> str:
    sql = f"SELECT value FROM model_version_tags WHERE version = {version} AND key = '{key}'"
    (value,) = query(project, sql)
    return value


def history(project: Workspace) -> list[str]:
    return project.run("git", "log", "--format=%s").splitlines()


def batches(project: Workspace) -> list[str]:
    folder = project.folder / "data/incoming/digits"
    return sorted(child.name for child in folder.glob("0*") if child.is_dir())


def splits(project: Workspace) -> dict[str, int]:
    import pyarrow.parquet as pq

    files = (project.folder / "data/digits").glob("*.parquet")
    counts = dict.fromkeys(("train", "val", "test"), 0)
    for file in files:
        counts[file.name.partition("-")[0]] += pq.read_metadata(file).num_rows
    return counts


def assert_settled(project: Workspace) -> None:
    """Git is clean, DVC is up to date, and a further run finds nothing to do."""
    assert project.run("git", "status", "--porcelain").split() == []
    assert (
        project.run("dvc", "status", "register@digits", "--with-deps")
        .strip()
        .endswith("up to date.")
    )


def test_week_1_the_first_champion(project: Workspace) -> None:
    assert retrain(project) is Outcome.PROMOTED
    assert champion(project) == versions(project) == ["1"]
    assert history(project)[0] == "Retrain digits version 1: a new champion"
    assert project.run("git", "tag").split() == ["digits-v1"]
    assert_settled(project)


def test_nothing_new_is_said_and_is_no_failure(project: Workspace) -> None:
    before = history(project)
    assert retrain(project, "--policy", "always", "--summary", "summary.md") is Outcome.NOTHING_NEW
    text = (project.folder / "summary.md").read_text()
    (project.folder / "summary.md").unlink()
    assert "data, parameters and code are those of the last training" in text
    assert history(project) == before


def test_an_error_is_told_in_the_summary(project: Workspace) -> None:
    assert start(project, "--data", "nowhere", "--summary", "summary.md").wait() == Outcome.FAILED
    text = (project.folder / "summary.md").read_text()
    (project.folder / "summary.md").unlink()
    assert text.startswith("## Retrain digits: an error\n\n- \\--data.path: nowhere not found")
    assert "- the champion is version 1\n" in text


def test_week_2_better_data_killed_everywhere(project: Workspace) -> None:
    folder, before = project.folder, splits(project)
    new = folder.parent / "week2"
    write_images(new, range(250, 900))
    options = ("--data", str(new))
    kill_when(project, (folder / "data/.digits.partial").exists, *options)  # ingest
    begun = log(project).count(TRAINING)
    trainer = folder / "artifacts/digits/train/Trainer"
    kill_when(project, lambda: log(project).count(TRAINING) > begun and trainer.exists(), *options)
    assert (versions(project), champion(project)) == (["1"], ["1"])
    kill_when(project, lambda: len(versions(project)) == 2, *options)  # register
    assert len(champion(project)) == 1
    if champion(project) == ["1"]:
        kill_when(project, lambda: champion(project) == ["2"], *options)  # promote
    assert retrain(project, *options) is Outcome.PROMOTED
    assert (versions(project), champion(project)) == (["1", "2"], ["2"])
    assert tag(project, "2", "stage") == "champion"
    assert tag(project, "1", "stage") == "archived"
    after = splits(project)
    assert after["test"] == before["test"]
    assert sum(after.values()) == 900  # the 50 that were known are left out
    assert len(batches(project)) == 1
    assert history(project)[:2] == [
        "Retrain digits version 2: a new champion",
        "Retrain digits version 1: a new champion",
    ]
    assert_settled(project)
    assert retrain(project, *options) is Outcome.NOTHING_NEW


def test_week_3_corrupted_labels_are_refused(project: Workspace) -> None:
    new = project.folder.parent / "week3"
    write_images(new, range(900, 1797), wrong_by=1)
    before = history(project), splits(project), batches(project)
    assert retrain(project, "--data", str(new)) is Outcome.REFUSED
    assert (versions(project), champion(project)) == (["1", "2", "3"], ["2"])
    assert tag(project, "3", "stage") == "refused"
    assert "is worse than the champion's" in tag(project, "3", "reasons")
    assert (history(project), splits(project), batches(project)) == before
    lock = yaml.safe_load(project.run("git", "show", "digits-v3:dvc.lock"))  # kept for whoever asks
    assert "register@digits" in lock["stages"]
    assert_settled(project)
    assert retrain(project, "--data", str(new)) is Outcome.NOTHING_NEW


def test_broken_images_are_not_taken(project: Workspace) -> None:
    new = project.folder.parent / "broken"
    write_images(new, [0], fade=0.9)
    file = new / "0/0.png"
    file.write_bytes(file.read_bytes()[:60])
    before = history(project), splits(project), batches(project)
    assert retrain(project, "--data", str(new)) is Outcome.DATA_INVALID
    assert (history(project), splits(project), batches(project)) == before
    assert_settled(project)


def test_a_dry_run_refuses_what_a_run_would(project: Workspace) -> None:
    new = project.folder.parent / "unknown"
    write_images(new, [0])
    (new / "0").rename(new / "zero")  # no class of the task
    before = history(project), splits(project), batches(project)
    assert retrain(project, "--data", str(new), "--dry-run") is Outcome.DATA_INVALID
    assert "zero" in log(project)
    assert (history(project), splits(project), batches(project)) == before
    assert retrain(project, "--data", str(new)) is Outcome.DATA_INVALID


def test_labels_that_cannot_be_read_are_not_taken(project: Workspace) -> None:
    new = project.folder.parent / "labels.csv"
    new.write_text("path,label\nnowhere.png,1\n")
    before = history(project), splits(project), batches(project)
    assert retrain(project, "--data", str(new), "--kind", "csv_labels") is Outcome.DATA_INVALID
    assert "nowhere.png: cannot be read" in log(project)
    assert (history(project), splits(project), batches(project)) == before
    assert_settled(project)


def test_week_4_drifted_images_are_learnt(project: Workspace) -> None:
    folder = project.folder
    new = folder.parent / "week4"
    write_images(new, range(300, 900), fade=FAINT)
    options = ("--data", str(new), "--policy", "on-drift")
    before = history(project), batches(project)
    dry = project.run("convoy", "retrain", "digits", *options, "--dry-run")
    assert "would train: policy on-drift: drift in" in dry
    assert (history(project), batches(project)) == before
    assert retrain(project, *options) is Outcome.PROMOTED
    assert champion(project) == ["4"]
    body = project.run("git", "log", "-1", "--format=%B")
    assert "brightness: Jensen-Shannon divergence" in body
    assert_settled(project)


def test_everything_can_be_undone(project: Workspace) -> None:
    project.run("convoy", "rollback", "digits", "--reason", "it fails at night")
    assert champion(project) == ["2"]
    assert tag(project, "4", "stage") == "rolled-back"
    assert tag(project, "2", "reasons") == "it fails at night"
    assert retrain(project) is Outcome.NOTHING_NEW
    project.run("git", "revert", "--no-edit", "HEAD")
    project.run("dvc", "checkout")
    assert len(batches(project)) == 1
    assert_settled(project)


def test_the_last_two_can_be_compared(project: Workspace) -> None:
    output = project.run("convoy", "compare", "digits", "2", "4", "--out", "compared")
    assert "accuracy" in output
    assert (project.folder / "compared/digits-2-4/disagreements.png").is_file()
    assert np.isfinite(float(tag(project, "4", "test_accuracy")))


def test_a_rerun_without_effect_is_committed_and_is_no_new_champion(project: Workspace) -> None:
    file = project.folder / "components/ingest/summary.py"
    file.write_text(f"{file.read_text()}\n# the same\n")
    project.commit("Say the same")
    before = versions(project), champion(project), project.run("git", "tag")
    assert retrain(project) is Outcome.NOTHING_NEW
    assert (versions(project), champion(project), project.run("git", "tag")) == before
    assert history(project)[:2] == ["Retrain digits: nothing to do", "Say the same"]
    assert_settled(project)


def test_a_lost_registry_is_noticed(project: Workspace) -> None:
    (project.folder / "mlflow.db").unlink()
    assert retrain(project) is Outcome.NOTHING_NEW
    assert "the registry has lost version" in log(project)
    assert champion(project) == versions(project) == ["1"]
    (project.folder / "mlflow.db").unlink()
    assert "the registry has lost version" in project.run("convoy", "run", "digits")
    assert champion(project) == ["1"]


def test_a_killed_stage_is_no_fault_of_the_data(project: Workspace) -> None:
    new = project.folder.parent / "week5"
    write_images(new, range(40), fade=0.8)
    summary = project.folder.parent / "summary.md"
    options = ("--data", str(new), "--policy", "if-older-than", "--days", "1000")
    before = history(project), champion(project), len(batches(project))
    for stage in ("ingest", "validate", "prepare"):
        process = start(project, *options, "--summary", str(summary))
        kill_stage(project, stage)
        assert process.wait() == Outcome.FAILED
        assert "run it again" in summary.read_text()
        assert (history(project), champion(project), len(batches(project)) - 1) == before
    assert retrain(project, *options) is Outcome.DATA_ADDED
    assert project.run("git", "status", "--porcelain").split() == []


def test_a_lock_of_dvc_is_no_fault_of_the_data(project: Workspace) -> None:
    new = project.folder.parent / "week6"
    write_images(new, range(40, 80), fade=0.8)
    options = ("--data", str(new), "--policy", "if-older-than", "--days", "1000")
    command = [sys.executable, "-c", HOLD_LOCK]
    with subprocess.Popen(command, cwd=project.folder, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert start(project, *options).wait() == Outcome.FAILED
        holder.kill()
    assert retrain(project, *options) is Outcome.DATA_ADDED
    assert project.run("git", "status", "--porcelain").split() == []
