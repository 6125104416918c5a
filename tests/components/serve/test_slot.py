"""Promotion and rollback while requests come in."""

import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from components.core.store import download, model_uri
from components.core.task import Spec
from components.register.registry import Registry
from pipelines.promotion import promote_version, roll_back
from tests.registered import Register, TestSplit, test_split
from tests.serving import Running, promote, running, wait_until
from tests.toys import png

__all__ = ["test_split"]  # a fixture
REQUESTS = 1_000
CLIENTS = 8
LABELS = {"1": "bright", "2": "dark"}
"""What each version takes a bright image for."""


def test_promotion_and_rollback_fail_no_request(
    spec: Spec,
    promoted: Registry,
    register: Register,
    wrong_model: Path,
    test_split: TestSplit,
) -> None:
    test_split([(10, "dark"), (250, "bright")])
    register(model=wrong_model)
    with running(spec) as server:
        versions: list[str] = []
        enough = threading.Event()

        def ask(client: httpx.Client) -> None:
            while len(versions) < REQUESTS or not enough.is_set():
                answer = client.post("/predict/toy", content=png(250))
                assert answer.status_code == 200, answer.text
                told = answer.json()
                version = told["version"]
                assert answer.headers["X-Model-Version"] == version
                assert told["results"][0]["rows"][0]["label"] == LABELS[version]
                versions.append(version)

        with ThreadPoolExecutor(CLIENTS) as pool:
            asking = [pool.submit(ask, server.http) for _ in range(CLIENTS)]
            try:
                promote_version(spec, "2", force=True)
                wait_until(lambda: "2" in versions)
                roll_back("toy", "for a test")
                seen = len(versions)
                wait_until(lambda: "1" in versions[seen:])
            finally:
                enough.set()
            for each in asking:
                each.result()
        assert server.version() == "1"
    assert len(versions) >= REQUESTS
    assert set(Counter(versions)) == {"1", "2"}


def test_a_version_that_cannot_be_loaded_leaves_the_old_one(
    spec: Spec,
    promoted: Registry,
    register: Register,
    wrong_model: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    register(model=wrong_model)
    (download(model_uri("toy", "2")) / "saved_model.pb").write_bytes(b"other bytes")
    with running(spec) as server:
        promote(promoted, "2")
        wait_until(lambda: health(server)["status"] == "degraded")
        assert health(server)["tasks"]["toy"]["version"] == "1"
        reason = "the files of version 2 are not those that were registered"
        assert reason in health(server)["tasks"]["toy"]["error"]
        assert server.http.post("/predict/toy", content=png(1)).json()["version"] == "1"
        assert server.http.get("/healthz").status_code == 200
        promote(promoted, "1")
        wait_until(lambda: health(server)["status"] == "ok")
    logged = [each for each in caplog.messages if reason in each]
    assert len(logged) == 1  # not anew with every look at the registry


def test_a_registry_that_is_gone_leaves_the_old_one(
    spec: Spec, promoted: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = os.environ["MLFLOW_TRACKING_URI"]
    with running(spec) as server:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////nowhere/mlflow.db")
        wait_until(lambda: health(server)["status"] == "degraded")
        assert server.http.post("/predict/toy", content=png(1)).json()["version"] == "1"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", there)
        wait_until(lambda: health(server)["status"] == "ok")


def test_a_first_version_is_waited_for(spec: Spec, register: Register) -> None:
    registry, version = register()
    with running(spec) as server:
        answer = server.http.post("/predict/toy", content=png(1))
        assert answer.status_code == 503
        assert "there is no champion" in answer.json()["error"]
        assert server.http.get("/healthz").status_code == 503
        promote(registry, version)
        wait_until(lambda: health(server)["status"] == "ok")
        assert server.http.post("/predict/toy", content=png(1)).status_code == 200


def health(server: Running) -> dict:
    return server.http.get("/healthz").json()
