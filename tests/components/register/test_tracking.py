import itertools
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import mlflow
import pytest

from components.core.errors import ConvoyError
from components.core.store import configure
from components.core.task import Spec
from components.register.registry import Registry
from components.register.tracking import (
    flatten,
    log_curves,
    log_results,
    resumed_run,
    training_run,
)
from tests.registered import Register


def test_flatten_joins_keys_with_dots() -> None:
    nested = {"seed": 1, "train": {"optimizer": {"name": "adam"}, "units": [8, 16]}, "empty": {}}
    assert flatten(nested) == {"seed": 1, "train.optimizer.name": "adam", "train.units": [8, 16]}


def test_a_run_holds_parameters_curves_metrics_and_pictures(spec: Spec, project: Path) -> None:
    (project / "curves.csv").write_text("epoch,loss,val_loss\n0,2.0,3.0\n1,1.0,NA\n")
    report = project / "report"
    report.mkdir()
    (report / "worst.png").write_bytes(b"png")
    with training_run(spec) as run_id:
        log_curves(project / "curves.csv")
        log_results({"accuracy": 0.75}, report)
    run = mlflow.get_run(run_id)
    assert run.data.params["train.options.filters"] == "[8, 16]"
    assert run.data.tags["git_commit"] == "unknown"
    assert run.data.metrics["test_accuracy"] == 0.75
    assert curve(run_id, "train_loss") == [(0, 2.0), (1, 1.0)]
    assert curve(run_id, "val_loss") == [(0, 3.0)]
    assert (project / "mlartifacts/toy" / run_id / "artifacts/report/worst.png").is_file()


def curve(run_id: str, name: str) -> list[tuple[int, float]]:
    points = mlflow.MlflowClient().get_metric_history(run_id, name)
    return [(point.step, point.value) for point in points]


def test_runs_of_a_task_share_an_experiment(spec: Spec) -> None:
    with training_run(spec) as first:
        pass
    with training_run(spec) as second:
        pass
    runs = mlflow.search_runs(experiment_names=["toy"], output_format="list")
    assert {run.info.run_id for run in runs} == {first, second}


def test_a_run_that_was_killed_is_opened_again(spec: Spec) -> None:
    tags = {"model_digest": "abc"}
    with pytest.raises(KeyboardInterrupt), training_run(spec, tags) as first:
        raise KeyboardInterrupt
    with training_run(spec, tags) as second:
        mlflow.log_metrics({"accuracy": 0.5})
    with training_run(spec, {"model_digest": "def"}) as other:
        pass
    assert first == second != other
    assert mlflow.get_run(second).info.status == "FINISHED"
    assert mlflow.get_run(second).data.params["train.epochs"] == "2"


def test_a_later_process_adds_to_the_run(spec: Spec) -> None:
    with training_run(spec) as run_id:
        pass
    with resumed_run(run_id):
        mlflow.log_metrics({"accuracy": 0.5})
    run = mlflow.get_run(run_id)
    assert run.data.metrics == {"accuracy": 0.5}
    assert run.info.status == "FINISHED"


def test_an_error_while_training_fails_the_run(spec: Spec) -> None:
    with pytest.raises(ZeroDivisionError), training_run(spec) as run_id:
        _ = 1 / 0
    assert mlflow.get_run(run_id).info.status == "FAILED"


def test_an_unknown_run_is_named(store: Path) -> None:
    with pytest.raises(ConvoyError, match="no-such-run"), resumed_run("no-such-run"):
        pass


def test_a_server_that_is_down_is_named(monkeypatch: pytest.MonkeyPatch, spec: Spec) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(ConvoyError, match=r"MLflow at http://127\.0\.0\.1:9: .*refused"):
        Registry("toy").champion()
    with (
        pytest.raises(ConvoyError, match=r"MLflow at http://127\.0\.0\.1:9"),
        training_run(spec),
    ):
        pass


ALIASES = {
    "registered_models": [{"name": "toy", "aliases": [{"alias": "champion", "version": "3"}]}]
}


@pytest.fixture
def busy_server() -> Iterator[str]:
    """A server that is overloaded at the first two requests."""
    requests = itertools.count()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503 if next(requests) < 2 else 200)
            self.end_headers()
            self.wfile.write(json.dumps(ALIASES).encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("retries", [1, 2])
def test_an_overloaded_server_is_asked_again(
    busy_server: str, retries: int, monkeypatch: pytest.MonkeyPatch, store: Path
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", busy_server)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", str(retries))
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0")
    if retries == 2:
        assert Registry("toy").aliases() == {"champion": "3"}
    else:
        with pytest.raises(ConvoyError, match=rf"MLflow at {busy_server}: .*503"):
            Registry("toy").aliases()


def test_a_store_that_is_no_database_is_named(store: Path) -> None:
    (store / "mlflow.db").write_text("not a database" * 100)
    with pytest.raises(ConvoyError, match=r"mlflow\.db: file is not a database"):
        configure()


def test_a_moved_project_finds_its_models(
    project: Path, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, _ = register()
    challenger = registry.challenger()
    assert challenger is not None
    moved = project / "elsewhere"
    moved.mkdir()
    for name in ("mlflow.db", "mlartifacts"):
        shutil.move(project / name, moved / name)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{moved / 'mlflow.db'}")
    folder = Registry("toy").download("challenger")
    assert folder.is_relative_to(moved)
    assert (folder / "model.keras").is_file()
    with resumed_run(challenger.run_id):
        mlflow.log_text("moved", "note.txt")
    assert (moved / "mlartifacts/toy" / challenger.run_id / "artifacts/note.txt").is_file()
    assert not (project / "mlartifacts").exists()


def test_artifacts_in_a_place_of_their_own_stay_there(store: Path) -> None:
    configure()
    location = (store / "elsewhere" / "toy").as_posix()
    mlflow.create_experiment("toy", location)
    configure()
    assert mlflow.get_experiment_by_name("toy").artifact_location == location


@pytest.mark.slow  # makes MLflow's tables in a process of its own
def test_the_first_run_makes_a_store_in_the_project_and_is_quiet(
    spec: Spec, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "mlflow.db").unlink()
    (project / "spec.json").write_text(spec.to_json())
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    script = """
import logging
logging.basicConfig(level=logging.INFO)
from pathlib import Path
from components.core.task import Spec
from components.register.tracking import training_run
with training_run(Spec.from_json(Path("spec.json").read_text())):
    pass
"""
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (project / "mlflow.db").is_file()
    assert not (project / "mlruns").exists()
