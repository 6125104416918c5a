import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.images import encode_png
from components.core.masks import encode_mask
from components.core.table import Record, table_schema
from components.drift.drift import SHOWN, Drift, describe_drift, measure_drift
from components.drift.params import DriftParams
from components.drift.statistics import (
    describe_images,
    image_columns,
    label_columns,
    sample_mask,
)
from components.ingest.ingest import make_row
from pipelines.tasks import segmentation
from pipelines.tasks.classification import TASK, Classification
from pipelines.tasks.keypoints import TASK as KEYPOINTS

pytestmark = pytest.mark.slow  # imports TFDV

PARAMS = DriftParams(labels=0.1, images=0.2)
Shard = Callable[..., Path]


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def shard(tmp_path: Path) -> Shard:
    """Writes images with normally distributed brightness as a training shard."""

    def write(
        name: str, seed: int, brightness: float = 120, side: int = 8, labels: str = "ab"
    ) -> Path:
        generator = np.random.default_rng(seed)
        rows = []
        for at in range(300):
            grey = np.full((side, side), np.clip(generator.normal(brightness, 15), 0, 255))
            record = Record(png(grey), f"{at}.png", {"label": labels[at % len(labels)]})
            rows.append(make_row(record, "train"))
        file = tmp_path / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, table_schema(TASK.label_columns())), file)
        return file

    return write


def drifted(now: Path, before: Path) -> set[str]:
    statistics = [describe_images([file], TASK) for file in (now, before)]
    return {drift.column for drift in measure_drift(*statistics, PARAMS) if drift.drifted}


def test_the_columns_of_an_image_are_exact() -> None:
    half = np.zeros((4, 6))
    half[:2] = 255
    assert image_columns(png(half)) == {
        "brightness": 0.5,
        "contrast": 0.5,
        "width": 6.0,
        "height": 4.0,
    }


def test_colours_count_by_their_grey_value() -> None:
    columns = image_columns(png(np.full((2, 2, 3), 255)))
    assert (columns["brightness"], columns["contrast"]) == (1.0, 0.0)


def test_other_images_of_the_same_kind_have_not_drifted(shard: Shard) -> None:
    assert drifted(shard("now", 1), shard("before", 2)) == set()


def test_each_change_is_found_in_its_column(shard: Shard) -> None:
    before = shard("before", 0)
    assert drifted(shard("darker", 1, brightness=60), before) == {"brightness"}
    assert drifted(shard("larger", 1, side=16), before) == {"width", "height"}
    assert drifted(shard("unbalanced", 1, labels="aaaab"), before) == {"label"}


def test_the_distance_of_labels_is_the_largest_change_of_a_frequency(shard: Shard) -> None:
    statistics = [
        describe_images([shard(labels, 0, labels=labels)], TASK) for labels in ("aab", "ab")
    ]
    (label,) = (d for d in measure_drift(*statistics, PARAMS) if d.column == "label")
    assert label.distance == pytest.approx(2 / 3 - 1 / 2)
    assert str(label) == "label: L-infinity distance 0.167, above 0.1"


def test_a_threshold_itself_is_no_drift() -> None:
    assert not Drift("label", "L-infinity distance", 0.1, 0.1).drifted


def test_images_that_cannot_be_decoded_are_left_out(tmp_path: Path) -> None:
    row = make_row(Record(b"no image", "a.png", {"label": "a"}), "train")
    file = tmp_path / "broken.parquet"
    pq.write_table(pa.Table.from_pylist([row], table_schema(TASK.label_columns())), file)
    with pytest.raises(ConvoyError, match="no image to describe"):
        describe_images([file], TASK)


