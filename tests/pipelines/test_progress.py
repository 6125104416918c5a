"""Seen on a terminal, which a pseudo-terminal is."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.progress import node_at_work, show_progress

WATCHED = """
import sys, time
from pathlib import Path
from pipelines.progress import show_progress
folder = Path(sys.argv[1])
with show_progress("prepare", folder):
    for node in ("ExampleGen", "Transform"):
        (folder / node).mkdir()
        time.sleep(0.6)
"""


def test_the_node_at_work_is_the_newest(tmp_path: Path) -> None:
    assert node_at_work(tmp_path) == "begins"
    for node in ("Transform", "ExampleGen"):
        (tmp_path / node).mkdir()
        (tmp_path / ".system").mkdir(exist_ok=True)
        assert node_at_work(tmp_path) == node
        time.sleep(0.02)  # longer than a file system's clock ticks


def test_a_terminal_sees_each_node(tmp_path: Path) -> None:
    master, terminal = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(
        [sys.executable, "-c", WATCHED, str(tmp_path)], stderr=terminal, env=environment
    ) as process:
        os.close(terminal)
        shown = b""
        while part := _read(master):
            shown += part
    os.close(master)
    assert process.returncode == 0
    assert b"prepare: ExampleGen" in shown
    assert b"prepare: Transform" in shown


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1024)
    except OSError:  # the other end is closed
        return b""


def test_nothing_is_shown_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress("prepare", tmp_path):
        (tmp_path / "ExampleGen").mkdir()
        time.sleep(0.3)
    shown = capsys.readouterr()
    assert (shown.out, shown.err.strip()) == ("", "")
