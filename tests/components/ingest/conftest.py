"""What the tests of ingest share: parameters of a classification task."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.params import TaskParams
from pipelines.tasks.classification import ClassificationParams


@pytest.fixture
def params() -> Callable[..., TaskParams]:
    """Makes the parameters of a task from its source's kind, path and further keys."""

    def make(kind: str, path: Path, seed: int = 0, **source: Any) -> TaskParams:
        block = {
            "task": "pipelines/tasks/classification.py",
            "seed": seed,
            "source": {"kind": kind, "path": path, **source},
            "checks": {},
            "prepare": {"height": 8, "width": 8, "channels": 1},
            "augment": {},
            "train": {"model": "digits_cnn", "epochs": 1},
            "evaluate": {},
            "gate": {"thresholds": {"accuracy": {"min": 0.5}}},
        }
        return ClassificationParams.model_validate(block)

    return make
