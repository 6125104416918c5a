"""Programs that end with the process that started them, tried with real ones and real signals."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from components.core.scratch import try_lock
from pipelines.processes import kept, run, signals_raised

# starts a child that starts a child, as convoy starts DVC and DVC a stage
TREE = """
import sys
from pipelines.processes import run
sleep = "import time, sys; open(sys.argv[1], 'w').close(); time.sleep(600)"
child = ["bash", "-c", f'{sys.executable} -c "{sleep}" deepest; true']
run(child)
"""

LOCKED = """
import os
from pathlib import Path
from components.core.scratch import try_lock
Path("lock").touch()
os.set_inheritable(try_lock(Path("lock")), True)
"""


def start_tree(before: str = "") -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", before + TREE], start_new_session=True)
    wait_until(Path("deepest").exists)
    return process


def wait_until(reached: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < until
        time.sleep(0.01)


def at_work(folder: Path) -> list[int]:
    """The processes whose current folder it is, but for this one."""
    found = []
    for process in psutil.process_iter():
        try:
            here = process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(folder)
        except psutil.Error:
            continue
        if here and process.pid != os.getpid():
            found.append(process.pid)
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_all_end_with_the_first(project: Path, number: int) -> None:
    process = start_tree()
    assert len(at_work(project)) >= 4
    process.send_signal(number)  # to this process alone
    process.wait()
    wait_until(lambda: not at_work(project))


def test_all_end_when_the_middle_is_killed(project: Path) -> None:
    process = start_tree()
    (keeper,) = psutil.Process(process.pid).children()
    (program,) = keeper.children()
    program.kill()
    assert process.wait() == 0
    assert not at_work(project)


def test_all_end_when_the_keeper_is_killed(project: Path) -> None:
    process = start_tree()
    (keeper,) = psutil.Process(process.pid).children()
    keeper.kill()
    process.wait()
    wait_until(lambda: not at_work(project))


def test_a_lock_is_free_only_when_all_have_ended(project: Path) -> None:
    process = start_tree(LOCKED)
    process.kill()
    process.wait()
    lock = None
    while lock is None:
        others = at_work(project)
        lock = try_lock(Path("lock"))
        assert lock is None or len(others) <= 1  # the keeper, on its way out
    os.close(lock)


def test_one_that_does_not_want_to_end_is_killed(project: Path) -> None:
    stubborn = "trap '' TERM; touch begun; while true; do sleep 0.1; done"
    with kept(["bash", "-c", stubborn]):
        wait_until(Path("begun").exists)
    assert not at_work(project)


def test_the_exit_code_is_that_of_the_program(project: Path) -> None:
    assert run(["bash", "-c", "exit 7"]) == 7
    assert run(["bash", "-c", "kill -9 $$"]) == 128 + 9


def test_a_program_can_be_listened_to_and_has_nothing_to_read(project: Path) -> None:
    with kept(["bash", "-c", "read line || echo nothing"], stdout=subprocess.PIPE) as process:
        printed, _ = process.communicate()
    assert printed == "nothing\n"


def test_a_signal_lets_what_was_begun_be_put_back() -> None:
    put_back = []
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as end, signals_raised():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)
        finally:
            put_back.append(True)
    assert end.value.code == 128 + signal.SIGTERM
    assert put_back
    assert signal.getsignal(signal.SIGTERM) == before


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals_raised():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_programs_of_an_environment_that_is_not_active_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("convoy") is None
    show = "import os, shutil; print(shutil.which('convoy'), os.environ['PATH'])"
    with kept([sys.executable, "-c", show], stdout=subprocess.PIPE) as process:
        found, path = process.communicate()[0].split()
    assert found == str(Path(sys.executable).with_name("convoy"))
    assert path.split(os.pathsep)[1:] == [str(tmp_path)]
