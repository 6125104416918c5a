import os
import subprocess
import sys
from pathlib import Path

import pytest

from components.core.scratch import abandoned_folders, scratch_folder, try_lock

HOLD = """
import sys, time
from pathlib import Path
from components.core.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1]), "x-") as folder:
    (folder / "half").touch()
    print(folder, flush=True)
    time.sleep(600)
"""


def hold(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    command = [sys.executable, "-c", HOLD, str(parent)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_the_folder_is_gone_afterwards_whatever_happens(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "deep", "x-") as folder:
        (folder / "file").touch()
    with pytest.raises(OSError, match="full"), scratch_folder(tmp_path / "deep", "x-"):
        raise OSError("full")
    assert list((tmp_path / "deep").iterdir()) == []


def test_that_of_a_killed_process_goes_when_the_next_begins(tmp_path: Path) -> None:
    process, folder = hold(tmp_path)
    with scratch_folder(tmp_path, "x-") as second:
        assert abandoned_folders(tmp_path, "x-") == []  # both are in use
        assert sorted(tmp_path.iterdir()) == sorted([folder, second])
    process.kill()
    process.communicate()
    assert abandoned_folders(tmp_path, "x-") == [folder]
    with scratch_folder(tmp_path, "x-") as third:
        assert list(tmp_path.iterdir()) == [third]


def test_what_is_called_otherwise_is_not_touched(tmp_path: Path) -> None:
    others = [tmp_path / "x-of-mine", tmp_path / "y-abcdefgh", tmp_path / "x-abcdefgh.txt"]
    for other in others:
        other.mkdir()
    with scratch_folder(tmp_path, "x-"):
        assert all(other.is_dir() for other in others)


def test_a_lock_is_held_until_its_file_is_closed(tmp_path: Path) -> None:
    lock = try_lock(tmp_path)
    assert lock is not None
    assert try_lock(tmp_path) is None
    os.close(lock)
    again = try_lock(tmp_path)
    assert again is not None
    os.close(again)
