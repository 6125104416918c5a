"""A CSV of boxes: what is read, and every way in which it can be wrong."""

from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.core.faults import FaultsError
from components.core.table import Record
from components.ingest.ingest import load_source
from components.ingest.sources.csv_boxes import Source
from tests.toys import png

HEADER = "image,xmin,ymin,xmax,ymax,label"


def write(folder: Path, *rows: str, header: str = HEADER) -> None:
    """Images of 8x4 pixels and the CSV."""
    for at, name in enumerate(("a", "b")):
        (folder / f"{name}.png").write_bytes(png(at, (8, 4)))
    (folder / "boxes.csv").write_text("\n".join((header, *rows)) + "\n")


def source(folder: Path, **options: object) -> Source:
    values = {"kind": "csv_boxes", "path": folder / "boxes.csv", **options}
    found = load_source(values, "source")
    assert isinstance(found, Source)
    return found


def read(folder: Path, **options: object) -> list[Record]:
    return list(source(folder, **options).read())


def test_rows_of_an_image_are_its_boxes_wherever_they_stand(tmp_path: Path) -> None:
    write(tmp_path, "b.png,0,0,4,2, cat ", "a.png,1,1,2,2,dog", "./b.png,1,1,3,3,dog")
    first, second = read(tmp_path)
    assert (first.path, first.labels["labels"]) == ("b.png", ["cat", "dog"])
    assert first.labels["boxes"] == [0, 0, 4, 2, 1, 1, 3, 3]
    assert (second.path, second.split) == ("a.png", None)


def test_a_path_alone_is_an_image_without_boxes(tmp_path: Path) -> None:
    write(tmp_path, "a.png,,,,,")
    assert read(tmp_path)[0].labels == {"boxes": [], "labels": [], "difficult": [], "crowd": []}


def test_shares_of_the_image_become_pixels(tmp_path: Path) -> None:
    write(tmp_path, "a.png,0.25,0.5,1,1,cat")
    assert read(tmp_path, normalised=True)[0].labels["boxes"] == [2, 2, 8, 4]


def test_a_column_of_splits(tmp_path: Path) -> None:
    write(tmp_path, "train,a.png,0,0,1,1,cat", "val,b.png,0,0,1,1,cat", header=f"split,{HEADER}")
    assert [each.split for each in read(tmp_path)] == ["train", "val"]
    assert source(tmp_path).missing_splits() == ["test"]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("a.png,0,0,wide,1,cat", r"boxes\.csv: line 2: xmax: 'wide' is no number$"),
        ("a.png,0,0,,1,cat", r"boxes\.csv: line 2: xmax: '' is no number$"),
        ("a.png,0,0,1,1,", r"boxes\.csv: line 2: label is empty$"),
        (",0,0,1,1,cat", r"boxes\.csv: line 2: image is empty$"),
        ("a.png,0,0,1,cat", r"boxes\.csv: line 2: 5 cells; the header has 6$"),
        ("gone.png,0,0,1,1,cat", r"boxes\.csv: line 2: .*gone\.png: cannot be read: No such file"),
        ("../a.png,0,0,1,1,cat", r"boxes\.csv: line 2: .*a\.png: leads out of"),
    ],
)
def test_a_wrong_row_is_named(row: str, rule: str, tmp_path: Path) -> None:
    write(tmp_path, row)
    with pytest.raises(ConvoyError, match=rule):
        read(tmp_path)


def test_splits_that_are_unknown_or_contradict_each_other_are_named(tmp_path: Path) -> None:
    rows = ("dev,a.png,0,0,1,1,cat", "train,b.png,0,0,1,1,cat", "val,b.png,0,0,2,2,cat")
    write(tmp_path, *rows, header=f"split,{HEADER}")
    with pytest.raises(FaultsError) as caught:
        read(tmp_path)
    unknown, other = caught.value.faults
    assert "line 2: unknown split 'dev'; there are train, val, test" in unknown
    assert "line 4: b.png has the split train before" in other


def test_other_columns_are_no_such_file(tmp_path: Path) -> None:
    write(tmp_path, "a.png,cat", header="path,label")
    with pytest.raises(ConvoyError, match="the columns are path, label; must be image, xmin"):
        read(tmp_path)
    assert Source.recognise(tmp_path) is None
