"""What the tests of validation share: a small data set as ingest writes it."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from components.core.table import table_schema
from components.ingest.ingest import ingest
from pipelines.params import TaskParams
from pipelines.tasks.classification import TASK, ClassificationParams

CLASSES = ("cat", "dog", "eel")


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A folder of 10 images of each class, each 8 pixels wide and 6 high."""
    generator = np.random.default_rng(0)
    for name in CLASSES:
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(10):
            pixels = generator.integers(0, 256, (6, 8, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / f"images/{name}/{number}.png")
    return tmp_path / "images"


@pytest.fixture
def params(images: Path) -> Callable[..., TaskParams]:
    """Makes the parameters of the task from its checks."""

    def make(**checks: Any) -> TaskParams:
        declared = {"height": 6, "width": 8, "channels": 3, "classes": CLASSES}
        block = {
            "task": "pipelines/tasks/classification.py",
            "source": {"kind": "image_folder", "path": images},
            "checks": declared | {"balance_floor": 0.5} | checks,
            "prepare": {"height": 8, "width": 8, "channels": 1},
            "augment": {},
            "train": {"model": "digits_cnn", "epochs": 1},
            "evaluate": {},
            "gate": {"thresholds": {"accuracy": {"min": 0.5}}},
        }
        return ClassificationParams.model_validate(block)

    return make


@pytest.fixture
def data(tmp_path: Path, params: Callable[..., TaskParams]) -> Callable[[], Path]:
    """Ingests the images; returns the folder of the shards."""

    def make() -> Path:
        ingest(TASK, params(), tmp_path / "data")
        return tmp_path / "data"

    return make


@pytest.fixture
def edit() -> Callable[..., None]:
    """Changes the rows of a shard, given as a list of dictionaries."""

    def change(file: Path, how: Callable[[list[dict]], Iterable[dict]]) -> None:
        rows = list(how(pq.read_table(file).to_pylist()))
        schema = table_schema(TASK.label_columns())
        pq.write_table(pa.Table.from_pylist(rows, schema), file)

    return change


@pytest.fixture
def table() -> pd.DataFrame:
    """100 training rows of two classes, 60 to 40, and a validation row of each."""
    labels = ["cat"] * 60 + ["dog"] * 40 + ["cat", "dog"]
    count = len(labels)
    return pd.DataFrame(
        {
            "image_path": [f"{number}.png" for number in range(count)],
            "shard": "train-00000.parquet",
            "row": range(count),
            "split": ["train"] * 100 + ["val"] * 2,
            "label": labels,
        }
    )
