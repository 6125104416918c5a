import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import yaml

from components.core.files import folder_digest
from components.register.registry import Registry
from components.register.tracking import training_run
from pipelines.params import TaskParams, check_block
from tests.toys import png, serialize

TASK = "from pipelines.tasks.classification import Classification\n\nTASK = Classification()\n"

BLOCK = {
    "task": "toy.py",
    "source": {"kind": "folder", "path": "raw"},
    "checks": {},
    "prepare": {"height": 4, "width": 4, "channels": 1},
    "augment": {},
    "train": {"model": "cnn", "options": {"filters": [8, 16]}, "epochs": 2},
    "evaluate": {},
    "gate": {"thresholds": {"accuracy": {"min": 0.5}, "macro_f1": {"min": 0.1}}},
}


@pytest.fixture
def test_split(project: Path) -> Callable[..., list[str]]:
    """Writes images of grey values with their labels where the prepare stage does."""

    def write(examples: Sequence[tuple[int, str]]) -> list[str]:
        import tensorflow as tf

        folder = project / "artifacts/toy/prepare/ExampleGen/examples/1/Split-test"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "data_tfrecord-00000-of-00001.gz"
        with tf.io.TFRecordWriter(str(file), "GZIP") as writer:
            for at, (grey, label) in enumerate(examples):
                writer.write(serialize(png(grey), f"{label}/{at}.png", label))
        return [str(file)]

    return write


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's tables take seconds to make, so each test has a copy."""
    import mlflow  # after components.register, which sets its environment

    file = tmp_path_factory.mktemp("store") / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{file}").search_experiments()
    return file


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_database: Path) -> Path:
    """A project's folder, which becomes the current one, with a store of its own."""
    (tmp_path / "params.yaml").write_text(yaml.safe_dump({"tasks": {"toy": BLOCK}}))
    (tmp_path / "toy.py").write_text(TASK)
    shutil.copy(empty_database, tmp_path / "mlflow.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    return tmp_path


@pytest.fixture
def params() -> TaskParams:
    return check_block("toy", BLOCK, TaskParams)


@pytest.fixture
def register(
    project: Path, params: TaskParams, toy_model: Path
) -> Callable[..., tuple[Registry, str]]:
    """Trains (in name) and registers a version of the toy model."""

    def register(accuracy: float = 0.9, model: Path | None = None) -> tuple[Registry, str]:
        with training_run("toy", params) as run_id:
            pass
        registry = Registry("toy")
        version = registry.register(
            run_id,
            model or toy_model,
            {"accuracy": accuracy, "macro_f1": 0.2},
            {
                "git_commit": "0123456789abcdef-dirty",
                "data_hash": "fedcba9876543210.dir",
                "model_digest": folder_digest(model or toy_model),
            },
            png(200),
        )
        return registry, version

    return register
