"""Runs of the real pipeline, stopped: what is left at work, what is left behind, where it ends.

`CONVOY_KILLS` says how often runs are killed at a random moment, one after the other: 30 times
unless told otherwise.
"""

import itertools
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from benchmarks.workspace import Workspace
from pipelines.stages import STAGES
from tests.test_retraining import write_images

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(3600)]

KILLS = int(os.environ.get("CONVOY_KILLS", "30"))
SEED = 20_240
ALL = tuple(STAGES)
HANDLED = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
STOPPED_IN = {signal.SIGKILL: ALL[::3], **{HANDLED[at]: ALL[at::3] for at in range(3)}}
"""The stages that meet a signal: one handler sees to three of them, so each stage meets one."""
EXPERIMENTS = (signal.SIGKILL, signal.SIGTERM)
"""What experiments meet: they are put back by the same code."""
OUTPUTS = ("data", "artifacts", "reports")


class Copy(Workspace):
    """A copy of a workspace, with all that has been run there."""

    def __init__(self, original: Workspace, folder: Path) -> None:
        shutil.copytree(original.folder, folder, symlinks=True)
        self.folder = folder


@pytest.fixture(scope="module")
def good_run(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A project with a champion, committed, and a change that makes another."""
    project = Workspace(tmp_path_factory.mktemp("good"))
    write_images(project.folder / "images", range(300))
    digits = project.params()["tasks"]["digits"]
    digits["source"] = {"kind": "image_folder", "path": "images"}
    digits["source"]["splits"] = {"train": 0.3, "val": 0.1, "test": 0.6}
    digits["augment"] = {"copies": 0}
    digits["train"] |= {"epochs": 2, "batch_size": 32, "early_stopping": None}
    digits["gate"] = {"thresholds": {"accuracy": {"min": 0.01}}, "tolerance": 1.0}
    digits["checks"]["balance_floor"] = 0.2
    project.write_params({"tasks": {"digits": digits}})
    project.run("dvc", "add", "--quiet", "images")
    project.run("convoy", "run", "digits")
    project.commit("the last good run")
    digits["source"]["split_seed"] = 1
    digits["train"]["epochs"] = 3
    project.write_params({"tasks": {"digits": digits}})
    project.commit("a change of all stages")
    return project


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder for temporary files."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def reference(
    good_run: Workspace, temporary: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workspace, float]:
    """A project in which nothing was ever killed after the change, and the seconds of its run."""
    project = Copy(good_run, tmp_path_factory.mktemp("reference") / "project")
    begin = time.monotonic()
    project.run("env", f"TMPDIR={temporary}", "convoy", "run", "digits")
    return project, time.monotonic() - begin


@pytest.fixture
def project(good_run: Workspace, tmp_path: Path) -> Workspace:
    """A copy of it."""
    return Copy(good_run, tmp_path / "project")


def start(project: Workspace, *overrides: str) -> subprocess.Popen[bytes]:
    log = project.folder.parent / "run.log"
    return project.start("convoy", "run", "digits", *overrides, log=log)


def stop_in(project: Workspace, stage: str, number: int, *overrides: str) -> int:
    """Sends a signal to a run, and to nothing that it has started, while a stage runs."""
    run = start(project, *overrides)
    while not any(f"convoy stage {stage} digits" in command for command in at_work(project)):
        assert run.poll() is None, (project.folder.parent / "run.log").read_text()[-2000:]
        time.sleep(0.05)
    time.sleep(2)  # so that it has begun to write
    run.send_signal(number)
    return run.wait()


def at_work(project: Workspace) -> list[str]:
    """The commands of the processes whose folder the project's is."""
    commands = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(project.folder) and process.status() != psutil.STATUS_ZOMBIE:
                commands.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return commands


def outputs(project: Workspace) -> dict[str, bytes]:
    files = (file for name in OUTPUTS for file in (project.folder / name).rglob("*"))
    return {
        str(file.relative_to(project.folder)): file.read_bytes() for file in files if file.is_file()
    }


def whole(project: Workspace) -> set[str]:
    """The files of a whole run; Great Expectations names some of its own by the time."""
    return {name for name in outputs(project) if not name.startswith("reports/digits/validate/")}


def left_over(project: Workspace) -> list[Path]:
    halves = [
        path
        for name in OUTPUTS
        for path in (project.folder / name).rglob(".*")
        if path.suffix in {".partial", ".earlier"}
    ]
    temporary = project.folder / ".dvc/tmp/convoy"
    return [*halves, *(temporary.iterdir() if temporary.is_dir() else ())]


def champions(project: Workspace) -> int:
    return count(project, "registered_model_aliases WHERE alias = 'champion'")


def versions(project: Workspace) -> int:
    return count(project, "model_versions")


def count(project: Workspace, rows: str) -> int:
    # what a killed process has left half written is only undone by who may write
    with closing(sqlite3.connect(f"file:{project.folder / 'mlflow.db'}?mode=rw", uri=True)) as db:
        (found,) = db.execute(f"SELECT count(*) FROM {rows}").fetchone()
    return int(found)


def wait_until(reached: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_good_run_leaves_no_temporary_file(
    reference: tuple[Workspace, float], temporary: Path
) -> None:
    assert list(temporary.iterdir()) == []
    assert left_over(reference[0]) == []


@pytest.mark.parametrize(
    ("kind", "number"),
    [*(("run", each) for each in STOPPED_IN), *(("experiment", each) for each in EXPERIMENTS)],
)
def test_a_stopped_run_leaves_nothing_at_work_and_the_outputs_of_the_last(
    good_run: Workspace,
    project: Workspace,
    kind: str,
    number: signal.Signals,
) -> None:
    params = (project.folder / "params.yaml").read_bytes()
    stages = STOPPED_IN[number] if kind == "run" else ("train",)
    overrides = () if kind == "run" else ("train.epochs=9",)
    for stage in stages:
        code = stop_in(project, stage, number, *overrides)
        if number == signal.SIGKILL:
            wait_until(lambda: not at_work(project))
            assert "the run before this one was killed" in project.run("convoy", "clean"), stage
        else:
            assert code == 128 + number, stage
            assert at_work(project) == [], stage
        assert outputs(project) == outputs(good_run), stage
        assert (project.folder / "params.yaml").read_bytes() == params, stage
        assert left_over(project) == [], stage
        assert project.run("git", "status", "--porcelain", "--untracked-files=no") == "", stage
        assert champions(project) == 1, stage


def compare(project: Workspace, reference: Workspace) -> None:
    """Checks that a project ended as one in which nothing was ever killed."""
    assert project.metrics("digits") == reference.metrics("digits")
    assert (champions(project), versions(project)) == (1, versions(reference))
    assert left_over(project) == []
    assert project.run("dvc", "status", "--json").strip() == "{}"
    assert whole(project) == whole(reference)


def test_however_often_a_run_is_killed_it_ends_in_the_same_state(
    good_run: Workspace, reference: tuple[Workspace, float], tmp_path: Path
) -> None:
    unharmed, seconds = reference
    chance, copies = random.Random(SEED), itertools.count()
    project = Copy(good_run, tmp_path / f"killed-{next(copies)}")
    for _ in range(KILLS):
        run = start(project)
        try:
            code = run.wait(timeout=chance.uniform(0, seconds))
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
        else:  # it was quicker: what was done before it was killed is not done again
            assert code == 0, (tmp_path / "run.log").read_text()[-2000:]
            compare(project, unharmed)
            shutil.rmtree(project.folder)
            project = Copy(good_run, tmp_path / f"killed-{next(copies)}")
    project.run("convoy", "run", "digits")
    compare(project, unharmed)
