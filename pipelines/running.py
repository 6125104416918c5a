"""One run at a time in a project, and none that leaves half of its work behind."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import psutil

from components.core.block import PARAMS_FILE, read_blocks
from components.core.errors import ConvoyError
from components.core.scratch import try_lock
from components.ingest.incoming import make_folders
from pipelines import unfinished
from pipelines.blockers import remove_stale_locks
from pipelines.dvc import WORK
from pipelines.processes import signals_raised
from pipelines.reports.terminal import show
from pipelines.watching import drop_dangling_links

RUN_LOCK = WORK / "convoy.lock"
ENDING = 20.0
"""Seconds to wait for what a killed run has started; it ends, or is ended, in a few."""
PAUSE = 0.1
AS_BEFORE = "data, artifacts, reports and dvc.lock are those of the last run that came to its end"
EDITED = (
    f"{PARAMS_FILE}: somebody edited it during the run, so it stays as it is, with what the "
    "command line has set; git diff shows it"
)


class BusyError(ConvoyError):
    """Another run is at work in this project."""


@contextmanager
def only_run() -> Iterator[None]:
    """Keeps a second run or retraining out: each puts back what it finds half done.

    The lock is the kernel's: it ends with the last process of the run that holds it, however
    they end. The folders for new samples, on which the ingest stages depend, are made first.

    Raises:
        BusyError: When another run is at work in this project.
        ConvoyError: When DVC is, or there is no `params.yaml`, or it names no task.
    """
    if not PARAMS_FILE.is_file():
        read_blocks()  # raises; a folder that is no project stays as it is
    with _locked(), signals_raised():
        for sentence in remove_stale_locks(WORK):
            show(sentence, stderr=True)
        if unfinished.put_back(later=True):
            show(f"the run before this one was killed; {AS_BEFORE}", stderr=True)
        make_folders(read_blocks())
        drop_dangling_links()
        yield


@contextmanager
def put_back_when_stopped(tasks: Sequence[str], params: str | None = None) -> Iterator[None]:
    """Has all changes taken back if the block is stopped, here or by the next run.

    Args:
        tasks: What the run may change.
        params: The content of `params.yaml` for an experiment, of which all is taken back
            however the block ends; None for that which is there.
    """
    try:
        unfinished.note(tasks, params)
        yield
    except ConvoyError:  # whoever raised it has tidied up
        _end(experiment=params is not None)
        raise
    except BaseException:
        sentence = f"stopped; {AS_BEFORE}" if unfinished.put_back() else "stopped"
        with suppress(OSError):  # the terminal may be what has gone
            show(sentence, stderr=True)
        raise
    _end(experiment=params is not None)


def _end(experiment: bool) -> None:
    if not experiment:
        unfinished.forget()
        return
    edited = not unfinished.is_meant()
    unfinished.put_back()
    if edited:
        show(EDITED, stderr=True)


@contextmanager
def _locked() -> Iterator[None]:
    WORK.mkdir(parents=True, exist_ok=True)
    RUN_LOCK.touch()
    until = time.monotonic() + ENDING
    while (lock := try_lock(RUN_LOCK)) is None:
        if _is_alive(RUN_LOCK.read_text()) or time.monotonic() > until:
            raise BusyError(f"{RUN_LOCK}: another convoy run is at work in this folder")
        time.sleep(PAUSE)  # it was killed, and what it started is about to end
    RUN_LOCK.write_text(str(os.getpid()))
    os.set_inheritable(lock, True)  # by the keepers of what this run starts
    try:
        yield
    finally:
        os.close(lock)


def _is_alive(number: str) -> bool:
    """Whether a process of this number is there; also when none has been written yet."""
    try:
        return psutil.Process(int(number)).status() != psutil.STATUS_ZOMBIE
    except ValueError:
        return True
    except psutil.NoSuchProcess:
        return False
