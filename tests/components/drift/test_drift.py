from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0.statistics_pb2 import DatasetFeatureStatisticsList

from components.core.errors import ConvoyError
from components.core.images import encode_png
from components.core.masks import encode_mask
from components.core.task import Spec
from components.core.training_data import describe_samples
from components.drift.drift import MISSING, SHOWN, Drift, describe_drift, measure_drift
from components.drift.params import DriftParams
from components.samples.text import TextSample
from pipelines.tasks.keypoints import TASK as KEYPOINTS
from pipelines.tasks.segmentation import TASK as SEGMENTATION
from tests.specs import make_spec
from tests.tables import LABELS, image_sample, make_row, write_shard

pytestmark = pytest.mark.slow  # imports TFDV

SAMPLE = image_sample()
SAMPLE_COLUMNS = ("brightness", "contrast", "width", "height")
PARAMS = DriftParams(labels=0.1, samples=0.2)
Shard = Callable[..., Path]


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
            data = encode_png(grey.astype(np.uint8))
            rows.append(make_row(SAMPLE, data, f"{at}.png", label=labels[at % len(labels)]))
        return write_shard(tmp_path / f"{name}.parquet", SAMPLE, LABELS, rows)

    return write


def measure(now: Path, before: Path) -> list[Drift]:
    statistics = [describe_samples([file], SAMPLE, LABELS) for file in (now, before)]
    return measure_drift(*statistics, PARAMS, SAMPLE_COLUMNS)


def drifted(now: Path, before: Path) -> set[str]:
    return {drift.column for drift in measure(now, before) if drift.drifted}


def test_other_images_of_the_same_kind_have_not_drifted(shard: Shard) -> None:
    assert drifted(shard("now", 1), shard("before", 2)) == set()


def test_each_change_is_found_in_its_column(shard: Shard) -> None:
    before = shard("before", 0)
    assert drifted(shard("darker", 1, brightness=60), before) == {"brightness"}
    assert drifted(shard("larger", 1, side=16), before) == {"width", "height"}
    assert drifted(shard("unbalanced", 1, labels="aaaab"), before) == {"label"}


def test_the_distance_of_labels_is_the_largest_change_of_a_frequency(shard: Shard) -> None:
    drifts = measure(*(shard(labels, 0, labels=labels) for labels in ("aab", "ab")))
    (label,) = (drift for drift in drifts if drift.column == "label")
    assert label.distance == pytest.approx(2 / 3 - 1 / 2)
    assert str(label) == "label: L-infinity distance 0.167, above 0.1"


def test_columns_of_samples_have_a_threshold_of_their_own(shard: Shard) -> None:
    thresholds = {
        drift.column: drift.threshold
        for drift in measure(shard("dark", 0, brightness=60), shard("b", 1))
    }
    assert thresholds == dict.fromkeys(SAMPLE_COLUMNS, PARAMS.samples) | {"label": PARAMS.labels}


def test_words_of_samples_and_their_absence_have_that_threshold_too() -> None:
    words = [pd.DataFrame({"language": [word] * 90 + [None] * 10}) for word in ("en", "de")]
    fewer = pd.DataFrame({"language": ["en"] * 100})
    english, german, full = map(tfdv.generate_statistics_from_dataframe, [*words, fewer])
    (changed,) = measure_drift(german, english, PARAMS, ["language"])
    assert changed == Drift("language", "L-infinity distance", 1, PARAMS.samples)
    *_, missing = measure_drift(full, english, PARAMS, ["language"])
    assert missing == Drift("language", MISSING, pytest.approx(0.1), PARAMS.samples)


def test_a_threshold_itself_is_no_drift() -> None:
    assert not Drift("label", "L-infinity distance", 0.1, 0.1).drifted


