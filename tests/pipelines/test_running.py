import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from components.core.errors import ConvoyError
from pipelines.running import BusyError, only_run

HOLD = """
import time
from pipelines.running import only_run
with only_run():
    print("held", flush=True)
    time.sleep(600)
"""


STUBBORN = """
from pipelines.processes import run
from pipelines.running import only_run
with only_run():
    run(["bash", "-c", "trap '' TERM; touch begun; while true; do sleep 0.1; done"])
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
    assert list(project.iterdir()) == []


def test_a_run_waits_for_what_a_killed_one_has_started(project: Path) -> None:
    stubborn = "trap '' TERM; touch begun; while true; do sleep 0.1; done"
    code = (
        f"from pipelines.processes import run\nwith only_run(): run(['bash', '-c', {stubborn!r}])"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", f"from pipelines.running import only_run\n{code}"]
    )
    while not Path("begun").exists():
        assert run.poll() is None
    run.kill()
    run.wait()
    with only_run():
        processes = [each.cmdline() for each in psutil.process_iter() if is_here(each, project)]
        assert not [command for command in processes if "bash" in command]


def is_here(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.cwd() == str(folder)
    except psutil.Error:
        return False
