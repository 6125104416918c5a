"""iBUG's landmark files as they should be and as they should not."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.facial_points import KEYPOINTS
from components.core.faults import FaultsError
from components.core.table import Record
from components.ingest.sources.pts_landmarks import Source

PIXELS = np.random.default_rng(1).integers(0, 256, (200, 220), np.uint8)


def face() -> np.ndarray:
    """68 landmarks, the first pixel's centre at (1, 1), that span a square of 60 pixels."""
    points = np.random.default_rng(0).uniform(62, 118, (68, 2)).round(3)
    points[:2] = [[60, 60], [119, 119]]
    return points


def text(points: np.ndarray) -> str:
    lines = [f"{x:.3f} {y:.3f}" for x, y in points]
    return "\n".join(["version: 1", "n_points:  68", "{", *lines, "}", ""])


def read(folder: Path, written: str, image: str = "a.png", **options: Any) -> list[Record]:
    (folder / "a.pts").write_text(written)
    Image.fromarray(PIXELS).save(folder / image)
    return list(Source(kind="pts_landmarks", path=folder, **options).read())


def test_points_are_those_of_the_68(tmp_path: Path) -> None:
    points = face()
    record = read(tmp_path, text(points), margin=0.3)[0]
    found = dict(zip(KEYPOINTS, np.reshape(record.labels["keypoints"], (15, 2)), strict=True))
    # 60 pixels and a margin of 18 on each side are 96: the face is moved, not scaled
    moved = points - 1 - (59 - 18)
    np.testing.assert_allclose(found["nose_tip"], moved[30], atol=1e-9)
    np.testing.assert_allclose(found["left_eye_center"], moved[42:48].mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(found["right_eye_center"], moved[36:42].mean(axis=0), atol=1e-9)
    by_index = {
        "left_eye_inner_corner": 42,
        "left_eye_outer_corner": 45,
        "right_eye_inner_corner": 39,
        "right_eye_outer_corner": 36,
        "left_eyebrow_inner_end": 22,
        "left_eyebrow_outer_end": 26,
        "right_eyebrow_inner_end": 21,
        "right_eyebrow_outer_end": 17,
        "mouth_left_corner": 54,
        "mouth_right_corner": 48,
        "mouth_center_top_lip": 51,
        "mouth_center_bottom_lip": 57,
    }
    for name, index in by_index.items():
        np.testing.assert_allclose(found[name], moved[index], atol=1e-9)


def test_the_first_pixel_is_counted_as_1(tmp_path: Path) -> None:
    record = read(tmp_path, text(face()), margin=0.3)[0]
    pixels = np.asarray(Image.open(io.BytesIO(record.sample)))
    np.testing.assert_array_equal(pixels, PIXELS[41:137, 41:137])


def test_files_in_alphabetical_order_and_below(tmp_path: Path) -> None:
    for name in ("b/x.pts", "a/y.pts"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text(face()))
        Image.fromarray(PIXELS).save((tmp_path / name).with_suffix(".JPG"), "JPEG")
    records = list(Source(kind="pts_landmarks", path=tmp_path).read())
    assert [record.path for record in records] == ["a/y.JPG", "b/x.JPG"]


@pytest.mark.parametrize(
    "written",
    [
        "",
        "version: 2\n" + text(face())[11:],
        text(face()).replace("68", "5"),
        text(face()).replace("{", ""),
        text(face()).replace("}", ""),
    ],
)
def test_another_format(tmp_path: Path, written: str) -> None:
    with pytest.raises(ConvoyError, match=r"a\.pts: must be `version: 1`, `n_points: 68`"):
        read(tmp_path, written)


def test_too_few_points(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"a\.pts: 67 points; must be 68"):
        read(tmp_path, text(face()[:67]))


@pytest.mark.parametrize("line", ["1.0", "1 2 3", "1 b", "1 nan"])
def test_a_line_that_is_not_two_numbers(tmp_path: Path, line: str) -> None:
    lines = text(face()).splitlines()
    lines[4] = line
    with pytest.raises(ConvoyError, match=rf"a\.pts: line 5: '{line}' is not two numbers"):
        read(tmp_path, "\n".join(lines))


def test_all_wrong_files_and_lines_are_named(tmp_path: Path) -> None:
    lines = text(face()).splitlines()
    lines[4], lines[9] = "1 b", "1"
    for name, written in {"a": "\n".join(lines), "b": text(face()), "c": ""}.items():
        (tmp_path / f"{name}.pts").write_text(written)
        Image.fromarray(PIXELS).save(tmp_path / f"{name}.png")
    with pytest.raises(FaultsError) as error:
        list(Source(kind="pts_landmarks", path=tmp_path).read())
    places = [fault.removeprefix(f"{tmp_path}/")[:13] for fault in error.value.faults]
    assert places == ["a.pts: line 5", "a.pts: line 1", "c.pts: must b"]


def test_a_byte_order_mark(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff" + text(face()))


def test_points_that_are_all_one(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"a\.pts: all points are the same"):
        read(tmp_path, text(np.full((68, 2), 9.0)))


def test_a_binary_file(tmp_path: Path) -> None:
    (tmp_path / "a.pts").write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(ConvoyError, match=r"a\.pts: not a text file"):
        list(Source(kind="pts_landmarks", path=tmp_path).read())


def test_no_image_beside_it(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"a\.pts: 0 images of this name beside it; must be 1"):
        read(tmp_path, text(face()), image="b.png")


def test_two_images_beside_it(tmp_path: Path) -> None:
    Image.fromarray(PIXELS).save(tmp_path / "a.jpg")
    with pytest.raises(ConvoyError, match=r"a\.pts: 2 images of this name"):
        read(tmp_path, text(face()))


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"no \.pts file in this folder or below"):
        list(Source(kind="pts_landmarks", path=tmp_path).read())
