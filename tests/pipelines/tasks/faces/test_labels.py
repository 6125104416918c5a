"""People as the table has them, and faces as they come: what is wrong with one is named."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image

from components.core.errors import DataError
from components.ingest.ingest import ingest
from components.validate.validate import validate
from pipelines.tasks.faces import TASK
from tests.specs import make_spec

PEOPLE = 20


def draw(seed: int, mode: str = "RGB", kind: str = "PNG") -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (12, 10, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos of each of twenty people."""
    for person in range(PEOPLE):
        (tmp_path / f"faces/p{person}").mkdir(parents=True)
        for number in range(2):
            (tmp_path / f"faces/p{person}/{number}.png").write_bytes(draw(2 * person + number))
    return tmp_path / "faces"


def check(folder: Path, **source: Any) -> pd.DataFrame:
    declared = {"kind": "identity_folder", "path": str(folder), **source}
    spec = make_spec(TASK, source=declared, gate=None)
    ingest(spec, folder.parent / "data")
    validate(spec, folder.parent / "data", folder.parent / "report")
    shards = sorted((folder.parent / "data").glob("*.parquet"))
    columns = ["identity", "split", "group", "pairs", "channels", "image_path"]
    return pd.concat([pq.read_table(file, columns=columns).to_pandas() for file in shards])


def test_a_person_is_of_one_split(folder: Path) -> None:
    rows = check(folder)
    assert (rows["group"] == rows["identity"]).all()
    assert rows.groupby("identity")["split"].nunique().max() == 1
    people = rows.drop_duplicates("identity")["split"].value_counts()
    assert people.to_dict() == {"train": 16, "val": 2, "test": 2}
    assert rows["pairs"].isna().all()


def test_the_group_that_a_source_names_counts(folder: Path) -> None:
    rows = check(folder, group=r"^(p\d)")
    assert set(rows["group"]) == {f"p{digit}" for digit in range(10)}


def test_a_person_with_one_photo_is_taken_in(folder: Path) -> None:
    (folder / "p3/1.png").unlink()
    assert (check(folder)["identity"] == "p3").sum() == 1


def test_grey_and_pgm_photos_are_photos(folder: Path) -> None:
    (folder / "p3/2.pgm").write_bytes(draw(90, "L", "PPM"))
    (folder / "p3/3.jpg").write_bytes(draw(91, "L", "JPEG"))
    rows = check(folder).set_index("image_path")
    assert rows.loc[["p3/2.pgm", "p3/3.jpg", "p3/0.png"], "channels"].tolist() == [1, 1, 3]


def test_the_same_photo_under_two_names_is_named(folder: Path) -> None:
    (folder / "p4/9.png").write_bytes((folder / "p3/0.png").read_bytes())
    with pytest.raises(DataError, match=r'occurs once" is broken by p[34]/\S+ .*same as p[34]/'):
        check(folder)


def test_names_that_differ_in_case_only_are_named(folder: Path) -> None:
    (folder / "P3").mkdir()
    (folder / "P3/0.png").write_bytes(draw(92))
    with pytest.raises(DataError, match="no two people's names differ in blanks or case only"):
        check(folder)


def test_one_person_is_none_to_tell_from_others(tmp_path: Path) -> None:
    (tmp_path / "faces/p0").mkdir(parents=True)
    (tmp_path / "faces/p0/0.png").write_bytes(draw(0))
    with pytest.raises(DataError, match="identity is one of several"):
        check(tmp_path / "faces")
