"""Keeps two processes from changing one task's registry at once, also from two machines.

Beside a SQLite file it is a lock of the kernel's, which ends with its holder. On a server it is a
registered model of a reserved name: MLflow makes one at one request only, and has nothing else
that is tested and set in one step.
"""

import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import (
    RESOURCE_ALREADY_EXISTS,
    RESOURCE_DOES_NOT_EXIST,
    ErrorCode,
)

from components.core.errors import ConvoyError
from components.core.store import local_database

PREFIX = "convoy-lock-"
OWNER, BEAT = "owner", "beat"
PATIENCE = 1800.0
"""Seconds to wait for a holder that is alive."""
LEASE = 60.0
"""Seconds without a beat after which a holder is taken for dead."""
INTERVAL = 10.0
"""Seconds between two beats."""
POLL = 0.5
TAKEN = {ErrorCode.Name(code) for code in (RESOURCE_ALREADY_EXISTS, RESOURCE_DOES_NOT_EXIST)}
"""MLflow's answers where the name is taken; the second where it was freed before MLflow looked."""


class Held(Protocol):
    """A lock that this process holds."""

    def check(self) -> None:
        """Checks that it still does.

        Raises:
            ConvoyError: When it has been taken for dead.
        """


@contextmanager
def registry_lock(client: MlflowClient, name: str) -> Iterator[Held]:
    """Holds the lock of a task's registry.

    Args:
        client: The connection to the registry.
        name: The task's name.

    Raises:
        ConvoyError: When another process holds it for too long.
    """
    database = local_database()
    lock = _file_lock(database, name) if database else ServerLock(client, name).held()
    with lock as held:
        yield held


class _Kernels:
    def check(self) -> None:
        """It cannot be lost."""


@contextmanager
def _file_lock(database: Path, name: str) -> Iterator[Held]:
    file = database.with_name(f"{database.name}.{name}.lock")
    try:
        held = FileLock(file).acquire(timeout=PATIENCE)
    except Timeout:
        raise ConvoyError(
            f"{file}: another process changes the registry of {name} for {PATIENCE / 60:.0f} "
            "minutes; stop it, or wait, and run this again"
        ) from None
    with held:
        yield _Kernels()


@dataclass(frozen=True)
class _Sign:
    """What a holder shows of itself."""

    owner: str
    beat: str


class ServerLock:
    """A lock that is a registered model.

    Its holder shows with a tag that it is alive. Who waits and sees the same tag for longer than
    `LEASE`, by its own clock, renames the lock to the name of that holder. Of several that wait
    only one can: the name is taken afterwards, so that none removes the lock of the next holder.
    """

    def __init__(self, client: MlflowClient, name: str) -> None:
        self._client = client
        self._name = name
        self._model = f"{PREFIX}{name}"
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"

    @contextmanager
    def held(self) -> Iterator[Held]:
        """Waits for the lock, and shows from time to time that its holder lives.

        Raises:
            ConvoyError: When another process holds it for too long.
            MlflowException: When the server cannot be reached.
        """
        self._acquire()
        ended = threading.Event()
        thread = threading.Thread(target=self._show_life, args=(ended,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            ended.set()
            thread.join()
            with suppress(MlflowException):  # it ends with its lease
                self._release()

    def check(self) -> None:
        """Checks that no other process has taken this one for dead.

        Raises:
            ConvoyError: When one has.
        """
        if not self._is_ours():
            raise ConvoyError(
                f"{self._name}: this process was silent for more than {LEASE:.0f} s, and another "
                "has changed the registry since; run it again"
            )

    def _acquire(self) -> None:
        begun = since = time.monotonic()
        last = None
        while not self._create():
            sign, now = self._read(), time.monotonic()
            if sign is not None and sign == last and now - since > LEASE:
                self._bury(sign)
            elif sign != last:
                last, since = sign, now
            if now - begun > PATIENCE:
                raise ConvoyError(
                    f"{self._name}: {last.owner if last else 'another process'} changes the "
                    f"registry for {PATIENCE / 60:.0f} minutes; stop it, or wait, and run this "
                    f"again (its lock is the registered model {self._model})"
                )
            time.sleep(POLL)

    def _create(self) -> bool:
        try:
            self._client.create_registered_model(self._model, {OWNER: self.owner, BEAT: "0"})
        except MlflowException as error:
            if error.error_code not in TAKEN:
                raise
            return self._is_ours()  # a request that was repeated, as its answer was lost
        return True

    def _read(self) -> _Sign | None:
        found = self._client.search_registered_models(f"name = '{self._model}'")
        tags = found[0].tags if found else {}
        return _Sign(tags.get(OWNER, ""), tags.get(BEAT, "")) if found else None

    def _is_ours(self) -> bool:
        sign = self._read()
        return sign is not None and sign.owner == self.owner

    def _bury(self, dead: _Sign) -> None:
        with suppress(MlflowException):  # another that waits was faster
            self._client.rename_registered_model(self._model, f"{self._model}.{dead.owner}")

    def _show_life(self, ended: threading.Event) -> None:
        beat = 0
        while not ended.wait(INTERVAL):
            with suppress(MlflowException):  # the next may get through
                if not self._is_ours():
                    return
                beat += 1
                self._client.set_registered_model_tag(self._model, BEAT, str(beat))

    def _release(self) -> None:
        if not self._is_ours():
            return
        buried = self._client.search_registered_models(f"name LIKE '{self._model}.%'")
        for model in buried:
            self._client.delete_registered_model(model.name)
        self._client.delete_registered_model(self._model)
