"""What the tests of validation share: a small data set as ingest writes it."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from components.core.task import Spec, Task
from pipelines.tasks.classification import TASK
from tests.specs import make_spec
from tests.tables import make_row, write_shard

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
def spec() -> Callable[..., Spec]:
    """Makes a task's spec from its checks."""

    def make(task: Task = TASK, **checks: Any) -> Spec:
        declared = {"height": 6, "width": 8, "channels": 3, "classes": CLASSES}
        return make_spec(task, "pets", checks=declared | {"balance_floor": 0.5} | checks)

    return make


@pytest.fixture
def data(tmp_path: Path, images: Path, spec: Callable[..., Spec]) -> Callable[[], Path]:
    """Writes the images as shards, 8 of 10 of each class for training; returns their folder."""

    def make() -> Path:
        sample, labels = spec().sample, spec().labels
        shards: dict[str, list[dict[str, Any]]] = {"train": [], "val": [], "test": []}
        for folder in sorted(images.iterdir()):
            for at, file in enumerate(sorted(folder.iterdir())):
                split = {8: "val", 9: "test"}.get(at, "train")
                path = file.relative_to(images).as_posix()
                row = make_row(sample, file.read_bytes(), path, split, label=folder.name)
                shards[split].append(row)
        (tmp_path / "data").mkdir()
        for split, rows in shards.items():
            write_shard(tmp_path / f"data/{split}-00000.parquet", sample, labels, rows)
        return tmp_path / "data"

    return make


@pytest.fixture
def edit(spec: Callable[..., Spec]) -> Callable[..., None]:
    """Changes the rows of a shard, given as a list of dictionaries."""

    def change(file: Path, how: Callable[[list[dict]], Iterable[dict]]) -> None:
        rows = list(how(pq.read_table(file).to_pylist()))
        write_shard(file, spec().sample, spec().labels, rows)

    return change
