"""The lock of a registry, between real processes on one store."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import mlflow
import pytest

from components.core.errors import ConvoyError
from components.core.store import configure
from components.register import lock
from components.register.lock import ServerLock, registry_lock

HOLD = """
import sys, time
import mlflow
from components.core.store import configure
from components.register import lock
from components.register.lock import ServerLock, registry_lock

configure()
lock.INTERVAL = 0.2
client = mlflow.MlflowClient()
held = registry_lock(client, "toy") if sys.argv[1] == "file" else ServerLock(client, "toy").held()
with held:
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@contextmanager
def holder(kind: str, seconds: float) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLD, kind, str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


@pytest.fixture
def client(store: Path, monkeypatch: pytest.MonkeyPatch) -> mlflow.MlflowClient:
    monkeypatch.setattr(lock, "POLL", 0.05)
    configure()
    return mlflow.MlflowClient()


@contextmanager
def held(client: mlflow.MlflowClient, kind: str) -> Iterator[lock.Held]:
    made = registry_lock(client, "toy") if kind == "file" else ServerLock(client, "toy").held()
    with made as mine:
        yield mine


def locks(client: mlflow.MlflowClient) -> list[str]:
    return [model.name for model in client.search_registered_models("name LIKE 'convoy-lock%'")]


@pytest.mark.slow  # imports MLflow in a process of its own
@pytest.mark.parametrize("kind", ["file", "server"])
def test_one_waits_for_the_other(client: mlflow.MlflowClient, kind: str) -> None:
    with holder(kind, 2) as other, held(client, kind) as mine:
        assert other.wait(60) == 0  # it has left the lock, and only ends
        mine.check()
    assert locks(client) == []


@pytest.mark.slow  # imports MLflow in a process of its own
@pytest.mark.parametrize("kind", ["file", "server"])
def test_one_that_was_killed_does_not_block(
    client: mlflow.MlflowClient, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "LEASE", 1.0)
    with holder(kind, 600) as other:
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        with held(client, kind) as mine:
            mine.check()
    assert locks(client) == []


@pytest.mark.slow  # imports MLflow in a process of its own
@pytest.mark.parametrize("kind", ["file", "server"])
def test_one_that_lives_is_waited_for_until_patience_ends(
    client: mlflow.MlflowClient, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "LEASE", 2.0)
    monkeypatch.setattr(lock, "PATIENCE", 4.0)
    with (
        holder(kind, 600),
        pytest.raises(ConvoyError, match="toy.* stop it, or wait"),
        held(client, kind),
    ):
        pass


def test_one_that_was_taken_for_dead_notices(
    client: mlflow.MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "LEASE", 0.2)
    with ServerLock(client, "toy").held() as first, ServerLock(client, "toy").held() as second:
        second.check()
        with pytest.raises(ConvoyError, match="was silent for more than"):
            first.check()
    assert locks(client) == []


def test_of_several_that_wait_for_a_dead_one_one_at_a_time_goes_on(
    client: mlflow.MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "LEASE", 3.0)
    monkeypatch.setattr(lock, "INTERVAL", 0.1)
    dead = {"owner": "dead", "beat": "7"}
    client.create_registered_model("convoy-lock-toy", dead)
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        with ServerLock(client, "toy").held():
            inside.append(number)
            most.append(len(inside))
            time.sleep(0.1)
            inside.remove(number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert most == [1, 1, 1, 1]
    assert locks(client) == []
