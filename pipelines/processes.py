"""Runs programs that end when this process ends, however it ends.

    convoy (has the lock) -> keeper (has it, too) -> DVC -> a stage

The keeper is this module, run as a program: the leader of a session of its own, in which DVC and
all that it starts are. Convoy alone holds the other end of a pipe. When that closes, because
convoy was killed or lets go, the keeper ends the rest of its session and then itself. Until then
it holds what it inherited: the lock of the run is free when nothing of the run is left.
"""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PATIENCE = 5.0
"""Seconds that a program has to end by itself."""
PAUSE = 0.05
SIGNALLED = 128


@contextmanager
def kept(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Starts a program; at the end of the block it and all that it started have ended.

    Its descendants inherit no open file of this process, the keeper every one that
    `os.set_inheritable` has marked.

    Args:
        command: The program and its arguments; it has nothing to read from.
        **options: As for `subprocess.Popen`, such as `stdout`.
    """
    reading, writing = os.pipe()
    keeper = [sys.executable, "-m", "pipelines.processes", *command]
    try:
        process = subprocess.Popen(
            keeper,
            stdin=reading,
            close_fds=False,
            start_new_session=True,
            text=True,
            env=os.environ | {"PATH": _search_path()},
            **options,
        )
    except BaseException:
        os.close(writing)
        raise
    finally:
        os.close(reading)
    try:
        with process:
            try:
                yield process
            finally:
                os.close(writing)
    finally:
        if process.returncode < 0:  # the keeper itself was killed
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _search_path() -> str:
    """PATH, with the programs of this Python's environment, which need not be active.

    `dvc.yaml` calls convoy by its name.
    """
    folder, found = str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)
    return found if folder in found.split(os.pathsep) else os.pathsep.join([folder, found])


def run(command: Sequence[str], cwd: Path | None = None) -> int:
    """Runs a program that prints where this one does; returns its exit code."""
    with kept(command, cwd=cwd) as process:
        return process.wait()


@contextmanager
def signals_raised() -> Iterator[None]:
    """Turns signals to end into `SystemExit`, so that what was begun is put back.

    A second one ends the process at once. Those that are ignored, as with `nohup`, stay so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in SIGNALS}
    heard = [each for each, handler in before.items() if handler is not signal.SIG_IGN]

    def stop(number: int, _: object) -> None:
        for each in heard:
            signal.signal(each, signal.SIG_DFL)
        if number == signal.SIGHUP:
            _let_go_of_terminal()
        raise SystemExit(SIGNALLED + number)

    for each in heard:
        signal.signal(each, stop)
    try:
        yield
    finally:
        for each in heard:
            signal.signal(each, before[each])


def _let_go_of_terminal() -> None:
    """Sends to nowhere what would be written to a terminal that is closed, which fails.

    Python would end with 120 in the code's place, since 3.13 even where nothing is left to write.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        if stat.S_ISCHR(os.fstat(stream).st_mode):
            os.dup2(nowhere, stream)
    os.close(nowhere)


def keep(command: Sequence[str]) -> int:
    """Runs a program until it ends or standard input closes, and ends what is left of it.

    Returns:
        Its exit code, or 128 and the number of the signal that ended it.
    """
    for each in SIGNALS:
        signal.signal(each, lambda *_: None)  # not SIG_IGN, which the program would inherit
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_when_let_go, daemon=True).start()
    code = program.wait()
    _end_session()
    return shell_code(code)


def shell_code(code: int) -> int:
    """What a shell says of a process: 128 and its number for a signal, which Python negates."""
    return SIGNALLED - code if code < 0 else code


def _end_when_let_go() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    _end_session()


def _end_session() -> None:
    """Ends all other processes of this one's session, first with SIGTERM."""
    until = time.monotonic() + PATIENCE
    number = signal.SIGTERM
    while others := list(_others()):
        for other in others:
            with suppress(psutil.Error):
                other.send_signal(number)
        time.sleep(PAUSE)
        if time.monotonic() > until:
            number = signal.SIGKILL


def _others() -> Iterator[psutil.Process]:
    session = os.getsid(0)
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError, PermissionError):
            if (
                process.pid != os.getpid()
                and os.getsid(process.pid) == session
                and process.status() != psutil.STATUS_ZOMBIE
            ):
                yield process


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:]))
