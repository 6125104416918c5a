import subprocess
import sys
from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from pipelines.dvc import BusyError, only_run

HOLD = """
import time
from pipelines.dvc import only_run
with only_run():
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def project(project: Path) -> Path:
    """A project with two tasks."""
    (project / "params.yaml").write_text("tasks: {cats: {}, dogs: {}}\n")
    return project


def test_a_second_run_is_kept_out(project: Path) -> None:
    with only_run(), pytest.raises(BusyError, match="another convoy run is at work"), only_run():
        pass


def test_the_lock_of_a_finished_run_is_free(project: Path) -> None:
    for _ in range(2):
        with only_run():
            pass


def test_the_lock_of_a_killed_run_is_free(project: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "held\n"
        with pytest.raises(BusyError), only_run():
            pass
        run.kill()
    with only_run():
        pass


def test_each_task_gets_a_folder_for_new_images(project: Path) -> None:
    with only_run():
        pass
    kept = sorted(str(file) for file in Path("data/incoming").rglob(".*"))
    assert kept == ["data/incoming/cats/.gitkeep", "data/incoming/dogs/.gitkeep"]


def test_outside_a_project_nothing_is_made(project: Path) -> None:
    (project / "params.yaml").unlink()
    with pytest.raises(ConvoyError, match="params.yaml: not found"), only_run():
        pass
    assert not (project / "data").exists()
