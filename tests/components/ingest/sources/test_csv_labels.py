"""Tables of labelled images, whole and broken."""

from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.core.table import Record
from components.ingest.sources.csv_labels import Source


def make(folder: Path, text: str) -> Source:
    (folder / "images").mkdir()
    for name in ("a.png", "b.png", "c.png"):
        (folder / "images" / name).write_bytes(name.encode())
    (folder / "labels.csv").write_text(text)
    return Source(kind="csv_labels", path=folder / "labels.csv")


def test_rows_in_their_order(tmp_path: Path) -> None:
    source = make(tmp_path, 'path,label\nimages/b.png,person\nimages/a.png,"no, nobody"\n')
    assert list(source.read()) == [
        Record(b"b.png", "images/b.png", {"label": "person"}, None),
        Record(b"a.png", "images/a.png", {"label": "no, nobody"}, None),
    ]
    assert source.missing_splits() == []


def test_splits_and_columns_in_any_order(tmp_path: Path) -> None:
    text = "split,path,label\ntrain,images/a.png,x\ntest,images/b.png,y\n,images/c.png,x\n"
    source = make(tmp_path, text)
    assert [record.split for record in source.read()] == ["train", "test", None]
    assert source.missing_splits() == ["val"]


def test_an_empty_label_is_left_to_validation(tmp_path: Path) -> None:
    (record,) = make(tmp_path, "path,label\nimages/a.png,\n").read()
    assert record.labels == {"label": None}


def test_a_byte_order_mark_is_no_part_of_a_column(tmp_path: Path) -> None:
    (record,) = make(tmp_path, "\ufeffpath,label\nimages/a.png,x\n").read()
    assert record.sample == b"a.png"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the columns are none; must be path, label and, if wanted, split"),
        ("path,class\n", "the columns are path, class; must be"),
        ("path,label,label\n", "the columns are path, label, label; must be"),
        ("path,label\n", "no rows"),
        ("path,label\nimages/a.png,x,train\n", "row 1: 3 cells; the header has 2"),
        ("path,label\nimages/a.png,x\nimages/d.png,x\n", r"row 2: .*images/d\.png: cannot be read"),
        ("path,label\n,x\n", "row 1: .*: cannot be read: Is a directory"),
        ("path,label,split\nimages/a.png,x,tarin\n", "row 1: unknown split 'tarin'"),
    ],
)
def test_faults_are_named_by_row(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=rf"labels\.csv: {message}"):
        list(make(tmp_path, text).read())


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_bytes(b"path,label\na.png,\xff\n")
    with pytest.raises(ConvoyError, match="cannot be read as CSV"):
        list(Source(kind="csv_labels", path=file).read())