@pytest.mark.parametrize("size", [(1, 1), (5, 7), (16, 16), (360, 480), (33, 31)])
def test_samples_of_a_mask_are_spaced_evenly(size: tuple[int, int]) -> None:
    rows, columns = np.indices(size)
    for ramp, side in ((rows, size[0]), (columns, size[1])):
        values = np.array(sample_mask(encode_mask((ramp * 255 // side).astype(np.uint8))), float)
        assert len(values) == 256
        middle = (np.arange(16) + 0.5) * side // 16 * 255 // side
        np.testing.assert_array_equal(np.unique(values), np.unique(middle))


def test_masks_are_compared_by_the_shares_of_their_classes(tmp_path: Path) -> None:
    def shard(name: str, masks: list[bytes | None]) -> Path:
        rows = [
            make_row(Record(png(np.full((4, 4), at)), f"{at}.png", {"mask": mask}), "train")
            for at, mask in enumerate(masks)
        ]
        schema = table_schema(segmentation.TASK.label_columns())
        pq.write_table(pa.Table.from_pylist(rows, schema), tmp_path / name)
        return tmp_path / name

    half = np.zeros((32, 48), np.uint8)
    half[:16] = 1
    quarter = np.zeros((8, 8), np.uint8)
    quarter[:4, :4] = 1
    before = shard("before.parquet", [encode_mask(half)] * 5 + [None, b"no image"])
    now = shard("now.parquet", [encode_mask(quarter)] * 7)
    statistics = [describe_images([file], segmentation.TASK) for file in (now, before)]
    (mask,) = (d for d in measure_drift(*statistics, PARAMS) if d.column == "mask")
    assert str(mask) == "mask: L-infinity distance 0.250, above 0.1"


FACES = 300
MEAN_FACE = np.random.default_rng(0).uniform(20, 76, (15, 2))
FACE = encode_png(np.arange(96 * 96, dtype=np.uint8).reshape(96, 96))


@pytest.fixture
def faces(tmp_path: Path) -> Callable[..., Path]:
    """Writes faces with normally distributed points, a tenth of them missing, as a shard."""

    def write(
        name: str, seed: int, shift: float = 0, missing: float = 0.1, count: int = FACES
    ) -> Path:
        generator = np.random.default_rng(seed)
        points = MEAN_FACE + generator.normal(0, 3, (count, 15, 2))
        points[:, 10] += (shift, 0)  # the tip of the nose
        points[generator.random((count, 15)) < 0.1] = np.nan
        points[generator.random(count) < missing - 0.1, 10] = np.nan
        rows = [
            make_row(Record(FACE, f"{at}.png", {"keypoints": face.ravel().tolist()}), "train")
            for at, face in enumerate(points)
        ]
        file = tmp_path / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, table_schema(KEYPOINTS.label_columns())), file)
        return file

    return write


def drifted_points(now: Path, before: Path) -> list[tuple[str, str]]:
    statistics = [describe_images([file], KEYPOINTS) for file in (now, before)]
    drifts = measure_drift(*statistics, PARAMS)
    return [(drift.column, drift.measure) for drift in drifts if drift.drifted]


@pytest.mark.parametrize("seed", range(3))
def test_other_faces_of_the_same_kind_have_not_drifted(
    faces: Callable[..., Path], seed: int
) -> None:
    before = faces("before", 100, count=2000)
    assert drifted_points(faces("now", seed), before) == []


def test_a_point_that_has_moved_is_found(faces: Callable[..., Path]) -> None:
    found = drifted_points(faces("now", 1, shift=5), faces("before", 2))
    assert found == [("nose_tip_x", "Jensen-Shannon divergence")]


def test_a_point_that_is_missing_more_often_is_found(faces: Callable[..., Path]) -> None:
    found = drifted_points(faces("now", 1, missing=0.5), faces("before", 2))
    assert {("nose_tip_x", "change of the share missing")} <= set(found)
    assert {column for column, _ in found} <= {"nose_tip_x", "nose_tip_y"}


def test_a_point_that_is_always_missing_is_found(faces: Callable[..., Path]) -> None:
    gone, there = faces("gone", 1, missing=1.1), faces("there", 2)
    for pair in ((gone, there), (there, gone)):
        assert ("nose_tip_x", "change of the share missing") in drifted_points(*pair)


def test_points_of_few_faces_are_not_compared(faces: Callable[..., Path]) -> None:
    few = faces("few", 1, shift=20, count=79)
    assert drifted_points(few, faces("before", 2)) == []


class Objects(Classification):
    """A task with labels of several kinds."""

    def label_columns(self) -> dict[str, pa.DataType]:
        floats = pa.list_(pa.float32())
        return {"name": pa.string(), "area": pa.float32(), "count": pa.int64(), "box": floats}

    def derive_columns(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(left=rows["box"].str[0], note="text", sides=4)


def test_labels_of_every_kind_are_taken_along() -> None:
    counts = pd.array([7, None], "Int64")
    rows = pd.DataFrame(
        {"width": 5, "name": ["a", None], "area": [0.0, 3.0], "count": counts, "box": [[2.5], []]}
    )
    columns = label_columns(rows, Objects())
    assert list(columns) == ["name", "area", "count", "left"]
    assert columns.isna().to_numpy().tolist() == [
        [False, True, False, False],  # an area of 0 is none
        [True, False, True, True],
    ]
    assert columns["count"][0] == "7"
    assert columns["left"][0] == 2.5


def test_many_distances_are_told_by_the_largest() -> None:
    drifts = [Drift(f"x{at}", "distance", at / 100, 0.1) for at in range(30)]
    *shown, rest = describe_drift(drifts)
    assert shown[0] == "x29: distance 0.290, above 0.1"
    assert len(shown) == SHOWN
    assert rest == "22 more, 11 of them above their thresholds"
    assert describe_drift(drifts[:1]) == ["x0: distance 0.000, within 0.1"]
