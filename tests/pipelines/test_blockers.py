import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from components.core.errors import ConvoyError
from pipelines.blockers import remove_stale_locks

COMMAND = "/somewhere/dvc/__main__.py repro register@cats"
WORKER = "import sys, time; print('begun', flush=True); time.sleep(600)"


@pytest.fixture
def other() -> Iterator[int]:
    """A process that is not DVC."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process.pid
        process.kill()


@pytest.fixture
def worker() -> Iterator[int]:
    """A process whose command is the one that is noted."""
    command = [sys.executable, "-c", WORKER, "repro", "register@cats"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.kill()


def write_lock(folder: Path, *numbers: int, age: float = 0) -> Path:
    """What DVC writes while a stage runs, `age` seconds ago."""
    noted = [{"pid": number, "cmd": COMMAND} for number in numbers]
    file = folder / "rwlock"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"read": {"/data": noted}, "write": {"/model": noted[0]}}))
    now = file.stat().st_mtime
    os.utime(file, (now, now - age))
    return file


def test_the_number_of_another_process_blocks_nobody(tmp_path: Path, other: int) -> None:
    file = write_lock(tmp_path, other)
    (sentence,) = remove_stale_locks(tmp_path)
    assert sentence == (
        f"{file}: the lock of a DVC that was killed has been removed (process {other})"
    )
    assert not file.exists()


def test_nor_does_the_same_command_that_began_later(tmp_path: Path, worker: int) -> None:
    file = write_lock(tmp_path, worker, age=3600)
    assert len(remove_stale_locks(tmp_path)) == 1
    assert not file.exists()


def test_nor_does_a_process_that_has_ended(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    write_lock(tmp_path / "exps", process.pid)
    (sentence,) = remove_stale_locks(tmp_path)
    assert str(tmp_path / "exps/rwlock") in sentence


def test_nor_does_one_that_waits_to_be_reaped(tmp_path: Path) -> None:
    process = subprocess.Popen(["true"])
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        pass
    write_lock(tmp_path, process.pid)
    assert len(remove_stale_locks(tmp_path)) == 1
    process.wait()


def test_dvc_at_work_is_named_with_file_and_command(
    tmp_path: Path, worker: int, other: int
) -> None:
    file = write_lock(tmp_path, other, worker)
    expected = f"{file}: DVC is at work here, process {worker}: {COMMAND}; run it again"
    with pytest.raises(ConvoyError, match=expected):
        remove_stale_locks(tmp_path)
    assert file.exists()


@pytest.mark.parametrize("content", ["", '{"read": {"/data": [{"pi', '["read"]', '{"write": 3}'])
def test_a_lock_that_was_cut_short_is_removed(tmp_path: Path, content: str) -> None:
    (tmp_path / "rwlock").write_text(content)
    (sentence,) = remove_stale_locks(tmp_path)
    assert "cut short" in sentence
    assert remove_stale_locks(tmp_path) == []


def test_an_empty_lock_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "rwlock").write_text('{"read": {}}')
    assert remove_stale_locks(tmp_path) == []
    assert (tmp_path / "rwlock").is_file()
