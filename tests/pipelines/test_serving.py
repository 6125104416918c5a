from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import yaml

from components.core.errors import ConvoyError
from components.core.task import Spec
from pipelines import serving
from pipelines.serving import METERS, TASKS, THREADS, TOKEN, read_serve, serve
from tests.registered import Register, register, spec
from tests.serving import promoted, wait_until
from tests.specs import BLOCK
from tests.toys import png

if TYPE_CHECKING:
    from components.register.registry import Registry

__all__ = ["promoted", "register", "spec"]  # fixtures
ROOT = Path(__file__).parents[2]


@pytest.fixture
def toy(spec: Spec) -> Path:
    """A project with a task that can be loaded by its name."""
    Path("toy.py").write_text("from pipelines.tasks.classification import TASK\n")
    return Path.cwd()


def write_params(**blocks: object) -> None:
    Path("params.yaml").write_text(yaml.safe_dump({"tasks": {"toy": BLOCK}, **blocks}))


def test_the_block_is_read(project: Path) -> None:
    write_params()
    assert read_serve().queue == 256
    write_params(serve={"queue": 7, "keep": {"folder": "kept"}})
    assert read_serve().queue == 7
    assert read_serve().keep.folder == Path("kept")


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"que": 7}, "serve.que: Extra inputs are not permitted; did you mean queue?"),
        ({"queue": 0}, "serve.queue: Input should be greater than 0"),
        ({"keep": {"share": 2}}, "serve.keep.share: Input should be less than or equal to 1"),
        (7, "serve: "),
    ],
)
def test_a_wrong_key_is_named(project: Path, block: object, message: str) -> None:
    write_params(serve=block)
    with pytest.raises(ConvoyError) as raised:
        read_serve()
    assert str(raised.value).startswith(f"params.yaml: {message}")


def test_a_task_without_a_champion_is_refused(toy: Path, register: Register) -> None:
    register()
    with pytest.raises(ConvoyError, match="toy: there is no champion; convoy models toy lists"):
        serve(["toy"], "127.0.0.1", 8080, 1)
    with pytest.raises(ConvoyError, match=r"params\.yaml: no task has a champion; run: convoy"):
        serve([], "127.0.0.1", 8080, 1)


@pytest.mark.parametrize(
    ("host", "token", "warned"),
    [
        ("127.0.0.1", "", False),
        ("::1", "", False),
        ("localhost", "", False),
        ("0.0.0.0", "", True),
        ("0.0.0.0", "s3cret", False),
        ("models.example", "", True),
    ],
)
def test_who_opens_the_server_to_others_is_told_of_the_token(
    toy: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    host: str,
    token: str,
    warned: bool,
) -> None:
    monkeypatch.setattr(serving, "_check_champion", lambda task: None)
    monkeypatch.setattr(serving, "_run", lambda *arguments: None)
    monkeypatch.setenv(TOKEN, token)
    monkeypatch.setenv(TASKS, "")
    serve(["toy"], host, 8080, 1)
    shown = capsys.readouterr().out
    assert "serves toy" in shown
    assert ("names no token" in shown) == warned


def test_workers_share_the_cores(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, str] = {}
    monkeypatch.setattr(serving, "_check_champion", lambda task: None)
    monkeypatch.setattr(serving, "_run", lambda *arguments: told.update(os.environ))
    monkeypatch.setattr(os, "environ", {THREADS[1]: "7"})
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    serve(["toy"], "127.0.0.1", 8080, 1)
    assert THREADS[0] not in told
    serve(["toy"], "127.0.0.1", 8080, 2)
    assert [told[name] for name in THREADS] == ["2", "7"]
    assert METERS in told


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def convoy_serve(*options: str) -> Iterator[tuple[httpx.Client, subprocess.Popen[str]]]:
    """`convoy serve` as a process of its own; its output is `out.txt`."""
    port = free_port()
    command = [sys.executable, "-m", "pipelines.cli", "serve", "--port", str(port), *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), TOKEN: ""}
    with Path("out.txt").open("w") as out, Path("error.txt").open("w") as error:
        process = subprocess.Popen(command, stdout=out, stderr=error, text=True, env=environment)
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)

        def answers() -> bool:
            assert process.poll() is None, Path("error.txt").read_text()
            try:
                return client.get("/healthz").status_code == 200
            except httpx.TransportError:
                return False

        try:
            wait_until(answers)
            yield client, process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
            client.close()


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_the_command_serves_until_it_is_told_to_end(
    toy: Path, promoted: Registry, workers: int
) -> None:
    with convoy_serve("toy", "--workers", str(workers)) as (client, process):
        for _ in range(20):
            assert client.post("/predict/toy", content=png(255)).json()["version"] == "1"
        wait_until(lambda: client.get("/metrics").text.count("\nconvoy_model_version{") == workers)
        counted = 'convoy_requests_total{route="/predict/{task}",status="200"} 20.0'
        assert counted in client.get("/metrics").text
    assert process.returncode in (0, -signal.SIGTERM)
    first, *lines = Path("out.txt").read_text().splitlines()
    assert first.endswith("serves toy")
    assert sum(json.loads(line)["path"] == "/predict/toy" for line in lines) == 20
    assert "version 1 is served" in Path("error.txt").read_text()
    assert "Traceback" not in Path("error.txt").read_text()
