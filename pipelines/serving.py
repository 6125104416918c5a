"""Serves the champions of tasks over HTTP."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from components.core.block import PARAMS_FILE, describe_errors, read_blocks, read_params
from components.core.errors import ConvoyError
from components.core.scratch import scratch_folder
from components.serve.params import ServeParams
from pipelines.garbage import forget_libraries, spare_libraries
from pipelines.project import load_spec
from pipelines.reports.terminal import show

if TYPE_CHECKING:
    from fastapi import FastAPI

TOKEN = "CONVOY_TOKEN"
"""The environment variable of the token that clients must show."""
TASKS = "CONVOY_SERVED_TASKS"
"""How the processes of a server are told what to serve."""
BLOCK = "serve"
METERS = "PROMETHEUS_MULTIPROC_DIR"
THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
"""How many threads TensorFlow has for one operation, and for operations beside each other."""
GRACE = 30
"""Seconds that requests under way have when the server is told to end."""
START = 120
"""Seconds in which a worker must answer its parent; while TensorFlow loads, it does not."""


def serve(tasks: Sequence[str], host: str, port: int, workers: int) -> None:
    """Serves until it is interrupted.

    Args:
        tasks: The tasks; those that have a champion when there is none.
        host: The address to listen on.
        port: The port.
        workers: Processes, each with a copy of the models.

    Raises:
        ConvoyError: When a task has no champion, or the parameters are wrong.
    """
    read_serve()
    served = list(tasks) or _promoted()
    for task in served:
        load_spec(task)
        _check_champion(task)
    if not os.environ.get(TOKEN) and not _is_loopback(host):
        show(f"{host}: others may ask this server, and {TOKEN} names no token that they must show")
    show(f"http://{host}:{port} serves {', '.join(served)}")
    os.environ[TASKS] = ",".join(served)
    with scratch_folder(Path(".dvc/tmp/convoy"), "meters-") as folder:
        if workers > 1:
            os.environ[METERS] = str(folder)
            _share_cores(workers)
        _run(host, port, workers)


def read_serve() -> ServeParams:
    """Reads the block `serve` of `params.yaml`.

    Raises:
        ConvoyError: Naming every wrong key by its path.
    """
    try:
        return ServeParams.model_validate(read_params().get(BLOCK) or {})
    except ValidationError as error:
        place = f"{PARAMS_FILE}: {BLOCK}"
        raise ConvoyError(describe_errors(error, place, ServeParams)) from None


def make_app() -> FastAPI:
    """The application as each process of the server makes it."""
    spare_libraries()
    from components.serve.app import make_app
    from components.serve.connection import Impatient

    forget_libraries()
    specs = [load_spec(task) for task in os.environ[TASKS].split(",")]
    params = read_serve()
    Impatient.patience = params.patience
    return make_app(specs, params, os.environ.get(TOKEN))


def _run(host: str, port: int, workers: int) -> None:
    import uvicorn

    from components.serve.logs import LOGS

    uvicorn.run(
        "pipelines.serving:make_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        http="components.serve.connection:Impatient",
        ws="none",
        access_log=False,
        log_config=LOGS,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=START,
    )


def _share_cores(workers: int) -> None:
    """Keeps TensorFlow in each worker from taking all cores, unless that is what was asked for."""
    threads = str(max(1, (os.cpu_count() or 1) // workers))
    for name in THREADS:
        os.environ.setdefault(name, threads)


def _promoted() -> list[str]:
    from components.core.store import find_version

    found = [name for name in read_blocks() if find_version(name)]
    if not found:
        raise ConvoyError(f"{PARAMS_FILE}: no task has a champion; run: convoy run TASK")
    return found


def _check_champion(task: str) -> None:
    from components.core.store import find_version, remedy

    if find_version(task) is None:
        raise ConvoyError(f"{task}: there is no champion; {remedy(task)}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
