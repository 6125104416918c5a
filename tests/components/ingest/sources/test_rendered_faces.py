"""The rendered faces as a data set: exact, repeatable, varied and hard enough."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError
from sklearn.linear_model import Ridge

from components.core.facial_points import GROUPS, KEYPOINTS, MIRROR_PAIRS
from components.core.table import Record
from components.ingest.ingest import load_source
from components.ingest.sources.rendered_faces import Source

FEW = ("left_eye_center", "right_eye_center", "nose_tip", "mouth_center_bottom_lip")


def faces(number: int, **options: Any) -> list[Record]:
    source = Source(kind="rendered_faces", path="any", **{"count": number} | options)
    return list(source.read())[:number]


def points(records: list[Record]) -> np.ndarray:
    return np.array([record.labels["keypoints"] for record in records]).reshape(-1, 15, 2)


def pixels(record: Record) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(record.sample)))


@pytest.fixture(scope="module")
def complete() -> list[Record]:
    return faces(300, missing_fraction=0)


def test_records(complete: list[Record]) -> None:
    assert [record.path for record in complete[:2]] == ["faces/00000.png", "faces/00001.png"]
    for record in complete[:20]:
        image = Image.open(io.BytesIO(record.sample))
        assert (image.format, image.mode, image.size) == ("PNG", "L", (96, 96))
        assert [type(value) for value in record.labels["keypoints"]] == [float] * 30
        assert record.split is None


def test_count() -> None:
    assert len(faces(10, count=3)) == 3


def test_the_same_seed_draws_the_same_faces() -> None:
    first, second = faces(5, seed=3), faces(5, seed=3, count=9)
    assert [record.sample for record in first] == [record.sample for record in second]
    np.testing.assert_array_equal(points(first), points(second))
    assert faces(1, seed=3)[0].sample != faces(1, seed=4)[0].sample


def test_missing_points_change_no_image() -> None:
    for bare, full in zip(faces(8, missing_fraction=1), faces(8, missing_fraction=0), strict=True):
        assert bare.sample == full.sample


def test_all_faces_differ(complete: list[Record]) -> None:
    assert len({record.sample for record in complete}) == len(complete)


def test_hardly_any_point_is_outside(complete: list[Record]) -> None:
    found = points(complete)
    assert np.isfinite(found).mean() > 0.99
    assert np.nanmin(found) >= 0
    assert np.nanmax(found) <= 95


def test_left_is_at_larger_x(complete: list[Record]) -> None:
    found = points(complete)
    for left, right in MIRROR_PAIRS:
        assert np.nanmean(found[:, left, 0] > found[:, right, 0]) > 0.99


def test_eyes_are_darker_than_cheeks(complete: list[Record]) -> None:
    darker = []
    for record, face in zip(complete, points(complete), strict=True):
        if np.isnan(face).any():
            continue
        image = pixels(record).astype(float)
        for eye, corner in ((0, 11), (1, 12)):
            x, y = face[eye].round().astype(int)
            cheek_x, cheek_y = face[[eye, corner]].mean(axis=0).round().astype(int)
            darker.append(image[y, x] < image[cheek_y, cheek_x])
    assert np.mean(darker) > 0.85


def test_the_mean_face_errs_as_on_real_faces(complete: list[Record]) -> None:
    found = points(complete)
    error = np.linalg.norm(found - np.nanmean(found, axis=0), axis=2)
    assert 5 < np.nanmean(error) < 11


def test_the_share_of_incomplete_faces() -> None:
    incomplete = np.isnan(points(faces(100, missing_fraction=0.4))).any(axis=(1, 2))
    assert 0.28 < incomplete.mean() < 0.52


def test_points_are_missing_in_groups() -> None:
    missing = np.isnan(points(faces(100, missing_fraction=1))).any(axis=2)
    few = {index for index, name in enumerate(KEYPOINTS) if name not in FEW}
    patterns = [few, *(set(group) for group in GROUPS.values())]
    counts = [0] * len(patterns)
    for row in missing:
        gone = set(row.nonzero()[0].tolist())
        fitting = [index for index, pattern in enumerate(patterns) if pattern <= gone]
        assert fitting
        counts[fitting[0]] += 1
    assert counts[0] > 70
    assert sum(counts[1:]) > 5


@pytest.mark.parametrize(
    "wrong", [{"count": 0}, {"seed": -1}, {"missing_fraction": 1.1}, {"size": 48}]
)
def test_wrong_options(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Source(kind="rendered_faces", path="any", **wrong)


def test_found_by_its_kind(tmp_path: Path) -> None:
    values = {"kind": "rendered_faces", "path": tmp_path, "count": 7}
    source = load_source(values, "source")
    assert isinstance(source, Source)
    assert source.count == 7


@pytest.mark.slow
def test_no_linear_model_of_the_pixels_finds_the_points() -> None:
    records = faces(1500, missing_fraction=0)
    found = points(records).reshape(-1, 30)
    whole = np.isfinite(found).all(axis=1)
    images = np.stack([pixels(record).ravel() / 255 for record in records])[whole]
    found = found[whole]
    errors = []
    for alpha in (30, 300, 3000):
        model = Ridge(alpha=alpha).fit(images[:1200], found[:1200])
        gap = (model.predict(images[1200:]) - found[1200:]).reshape(-1, 15, 2)
        errors.append(np.linalg.norm(gap, axis=2).mean())
    assert min(errors) > 3
