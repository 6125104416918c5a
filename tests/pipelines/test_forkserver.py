"""The fork server with a real program, real forks and real signals; the packages are light ones."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from pipelines.forkserver import ADDRESS, ask
from tests.pipelines.test_processes import wait_until

SERVER = """
import os, sys, time
from pathlib import Path
from pipelines import cli, forkserver
forkserver.PACKAGES = ("json",)
{change}
forkserver.main(sys.argv[1:])
"""
ASK = "import sys; from pipelines.forkserver import ask; sys.exit(ask(sys.argv[1:]))"
ASKER = (sys.executable, "-c", ASK)


def serve(*program: str, change: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a program beside a server, which is started with some of its code changed."""
    server = [sys.executable, "-c", SERVER.format(change=change), *program]
    return subprocess.run(server, capture_output=True, text=True, timeout=60, check=False)


def test_without_a_server_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    assert ask(["--version"]) is None


def test_a_command_prints_where_who_asked_does(project: Path) -> None:
    to_file = f"'{sys.executable}' -c '{ASK}' --version > said"
    result = serve("bash", "-c", to_file)
    assert (result.returncode, result.stdout) == (0, "")
    assert Path("said").read_text().startswith("convoy ")


def test_an_error_reaches_who_asked(project: Path) -> None:
    result = serve(*ASKER, "stage", "ingest", "digits")
    assert result.returncode == 1
    assert "params.yaml" in result.stderr


def test_commands_are_run_one_after_the_other(project: Path) -> None:
    twice = f"'{sys.executable}' -c '{ASK}' --version && '{sys.executable}' -c '{ASK}' --version"
    assert serve("bash", "-c", twice).stdout.count("convoy ") == 2


def test_the_exit_code_is_that_of_the_program(project: Path) -> None:
    assert serve("bash", "-c", "exit 7").returncode == 7
    assert serve("bash", "-c", "kill -9 $$").returncode == 128 + 9


def test_a_command_that_a_signal_ended(project: Path) -> None:
    result = serve(*ASKER, change="cli.main = lambda: os.kill(os.getpid(), 9)")
    assert result.returncode == 128 + 9


def test_a_command_for_which_nobody_waits_is_ended(project: Path) -> None:
    change = "cli.main = lambda: (Path('begun').write_text(str(os.getpid())), time.sleep(600))"
    program = f"'{sys.executable}' -c '{ASK}' & echo $! > asker; sleep 600"
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER.format(change=change), "bash", "-c", program],
        start_new_session=True,
    )
    try:
        wait_until(lambda: Path("begun").exists() and Path("begun").read_text() != "")
        fork = psutil.Process(int(Path("begun").read_text()))
        os.kill(int(Path("asker").read_text()), signal.SIGKILL)
        wait_until(lambda: not fork.is_running())
        assert server.poll() is None
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def test_who_asks_a_server_that_ends_does_not_wait(project: Path) -> None:
    change = "cli.main = lambda: (os.kill(os.getppid(), 9), time.sleep(600))"
    program = f"'{sys.executable}' -c '{ASK}'; echo $? > code"
    serving = [sys.executable, "-c", SERVER.format(change=change), "bash", "-c", program]
    server = subprocess.Popen(serving, start_new_session=True)
    try:
        assert server.wait(60) == -signal.SIGKILL
        wait_until(lambda: Path("code").exists() and Path("code").read_text() != "")
        assert Path("code").read_text() == f"{128 + signal.SIGKILL}\n"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
