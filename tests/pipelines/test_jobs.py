"""Commands side by side."""

import sys
import time
from pathlib import Path

import psutil
import pytest

from pipelines.jobs import run_jobs

SLEEP = "import time; time.sleep(600)"
SAYS = "import os, sys; print(os.getcwd()); sys.exit(int(sys.argv[1]))"


def test_each_place_has_one_command_at_a_time(tmp_path: Path) -> None:
    """A folder that is made twice at once would end its command with an error."""
    alone = "import os, time; os.mkdir('busy'); time.sleep(0.2); os.rmdir('busy')"
    places = [tmp_path / name for name in "ab"]
    for place in places:
        place.mkdir()
    ended = list(run_jobs([[sys.executable, "-c", alone]] * 5, places))
    assert sorted(job.number for job in ended) == list(range(5))
    assert [job.code for job in ended] == [0] * 5


def test_a_command_that_fails_stops_no_other_and_is_quoted(tmp_path: Path) -> None:
    places = [tmp_path / name for name in "ab"]
    for place in places:
        place.mkdir()
    commands = [[sys.executable, "-c", SAYS, code] for code in ("0", "3", "0")]
    ended = {job.number: job for job in run_jobs(commands, places)}
    assert {number: job.code for number, job in ended.items()} == {0: 0, 1: 3, 2: 0}
    assert Path(ended[1].said) in places


def test_one_place_leaves_the_terminal_to_the_command(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (job,) = run_jobs([[sys.executable, "-c", SAYS, "0"]], [tmp_path])
    assert (job.code, job.said) == (0, "")
    assert capfd.readouterr().out.strip() == str(tmp_path)


def test_what_is_at_work_ends_with_the_iteration(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    commands = [[sys.executable, "-c", code] for code in ("pass", SLEEP, SLEEP)]
    before = psutil.Process().children(recursive=True)  # what other tests have left
    jobs = run_jobs(commands, [tmp_path / "a", tmp_path / "b"])
    next(jobs)
    time.sleep(0.3)
    started = set(psutil.Process().children(recursive=True)) - set(before)
    jobs.close()  # type: ignore[attr-defined] # a generator
    gone, alive = psutil.wait_procs(started, timeout=20)
    assert not alive
    assert gone
