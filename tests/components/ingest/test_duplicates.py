"""Of samples that are the same the first is kept, and the others are listed."""

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image

from components.core.faults import FaultsError
from components.core.task import Spec
from components.ingest.duplicates import DUPLICATES_FILE
from components.ingest.ingest import ingest
from components.ingest.summary import describe_duplicates
from components.validate.validate import BrokenRulesError, validate
from pipelines.tasks.classification import TASK
from tests.specs import make_spec


def write(folder: Path, *names: str, like: str = "") -> None:
    """Writes images, each of its own pixels or all of those of another file."""
    for name in names:
        seed = zlib.crc32((like or name).encode())
        pixels = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / name)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for name in ("cat", "dog"):
        write(tmp_path / "in", *(f"{name}/{number:02}.png" for number in range(20)))
    return tmp_path / "in"


@pytest.fixture
def spec(source: Path) -> Callable[..., Spec]:
    def make(**checks: str) -> Spec:
        return make_spec(
            TASK, "pets", source={"kind": "image_folder", "path": source}, checks=checks
        )

    return make


def read(folder: Path) -> list[str]:
    rows = (row for file in folder.iterdir() for row in pq.read_table(file).to_pylist())
    return sorted(row["image_path"] for row in rows)


def test_the_first_is_kept_and_the_others_are_listed(
    tmp_path: Path, source: Path, spec: Callable[..., Spec]
) -> None:
    before = sorted(f"{file.parent.name}/{file.name}" for file in source.glob("*/*"))
    write(source, "cat/30.png", "cat/31.png", like="cat/05.png")
    keep, report = spec(duplicates="keep_first"), tmp_path / "reports/ingest"
    summary = ingest(keep, tmp_path / "out", report)
    assert read(tmp_path / "out") == before
    assert len(summary.duplicates) == 2
    listed = pd.read_csv(report / DUPLICATES_FILE)
    assert listed["path"].tolist() == ["cat/30.png", "cat/31.png"]
    assert set(listed["same_as"]) == {"cat/05.png"}
    validate(keep, tmp_path / "out", tmp_path / "reports/validate")


def test_they_stop_the_run_by_default(
    tmp_path: Path, source: Path, spec: Callable[..., Spec]
) -> None:
    write(source, "cat/30.png", like="cat/05.png")
    summary = ingest(spec(), tmp_path / "out", tmp_path / "reports/ingest")
    assert describe_duplicates(summary) == ""
    assert len(pd.read_csv(tmp_path / "reports/ingest" / DUPLICATES_FILE)) == 0
    with pytest.raises(BrokenRulesError, match="image occurs once"):
        validate(spec(), tmp_path / "out", tmp_path / "reports/validate")


def test_one_with_another_label_is_never_left_out(
    tmp_path: Path, source: Path, spec: Callable[..., Spec]
) -> None:
    write(source, "dog/30.png", like="cat/05.png")
    write(source, "dog/31.png", like="cat/06.png")
    with pytest.raises(FaultsError) as error:
        ingest(spec(duplicates="keep_first"), tmp_path / "out")
    assert [fault.partition(",")[0] for fault in error.value.faults] == [
        "dog/30.png: the same as cat/05.png",
        "dog/31.png: the same as cat/06.png",
    ]
    assert not (tmp_path / "out").exists()


def test_those_of_another_split_are_counted(tmp_path: Path) -> None:
    source = tmp_path / "in"
    for split in ("train", "val", "test"):
        write(source, *(f"{split}/{name}/0.png" for name in ("cat", "dog")))
    write(source, "train/cat/1.png", like="test/cat/0.png")
    write(source, "train/cat/2.png", like="train/cat/0.png")
    spec = make_spec(
        TASK,
        "pets",
        source={"kind": "image_folder", "path": source},
        checks={"duplicates": "keep_first"},
    )
    summary = ingest(spec, tmp_path / "out", tmp_path / "reports")
    crossing = {each.path: each.crosses for each in summary.duplicates}
    assert describe_duplicates(summary) == (
        "duplicates left out: 2, 1 of them in another split than the one that is kept; "
        f"see {tmp_path}/reports/duplicates.csv"
    )
    assert crossing == {"train/cat/1.png": True, "train/cat/2.png": False}
    listed = pd.read_csv(tmp_path / "reports" / DUPLICATES_FILE)
    assert listed.iloc[0].tolist() == ["train/cat/1.png", "train", "test/cat/0.png", "test"]