def test_images_that_cannot_be_decoded_are_left_out(tmp_path: Path) -> None:
    rows = [make_row(SAMPLE, b"no image", "a.png", label="a")]
    file = write_shard(tmp_path / "broken.parquet", SAMPLE, LABELS, rows)
    with pytest.raises(ConvoyError, match="no image to describe"):
        describe_samples([file], SAMPLE, LABELS)


def describe(spec: Spec, *files: Path) -> list[Any]:
    return [describe_samples([file], spec.sample, spec.labels) for file in files]


def test_masks_are_compared_by_the_shares_of_their_classes(tmp_path: Path) -> None:
    spec = make_spec(SEGMENTATION, checks={"classes": ["a", "b"]})

    def shard(name: str, masks: list[bytes | None]) -> Path:
        rows = [
            make_row(spec.sample, encode_png(np.full((4, 4), at, np.uint8)), f"{at}.png", mask=mask)
            for at, mask in enumerate(masks)
        ]
        return write_shard(tmp_path / name, spec.sample, spec.labels, rows)

    half = np.zeros((32, 48), np.uint8)
    half[:16] = 1
    quarter = np.zeros((8, 8), np.uint8)
    quarter[:4, :4] = 1
    before = shard("before.parquet", [encode_mask(half)] * 5 + [None, b"no image"])
    now = shard("now.parquet", [encode_mask(quarter)] * 7)
    drifts = measure_drift(*describe(spec, now, before), PARAMS, SAMPLE_COLUMNS)
    (mask,) = (drift for drift in drifts if drift.column == "mask")
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
        spec = make_spec(KEYPOINTS)
        rows = [
            make_row(spec.sample, FACE, f"{at}.png", keypoints=face.ravel().tolist())
            for at, face in enumerate(points)
        ]
        return write_shard(tmp_path / f"{name}.parquet", spec.sample, spec.labels, rows)

    return write


def drifted_points(now: Path, before: Path) -> list[tuple[str, str]]:
    drifts = measure_drift(*describe(make_spec(KEYPOINTS), now, before), PARAMS, SAMPLE_COLUMNS)
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


def test_many_distances_are_told_by_the_largest() -> None:
    drifts = [Drift(f"x{at}", "distance", at / 100, 0.1) for at in range(30)]
    *shown, rest = describe_drift(drifts)
    assert shown[0] == "x29: distance 0.290, above 0.1"
    assert len(shown) == SHOWN
    assert rest == "22 more, 11 of them above their thresholds"
    assert describe_drift(drifts[:1]) == ["x0: distance 0.000, within 0.1"]


def test_texts_of_other_words_lengths_and_alphabets_have_drifted(tmp_path: Path) -> None:
    sample = TextSample(name="toy").knowing(("a", "good", "bad", "film"))
    columns = ("words", "alphabet", "unknown_words")

    def statistics(name: str, *texts: str) -> DatasetFeatureStatisticsList:
        rows = [
            make_row(
                sample,
                f"{texts[at % len(texts)]} {'film ' * (at % 4)}".encode(),
                f"{at}.txt",
                label="a",
            )
            for at in range(200)
        ]
        file = write_shard(tmp_path / f"{name}.parquet", sample, LABELS, rows)
        return describe_samples([file], sample, LABELS)

    before = statistics("before", "a good film", "a bad film")
    assert _drifted_texts(statistics("same", "a bad film", "a good film"), before, columns) == set()
    new = statistics("words", "a dreary film", "a dull picture")
    assert _drifted_texts(new, before, columns) == {"unknown_words"}
    new = statistics("length", "a good good good film " * 9)
    assert "words" in _drifted_texts(new, before, columns)
    new = statistics("alphabet", "хороший фильм")
    assert {"alphabet", "unknown_words"} <= _drifted_texts(new, before, columns)


def _drifted_texts(
    now: DatasetFeatureStatisticsList, before: DatasetFeatureStatisticsList, columns: Sequence[str]
) -> set[str]:
    return {each.column for each in measure_drift(now, before, PARAMS, columns) if each.drifted}
