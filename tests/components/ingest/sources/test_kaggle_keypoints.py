"""Kaggle's CSV as it should be and as it should not."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.facial_points import COLUMNS
from components.core.faults import FaultsError
from components.core.table import Record
from components.ingest.sources.kaggle_keypoints import Source

HEADER = [*COLUMNS, "Image"]
PIXELS = np.random.default_rng(0).integers(0, 256, (3, 96 * 96))
POINTS = np.random.default_rng(1).uniform(0, 95, (3, 30)).round(3)


def cells(row: int) -> list[str]:
    return [*(f"{value}" for value in POINTS[row]), " ".join(map(str, PIXELS[row]))]


def write(folder: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Path:
    file = folder / "training.csv"
    with file.open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return file


def read(file: Path) -> list[Record]:
    return list(Source(kind="kaggle_keypoints", path=file).read())


def changed(column: str, cell: str) -> list[str]:
    row = cells(1)
    row[HEADER.index(column)] = cell
    return row


def test_pixels_and_points(tmp_path: Path) -> None:
    records = read(write(tmp_path, [cells(row) for row in range(3)]))
    assert [record.path for record in records] == [
        f"training.csv/0000{number}.png" for number in (1, 2, 3)
    ]
    for row, record in enumerate(records):
        image = Image.open(io.BytesIO(record.sample))
        assert image.format == "PNG"
        np.testing.assert_array_equal(np.asarray(image).ravel(), PIXELS[row])
        assert record.labels == {"keypoints": POINTS[row].tolist()}
        assert record.split is None


def test_the_origin_is_subtracted(tmp_path: Path) -> None:
    file = write(tmp_path, [cells(0)])
    (record,) = Source(kind="kaggle_keypoints", path=file, origin=0.5).read()
    np.testing.assert_allclose(record.labels["keypoints"], POINTS[0] - 0.5)


def test_a_split_and_a_group_may_be_given(tmp_path: Path) -> None:
    given = [("test", "anna"), ("", ""), (" train ", "berta")]
    rows = [[*cells(row), *words] for row, words in enumerate(given)]
    source = Source(
        kind="kaggle_keypoints", path=write(tmp_path, rows, [*HEADER, "split", "group"])
    )
    found = [(record.split, record.group) for record in source.read()]
    assert found == [("test", "anna"), (None, None), ("train", "berta")]
    assert source.missing_splits() == ["val"]
    assert Source.recognise(tmp_path) == {"path": tmp_path / "training.csv"}


def test_without_a_split_none_is_missing(tmp_path: Path) -> None:
    assert Source(kind="kaggle_keypoints", path=write(tmp_path, [cells(0)])).missing_splits() == ()


def test_an_unknown_split(tmp_path: Path) -> None:
    file = write(tmp_path, [[*cells(1), "tset"]], [*HEADER, "split"])
    with pytest.raises(FaultsError, match="line 2: unknown split 'tset'; there are train, val"):
        read(file)


def test_columns_in_any_order(tmp_path: Path) -> None:
    order = np.random.default_rng(2).permutation(31)
    shuffled = [cells(0)[index] for index in order]
    record = read(write(tmp_path, [shuffled], [HEADER[index] for index in order]))[0]
    assert record.labels["keypoints"] == POINTS[0].tolist()


def test_empty_cells_are_missing_points(tmp_path: Path) -> None:
    record = read(write(tmp_path, [changed("nose_tip_x", "")]))[0]
    missing = np.isnan(record.labels["keypoints"])
    assert missing.nonzero()[0].tolist() == [HEADER.index("nose_tip_x")]


def test_a_row_without_any_point_is_kept(tmp_path: Path) -> None:
    record = read(write(tmp_path, [["" for _ in COLUMNS] + cells(0)[-1:]]))[0]
    assert np.isnan(record.labels["keypoints"]).all()


def test_rows_are_read_one_at_a_time(tmp_path: Path) -> None:
    rows = Source(
        kind="kaggle_keypoints", path=write(tmp_path, [cells(0), changed("Image", "1 2")])
    ).read()
    assert next(rows).labels["keypoints"] == POINTS[0].tolist()
    with pytest.raises(ConvoyError, match="line 3"):
        next(rows)


@pytest.mark.parametrize(
    ("image", "fault"),
    [
        ("1 2 3", "3 pixels; must be 9216"),
        ("", "0 pixels; must be 9216"),
        (" ".join(["7"] * 9217), "9217 pixels; must be 9216"),
        (" ".join(["7"] * 9215 + ["256"]), "pixel value 256; must be 0 to 255"),
        (" ".join(["-1"] + ["7"] * 9215), "pixel value -1; must be 0 to 255"),
        (" ".join(["7"] * 9215 + ["x"]), "invalid literal .* 'x'"),
        (" ".join(["7"] * 9215 + ["1.5"]), r"invalid literal .* '1\.5'"),
        (" ".join(["7"] * 9215 + ["9" * 30]), "column 'Image': "),
    ],
)
def test_wrong_pixels(tmp_path: Path, image: str, fault: str) -> None:
    file = write(tmp_path, [cells(0), changed("Image", image)])
    with pytest.raises(
        ConvoyError, match=rf"training\.csv: line 3: column 'Image': .*{fault}|{fault}"
    ):
        read(file)


@pytest.mark.parametrize("cell", ["left", "1,5", "inf", "nan", "0x10"])
def test_a_coordinate_that_is_no_number(tmp_path: Path, cell: str) -> None:
    file = write(tmp_path, [cells(0), changed("nose_tip_y", cell)])
    with pytest.raises(
        ConvoyError, match=rf"training\.csv: line 3: column 'nose_tip_y': '{cell}' is not a number"
    ):
        read(file)


def test_a_missing_column(tmp_path: Path) -> None:
    file = write(tmp_path, [cells(0)[1:]], HEADER[1:])
    with pytest.raises(ConvoyError, match="missing column 'left_eye_center_x'"):
        read(file)


def test_an_unknown_column(tmp_path: Path) -> None:
    file = write(tmp_path, [[*cells(0), "1"]], [*HEADER, "ear_x"])
    with pytest.raises(ConvoyError, match="unknown column 'ear_x'"):
        read(file)


def test_a_column_twice(tmp_path: Path) -> None:
    file = write(tmp_path, [[*cells(0), "1"]], [*HEADER, "nose_tip_x"])
    with pytest.raises(ConvoyError, match="doubled column 'nose_tip_x'"):
        read(file)


@pytest.mark.parametrize("row", [cells(1)[:-1], [*cells(1), "1"]])
def test_a_row_of_another_length(tmp_path: Path, row: list[str]) -> None:
    file = write(tmp_path, [cells(0), row])
    with pytest.raises(ConvoyError, match=rf"line 3: {len(row)} cells; the header has 31"):
        read(file)


def test_all_wrong_cells_are_named(tmp_path: Path) -> None:
    both = changed("Image", "1 2")
    both[HEADER.index("nose_tip_x")] = "left"
    file = write(tmp_path, [both, cells(0), [], cells(1)[:-1]])
    with pytest.raises(FaultsError) as error:
        read(file)
    assert error.value.faults == [
        f"{file}: line 2: column 'Image': 2 pixels; must be 9216",
        f"{file}: line 2: column 'nose_tip_x': 'left' is not a number",
        f"{file}: line 5: 30 cells; the header has 31",
    ]


def test_blank_lines_count_for_no_row(tmp_path: Path) -> None:
    records = read(write(tmp_path, [cells(0), [], cells(1), [], []]))
    assert [record.path for record in records] == [
        "training.csv/00001.png",
        "training.csv/00002.png",
    ]


def test_semicolons(tmp_path: Path) -> None:
    file = write(tmp_path, [cells(0)])
    file.write_text(file.read_text().replace(",", ";"))
    (record,) = read(file)
    assert record.labels == {"keypoints": POINTS[0].tolist()}


def test_no_rows(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"training\.csv: no rows"):
        read(write(tmp_path, []))


def test_an_empty_file(tmp_path: Path) -> None:
    file = tmp_path / "training.csv"
    file.touch()
    with pytest.raises(ConvoyError, match="missing column"):
        read(file)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", b"a,b\0\n"])
def test_a_file_that_is_no_text(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "training.csv"
    file.write_bytes(content)
    with pytest.raises(ConvoyError, match=r"training\.csv: "):
        read(file)


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match="cannot be read: Is a directory"):
        read(tmp_path)


def test_a_cell_beyond_all_measure(tmp_path: Path) -> None:
    file = write(tmp_path, [cells(0), changed("Image", "255 " * 50_000)])
    with pytest.raises(ConvoyError, match="line 3: cannot be read as CSV: field larger"):
        read(file)


def test_real_faces(real_data: Path) -> None:
    file = real_data / "lfpw" / "training.csv"
    if not file.is_file():
        pytest.skip("no real faces")
    points = np.array([record.labels["keypoints"] for record in read(file)])
    assert points.shape == (805, 30)
    left_eye, right_eye = points[:, 0], points[:, 2]
    assert (left_eye > right_eye).all()
