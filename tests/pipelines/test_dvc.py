from pathlib import Path

import pytest
from filelock import FileLock

from pipelines.dvc import LOCK_FILE, only_run
from pipelines.errors import ConvoyError


def test_a_second_run_is_kept_out(project: Path) -> None:
    with only_run(), pytest.raises(ConvoyError, match="another convoy run is at work"), only_run():
        pass


def test_the_lock_of_a_finished_run_is_free(project: Path) -> None:
    for _ in range(2):
        with only_run():
            pass
    with FileLock(LOCK_FILE, timeout=0):
        pass
