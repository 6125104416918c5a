"""A project with a toy task whose models are registered without having been trained."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from components.core.task import Spec
from tests.specs import BLOCK, make_spec
from tests.toys import png, write_examples

if TYPE_CHECKING:  # TensorFlow and MLflow take seconds to load
    from components.evaluate.measurement import Files
    from components.register.registry import Registry

THRESHOLDS = {"accuracy": {"min": 0.5}, "macro_f1": {"min": 0.1}}

Examples = Sequence[tuple[int, str]]
Register = Callable[..., "tuple[Registry, str]"]
TestSplit = Callable[..., "Files"]


@pytest.fixture
def spec(store: Path) -> Spec:
    """The task of a project with an empty store, which is the current folder."""
    from pipelines.tasks.classification import TASK

    Path("params.yaml").write_text(yaml.safe_dump({"tasks": {"toy": BLOCK}}))
    train = {"options": {"filters": [8, 16]}, "epochs": 2}
    return make_spec(TASK, train=train, gate={"thresholds": THRESHOLDS})


@pytest.fixture
def test_split(project: Path) -> TestSplit:
    """Writes images of grey values with their labels where the prepare stage does.

    They are the validation split as well, unless another is given.
    """
    from components.evaluate.measurement import Files

    folder = project / "artifacts/toy/prepare/ExampleGen/examples/1"

    def write(test: Examples, val: Examples | None = None) -> Files:
        return Files(
            write_examples(folder, "test", test),
            write_examples(folder, "val", test if val is None else val),
        )

    return write


@pytest.fixture
def register(spec: Spec, toy_model: Path) -> Register:
    """Trains (in name) and registers a version of the toy model.

    What it has seen are the grey values of its training images; it is not known by default.
    """
    import mlflow

    from components.core.digest import model_digest
    from components.core.files import folder_digest
    from components.core.training_data import HASHES
    from components.register.registry import Registry
    from components.register.tracking import training_run

    def register(
        accuracy: float = 0.9, model: Path = toy_model, seen: Iterable[int] | None = None
    ) -> tuple[Registry, str]:
        with training_run(spec) as run_id:
            if seen is not None:
                mlflow.log_text("\n".join(map(hash_of, seen)), HASHES)
        registry = Registry("toy")
        tags = {
            "git_commit": "0123456789abcdef-dirty",
            "data_hash": "fedcba9876543210.dir",
            "model_digest": folder_digest(model),
            "model_identity": model_digest(model),
        }
        metrics = {"accuracy": accuracy, "macro_f1": 0.2}
        version = registry.register(run_id, model, metrics, tags, png(200), "image")
        return registry, version

    return register


def hash_of(grey: int) -> str:
    """SHA-256 of the image of a grey value."""
    return hashlib.sha256(png(grey)).hexdigest()
