"""A server in a thread of the test's process, on a port of loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from components.core.task import Spec
from tests.specs import make_spec

if TYPE_CHECKING:
    from components.register.registry import Registry

PATIENCE = 60.0


@dataclass
class Running:
    """A server that takes requests.

    Attributes:
        address: Such as `http://127.0.0.1:40123`.
        http: A client of it.
    """

    address: str
    http: httpx.Client

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def version(self, task: str = "toy") -> str | None:
        return self.http.get("/healthz").json()["tasks"][task]["version"]


Serve = Callable[..., AbstractContextManager[Running]]


@contextmanager
def running(*specs: Spec, token: str | None = None, **params: Any) -> Iterator[Running]:
    """Serves tasks.

    Args:
        specs: The tasks.
        token: What clients must show.
        params: Those of the block `serve` that are not as by default.
    """
    import uvicorn

    from components.serve.app import make_app
    from components.serve.connection import Impatient
    from components.serve.params import ServeParams

    served = ServeParams(**{"poll": 0.05, **params})
    app = make_app(specs, served, token)
    patch = pytest.MonkeyPatch()
    patch.setattr(Impatient, "patience", served.patience)
    config = uvicorn.Config(app, port=0, http=Impatient, log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive())
        port = server.servers[0].sockets[0].getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=address, timeout=PATIENCE) as client:
            yield Running(address, client)
    finally:
        server.should_exit = True
        thread.join()
        patch.undo()


def wait_until(come: Callable[[], object]) -> None:
    """Waits for what is sure to come."""
    end = time.monotonic() + PATIENCE
    while not come():
        assert time.monotonic() < end, "it has not come"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def loaded(toy_model: Path) -> Iterator[Spec]:
    """A task whose champion is loaded without a registry, which takes its time."""
    from components.core.served_model import ServedModel
    from components.serve import slot
    from pipelines.tasks.classification import TASK

    made = slot.Loaded(ServedModel.load(toy_model), {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slot, "_find", lambda name: SimpleNamespace(version="1"))
        patch.setattr(slot, "_load", lambda spec, version: made)
        yield make_spec(TASK)


@pytest.fixture
def promoted(register: Callable[..., tuple[Registry, str]]) -> Registry:
    """The registry of a task with a champion, version 1."""
    registry, version = register()
    promote(registry, version)
    return registry


def promote(registry: Registry, version: str) -> None:
    """Makes a version the champion, as `convoy promote` does once the gate has let it."""
    from components.register.records import Decision

    registry.promote(version, Decision("promote", ["for a test"]))
